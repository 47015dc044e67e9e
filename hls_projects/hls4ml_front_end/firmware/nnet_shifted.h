#ifndef NNET_SHIFTED_H_
#define NNET_SHIFTED_H_

#include "ap_int.h"

namespace nnet {

// x * 2^places, in a type that holds it.
template <int places, int width> ap_int<width + places> shifted(const ap_int<width> &x) {
    #pragma HLS INLINE
    return ap_int<width + places>(x) << places;
}

template <int places, int width> ap_uint<width + places> shifted(const ap_uint<width> &x) {
    #pragma HLS INLINE
    return ap_uint<width + places>(x) << places;
}

} // namespace nnet

#endif
