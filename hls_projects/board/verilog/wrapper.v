// A network behind a serial line, all on one clock.

// Blinks slowly while the clock runs; after a self-test it shines, or blinks eight times as fast if
// a result was wrong.
module heartbeat(input clk, input passed, input failed, output led);
reg [23:0] count = 24'd0;
assign led = passed || (failed ? count[20] : count[23]);
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
    parameter IMAGES = 0,
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
localparam [7:0] HELLO = 8'h01, IMAGE = 8'h02, TEST = 8'h03, ANSWER = 8'h80, FAILED = 8'hff;
localparam [15:0] CLASS_BYTES = 16'd2, TEST_BYTES = 16'd8;

wire [15:0] divisor;
wire [19:0] kilohertz;
settable #(.WIDTH(16), .VALUE({16'd0, DIVISOR})) set_divisor(.value(divisor));
settable #(.WIDTH(20), .VALUE({12'd0, KILOHERTZ})) set_kilohertz(.value(kilohertz));

wire [7:0] payload, kind, number, failure, result;
wire load, full, executing, accepted, failed, answered, in_valid, out_valid, taken, sending;
wire [WIDTH-1:0] x, sample_x;
wire sample_valid, testing, passed, wrong;
wire [63:0] tested;
wire [CLASSES*LOGIT_BITS-1:0] y;
wire [15:0] largest, index;
reg greeting = 1'b0, test_waits = 1'b0;
reg [7:0] accepted_number = 8'd0;
reg start = 1'b0, sending_before = 1'b0;
reg [7:0] answer_kind = 8'd0, answer_number = 8'd0, answer_failure = 8'd0;
reg [15:0] answer_length = 16'd0;
reg [7:0] said;
wire idle = !sending && !start && !sending_before;
wire finished = !sending && sending_before;

frame_receiver #(
    .NETWORK(NETWORK), .PAYLOAD(BYTES), .TIMEOUT(TIMEOUT), .QUIET(QUIET),
    .SELF_TEST(IMAGES != 0)
) receiver(
    .clk(clk), .divisor(divisor), .rx(rx), .payload(payload), .load(load), .full(full),
    .busy(executing || greeting || test_waits), .accepted(accepted), .kind(kind), .number(number),
    .failed(failed), .failure(failure), .reported(start && answer_kind == FAILED)
);
executor #(
    .WIDTH(WIDTH), .PIXELS(PIXELS), .BYTES(BYTES), .CLASSES(CLASSES), .LOGIT_BITS(LOGIT_BITS),
    .RESULT_BYTES(RESULT_BYTES)
) executor(
    .clk(clk), .load(load), .payload(payload), .start(accepted && kind == IMAGE), .full(full),
    .busy(executing), .in_valid(sample_valid), .x(sample_x),
    .out_valid(out_valid), .y(y), .answered(answered), .largest(largest), .result(result),
    .shift(taken && answer_kind == (ANSWER | IMAGE) && index >= CLASS_BYTES),
    .sent(finished && answer_kind == (ANSWER | IMAGE))
);
generate
    if (IMAGES != 0) begin: with_self_test
        wire [15:0] count, failures;
        wire [31:0] cycles;
        wire [WIDTH-1:0] test_x;
        wire test_valid, done;
        reg [1:0] verdict = 2'd0;
        self_test #(
            .WIDTH(WIDTH), .PIXELS(PIXELS), .OUTPUTS(CLASSES * LOGIT_BITS), .IMAGES(IMAGES)
        ) self_test(
            .clk(clk), .start(accepted && kind == TEST), .in_valid(test_valid), .x(test_x),
            .out_valid(out_valid), .y(y), .testing(testing), .done(done), .answered(count),
            .failures(failures), .cycles(cycles)
        );
        assign in_valid = testing ? test_valid : sample_valid;
        assign x = testing ? test_x : sample_x;
        assign tested = {cycles, failures, count};
        assign passed = verdict == 2'd1;
        assign wrong = verdict == 2'd2;
        always @(posedge clk) if (done) verdict <= failures == 16'd0 ? 2'd1 : 2'd2;
    end else begin: without_self_test
        assign in_valid = sample_valid;
        assign x = sample_x;
        assign testing = 1'b0;
        assign tested = 64'd0;
        assign passed = 1'b0;
        assign wrong = 1'b0;
    end
endgenerate
heartbeat heartbeat(.clk(clk), .passed(passed), .failed(wrong), .led(led));
top network(.clk(clk), .in_valid(in_valid), .x(x), .out_valid(out_valid), .y(y));
frame_sender #(.NETWORK(NETWORK)) sender(
    .clk(clk), .divisor(divisor), .start(start), .kind(answer_kind), .number(answer_number),
    .length(answer_length), .payload(said), .index(index), .taken(taken), .busy(sending), .tx(tx)
);

// The first four bytes of the text are those of the clock.
wire [31:0] clock = {12'd0, kilohertz};
wire [9:0] letter = index[9:0];
wire [7:0] greeting_byte = letter < 10'd4 ? clock[8*letter[1:0] +: 8] : HELLO_TEXT[8*letter +: 8];
wire [63:0] tested_left = tested >> {index[2:0], 3'b000};
always @*
    case (answer_kind)
    ANSWER | HELLO: said = greeting_byte;
    ANSWER | TEST: said = tested_left[7:0];
    ANSWER | IMAGE: said = index == 16'd0 ? largest[7:0] : index == 16'd1 ? largest[15:8] : result;
    default: said = answer_failure;
    endcase

always @(posedge clk) begin
    start <= 1'b0;
    sending_before <= sending;
    if (accepted) begin
        accepted_number <= number;
        greeting <= kind == HELLO;
        test_waits <= kind == TEST;
    end
    if (finished && answer_kind == (ANSWER | HELLO)) greeting <= 1'b0;
    if (finished && answer_kind == (ANSWER | TEST)) test_waits <= 1'b0;
    if (idle && (failed || greeting || answered || test_waits && !testing)) begin
        start <= 1'b1;
        answer_kind <= failed ? FAILED : ANSWER | (greeting ? HELLO : answered ? IMAGE : TEST);
        answer_number <= failed ? number : accepted_number;
        answer_failure <= failure;
        answer_length <= failed ? 16'd1 : greeting ? HELLO_BYTES
            : answered ? CLASS_BYTES + RESULT_BYTES : TEST_BYTES;
    end
end
endmodule
