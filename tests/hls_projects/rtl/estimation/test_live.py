"""What hardware keeps of a graph: sums of atoms, equal signals, registers that last."""

import numpy as np
import pytest

from benchmarks.graph_networks import SETTINGS, SHAPES, Grown
from hls_projects.kinds import Add, Concatenate, Dense, Flatten, Head, Levels, UpSample
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.sources import INPUT
from hls_projects.rtl import write_rtl
from hls_projects.rtl.estimate import estimate
from hls_projects.rtl.estimation.live import live_parts
from hls_projects.rtl.estimation.terms import LINEAR
from tests.hls_projects.branches import branched
from tests.hls_projects.zoo import random_inputs


def grown(name, setting=1, seed=0):
    grow, shape = SHAPES[name]
    own = Grown(shape, *SETTINGS[setting], seed)
    grow(own)
    return own.network()


def waiting(width=3):
    """Inputs that an activation two stages later is added to, and one that nothing takes."""
    rng = np.random.default_rng(5)
    levels = Levels(np.zeros((width, 1), np.int32), np.ones(width, np.int8))
    kept = np.eye(width, dtype=np.int8)
    kept[-1] = 0
    layers = (
        Dense(np.ones((width, width), np.int8) - 2 * np.eye(width, dtype=np.int8)), levels,
        Dense(-np.ones((width, width), np.int8) + 2 * np.eye(width, dtype=np.int8)), levels,
        Dense(kept), Add((0, 0), (1, 1)),
        Head(rng.integers(-3, 3, width).astype(np.int32), np.array([0, 2, 1], np.int8)),
    )  # fmt: skip
    sources = ((-1,), (0,), (1,), (2,), (-1,), (3, 4), (5,))
    return IntegerNetwork(InputFormat(2, False, 1.0, (width,)), layers, sources=sources)


GRAPHS = {"branched": branched(2), "waiting": waiting(), **{name: grown(name) for name in SHAPES}}


def atom_values(network, x):
    """(samples, atoms), and what each end takes, (samples, values)."""
    traced = {INPUT: x, **dict(enumerate(network.trace(x)))}
    atoms = [i for i in traced if i == INPUT or network.layers[i].role not in LINEAR]
    flat = {i: value.reshape(len(x), -1).astype(np.int64) for i, value in traced.items()}
    ends = [i for i in atoms if i != INPUT] + network.heads
    taken = [
        flat[i] - network.layers[i].bias if i in network.heads else flat[network.taken[i][0]]
        for i in sorted(ends)
    ]
    return np.concatenate([flat[i] for i in atoms], axis=1), taken


@pytest.mark.parametrize("name", GRAPHS)
def test_every_value_is_the_sum_that_its_terms_say(name):
    network = GRAPHS[name]
    values, taken = atom_values(network, random_inputs(network, 60))
    live = live_parts(network)
    assert len(live.ends) == len(taken)
    for end, expected in zip(live.ends, taken, strict=True):
        found = np.zeros((values.shape[0], end.taken.size), np.int64)
        terms = end.taken.factors * values[:, end.taken.atoms]
        np.add.at(found.T, end.taken.rows, terms.T)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", GRAPHS)
def test_atoms_stay_within_what_they_encode_and_equal_signals_are_equal(name):
    network = GRAPHS[name]
    values, _ = atom_values(network, random_inputs(network, 200))
    table = live_parts(network).table
    assert (values >= table.lowest).all() and (values <= table.lowest + table.span).all()
    np.testing.assert_array_equal(values, values[:, table.same])
    bits = {}
    for atom, span in enumerate(table.span.tolist()):
        own = table.signals[table.owners == atom]
        places = [place for place in range(span.bit_length()) if span >> place & 1]
        if len(own) == len(places):
            for signal, place in zip(own.tolist(), places, strict=True):
                bit = (values[:, atom] - table.lowest[atom]) >> place & 1
                bits.setdefault(signal, []).append(bit)
    shared = [found for found in bits.values() if len(found) > 1]
    assert all(len(np.unique(first ^ other)) == 1 for first, *rest in shared for other in rest)


@pytest.mark.parametrize("network", [branched(1, False), grown("two inputs"), grown("U-Net", 1, 1)])
def test_registers_are_those_of_the_netlist(network, tmp_path):
    design, found = write_rtl(network, tmp_path), estimate(network)
    assert found.ffs == design.ffs
    assert abs(found.luts - design.luts) <= 0.25 * design.luts
    assert abs(found.positions - design.positions) <= 0.25 * design.positions


