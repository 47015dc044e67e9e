// Samples and logits in block RAM, run through the network as fast as it takes them.
//
// `inputs.hex` holds IMAGES · PIXELS words of the network's input, `logits.hex` the IMAGES results.
// `answered` counts results, `failures` those that differ in a bit, `cycles` from the first input to
// the last result.
module self_test #(
    parameter WIDTH = 1,
    parameter PIXELS = 1,
    parameter OUTPUTS = 1,
    parameter IMAGES = 1
) (
    input clk,
    input start,
    output in_valid,
    output [WIDTH-1:0] x,
    input out_valid,
    input [OUTPUTS-1:0] y,
    output reg testing,
    output done,
    output reg [15:0] answered,
    output reg [15:0] failures,
    output reg [31:0] cycles
);
localparam WORDS = IMAGES * PIXELS;
localparam ADDRESS = WORDS > 1 ? $clog2(WORDS) : 1;
localparam RESULT = IMAGES > 1 ? $clog2(IMAGES) : 1;
(* ram_style = "block" *) reg [WIDTH-1:0] inputs [0:(1<<ADDRESS)-1];
(* ram_style = "block" *) reg [OUTPUTS-1:0] logits [0:(1<<RESULT)-1];
initial $readmemh("inputs.hex", inputs);
initial $readmemh("logits.hex", logits);

// Two registers lie between an address and the network, and between a result and its comparison.
reg [31:0] left = 32'd0;
reg [ADDRESS-1:0] address = 0;
reg [RESULT-1:0] number = 0;
reg [WIDTH-1:0] word, word_later;
reg [OUTPUTS-1:0] expected, expected_later, y_later, y_latest;
reg feeding = 1'b0, feeding_later = 1'b0, given = 1'b0, given_later = 1'b0;
reg compared = 1'b0, differs = 1'b0, running = 1'b0;
assign in_valid = feeding_later;
assign x = word_later;
assign done = testing && answered == IMAGES;
initial testing = 1'b0;
initial answered = 16'd0;
initial failures = 16'd0;
initial cycles = 32'd0;

always @(posedge clk) begin
    word <= inputs[address];
    word_later <= word;
    expected <= logits[number];
    expected_later <= expected;
    y_later <= y;
    y_latest <= y_later;
    feeding <= left != 32'd0;
    feeding_later <= feeding;
    given <= out_valid && testing;
    given_later <= given;
    compared <= given_later;
    differs <= y_latest != expected_later;
    if (start) begin
        testing <= 1'b1;
        left <= WORDS;
        address <= 0;
        number <= 0;
        answered <= 16'd0;
        failures <= 16'd0;
        cycles <= 32'd0;
    end else begin
        if (left != 32'd0) begin
            left <= left - 32'd1;
            address <= address + 1'b1;
        end
        if (out_valid && testing) number <= number + 1'b1;
        if (compared) begin
            answered <= answered + 16'd1;
            if (differs) failures <= failures + 16'd1;
        end
        running <= testing && (running || feeding_later) && !(out_valid && number == IMAGES - 1);
        if (feeding_later || running) cycles <= cycles + 32'd1;
        if (done) testing <= 1'b0;
    end
end
endmodule
