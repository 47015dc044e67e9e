"""Each claim, what the records say of it, and whether it holds; computed, never typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reports.compared_network import Group, sparsity_text
from reports.spread import Spread
from reports.table import Column, Table

NOT_MEASURED = "not measured"
PAPER = "arXiv 1709.06262"
OWN = "this project"
CONVENTIONAL = {"binary": "binary", "ternary": "dense ternary", "magnitude": "magnitude pruning"}
LARGEST_LOSS = 0.002


@dataclass(frozen=True)
class Finding:
    """What was measured for a claim.

    Args:
        measured: the figures, for people.
        holds: whether the claim is true of the means.
        within_spread: whether the seeds' spread could turn the verdict.
    """

    measured: str
    holds: bool
    within_spread: bool = False

    @property
    def verdict(self) -> str:
        word = "yes" if self.holds else "no"
        return f"{word}, within the spread of the seeds" if self.within_spread else word


Check = Callable[[Sequence[Group]], Finding | None]


def claims_table(groups: Sequence[Group]) -> Table:
    """Every claim for every architecture of the groups; ``not measured`` where records lack.

    Args:
        groups: of all architectures and methods.
    """
    architectures = list(dict.fromkeys(group.network for group in groups)) or ["any"]
    rows = tuple(
        (claim, whose, network, *_result(check, [g for g in groups if g.network == network]))
        for claim, whose, check in _claims()
        for network in architectures
    )
    columns = tuple(
        Column(key, label, left=True)
        for key, label in (
            ("claim", "Claim"),
            ("whose", "Whose"),
            ("network", "Network"),
            ("measured", "Measured here"),
            ("holds", "Holds"),
        )
    )
    footnotes = (
        "Computed from the records: means over seeds ± sample standard deviation (none with one "
        "seed). Sizes are those of real bitstreams, against 1 bit a weight (binary) and 2 bits a "
        "weight (ternary). The paper's claims are read from its abstract and tested at 98 % "
        "sparsity or more. Magnitude pruning is compared at the sparsity nearest to ours. "
        "Accuracy is lost against the better of binary and dense ternary.",
    )
    return Table("Claims", columns, rows, footnotes)


def _claims() -> Iterator[tuple[str, str, Check]]:
    yield "up to 98 % sparse, accuracy not below binary and dense ternary", PAPER, _sparsest
    yield "5× smaller than the equivalent binary network", PAPER, _smaller(0.98, "binary", 5)
    yield "11× smaller than the equivalent ternary network", PAPER, _smaller(0.98, "ternary", 11)
    for method, label in CONVENTIONAL.items():
        yield f"more accurate than {label}, at 98 %", PAPER, _better(0.98, method)
    yield "99 % sparse with at most 0.2 points lost", OWN, _loss
    yield "11× smaller than binary, at 99 %", OWN, _smaller(0.99, "binary", 11)
    yield "22× smaller than ternary, at 99 %", OWN, _smaller(0.99, "ternary", 22)


def _result(check: Check, groups: Sequence[Group]) -> tuple[str, str]:
    finding = check(groups)
    return (NOT_MEASURED, NOT_MEASURED) if finding is None else (finding.measured, finding.verdict)


def _ours(groups: Sequence[Group], sparsity: float) -> Group | None:
    """The method's least sparse group that has at least this mean sparsity."""
    reached = [
        group for group in _sparse(groups)
        if group.spread("sparsity").mean >= sparsity and group.spread("test_accuracy")
    ]  # fmt: skip
    return min(reached, key=lambda group: group.spread("sparsity").mean, default=None)


def _sparse(groups: Sequence[Group]) -> list[Group]:
    return [group for group in groups if group.method == "sparse" and group.spread("sparsity")]


def _accuracies(groups: Sequence[Group], method: str) -> list[Group]:
    return [g for g in groups if g.method == method and g.spread("test_accuracy")]


def _better_dense(groups: Sequence[Group]) -> Spread | None:
    """Accuracy of the better one of binary and dense ternary, if both are known."""
    found = [_accuracies(groups, method) for method in ("binary", "ternary")]
    if not all(found):
        return None
    spreads = [group.spread("test_accuracy") for each in found for group in each]
    return max(spreads, key=lambda spread: spread.mean)


def _sparsest(groups: Sequence[Group]) -> Finding | None:
    bar = _better_dense(groups)
    ours = [group for group in _sparse(groups) if group.spread("test_accuracy")]
    if bar is None or not ours:
        return None
    good = [group for group in ours if group.spread("test_accuracy").mean >= bar.mean]
    if not good:
        best = max(ours, key=lambda group: group.spread("test_accuracy").mean)
        return Finding(f"none reaches it; best: {_where(best)}, {_points(best, bar)}", False)
    sparsest = max(good, key=lambda group: group.spread("sparsity").mean)
    reached = sparsest.spread("sparsity").mean
    return Finding(f"up to {_where(sparsest)}, {_points(sparsest, bar)}", reached >= 0.98)


def _smaller(sparsity: float, than: str, times: float) -> Check:
    def check(groups: Sequence[Group]) -> Finding | None:
        group = _ours(groups, sparsity)
        ratio = group and group.spread(f"ratio_vs_{than}")
        if ratio is None:
            return None
        measured = f"{ratio.text('{:.2f}'.format)}× at {_sparsity(group)}"
        return Finding(measured, ratio.mean >= times, abs(ratio.mean - times) < (ratio.sd or 0))

    return check


def _better(sparsity: float, method: str) -> Check:
    def check(groups: Sequence[Group]) -> Finding | None:
        group = _ours(groups, sparsity)
        others = _accuracies(groups, method)
        if group is None or not others:
            return None
        other = _nearest(others, group)
        difference = group.spread("test_accuracy").minus(other.spread("test_accuracy"))
        measured = (
            f"{_accuracy(group)} against {_accuracy(other)}: {_signed(difference)} points, "
            f"at {_sparsity(group)}"
        )
        if other.wanted_sparsity is not None and other.spread("sparsity"):
            measured += f" against {_sparsity(other)}"
        within = abs(difference.mean) < (difference.sd or 0)
        return Finding(measured, difference.mean > 0, within)

    return check


def _nearest(others: Sequence[Group], group: Group) -> Group:
    def distance(other: Group) -> float:
        spread = other.spread("sparsity")
        return abs(spread.mean - group.spread("sparsity").mean) if spread else 1.0

    return min(others, key=distance)


def _loss(groups: Sequence[Group]) -> Finding | None:
    group, bar = _ours(groups, 0.99), _better_dense(groups)
    if group is None or bar is None:
        return None
    difference = group.spread("test_accuracy").minus(bar)
    measured = f"{_where(group)}, {_points(group, bar)}"
    within = abs(difference.mean + LARGEST_LOSS) < (difference.sd or 0)
    return Finding(measured, difference.mean >= -LARGEST_LOSS, within)


def _where(group: Group) -> str:
    return f"{_sparsity(group)} at {_accuracy(group)}"


def _points(group: Group, bar: Spread) -> str:
    difference = group.spread("test_accuracy").minus(bar)
    return f"{_signed(difference)} points against {100 * bar.mean:.2f} %"


def _signed(difference: Spread) -> str:
    spread = "" if difference.sd is None else f" ± {100 * difference.sd:.2f}"
    return f"{100 * difference.mean:+.2f}{spread}".replace("-", "−")


def _accuracy(group: Group) -> str:
    return group.spread("test_accuracy").text(lambda share: f"{100 * share:.2f}") + " %"


def _sparsity(group: Group) -> str:
    return sparsity_text(group.spread("sparsity").mean)
