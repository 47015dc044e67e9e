"""C++ that puts values in other places, by a table of where each comes from."""

from __future__ import annotations

import textwrap

import numpy as np


def move_array(name: str, sources: np.ndarray, size: int) -> str:
    """A C++ function template `name` for res[i] = data[sources[i]], 0 where that is −1.

    Args:
        sources: places in the input, or −1.
        size: of the input.
    """
    return f"""\
template <class data_T, class res_T>
void {name}(data_T data[{size}], res_T res[{sources.size}]) {{
    #pragma HLS PIPELINE II=1
{_table(sources)}
    for (int i = 0; i < {sources.size}; i++) {{
        #pragma HLS UNROLL
        res[i] = from[i] < 0 ? res_T(0) : res_T(data[from[i] < 0 ? 0 : from[i]]);
    }}
}}
"""


def move_stream(name: str, sources: np.ndarray, size: int) -> str:
    """The same on streams: a whole sample is read, then written part by part."""
    return f"""\
template <class data_T, class res_T>
void {name}(hls::stream<data_T> &data, hls::stream<res_T> &res) {{
{_table(sources)}
    typename data_T::value_type all[{size}];
    for (unsigned i = 0; i < {size} / data_T::size; i++) {{
        #pragma HLS PIPELINE II=1
        data_T part = data.read();
        for (unsigned j = 0; j < data_T::size; j++)
            all[i * data_T::size + j] = part[j];
    }}
    for (unsigned i = 0; i < {sources.size} / res_T::size; i++) {{
        #pragma HLS PIPELINE II=1
        res_T part;
        for (unsigned j = 0; j < res_T::size; j++) {{
            const int k = from[i * res_T::size + j];
            part[j] = k < 0 ? typename data_T::value_type(0) : all[k < 0 ? 0 : k];
        }}
        res.write(part);
    }}
}}
"""


def _table(sources: np.ndarray) -> str:
    values = textwrap.fill(", ".join(map(str, sources.reshape(-1).tolist())), 92)
    lines = textwrap.indent(values, " " * 8)
    return f"    static const int from[{sources.size}] = {{\n{lines}\n    }};"
