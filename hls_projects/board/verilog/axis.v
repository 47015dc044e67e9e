// A network between two AXI4-Streams, with back-pressure.
//
// In: one integer a beat, BITS of it in the lowest bits of tdata, tlast with the last one of a sample.
// A sample of another length is dropped.  Out: one logit a beat, sign extended, tlast with the last.
// The network itself never waits: a sample enters once it is whole and the result before it is gone.
module network_axis #(
    parameter BITS = 1,
    parameter INPUTS = 1,
    parameter PIXELS = 1,
    parameter CLASSES = 1,
    parameter LOGIT_BITS = 2,
    parameter IN_BYTES = 1,
    parameter OUT_BYTES = 1
) (
    input aclk,
    input aresetn,
    input [8*IN_BYTES-1:0] s_axis_tdata,
    input s_axis_tvalid,
    output s_axis_tready,
    input s_axis_tlast,
    output [8*OUT_BYTES-1:0] m_axis_tdata,
    output m_axis_tvalid,
    input m_axis_tready,
    output m_axis_tlast
);
localparam SAMPLE = INPUTS * BITS, WIDTH = SAMPLE / PIXELS, OUTPUTS = CLASSES * LOGIT_BITS;
localparam [1:0] IDLE = 2'd0, FEED = 2'd1, AWAIT = 2'd2, GIVE = 2'd3;
reg [1:0] state = IDLE;
reg [SAMPLE-1:0] sample;
reg [OUTPUTS-1:0] result;
reg [31:0] taken = 32'd0, left = 32'd0;
reg whole = 1'b0;  // a sample waits, or enters
reg wrong = 1'b0;  // longer than a sample: dropped up to its tlast
reg abandoned = 1'b0;  // reset while it was in the network
wire out_valid;
wire [OUTPUTS-1:0] y;
wire beat = s_axis_tvalid && s_axis_tready;
wire last = taken == INPUTS - 1;
assign s_axis_tready = !whole && aresetn;
assign m_axis_tvalid = state == GIVE;
assign m_axis_tlast = left == 32'd1;
assign m_axis_tdata = {{(8*OUT_BYTES-LOGIT_BITS){result[LOGIT_BITS-1]}}, result[LOGIT_BITS-1:0]};

top network(
    .clk(aclk), .in_valid(state == FEED), .x(sample[WIDTH-1:0]), .out_valid(out_valid), .y(y)
);

always @(posedge aclk) begin
    if (beat) begin
        sample <= {s_axis_tdata[BITS-1:0], sample} >> BITS;
        taken <= s_axis_tlast || wrong || last ? 32'd0 : taken + 32'd1;
        whole <= s_axis_tlast && last && !wrong;
        wrong <= !s_axis_tlast && (wrong || last);
    end
    case (state)
    IDLE: begin
        left <= PIXELS;
        abandoned <= 1'b0;
        if (whole) state <= FEED;
    end
    FEED: begin
        if (PIXELS > 1) sample <= sample >> WIDTH;
        left <= left - 32'd1;
        if (left == 32'd1) begin
            whole <= 1'b0;
            state <= AWAIT;
        end
    end
    AWAIT: begin
        left <= CLASSES;
        result <= y;
        if (out_valid) state <= abandoned ? IDLE : GIVE;
    end
    GIVE: if (m_axis_tready) begin
        result <= result >> LOGIT_BITS;
        left <= left - 32'd1;
        if (left == 32'd1) state <= IDLE;
    end
    endcase
    if (!aresetn) begin
        taken <= 32'd0;
        wrong <= 1'b0;
        // A sample that is in the network has to leave it.
        if (state == FEED || state == AWAIT) abandoned <= 1'b1;
        else begin
            whole <= 1'b0;
            state <= IDLE;
        end
    end
end
endmodule
