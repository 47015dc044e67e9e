// Drives the simulated design: one line of input a cycle, one record of output a cycle.
// Arguments: inputs file, outputs file.  Inputs: for each cycle a byte in_valid, then x as 32-bit
// words, lowest bit first.  Outputs: for each cycle a byte out_valid, then y in the same way.
#include <cstdio>
#include <vector>
#include "design.h"

int main(int count, char **arguments) {
    if (count != 3) return 2;
    FILE *inputs = std::fopen(arguments[1], "rb");
    FILE *outputs = std::fopen(arguments[2], "wb");
    if (!inputs || !outputs) return 3;
    cxxrtl_design::p_top top;
    unsigned char valid;
    while (std::fread(&valid, 1, 1, inputs) == 1) {
        if (std::fread(top.p_x.data, sizeof top.p_x.data, 1, inputs) != 1) return 4;
        top.p_in__valid.set<bool>(valid);
        top.p_clk.set<bool>(false);
        top.step();
        unsigned char out_valid = top.p_out__valid.get<bool>();
        std::fwrite(&out_valid, 1, 1, outputs);
        std::fwrite(top.p_y.data, sizeof top.p_y.data, 1, outputs);
        top.p_clk.set<bool>(true);
        top.step();
    }
    std::fclose(inputs);
    return std::fclose(outputs) ? 5 : 0;
}
