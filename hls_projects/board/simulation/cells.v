// What the cells of a routed ECP5 netlist do, once their pins that nothing drives have constants.
// Only what netlist.py lets through has a model here.

module TRELLIS_COMB #(
    parameter MODE = "LOGIC",
    parameter [15:0] INITVAL = 16'd0,
    parameter CCU2_INJECT1 = "NO",
    parameter WIDE = 0
) (
    input A, B, C, D, M, FCI, F1, FXA, FXB,
    output F, FCO, OFX
);
wire table4, table2;
\$lut #(.WIDTH(4), .LUT(INITVAL)) four(.A({D, C, B, A}), .Y(table4));
\$lut #(.WIDTH(2), .LUT(INITVAL[3:0])) two(.A({B, A}), .Y(table2));
generate
    if (MODE == "CCU2") begin: carry
        // Half a CCU2C; an injected 1 takes the place of carry and of the generate function.
        wire open = CCU2_INJECT1 == "NO";
        assign F = table4 ^ (open & FCI);
        assign FCO = table4 ? FCI : open & table2;
        assign OFX = 1'b0;
    end else begin: logic_
        assign F = table4;
        assign FCO = 1'b0;
        // A LUT5 of this LUT and its neighbour, or a larger one of two of those.
        if (WIDE) assign OFX = M ? FXB : FXA;
        else assign OFX = M ? F1 : table4;
    end
endgenerate
endmodule

module TRELLIS_FF #(
    parameter REGSET = "RESET",
    parameter SD = "0",
    parameter CEMUX = "1",
    parameter GSR = "DISABLED",
    parameter LSRMUX = "LSR",
    parameter CLKMUX = "CLK",
    parameter SRMODE = "LSR_OVER_CE"
) (
    input CLK, CE, LSR, DI, M,
    output reg Q
);
localparam VALUE = REGSET == "SET";
initial Q = VALUE;
wire data = SD == "1" ? DI : M;
wire enable = CEMUX == "1" ? 1'b1 : CEMUX == "INV" ? !CE : CE;
wire reset = LSRMUX == "INV" ? !LSR : LSR;
always @(posedge CLK) if (reset) Q <= VALUE; else if (enable) Q <= data;
endmodule

// A pad that only reads, or only drives.
module INPUT_PAD(input B, output O);
assign O = B;
endmodule

module OUTPUT_PAD(output B, input I);
assign B = I;
endmodule

// A gate of a clock that is never closed: its enable is the PLL's lock.
module DCCA(input CLKI, CE, output CLKO);
assign CLKO = CLKI;
endmodule

// A cycle of the simulation is one of CLKOS; what that is in MHz follows from the parameters alone.
module EHXPLLL(input CLKI, CLKFB, output CLKOP, CLKOS, LOCK);
assign CLKOP = CLKI;
assign CLKOS = CLKI;
assign LOCK = 1'b1;
endmodule
