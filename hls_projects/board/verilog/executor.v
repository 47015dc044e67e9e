// Holds one sample, gives it to the network, and keeps what the network says until it is sent.
//
// A sample's bits come in bytes, the lowest bit first.  They enter the network at once, or, where a
// sample takes PIXELS cycles, WIDTH of them in each.  Logits are two's complement, LOGIT_BITS each.
// `full` is 1 while a sample's bits are still needed, `busy` until the answer is sent.
module executor #(
    parameter WIDTH = 1,
    parameter PIXELS = 1,
    parameter BYTES = 1,
    parameter CLASSES = 1,
    parameter LOGIT_BITS = 2,
    parameter RESULT_BYTES = 1
) (
    input clk,
    input load,
    input [7:0] payload,
    input start,
    output full,
    output busy,
    output in_valid,
    output [WIDTH-1:0] x,
    input out_valid,
    input [CLASSES*LOGIT_BITS-1:0] y,
    output answered,
    output reg [15:0] largest,
    output [7:0] result,
    input shift,
    input sent
);
localparam OUTPUTS = CLASSES * LOGIT_BITS;
localparam [2:0] IDLE = 3'd0, FEED = 3'd1, AWAIT = 3'd2, COMPARE = 3'd3, ANSWER = 3'd4;
reg [2:0] state = IDLE;
reg [8*BYTES-1:0] sample;
reg [8*RESULT_BYTES-1:0] kept;
reg [31:0] left = 32'd0;
reg signed [LOGIT_BITS-1:0] best;
wire signed [LOGIT_BITS-1:0] current = kept[LOGIT_BITS-1:0];
wire [15:0] number = CLASSES - left[15:0];
// The only logit of a network says whether it is above 0; of equal ones the first is the largest.
wire better = CLASSES == 1 ? current > 0 : current > best || number == 16'd0;

assign full = state == FEED;
assign busy = state != IDLE;
assign in_valid = state == FEED;
assign x = sample[WIDTH-1:0];
assign answered = state == ANSWER;
assign result = kept[7:0];

always @(posedge clk) begin
    if (load) sample <= {payload, sample[8*BYTES-1:8]};
    else if (PIXELS > 1 && state == FEED) sample <= sample >> WIDTH;
    case (state)
    IDLE: begin
        left <= PIXELS;
        if (start) state <= FEED;
    end
    FEED: begin
        left <= left - 32'd1;
        if (left == 32'd1) state <= AWAIT;
    end
    AWAIT: begin
        left <= CLASSES;
        largest <= 16'd0;
        if (out_valid) begin
            kept <= y;
            state <= COMPARE;
        end
    end
    COMPARE: begin
        left <= left - 32'd1;
        kept[OUTPUTS-1:0] <= {current, kept[OUTPUTS-1:0]} >> LOGIT_BITS;
        if (better) begin
            best <= current;
            largest <= CLASSES == 1 ? 16'd1 : number;
        end
        if (left == 32'd1) state <= ANSWER;
    end
    ANSWER: begin
        if (shift) kept <= kept >> 8;
        if (sent) state <= IDLE;
    end
    default: state <= IDLE;
    endcase
end
endmodule
