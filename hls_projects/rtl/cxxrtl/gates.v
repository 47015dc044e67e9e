// Gates of one bit as the word operations that CXXRTL translates.

(* techmap_celltype = "$_NOT_" *)
module gate_not(input A, output Y);
assign Y = ~A;
endmodule

(* techmap_celltype = "$_AND_" *)
module gate_and(input A, B, output Y);
assign Y = A & B;
endmodule

(* techmap_celltype = "$_OR_" *)
module gate_or(input A, B, output Y);
assign Y = A | B;
endmodule

(* techmap_celltype = "$_XOR_" *)
module gate_xor(input A, B, output Y);
assign Y = A ^ B;
endmodule

(* techmap_celltype = "$_DFF_P_" *)
module gate_dff(input C, D, output Q);
\$dff #(.WIDTH(1), .CLK_POLARITY(1)) _TECHMAP_REPLACE_ (.CLK(C), .D(D), .Q(Q));
endmodule
