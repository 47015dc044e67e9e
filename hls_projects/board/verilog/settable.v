// Bits that are set after routing on a device; in a simulation they are constants.
module settable #(parameter WIDTH = 1, parameter [31:0] VALUE = 32'd0) (output [WIDTH-1:0] value);
assign value = VALUE[WIDTH-1:0];
endmodule
