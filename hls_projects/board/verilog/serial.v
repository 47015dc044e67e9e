// A serial line of 8 data bits, no parity, one stop bit; `divisor` clock cycles a bit.

// Bytes from the line.  `valid` is 1 for one cycle with `data`; `broken` instead where the stop bit
// is missing.  `level` is the line, after registers that let metastability settle.
module serial_receiver(
    input clk,
    input [15:0] divisor,
    input rx,
    output reg [7:0] data,
    output reg valid,
    output reg broken,
    output level,
    output active
);
reg [2:0] line = 3'b111;
reg [15:0] remaining = 16'd0;
reg [3:0] bits = 4'd0;
initial valid = 1'b0;
initial broken = 1'b0;
assign level = line[2];
assign active = bits != 4'd0;
always @(posedge clk) begin
    line <= {line[1:0], rx};
    valid <= 1'b0;
    broken <= 1'b0;
    if (!active) begin
        // The middle of the start bit is half a bit away.
        remaining <= {1'b0, divisor[15:1]};
        if (!level) bits <= 4'd10;
    end else if (remaining > 16'd1) begin
        remaining <= remaining - 16'd1;
    end else begin
        remaining <= divisor;
        bits <= bits - 4'd1;
        if (bits == 4'd10 && level) bits <= 4'd0;
        if (bits == 4'd1) begin
            valid <= level;
            broken <= !level;
        end else data <= {level, data[7:1]};
    end
end
endmodule

// Bytes to the line: `data` is taken in a cycle in which both `send` and `ready` are 1.
module serial_transmitter(
    input clk,
    input [15:0] divisor,
    input [7:0] data,
    input send,
    output ready,
    output tx
);
reg [15:0] remaining = 16'd0;
reg [3:0] bits = 4'd0;
reg [9:0] line = 10'h3ff;
assign ready = bits == 4'd0;
assign tx = line[0];
always @(posedge clk)
    if (ready) begin
        if (send) begin
            line <= {1'b1, data, 1'b0};
            bits <= 4'd10;
            remaining <= divisor;
        end
    end else if (remaining > 16'd1) begin
        remaining <= remaining - 16'd1;
    end else begin
        line <= {1'b1, line[9:1]};
        bits <= bits - 4'd1;
        remaining <= divisor;
    end
endmodule

// Bit times since the line was last used, at most 65,535.
module quiet_counter(
    input clk,
    input [15:0] divisor,
    input used,
    output reg [15:0] quiet
);
reg [15:0] remaining = 16'd0;
initial quiet = 16'd0;
always @(posedge clk)
    if (used) begin
        quiet <= 16'd0;
        remaining <= divisor;
    end else if (remaining > 16'd1) begin
        remaining <= remaining - 16'd1;
    end else begin
        remaining <= divisor;
        if (!(&quiet)) quiet <= quiet + 16'd1;
    end
endmodule

// CRC-32 of IEEE 802.3, a bit a clock cycle: 8 cycles a byte.  Over data and its own four bytes, the
// lowest first, it is the constant RESIDUE.
module checksum(
    input clk,
    input clear,
    input add,
    input [7:0] data,
    output reg [31:0] crc,
    output busy
);
reg [3:0] bits = 4'd0;
initial crc = 32'hffffffff;
assign busy = bits != 4'd0;
always @(posedge clk)
    if (clear) begin
        crc <= 32'hffffffff;
        bits <= 4'd0;
    end else if (add) begin
        crc <= crc ^ {24'd0, data};
        bits <= 4'd8;
    end else if (busy) begin
        crc <= {1'b0, crc[31:1]} ^ (crc[0] ? 32'hedb88320 : 32'd0);
        bits <= bits - 4'd1;
    end
endmodule
