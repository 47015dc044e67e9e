// Runtime for CXXRTL designs whose signals all have one bit: a signal is a word of 64 lanes, and
// each lane is a simulation of its own, since bitwise operations never mix lanes.
#ifndef CXXRTL_LANES_H
#define CXXRTL_LANES_H

#include <cstddef>
#include <cstdint>

#define not_u(a) (~(a))
#define and_uu(a, b) ((a) & (b))
#define or_uu(a, b) ((a) | (b))
#define xor_uu(a, b) ((a) ^ (b))

namespace cxxrtl {

typedef uint64_t lanes;

inline lanes all_lanes(unsigned bit) { return -lanes(bit); }

struct observer {};
struct performer {};
struct interior {};

// A signal that keeps its value until the design commits the next one.
struct wire_of_lanes {
    lanes curr = 0, next = 0;
    wire_of_lanes() = default;
    wire_of_lanes(unsigned bit) : curr(all_lanes(bit)), next(curr) {}
    bool commit(observer &) {
        bool changed = curr != next;
        curr = next;
        return changed;
    }
};

inline lanes read(lanes signal) { return signal; }
inline lanes read(const wire_of_lanes &signal) { return signal.curr; }
inline void write(lanes &signal, lanes value) { signal = value; }
inline void write(wire_of_lanes &signal, lanes value) { signal.next = value; }

struct module {
    virtual ~module() {}
    virtual void reset() = 0;
    virtual bool eval(performer * = nullptr) = 0;
    virtual bool commit() = 0;
    void step() {
        bool converged;
        do {
            converged = eval();
        } while (commit() && !converged);
    }
};

}  // namespace cxxrtl

namespace cxxrtl_yosys {
using namespace cxxrtl;
}

#endif
