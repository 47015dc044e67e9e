"""A netlist of LUTs and carry chains in order of evaluation."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

from hls_projects.logic.bits import CONSTANT, Bit
from hls_projects.logic.truth_table import Function, Table, tabulate, widen, without_dead_inputs

# LUT4s of a function, by its number of inputs: multiplexers between LUTs cost nothing.
LUT4S = (0, 1, 1, 1, 1, 2, 4)


@dataclass(frozen=True)
class Lut:
    """A LUT of 1 to 6 inputs."""

    output: int
    inputs: tuple[int, ...]
    table: Table

    @property
    def outputs(self) -> tuple[int, ...]:
        return (self.output,)


@dataclass(frozen=True)
class DualLut:
    """A LUT6_2: two functions of the same 1 to 5 inputs."""

    outputs: tuple[int, int]
    inputs: tuple[int, ...]
    tables: tuple[Table, Table]


class ChainNode:
    """A carry chain: c₀ = carry in; sum_i = p_i ⊕ c_i; c_{i+1} = p_i ? c_i : g_i.

    Subclasses are frozen dataclasses, one a primitive.

    Attributes:
        inputs: the chain's input signals.
        selects: those of them that a LUT of its own position must drive.
        outputs: its sum signals, then the carry out; empty until it is in a netlist.
    """

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    selects: tuple[int, ...] = ()

    @property
    def length(self) -> int:
        """How many positions it has."""
        raise NotImplementedError

    def renumbered(self, numbers: dict[int, int]) -> ChainNode:
        """The same chain of other signals."""
        raise NotImplementedError

    @property
    def more_positions(self) -> int:
        """LUT positions that it takes beside those of the LUTs that feed it."""
        return 0

    def without_unused(self, needed: Container[int]) -> ChainNode:
        """The same chain, given the signals that anything needs."""
        return self

    def lines(self, name: str, names: dict[int, str]) -> list[str]:
        """Verilog of this chain alone; none where several share a physical one."""
        return []


def renumber(bit: Bit, numbers: dict[int, int]) -> Bit:
    """The same bit of another signal."""
    return bit if bit.constant else Bit(numbers[bit.signal], bit.inverted)


Node = Lut | DualLut | ChainNode


@dataclass
class Netlist:
    """Nodes over signals; signals 0 … inputs − 1 are the inputs.

    Equal nodes are made once.  `depth` is the number of nodes from the inputs to a signal.
    """

    inputs: int
    nodes: list[Node] = field(default_factory=list)
    depth: dict[int, int] = field(default_factory=dict)
    _made: dict[tuple, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.depth = dict.fromkeys(range(CONSTANT, self.inputs), 0)

    @property
    def luts(self) -> int:
        return sum(isinstance(n, Lut | DualLut) and bool(n.inputs) for n in self.nodes)

    @property
    def positions(self) -> int:
        """LUT positions of LUTs and carry chains, by hls_projects.tools.lut_positions."""
        chains = [node for node in self.nodes if isinstance(node, ChainNode)]
        selects = [signal for chain in chains for signal in chain.selects]
        copied = len(selects) - len(set(selects))
        return self.luts + copied + sum(chain.more_positions for chain in chains)

    @property
    def lut4s(self) -> int:
        """LUT4s of all tables, without those of carry chains."""
        tables = [node for node in self.nodes if isinstance(node, Lut | DualLut)]
        return sum(LUT4S[len(node.inputs)] * len(node.outputs) for node in tables)

    def lut_bits(self, bits: Sequence[Bit], function: Function) -> list[Bit]:
        """One bit for each output of the function; pairs that fit share a LUT6_2.

        Constants and plain wires cost nothing, nor does a function that is there already.
        """
        signals, tables = tabulate(bits, function)
        reduced = [without_dead_inputs(signals, table) for table in tables]
        missing = list(dict.fromkeys(key for key in reduced if self._known(*key) is None))
        for key in missing[:]:
            flipped = (key[0], _flip(key[1]))
            if key in missing and flipped in missing:
                missing.remove(flipped)
        while missing:
            self._make(missing)
        return [self._known(*key) for key in reduced]

    def inverter(self, bit: Bit) -> Bit:
        """A signal equal to the complement of the bit's signal, by a LUT."""
        return Bit(self._add_lut((bit.signal,), (1, 0)))

    def propagate(self, bits: Sequence[Bit], function: Function) -> tuple[int, int | None]:
        """LUT signals of a chain's position: propagate, and generate if the function has two."""
        signals, tables = tabulate(bits, function)
        key = ("position", tuple(signals), tuple(tables))
        if key not in self._made:
            if len(tables) == 2:
                self._made[key] = self._add_dual(tuple(signals), (tables[0], tables[1]))
            else:
                self._made[key] = (self._add_lut(tuple(signals), tables[0]), None)
        return self._made[key]

    def add_chain(self, chain: ChainNode) -> tuple[int, ...]:
        """Sum signals of every position, then the carry out, of a chain without outputs yet."""
        if chain not in self._made:
            self._made[chain] = self._new(chain.inputs, chain.length + 1)
            self.nodes.append(replace(chain, outputs=self._made[chain]))
        return self._made[chain]

    def _known(self, signals: tuple[int, ...], table: Table) -> Bit | None:
        if not signals:
            return Bit(CONSTANT, bool(table[0]))
        if len(signals) == 1:
            return Bit(signals[0], bool(table[0]))
        if (signals, table) in self._made:
            return Bit(self._made[signals, table])
        if (signals, _flip(table)) in self._made:
            return Bit(self._made[signals, _flip(table)], True)
        return None

    def _make(self, missing: list[tuple[tuple[int, ...], Table]]) -> None:
        """Makes the first missing function, with another one where both fit one LUT6_2."""
        first = missing.pop(0)
        for mate in missing:
            together = tuple(sorted({*first[0], *mate[0]}))
            if len(together) <= 5:
                missing.remove(mate)
                tables = (
                    widen(first[1], first[0], together),
                    widen(mate[1], mate[0], together),
                )
                self._made[first], self._made[mate] = self._add_dual(together, tables)
                return
        self._made[first] = self._add_lut(*first)

    def _add_lut(self, signals: tuple[int, ...], table: Table) -> int:
        (output,) = self._new(signals, 1)
        self.nodes.append(Lut(output, signals, table))
        return output

    def _add_dual(self, signals: tuple[int, ...], tables: tuple[Table, Table]) -> tuple[int, int]:
        outputs = self._new(signals, 2)
        self.nodes.append(DualLut(outputs, signals, tables))
        return outputs

    def _new(self, feeding: Sequence[int], count: int) -> tuple[int, ...]:
        depth = 1 + max((self.depth[signal] for signal in feeding), default=0)
        first = len(self.depth) - 1
        self.depth.update(dict.fromkeys(range(first, first + count), depth))
        return tuple(range(first, first + count))


def _flip(table: Table) -> Table:
    return tuple(1 - entry for entry in table)
