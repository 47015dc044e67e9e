"""Port x of numbers of several widths: bits above those of a number follow from its own."""

from __future__ import annotations

import math
from dataclasses import replace

from hls_projects.network.input_format import InputFormat
from hls_projects.proof.circuit import Circuit, CircuitError, Function


def with_own_bits(circuit: Circuit, form: InputFormat) -> Circuit:
    """The same circuit with a port x of the bits that each number has of its own.

    Higher bits of its place in the port are its sign in every input that there is, or 0 where it
    has none.  Hardware may look at them: they are driven so.  Where all numbers are as wide as the
    port has room for, the circuit itself.

    Args:
        circuit: with port x.
        form: of the network's input.

    Raises:
        CircuitError: for a port of another width.
    """
    if not form.parts:
        return circuit
    nets, expected = circuit.inputs["x"], math.prod(form.shape) * form.bits
    if len(nets) != expected:
        raise CircuitError(f"port x has {len(nets)} bits, the network's input {expected}")
    kept: list[int] = []
    found = replace(circuit, functions=dict(circuit.functions), registers=dict(circuit.registers))
    for element, (bits, signed) in enumerate(form.widths):
        own = nets[element * form.bits : (element + 1) * form.bits]
        kept += own[:bits]
        for net in own[bits:]:
            if signed:
                found.replace({net: (own[bits - 1], False)})
            else:
                found.functions[net] = Function((("buffer", (0,)),), 2), ()
    return replace(found, inputs={**circuit.inputs, "x": kept})
