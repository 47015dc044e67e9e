// Bits that are set after routing, when the clock is known: each is the table of a LUT whose inputs
// are constant.
module settable #(parameter WIDTH = 1, parameter [31:0] VALUE = 32'd0) (output [WIDTH-1:0] value);
genvar i;
generate
    for (i = 0; i < WIDTH; i = i + 1) begin: bits
        (* keep *) LUT4 #(.INIT({16{VALUE[i]}})) lut(
            .A(1'b1), .B(1'b1), .C(1'b1), .D(1'b1), .Z(value[i])
        );
    end
endgenerate
endmodule
