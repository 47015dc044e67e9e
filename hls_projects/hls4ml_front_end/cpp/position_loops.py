"""C++ loops that apply a kernel of one position to a whole array or stream."""

from __future__ import annotations

from dataclasses import dataclass

from hls_projects.kinds.windows import Windows

PIPELINE = "    #pragma HLS PIPELINE II=1\n"


@dataclass(frozen=True)
class Shape:
    """A kernel's arrays: `positions` groups of `inputs` in, of `outputs` out."""

    positions: int
    inputs: int
    outputs: int


@dataclass(frozen=True)
class Images:
    """Windows in images of rows × columns × channels, `outputs` values for each window.

    `outside` is what stands around the images.
    """

    rows: int
    columns: int
    channels: int
    outputs: int
    windows: Windows
    outside: int = 0

    @property
    def shape(self) -> Shape:
        """Of a kernel of one window."""
        positions = self.windows.output_shape((self.rows, self.columns))
        taps = self.windows.size[0] * self.windows.size[1]
        return Shape(positions[0] * positions[1], taps * self.channels, self.outputs)


def over_positions(name: str, position: str, shape: Shape) -> str:
    """A C++ function template `name` that applies `position` to every group of elements."""
    total_in, total_out = shape.positions * shape.inputs, shape.positions * shape.outputs
    return (
        f"template <class data_T, class res_T>\n"
        f"void {name}(data_T data[{total_in}], res_T res[{total_out}]) {{\n{PIPELINE}"
        f"    for (int i = 0; i < {shape.positions}; i++) {{\n        #pragma HLS UNROLL\n"
        f"        {position}(data + i * {shape.inputs}, res + i * {shape.outputs});\n    }}\n}}\n"
    )


def over_stream(name: str, position: str, shape: Shape) -> str:
    """The same on streams; a group is read in as many parts as the stream has it in."""
    return f"""\
template <class data_T, class res_T>
void {name}(hls::stream<data_T> &data, hls::stream<res_T> &res) {{
    for (int i = 0; i < {shape.positions}; i++) {{
        typename data_T::value_type in[{shape.inputs}];
        #pragma HLS ARRAY_PARTITION variable=in complete
        for (unsigned part = 0; part < {shape.inputs} / data_T::size; part++) {{
            #pragma HLS PIPELINE II=1
            data_T values = data.read();
            for (unsigned j = 0; j < data_T::size; j++) {{
                #pragma HLS UNROLL
                in[part * data_T::size + j] = values[j];
            }}
        }}
        res_T out;
        {position}(in, out.data);
        res.write(out);
    }}
}}
"""


def over_windows(name: str, position: str, images: Images) -> str:
    """A C++ function template `name` that applies `position` to every window of an array."""
    windows, rows, columns = images.windows, images.rows, images.columns
    (top, _), (left, _) = windows.around((rows, columns))
    out_rows, out_columns = windows.output_shape((rows, columns))
    total_in = rows * columns * images.channels
    return f"""\
template <class data_T, class res_T>
void {name}(data_T data[{total_in}], res_T res[{out_rows * out_columns * images.outputs}]) {{
    #pragma HLS PIPELINE II=1
    for (int row = 0; row < {out_rows}; row++) {{
        #pragma HLS UNROLL
        for (int column = 0; column < {out_columns}; column++) {{
            #pragma HLS UNROLL
            data_T window[{images.shape.inputs}];
            #pragma HLS ARRAY_PARTITION variable=window complete
            for (int i = 0; i < {windows.size[0] * windows.size[1]}; i++) {{
                #pragma HLS UNROLL
                const int y = row * {windows.strides[0]} - {top} + i / {windows.size[1]};
                const int x = column * {windows.strides[1]} - {left} + i % {windows.size[1]};
                const bool inside = y >= 0 && y < {rows} && x >= 0 && x < {columns};
                for (int c = 0; c < {images.channels}; c++) {{
                    #pragma HLS UNROLL
                    const int place = (y * {columns} + x) * {images.channels} + c;
                    window[i * {images.channels} + c] =
                        inside ? data[place] : data_T({images.outside});
                }}
            }}
            {position}(window, res + (row * {out_columns} + column) * {images.outputs});
        }}
    }}
}}
"""


def over_window_stream(name: str, position: str, images: Images) -> str:
    """The same on streams: a line buffer, zeros around the image, a window a clock cycle."""
    windows, channels = images.windows, images.channels
    height, width = windows.size
    around = windows.around((images.rows, images.columns))
    rows, columns = sum(around[0]) + images.rows, sum(around[1]) + images.columns
    buffer = f"    value_T lines[{height - 1}][{columns}][{channels}];\n" * (height > 1)
    for dimension in (1, 3) if height > 1 else ():
        buffer += f"    #pragma HLS ARRAY_PARTITION variable=lines complete dim={dimension}\n"
    return f"""\
template <class data_T, class res_T>
void {name}(hls::stream<data_T> &data, hls::stream<res_T> &res) {{
    typedef typename data_T::value_type value_T;
{buffer}    value_T window[{images.shape.inputs}];
    #pragma HLS ARRAY_PARTITION variable=window complete
    for (int row = 0; row < {rows}; row++) {{
        for (int column = 0; column < {columns}; column++) {{
            #pragma HLS PIPELINE II=1
            data_T pixel;
            if ({_inside("row", around[0], images.rows)} &&
                {_inside("column", around[1], images.columns)}) {{
                pixel = data.read();
            }} else {{
                for (int c = 0; c < {channels}; c++)
                    pixel[c] = {images.outside};
            }}
{_shift(height, width, channels)}\
            if ({_starts("row", height, windows.strides[0])} &&
                {_starts("column", width, windows.strides[1])}) {{
                res_T out;
                {position}(window, out.data);
                res.write(out);
            }}
        }}
    }}
}}
"""


def _inside(axis: str, around: tuple[int, int], size: int) -> str:
    return f"{axis} >= {around[0]} && {axis} < {around[0] + size}"


def _starts(axis: str, size: int, stride: int) -> str:
    """Whether a window ends at this row or column."""
    last = f"{axis} >= {size - 1}"
    return last if stride == 1 else f"{last} && ({axis} - {size - 1}) % {stride} == 0"


def _shift(height: int, width: int, channels: int) -> str:
    """A new column enters the window from the right; the line buffer moves up in it."""
    row, last = width * channels, (width - 1) * channels
    lines = [
        f"for (int y = 0; y < {height}; y++) {{",
        "    #pragma HLS UNROLL",
        f"    for (int i = 0; i < {last}; i++) {{",
        "        #pragma HLS UNROLL",
        f"        window[y * {row} + i] = window[y * {row} + i + {channels}];",
        "    }",
        "}",
        f"for (int c = 0; c < {channels}; c++) {{",
        "    #pragma HLS UNROLL",
    ]
    for y in range(height - 1):
        below = f"lines[{y + 1}][column][c]" if y < height - 2 else "pixel[c]"
        lines.append(f"    window[{y * row + last} + c] = lines[{y}][column][c];")
        lines.append(f"    lines[{y}][column][c] = {below};")
    lines += [f"    window[{(height - 1) * row + last} + c] = pixel[c];", "}"]
    return "".join(f"            {line}\n" for line in lines)
