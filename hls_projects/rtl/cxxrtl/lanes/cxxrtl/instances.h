// A design as instances of modules that a top of wires connects.
#ifndef CXXRTL_INSTANCES_H
#define CXXRTL_INSTANCES_H

#include <vector>
#include "cxxrtl/cxxrtl.h"

namespace cxxrtl {

// Whether a port changes by what another one holds.
template<class T, class S> bool move(T &to, const S &from) {
    bool changed = read(to) != read(from);
    write(to, read(from));
    return changed;
}

// A module between ports of the top: `take` moves its inputs, `give` its outputs.
template<class Top> struct instance {
    virtual ~instance() {}
    virtual bool take(const Top &) = 0;
    virtual bool give(Top &) = 0;
    virtual void step(lanes clock) = 0;
};

template<class Top> struct instances {
    Top top;
    std::vector<instance<Top> *> all;

    // The clock is low: what depends on inputs without a register follows them.
    void settle() {
        bool all_step = true, changed;
        do {
            changed = false;
            step_top(0);
            for (auto *one : all)
                if (one->take(top) || all_step) {
                    one->step(0);
                    changed |= one->give(top);
                }
            all_step = false;
        } while (changed);
    }

    // The rising edge, which every register sees at once.
    void rise() {
        for (auto *one : all) one->step(all_lanes(1));
        step_top(1);
        for (auto *one : all) one->give(top);
    }

private:
    void step_top(unsigned clock) {
        top.p_clk = all_lanes(clock);
        top.step();
    }
};

}  // namespace cxxrtl

#endif
