// Simulation models of the primitives that top.v instantiates; synthesis tools have their own.
// A LUT is a tree of multiplexers over its truth table.

module LUT1 #(parameter [1:0] INIT = 0) (output O, input I0);
assign O = I0 ? INIT[1] : INIT[0];
endmodule

module LUT2 #(parameter [3:0] INIT = 0) (output O, input I0, I1);
wire [1:0] table1 = I1 ? INIT[3:2] : INIT[1:0];
assign O = I0 ? table1[1] : table1[0];
endmodule

module LUT3 #(parameter [7:0] INIT = 0) (output O, input I0, I1, I2);
wire [3:0] table2 = I2 ? INIT[7:4] : INIT[3:0];
wire [1:0] table1 = I1 ? table2[3:2] : table2[1:0];
assign O = I0 ? table1[1] : table1[0];
endmodule

module LUT4 #(parameter [15:0] INIT = 0) (output O, input I0, I1, I2, I3);
wire [7:0] table3 = I3 ? INIT[15:8] : INIT[7:0];
wire [3:0] table2 = I2 ? table3[7:4] : table3[3:0];
wire [1:0] table1 = I1 ? table2[3:2] : table2[1:0];
assign O = I0 ? table1[1] : table1[0];
endmodule

module LUT5 #(parameter [31:0] INIT = 0) (output O, input I0, I1, I2, I3, I4);
wire [15:0] table4 = I4 ? INIT[31:16] : INIT[15:0];
wire [7:0] table3 = I3 ? table4[15:8] : table4[7:0];
wire [3:0] table2 = I2 ? table3[7:4] : table3[3:0];
wire [1:0] table1 = I1 ? table2[3:2] : table2[1:0];
assign O = I0 ? table1[1] : table1[0];
endmodule

module LUT6 #(parameter [63:0] INIT = 0) (output O, input I0, I1, I2, I3, I4, I5);
wire [31:0] table5 = I5 ? INIT[63:32] : INIT[31:0];
wire [15:0] table4 = I4 ? table5[31:16] : table5[15:0];
wire [7:0] table3 = I3 ? table4[15:8] : table4[7:0];
wire [3:0] table2 = I2 ? table3[7:4] : table3[3:0];
wire [1:0] table1 = I1 ? table2[3:2] : table2[1:0];
assign O = I0 ? table1[1] : table1[0];
endmodule

module LUT6_2 #(parameter [63:0] INIT = 0) (output O6, O5, input I0, I1, I2, I3, I4, I5);
LUT6 #(.INIT(INIT)) upper (.O(O6), .I0(I0), .I1(I1), .I2(I2), .I3(I3), .I4(I4), .I5(I5));
LUT5 #(.INIT(INIT[31:0])) lower (.O(O5), .I0(I0), .I1(I1), .I2(I2), .I3(I3), .I4(I4));
endmodule

module CCU2C #(
    parameter [15:0] INIT0 = 0, INIT1 = 0,
    parameter INJECT1_0 = "YES", INJECT1_1 = "YES"
) (output S0, S1, COUT, input CIN, A0, B0, C0, D0, A1, B1, C1, D1);
wire p0 = INIT0[{D0, C0, B0, A0}];
wire p1 = INIT1[{D1, C1, B1, A1}];
wire carry = p0 ? CIN : INIT0[{B0, A0}];
assign S0 = p0 ^ CIN;
assign S1 = p1 ^ carry;
assign COUT = p1 ? carry : INIT1[{B1, A1}];
endmodule

module CARRY4(output [3:0] CO, O, input CI, CYINIT, input [3:0] DI, S);
wire carry_in = CI | CYINIT;
assign CO[0] = S[0] ? carry_in : DI[0];
assign CO[1] = S[1] ? CO[0] : DI[1];
assign CO[2] = S[2] ? CO[1] : DI[2];
assign CO[3] = S[3] ? CO[2] : DI[3];
assign O = S ^ {CO[2:0], carry_in};
endmodule

module CC_ADDF(input A, B, CI, output CO, S);
assign S = A ^ B ^ CI;
assign CO = (A & B) | (CI & (A | B));
endmodule

module CC_LUT1 #(parameter [1:0] INIT = 0) (output O, input I0);
assign O = I0 ? INIT[1] : INIT[0];
endmodule

module CC_LUT2 #(parameter [3:0] INIT = 0) (output O, input I0, I1);
wire [1:0] table1 = I1 ? INIT[3:2] : INIT[1:0];
assign O = I0 ? table1[1] : table1[0];
endmodule
