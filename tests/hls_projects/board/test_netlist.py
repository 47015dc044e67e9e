"""Routed cells without a model, or with a pin that nothing drives, stop the simulation."""

import json

import pytest

from hls_projects.board.simulation.netlist import NoModelError, kinds, read_routed, simulated


def lut(**connections):
    return cell("TRELLIS_COMB", {"INITVAL": "0" * 16}, F=[3], **connections)


def cell(kind, parameters, **connections):
    return {"type": kind, "parameters": parameters, "attributes": {}, "connections": connections}


def flip_flop(*, parameters=(), **connections):
    plain = {"GSR": "DISABLED", "CLKMUX": "CLK", "LSRMUX": "LSR", "SD": "1 ", "CEMUX": "1 ",
             "REGSET": "RESET"}
    return cell("TRELLIS_FF", plain | dict(parameters), CLK=[2], Q=[4], **connections)


def module(*cells):
    return {"ports": {"clk": {"direction": "input", "bits": [2]}},
            "cells": {f"c{i}": cell for i, cell in enumerate(cells)}}


def test_what_nothing_drives_is_1_at_a_lut():
    (made,) = simulated(module(lut(A=[7], B=[])))["modules"]["board"]["cells"].values()
    assert made["connections"] == {
        "A": [7], "B": ["1"], "C": ["1"], "D": ["1"], "M": ["1"], "FCI": ["0"], "F1": ["1"],
        "FXA": ["1"], "FXB": ["1"], "F": [3],
    }
    assert kinds(module(lut(), lut(), flip_flop()))["TRELLIS_COMB"] == 2


CCU2 = {"MODE": "CCU2", "CCU2_INJECT1": "NO"}


@pytest.mark.parametrize(("made", "message"), [
    (cell("MULT18X18D", {}), "c0: a cell of kind MULT18X18D has no model; there are TRELLIS_COMB"),
    (cell("TRELLIS_COMB", {"MODE": "DPRAM", "INITVAL": "0" * 16}), "whose MODE is DPRAM has no"),
    (flip_flop(DI=[5], parameters={"SRMODE": "ASYNC"}), "whose SRMODE is ASYNC has no model"),
    (flip_flop(DI=[5], parameters={"GSR": "ENABLED"}), "whose GSR is ENABLED has no model"),
    (flip_flop(DI=[5], parameters={"CLKMUX": "INV"}), "whose CLKMUX is INV has no model"),
    (flip_flop(M=[5]), "nothing drives DI of this flip-flop"),
    (cell("TRELLIS_FF", {}, Q=[4], M=[5]), "nothing drives CLK of this TRELLIS_FF"),
    (cell("TRELLIS_IO", {"DIR": "BIDIR"}, B=[5]), "whose DIR is BIDIR has no model"),
    (cell("TRELLIS_IO", {"DIR": "OUTPUT"}, B=[5], I=[6], T=[7]), "TRELLIS_IO has no pin T"),
    (cell("DCCA", {}, CLKI=[5]), "nothing drives CE of this DCCA"),
    (lut(OFX=[5], F1=[6]), "nothing selects the output of this multiplexer"),
    (lut(WCK=[5]), "the model of TRELLIS_COMB has no pin WCK"),
    (cell("TRELLIS_COMB", CCU2 | {"INITVAL": "1" * 16}, F=[3]), "nothing drives the carry"),
    (cell("TRELLIS_COMB", CCU2 | {"INITVAL": "1" + "0" * 15}, FCO=[3]), "drives the carry"),
])
def test_what_has_no_model_is_named(made, message):
    with pytest.raises(NoModelError, match=message):
        simulated(module(made))


def test_a_carry_that_cannot_matter_may_be_open():
    simulated(module(cell("TRELLIS_COMB", CCU2 | {"INITVAL": "0" * 16}, A=[6], FCO=[3])))
    simulated(module(cell("TRELLIS_COMB", CCU2 | {"INITVAL": "1".zfill(16)}, FCO=[3])))


def test_a_netlist_of_several_modules_is_refused(tmp_path):
    path = tmp_path / "routed.json"
    path.write_text(json.dumps({"modules": {"a": {}, "b": {}}}))
    with pytest.raises(ValueError, match="must hold one module. Received: a, b"):
        read_routed(path)
