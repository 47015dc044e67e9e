"""Weights with which nets have the sum of what enters, found where there are any."""

from __future__ import annotations

import numpy as np
import pytest

from hls_projects.proof.sums.relation import find_relation
from hls_projects.proof.sums.tables import product_table

ROWS = np.arange(16)
A, B, C, D = (ROWS >> i & 1 for i in range(4))
ALL = np.ones(16, bool)


def tables(**columns):
    return {i: np.asarray(column, bool) for i, column in enumerate(columns.values(), 10)}


def test_digits_and_their_complements():
    total = A + B + C + D
    found = find_relation(tables(one=total & 1, two=1 - (total >> 1 & 1), four=total >> 2),
                          total, ALL, {})
    assert dict(found.weights) == {10: 1, 11: -2, 12: 4} and found.offset == 2


def test_two_carries_of_one_weight():
    total = A + B + C + D
    third = A + B + C
    low = third & 1
    columns = tables(low=(low + D) & 1, first=third >> 1, second=low & D)
    found = find_relation(columns, total, ALL, {})
    assert dict(found.weights) == {10: 1, 11: 2, 12: 2}


def test_a_product_that_the_next_position_counts():
    """s, carry and a · b are the sum of four bits; a and b are needed again."""
    p = A ^ B ^ C
    carry = np.where(p, D, A ^ B)
    left = {frozenset(s): product_table(frozenset(s), [0, 1, 2, 3]) for s in ([0], [1], [0, 1])}
    found = find_relation(tables(s=p ^ D, carry=carry), A + B + C + D, ALL, left)
    assert dict(found.weights) == {10: 1, 11: 2} and dict(found.rest) == {frozenset([0, 1]): 2}


@pytest.mark.parametrize("wrong", range(16))
def test_one_wrong_entry_is_no_counter_or_one_of_other_weights(wrong):
    total = A + B + C + D
    columns = [total & 1, total >> 1 & 1, total >> 2]
    for place in range(3):
        broken = [c.copy() for c in columns]
        broken[place][wrong] ^= 1
        found = find_relation(tables(a=broken[0], b=broken[1], c=broken[2]), total, ALL, {})
        if found is not None:
            made = sum(w * broken[net - 10] for net, w in found.weights.items())
            assert wrong == 15 and (found.offset + made == total).all()


def test_what_never_occurs_does_not_count():
    found = find_relation(tables(low=A ^ B, high=A & B), A + B, ALL, {})
    assert dict(found.weights) == {10: 1, 11: 2}
    found = find_relation(tables(low=A | B, high=0 * A), A + B, A + B < 2, {})
    assert dict(found.weights) == {10: 1} and found.aliases == {11: (0, False)}
