// A network behind a serial line, all on one clock.

// Blinks while the clock runs.
module heartbeat(input clk, output led);
reg [23:0] count = 24'd0;
assign led = count[23];
always @(posedge clk) count <= count + 24'd1;
endmodule

module wrapper #(
    parameter [31:0] NETWORK = 32'd0,
    parameter WIDTH = 1,
    parameter PIXELS = 1,
    parameter BYTES = 1,
    parameter CLASSES = 1,
    parameter LOGIT_BITS = 2,
    parameter RESULT_BYTES = 1,
    parameter HELLO_BYTES = 1,
    parameter [8*HELLO_BYTES-1:0] HELLO_TEXT = 0,
    parameter [15:0] TIMEOUT = 16'd32768,
    parameter [15:0] QUIET = 16'd256,
    parameter [15:0] DIVISOR = 16'd25,
    parameter [19:0] KILOHERTZ = 20'd25000
) (
    input clk,
    input rx,
    output tx,
    output led
);
localparam [7:0] HELLO = 8'h01, HELLO_ANSWER = 8'h81, IMAGE_ANSWER = 8'h82, FAILED = 8'hff;
localparam [15:0] CLASS_BYTES = 16'd2;

wire [15:0] divisor;
wire [19:0] kilohertz;
settable #(.WIDTH(16), .VALUE({16'd0, DIVISOR})) set_divisor(.value(divisor));
settable #(.WIDTH(20), .VALUE({12'd0, KILOHERTZ})) set_kilohertz(.value(kilohertz));
heartbeat heartbeat(.clk(clk), .led(led));

wire [7:0] payload, kind, number, failure, result;
wire load, full, executing, accepted, failed, answered, in_valid, out_valid, taken, sending;
wire [WIDTH-1:0] x;
wire [CLASSES*LOGIT_BITS-1:0] y;
wire [15:0] largest, index;
reg greeting = 1'b0;
reg [7:0] accepted_number = 8'd0;
reg start = 1'b0, sending_before = 1'b0;
reg [7:0] answer_kind = 8'd0, answer_number = 8'd0, answer_failure = 8'd0;
reg [15:0] answer_length = 16'd0;
reg [7:0] said;
wire idle = !sending && !start && !sending_before;
wire finished = !sending && sending_before;

frame_receiver #(.NETWORK(NETWORK), .PAYLOAD(BYTES), .TIMEOUT(TIMEOUT), .QUIET(QUIET)) receiver(
    .clk(clk), .divisor(divisor), .rx(rx), .payload(payload), .load(load), .full(full),
    .busy(executing || greeting), .accepted(accepted), .kind(kind), .number(number),
    .failed(failed), .failure(failure), .reported(start && answer_kind == FAILED)
);
executor #(
    .WIDTH(WIDTH), .PIXELS(PIXELS), .BYTES(BYTES), .CLASSES(CLASSES), .LOGIT_BITS(LOGIT_BITS),
    .RESULT_BYTES(RESULT_BYTES)
) executor(
    .clk(clk), .load(load), .payload(payload), .start(accepted && kind != HELLO), .full(full),
    .busy(executing), .in_valid(in_valid), .x(x), .out_valid(out_valid), .y(y),
    .answered(answered), .largest(largest), .result(result),
    .shift(taken && answer_kind == IMAGE_ANSWER && index >= CLASS_BYTES),
    .sent(finished && answer_kind == IMAGE_ANSWER)
);
top network(.clk(clk), .in_valid(in_valid), .x(x), .out_valid(out_valid), .y(y));
frame_sender #(.NETWORK(NETWORK)) sender(
    .clk(clk), .divisor(divisor), .start(start), .kind(answer_kind), .number(answer_number),
    .length(answer_length), .payload(said), .index(index), .taken(taken), .busy(sending), .tx(tx)
);

wire [8*HELLO_BYTES-1:0] greetings = {HELLO_TEXT[8*HELLO_BYTES-1:32], 12'd0, kilohertz};
wire [8*HELLO_BYTES-1:0] greeting_left = greetings >> {index, 3'b000};
always @*
    case (answer_kind)
    HELLO_ANSWER: said = greeting_left[7:0];
    IMAGE_ANSWER: said = index == 16'd0 ? largest[7:0] : index == 16'd1 ? largest[15:8] : result;
    default: said = answer_failure;
    endcase

always @(posedge clk) begin
    start <= 1'b0;
    sending_before <= sending;
    if (accepted) begin
        accepted_number <= number;
        greeting <= kind == HELLO;
    end
    if (finished && answer_kind == HELLO_ANSWER) greeting <= 1'b0;
    if (idle && (failed || greeting || answered)) begin
        start <= 1'b1;
        answer_kind <= failed ? FAILED : greeting ? HELLO_ANSWER : IMAGE_ANSWER;
        answer_number <= failed ? number : accepted_number;
        answer_failure <= failure;
        answer_length <= failed ? 16'd1 : greeting ? HELLO_BYTES : CLASS_BYTES + RESULT_BYTES;
    end
end
endmodule
