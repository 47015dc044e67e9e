"""C++ between Python and a project's top function, its values in arrays or in streams."""

TRANSFER = """\
#include <cstddef>
#include <cstdint>
#include "hls_stream.h"

static thread_local int32_t *csim_trace = nullptr;

// Appends a layer's output to the trace.
template <class value_T> void csim_save(const value_T *values, int size) {
    for (int i = 0; i < size; i++)
        *csim_trace++ = values[i].to_int();
}

// A stream is read and written again.
template <class array_T> void csim_save(hls::stream<array_T> &values, int size) {
    for (unsigned i = 0; i < size / array_T::size; i++) {
        array_T part = values.read();
        csim_save(part.data, array_T::size);
        values.write(part);
    }
}

template <class sample_T, class value_T>
void csim_load(const sample_T *from, value_T *values, int size) {
    for (int i = 0; i < size; i++)
        values[i] = value_T(from[i]);
}

template <class sample_T, class array_T>
void csim_load(const sample_T *from, hls::stream<array_T> &values, int size) {
    for (int i = 0; i < size; i += array_T::size) {
        array_T part;
        csim_load(from + i, part.data, array_T::size);
        values.write(part);
    }
}

template <class value_T> void csim_store(const value_T *values, int32_t *to, int size) {
    for (int i = 0; i < size; i++)
        to[i] = values[i].to_int();
}

template <class array_T> void csim_store(hls::stream<array_T> &values, int32_t *to, int size) {
    for (int i = 0; i < size; i += array_T::size)
        csim_store(values.read().data, to + i, array_T::size);
}
"""

ENTRY = """\
#include "{top_file}"
{using}
extern "C" __attribute__((visibility("default"))) void csim_run(
    const {sample_type} *csim_x, int32_t *csim_logits, int32_t *trace, size_t samples) {{
    csim_trace = trace;
    for (size_t sample = 0; sample < samples; sample++) {{
        {input};
        {output};
        csim_load(csim_x + sample * {inputs}, {input_name}, {inputs});
        {top}({input_name}, {output_name});
        csim_store({output_name}, csim_logits + sample * {outputs}, {outputs});
    }}
}}
"""
