// Drives 64 boards side by side, cycle by cycle: a word of rx in, a word of tx and one of the LED out;
// bit i belongs to board i.  Input comes in blocks: a number of cycles (64 bits), then their words.
#include <cstdio>
#include <vector>
#include "top.h"

int main() {
    static cxxrtl_design::p_top top;
    uint64_t cycles;
    while (std::fread(&cycles, sizeof cycles, 1, stdin) == 1) {
        std::vector<cxxrtl::lanes> rx(cycles), out(2 * cycles);
        if (std::fread(rx.data(), 8, cycles, stdin) != cycles) return 2;
        for (uint64_t i = 0; i < cycles; i++) {
            top.p_rx = rx[i];
            top.p_clk = cxxrtl::all_lanes(0);
            top.step();
            out[2 * i] = cxxrtl::read(top.p_tx);
            out[2 * i + 1] = cxxrtl::read(top.p_led);
            top.p_clk = cxxrtl::all_lanes(1);
            top.step();
        }
        if (std::fwrite(out.data(), 8, 2 * cycles, stdout) != 2 * cycles) return 3;
        std::fflush(stdout);
    }
    return 0;
}