def test_what_waits_for_a_later_stage_is_registered_in_each(tmp_path):
    network = waiting()
    activation, second, head = live_parts(network).ends
    assert activation.registers.tolist() == [1, 1, 1]
    logits = int(head.registers.sum())
    # Two inputs of two bits wait twice, the third one has no weight; three stages are valid.
    assert estimate(network).ffs == 3 + 3 + 2 * 4 + logits + 3
    assert estimate(network).ffs == write_rtl(network, tmp_path).ffs
    assert second.kept.all()


def test_branches_that_are_added_are_one_sum():
    rng = np.random.default_rng(1)
    first, second = (rng.choice([-1, 1], (6, 4)).astype(np.int8) for _ in range(2))
    levels = Levels(np.zeros((4, 1), np.int32), np.ones(4, np.int8))
    ends = Dense(np.ones((4, 2), np.int8)), Head(np.zeros(2, np.int32))
    form = InputFormat(1, False, 1.0, (6,))
    added = IntegerNetwork(
        form, (Dense(first), Dense(second), Add((0, 1), (1, -1)), levels, *ends),
        sources=((-1,), (-1,), (0, 1), (2,), (3,), (4,)),
    )
    at_once = IntegerNetwork(
        form, (Dense((first - 2 * second).astype(np.int8)), levels, *ends)
    )
    (sums, _), (expected, _) = live_parts(added).ends, live_parts(at_once).ends
    for name in ("rows", "atoms", "factors"):
        np.testing.assert_array_equal(getattr(sums.taken, name), getattr(expected.taken, name))
    assert [added.layers[end.named].kind for end in live_parts(added).ends] == ["add", "dense"]


def test_copies_are_one_activation(tmp_path):
    """Of an upsampled series: each neuron stands twice, and is built once."""
    rng = np.random.default_rng(3)
    weights = rng.choice([-1, 1], (2, 3)).astype(np.int8)
    levels = Levels(np.tile(np.array([[0, 1, 2]], np.int32), (3, 1)), np.ones(3, np.int8))
    layers = (UpSample((2,)), Dense(weights), levels)
    ends = Concatenate((0, 0)), Dense(np.ones((6, 1), np.int8))
    network = IntegerNetwork(
        InputFormat(3, False, 1.0, (2, 2)), (*layers, *ends, *flat_head(4)),
        sources=((-1,), (0,), (1,), (2, 2), (3,), (4,), (5,), (6,)),
    )
    activations = live_parts(network).ends[0]
    kept = activations.kept.reshape(4, 3)
    assert kept[[0, 2]].all() and not kept[[1, 3]].any()
    assert estimate(network).ffs == write_rtl(network, tmp_path).ffs


def test_mirrored_sums_and_bits_of_inputs_are_signals_that_are_there(tmp_path):
    """x − y ≥ 1 is not y − x ≥ 0, three times a sum is the sum, x ≥ 2 is the upper bit of x."""
    weights = np.array([[1, -1, 3, 1, 1], [-1, 1, -3, 0, 1]], np.int8)
    levels = Levels(np.array([[1], [0], [3], [2], [2]], np.int32), np.ones(5, np.int8))
    layers = (
        Dense(weights), levels, Concatenate((0, 0)), Dense(np.arange(-1, 13).reshape(7, 2).astype(
            np.int8)), Head(np.zeros(2, np.int32)),
    )  # fmt: skip
    network = IntegerNetwork(
        InputFormat(2, False, 1.0, (2,)), layers, sources=((-1,), (0,), (1, -1), (2,), (3,))
    )
    design, found = write_rtl(network, tmp_path), estimate(network)
    logits = int(live_parts(network).ends[-1].registers.sum())
    # Inputs of two bits each, x − y ≥ 1 and x + y ≥ 2.
    assert found.ffs == 2 * 2 + 2 + logits + 2 == design.ffs


def flat_head(positions):
    rng = np.random.default_rng(0)
    weights = Dense(rng.choice([-1, 1], (positions, 2)).astype(np.int8))
    return Flatten(), weights, Head(np.zeros(2, np.int32))


def test_what_no_logit_needs_is_left_out():
    network = waiting()
    layers = list(network.layers)
    second = np.array(layers[2].weights)
    second[1] = 0
    layers[2] = Dense(second)
    changed = IntegerNetwork(network.input, tuple(layers), sources=network.sources)
    assert live_parts(changed).ends[0].registers.tolist() == [1, 0, 1]
