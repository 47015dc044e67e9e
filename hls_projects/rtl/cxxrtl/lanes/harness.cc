// Drives 64 simulations side by side: a record of words in, a record of words out, each cycle.
// Arguments: inputs file, outputs file.  A record holds in_valid (out_valid), then every bit of x
// (y), lowest first, as 64-bit words whose bit i belongs to simulation i.
#include <cstdio>
#include "ports.h"

int main(int count, char **arguments) {
    if (count != 3) return 2;
    FILE *inputs = std::fopen(arguments[1], "rb");
    FILE *outputs = std::fopen(arguments[2], "wb");
    if (!inputs || !outputs) return 3;
    static design own;
    static cxxrtl::lanes in[1 + INPUT_BITS], out[1 + OUTPUT_BITS];
    while (std::fread(in, sizeof in, 1, inputs) == 1) {
        write_inputs(own.top, in);
        own.settle();
        read_outputs(own.top, out);
        std::fwrite(out, sizeof out, 1, outputs);
        own.rise();
    }
    std::fclose(inputs);
    return std::fclose(outputs) ? 5 : 0;
}
