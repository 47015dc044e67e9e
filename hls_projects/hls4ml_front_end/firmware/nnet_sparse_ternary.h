#ifndef NNET_SPARSE_TERNARY_H_
#define NNET_SPARSE_TERNARY_H_

#include "ap_fixed.h"
#include "ap_int.h"
#include "hls_stream.h"
#include "nnet_function_stubs.h"

namespace nnet {

// floor(x / scale) clipped to lowest ... lowest + 2^bits - 1, by restoring division: `bits`
// comparisons and subtractions, no rounding. value_T holds x - lowest * scale exactly.
template <int bits, int lowest, class value_T, class data_T>
ap_int<bits + 1> quantize_input(const data_T &x, const value_T &scale) {
    #pragma HLS INLINE
    value_T remainder = x;
    if (lowest < 0) {
        remainder += value_T(scale << (bits - 1)); // lowest is -2^(bits - 1)
    }
    int level = lowest;
    for (int bit = bits - 1; bit >= 0; bit--) {
        #pragma HLS UNROLL
        const value_T step = scale << bit;
        if (remainder >= step) {
            remainder -= step;
            level += 1 << bit;
        }
    }
    return level;
}

template <class value_T> const value_T &larger(const value_T &a, const value_T &b) {
    #pragma HLS INLINE
    return a > b ? a : b;
}

// A value and where it stands; of two equal values the first is the larger.
template <class value_T> struct indexed {
    value_T value;
    int index;
};

template <class value_T>
indexed<value_T> larger(const indexed<value_T> &a, const indexed<value_T> &b) {
    #pragma HLS INLINE
    return b.value > a.value ? b : a;
}

} // namespace nnet

#endif
