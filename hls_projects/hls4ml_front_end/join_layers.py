"""hls4ml layers that join branches: sums, differences and concatenations."""

from __future__ import annotations

from hls4ml.model.attributes import Attribute

from hls_projects.hls4ml_front_end.cpp.kernels import PIPELINE, adder_tree, shifted
from hls_projects.hls4ml_front_end.layers import IntegerLayer
from hls_projects.hls4ml_front_end.precision import integer_precision, set_source_precision


class JoinLayer(IntegerLayer):
    """A layer of several inputs, value by value or side by side.

    Attributes: `places`, a list, input i counts 2^places[i]; `branch_lowest` and `branch_highest`,
    lists of the integers that each branch can be.
    """

    _expected_attributes = [
        Attribute("places", value_type=list),
        Attribute("branch_lowest", value_type=list),
        Attribute("branch_highest", value_type=list),
    ]

    def _set_input_precision(self) -> None:
        bounds = zip(self.get_attr("branch_lowest"), self.get_attr("branch_highest"), strict=True)
        for name, (low, high) in zip(self.inputs, bounds, strict=True):
            set_source_precision(self, integer_precision(low, high), name)

    def _kernel(self) -> str:
        shapes = [self.get_input_variable(name).shape for name in self.inputs]
        sizes = [shape[-1] for shape in shapes]
        positions = 1
        for n in shapes[0][:-1]:
            positions *= n
        assign = "\n".join(f"        {line}" for line in self._values(sizes))
        return (self._streaming if self.streams else self._parallel)(sizes, positions, assign)

    def _values(self, sizes: list[int]) -> list[str]:
        """Statements that make one position `out` of in_0, in_1, …"""
        raise NotImplementedError

    def _parallel(self, sizes: list[int], positions: int, assign: str) -> str:
        width = self.get_output_variable().shape[-1]
        template = ", ".join(f"class data{i}_T" for i in range(len(sizes)))
        arguments = [f"data{i}_T data{i}[{n * positions}]" for i, n in enumerate(sizes)]
        arguments.append(f"res_T res[{width * positions}]")
        at = "".join(
            f"        const data{i}_T *in_{i} = data{i} + i * {n};\n" for i, n in enumerate(sizes)
        )
        return (
            f"template <{template}, class res_T>\n"
            f"void {self.function_name}({', '.join(arguments)}) {{\n{PIPELINE}"
            f"    for (int i = 0; i < {positions}; i++) {{\n        #pragma HLS UNROLL\n{at}"
            f"        res_T *out = res + i * {width};\n{assign}\n    }}\n}}\n"
        )

    def _streaming(self, sizes: list[int], positions: int, assign: str) -> str:
        template = ", ".join(f"class data{i}_T" for i in range(len(sizes)))
        arguments = [f"hls::stream<data{i}_T> &data{i}" for i in range(len(sizes))]
        reads = "".join(_gathered(i, size) for i, size in enumerate(sizes))
        return (
            f"template <{template}, class res_T>\n"
            f"void {self.function_name}({', '.join(arguments)}, hls::stream<res_T> &res) {{\n"
            f"    for (int i = 0; i < {positions}; i++) {{\n        #pragma HLS PIPELINE II=1\n"
            f"{reads}        res_T out;\n{assign}\n        res.write(out);\n    }}\n}}\n"
        )

    def _term(self, branch: int, element: int) -> str:
        return shifted(f"in_{branch}[{element}]", self.get_attr("places")[branch])


def _gathered(branch: int, size: int) -> str:
    """C++ that reads a branch's values of one position, in as many parts as its stream has."""
    kind = f"data{branch}_T"
    return (
        f"        typename {kind}::value_type in_{branch}[{size}];\n"
        f"        for (unsigned part = 0; part < {size} / {kind}::size; part++) {{\n"
        f"            {kind} values = data{branch}.read();\n"
        f"            for (unsigned j = 0; j < {kind}::size; j++)\n"
        f"                in_{branch}[part * {kind}::size + j] = values[j];\n        }}\n"
    )


class IntegerAdd(JoinLayer):
    """Branches added or subtracted.  Attribute: `signs`, a list of 1 and −1."""

    kernel_name = "integer_add"
    _expected_attributes = [Attribute("signs", value_type=list)]

    def _values(self, sizes: list[int]) -> list[str]:
        signs = list(enumerate(self.get_attr("signs")))
        return [
            f"out[{element}] = " + adder_tree(
                [self._term(i, element) for i, sign in signs if sign > 0],
                [self._term(i, element) for i, sign in signs if sign < 0],
            ) + ";"
            for element in range(sizes[0])
        ]


class IntegerConcatenate(JoinLayer):
    """Branches side by side along the last axis."""

    kernel_name = "integer_concatenate"

    def _output_shape(self) -> list[int]:
        return [*self.get_input_variable().shape[:-1], len(self.get_attr("lowest"))]

    def _values(self, sizes: list[int]) -> list[str]:
        elements = [(branch, i) for branch, size in enumerate(sizes) for i in range(size)]
        return [f"out[{o}] = {self._term(*element)};" for o, element in enumerate(elements)]


JOIN_LAYERS: tuple[type[IntegerLayer], ...] = (IntegerAdd, IntegerConcatenate)
