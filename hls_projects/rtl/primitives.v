// Simulation models of the primitives that top.v instantiates; synthesis tools have their own.

module LUT1 #(parameter [1:0] INIT = 0) (output O, input I0);
assign O = INIT[I0];
endmodule

module LUT2 #(parameter [3:0] INIT = 0) (output O, input I0, I1);
assign O = INIT[{I1, I0}];
endmodule

module LUT3 #(parameter [7:0] INIT = 0) (output O, input I0, I1, I2);
assign O = INIT[{I2, I1, I0}];
endmodule

module LUT4 #(parameter [15:0] INIT = 0) (output O, input I0, I1, I2, I3);
assign O = INIT[{I3, I2, I1, I0}];
endmodule

module LUT5 #(parameter [31:0] INIT = 0) (output O, input I0, I1, I2, I3, I4);
assign O = INIT[{I4, I3, I2, I1, I0}];
endmodule

module LUT6 #(parameter [63:0] INIT = 0) (output O, input I0, I1, I2, I3, I4, I5);
assign O = INIT[{I5, I4, I3, I2, I1, I0}];
endmodule

module LUT6_2 #(parameter [63:0] INIT = 0) (output O6, O5, input I0, I1, I2, I3, I4, I5);
assign O6 = INIT[{I5, I4, I3, I2, I1, I0}];
assign O5 = INIT[{1'b0, I4, I3, I2, I1, I0}];
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
