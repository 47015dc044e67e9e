// Frames: start byte, kind, number, length (2 bytes), network (4), payload, CRC-32 of kind to payload
// (4); numbers of several bytes lowest first.  See docs/board.md.

// Reads frames.  `accepted` is 1 for one cycle for a frame that is right in every respect, and then
// `kind` and `number` are its.  Payload bytes come before, one in each cycle with `load`; nobody may
// use them unless the frame is accepted.  What is wrong holds `failed` and `failure`, once the line
// is quiet, until `reported`.
module frame_receiver #(
    parameter [31:0] NETWORK = 32'd0,
    parameter [15:0] PAYLOAD = 16'd1,
    parameter [15:0] TIMEOUT = 16'd32768,
    parameter [15:0] QUIET = 16'd256,
    parameter SELF_TEST = 0
) (
    input clk,
    input [15:0] divisor,
    input rx,
    output [7:0] payload,
    output load,
    input full,
    input busy,
    output reg accepted,
    output reg [7:0] kind,
    output reg [7:0] number,
    output failed,
    output reg [7:0] failure,
    input reported
);
localparam [7:0] START = 8'ha5;
localparam [7:0] HELLO = 8'd1, IMAGE = 8'd2, TEST = 8'd3;
localparam [31:0] RESIDUE = 32'hdebb20e3;
localparam [7:0] NO_START = 8'd1, BAD_KIND = 8'd2, BAD_LENGTH = 8'd3, BAD_CHECKSUM = 8'd4,
    OTHER_NETWORK = 8'd5, LOST_BYTE = 8'd6, BROKEN_BYTE = 8'd7, BUSY = 8'd8;
localparam [1:0] RECEIVE = 2'd0, CHECK = 2'd1, DISCARD = 2'd2, REPORT = 2'd3;

wire [7:0] data;
wire valid, broken, level, active, summing;
wire [15:0] quiet;
wire [31:0] crc;
reg [1:0] state = RECEIVE;
reg [3:0] place = 4'd0;  // of the header, then of the checksum
reg [15:0] left = 16'd0;  // bytes of the payload
reg [31:0] network = 32'd0;
reg [7:0] low = 8'd0;
wire header = place < 4'd9;
wire in_payload = place == 4'd9 && left != 16'd0;
wire [15:0] length = {data, low};
wire byte_taken = valid && state == RECEIVE;

serial_receiver receiver(clk, divisor, rx, data, valid, broken, level, active);
quiet_counter counter(clk, divisor, active || !level, quiet);
checksum sum(clk, place == 4'd0, byte_taken, data, crc, summing);
assign payload = data;
assign load = byte_taken && in_payload;
assign failed = state == REPORT;
initial accepted = 1'b0;

always @(posedge clk) begin
    accepted <= 1'b0;
    case (state)
    RECEIVE:
        if (broken) begin
            failure <= BROKEN_BYTE;
            state <= DISCARD;
        end else if (valid) begin
            if (!in_payload) place <= place + 4'd1;
            if (in_payload) left <= left - 16'd1;
            if (in_payload && full) begin
                failure <= BUSY;
                state <= DISCARD;
            end
            case (place)
            4'd0: if (data != START) begin
                failure <= NO_START;
                state <= DISCARD;
            end
            4'd1: begin
                kind <= data;
                if (data != HELLO && data != IMAGE && !(data == TEST && SELF_TEST)) begin
                    failure <= BAD_KIND;
                    state <= DISCARD;
                end
            end
            4'd2: number <= data;
            4'd3: low <= data;
            4'd4: begin
                left <= length;
                if (length != (kind == IMAGE ? PAYLOAD : 16'd0)) begin
                    failure <= BAD_LENGTH;
                    state <= DISCARD;
                end
            end
            4'd5, 4'd6, 4'd7, 4'd8: network <= {data, network[31:8]};
            4'd12: state <= CHECK;
            default: ;
            endcase
        end else if (place != 4'd0 && quiet >= TIMEOUT) begin
            failure <= LOST_BYTE;
            state <= REPORT;
        end
    CHECK:
        if (!summing) begin
            state <= DISCARD;
            if (crc != RESIDUE) failure <= BAD_CHECKSUM;
            else if (kind != HELLO && network != NETWORK) failure <= OTHER_NETWORK;
            else if (busy) failure <= BUSY;
            else begin
                accepted <= 1'b1;
                place <= 4'd0;
                state <= RECEIVE;
            end
        end
    DISCARD: if (quiet >= QUIET) state <= REPORT;
    REPORT: begin
        place <= 4'd0;
        if (valid || broken) state <= DISCARD;
        else if (reported) state <= RECEIVE;
    end
    endcase
end
endmodule

// Sends a frame whose payload comes byte for byte: `index` says which one, `taken` that it was.
module frame_sender #(
    parameter [31:0] NETWORK = 32'd0
) (
    input clk,
    input [15:0] divisor,
    input start,
    input [7:0] kind,
    input [7:0] number,
    input [15:0] length,
    input [7:0] payload,
    output reg [15:0] index,
    output taken,
    output busy,
    output tx
);
localparam [7:0] START = 8'h5a;
wire ready, summing;
wire [31:0] crc;
reg sending = 1'b0;
reg [3:0] place = 4'd0;
reg [31:0] left = 32'd0;  // of the network, then of the checksum
wire in_payload = place == 4'd9 && index != length;
wire in_checksum = place >= 4'd9 && !in_payload;
reg [7:0] data;
wire send = sending && ready && !summing && !(place == 4'd13);

always @* begin
    case (place)
    4'd0: data = START;
    4'd1: data = kind;
    4'd2: data = number;
    4'd3: data = length[7:0];
    4'd4: data = length[15:8];
    4'd5: data = NETWORK[7:0];
    4'd6: data = NETWORK[15:8];
    4'd7: data = NETWORK[23:16];
    4'd8: data = NETWORK[31:24];
    default: data = in_payload ? payload : place == 4'd9 ? ~crc[7:0] : ~left[7:0];
    endcase
end

serial_transmitter transmitter(clk, divisor, data, send, ready, tx);
checksum sum(clk, place == 4'd0, send && !in_checksum && place != 4'd0, data, crc, summing);
assign busy = sending;
assign taken = send && in_payload;
initial index = 16'd0;

always @(posedge clk)
    if (!sending) begin
        place <= 4'd0;
        index <= 16'd0;
        sending <= start;
    end else if (place == 4'd13) begin
        if (ready) sending <= 1'b0;
    end else if (send) begin
        if (in_payload) index <= index + 16'd1;
        else place <= place + 4'd1;
        if (in_checksum) left <= place == 4'd9 ? {8'd0, crc[31:8]} : {8'd0, left[31:8]};
    end
endmodule
