"""Who confirms a counterexample is said, and loudly where nobody does."""

from __future__ import annotations

import numpy as np

from hls_projects.proof import Counterexample, Difference, Proof

INPUTS = np.array([[0, 3], [3, 0]], np.int32)
EXPECTED = np.array([[1, 2], [1, 4]])
DIFFERENCE = Difference("dense_1", 2, 0, "q[2]", np.array([0, 3]), 1, 0, np.array([0, 3]))


def found(evaluated, simulated):
    one = Counterexample(DIFFERENCE, INPUTS[:1], EXPECTED[:1], evaluated and np.array([evaluated]))
    return one.simulate(lambda x: np.array([simulated]), None)


def test_a_simulation_that_shows_it_confirms_it():
    one = found([1, 3], [1, 3])
    assert one.confirmed and not one.refuted
    assert one.confirmation == "simulation confirms it: logit 1 is 3 instead of 2"


def test_a_simulation_that_gives_other_logits_than_the_checker_is_loud():
    for simulated in ([1, 2], [0, 3]):
        one = found([1, 3], simulated)
        assert one.refuted and "SIMULATION DOES NOT CONFIRM IT" in str(Proof(counterexample=one))


def test_what_no_logit_shows_is_said():
    for evaluated in ([1, 2], None):
        one = found(evaluated, [1, 2])
        assert not one.confirmed and not one.refuted
        assert one.confirmation.startswith("simulation shows it in no logit")


def test_without_simulation_it_says_so():
    one = Counterexample(DIFFERENCE, INPUTS[:1], EXPECTED[:1], np.array([[0, 0]]))
    assert one.confirmation == ("not simulated; by the checker's evaluation logit 0 is 0 instead "
                                "of 1, and 1 more")


def test_of_several_inputs_the_one_that_a_logit_shows_is_kept():
    one = Counterexample(DIFFERENCE, INPUTS, EXPECTED)
    shown = one.simulate(lambda x: np.array([[1, 2], [1, 5]]), None)
    assert shown.inputs.tolist() == [[3, 0]] and shown.difference.x.tolist() == [3, 0]
    assert shown.confirmation == "simulation confirms it: logit 1 is 5 instead of 4"


def test_beside_a_window_only_what_a_logit_needs_is_left():
    """A logit is wrong where values 0 and 3 are there; the window, value 1, stays anyway."""
    def integers(x):
        return np.zeros((len(x), 1), int)

    def predict(x):
        return (x[:, [0]] > 0) & (x[:, [3]] > 0)

    inputs = np.array([[0, 1, 0, 0, 0], [1, 1, 2, 1, 1]], np.int32)
    one = Counterexample(DIFFERENCE, inputs, integers(inputs), window=np.array([[1], [1]]))
    assert one.simulate(predict, integers).inputs.tolist() == [[1, 1, 0, 1, 0]]
