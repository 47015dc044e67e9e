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
CLAIMED = 0.98


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

    Networks of a quick trial count only if there are no others.  Architectures that were never
    asked for 98 % are left out, where others were: the claims are not about them.

    Args:
        groups: of all architectures and methods.
    """
    groups = [group for group in groups if not group.quick] or groups
    tested = [g for g in _sparse(groups) if (g.wanted_sparsity or 0.0) >= CLAIMED]
    architectures = list(dict.fromkeys(group.network for group in tested or groups)) or ["any"]
    rows = tuple(
        (claim, network, *_result(check, [g for g in groups if g.network == network]), whose)
        for claim, whose, check in _claims()
        for network in architectures
    )
    columns = tuple(
        Column(key, label, left=True)
        for key, label in (
            ("claim", "Claim"),
            ("network", "Network"),
            ("holds", "Holds"),
            ("measured", "Measured here"),
            ("whose", "Claimed by"),
        )
    )
    footnotes = (
        "Computed from the records: means over seeds ± sample standard deviation (none with one "
        "seed). Sizes are those of real bitstreams, against 1 bit a weight (binary) and 2 bits a "
        "weight (ternary). The paper's claims are read from its abstract and tested at 98\u00a0% "
        "sparsity or more. Magnitude pruning is compared at the same wanted sparsity. "
        "Accuracy is lost against the better of binary and dense ternary.",
    )
    return Table("Claims", columns, rows, footnotes)


def _claims() -> Iterator[tuple[str, str, Check]]:
    yield "up to 98\u00a0% sparse, accuracy not below binary and dense ternary", PAPER, _sparsest
    yield "5× smaller than the equivalent binary network", PAPER, _smaller(CLAIMED, "binary", 5)
    yield "11× smaller than the equivalent ternary network", PAPER, _smaller(CLAIMED, "ternary", 11)
    for method, label in CONVENTIONAL.items():
        yield f"more accurate than {label}, at 98\u00a0%", PAPER, _better(CLAIMED, method)
    yield "99\u00a0% sparse with at most 0.2 points lost", OWN, _loss
    yield "11× smaller than binary, at 99\u00a0%", OWN, _smaller(0.99, "binary", 11)
    yield "22× smaller than ternary, at 99\u00a0%", OWN, _smaller(0.99, "ternary", 22)


def _result(check: Check, groups: Sequence[Group]) -> tuple[str, str]:
    finding = check(groups)
    return (NOT_MEASURED, NOT_MEASURED) if finding is None else (finding.verdict, finding.measured)


def _reaching(groups: Sequence[Group], sparsity: float) -> list[Group]:
    """The method's groups that have at least this mean sparsity."""
    return [
        group for group in _sparse(groups)
        if group.spread("sparsity").mean >= sparsity and group.spread("test_accuracy")
    ]  # fmt: skip


def _ours(groups: Sequence[Group], sparsity: float) -> Group | None:
    """The least sparse of the method's groups that have at least this mean sparsity."""
    reached = _reaching(groups, sparsity)
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
    return Finding(f"up to {_where(sparsest)}, {_points(sparsest, bar)}", reached >= CLAIMED)


def _smaller(sparsity: float, than: str, times: float) -> Check:
    def check(groups: Sequence[Group]) -> Finding | None:
        group = _ours(groups, sparsity)
        ratio = group and group.spread(f"ratio_vs_{than}")
        if ratio is None:
            return None
        measured = f"{ratio.text('{:.2f}'.format)}× at {_sparsity(group)}"
        return Finding(measured, ratio.mean >= times, _unsure(ratio.mean - times, ratio))

    return check


def _better(sparsity: float, method: str) -> Check:
    def check(groups: Sequence[Group]) -> Finding | None:
        pair = _opponents(groups, sparsity, method)
        if pair is None:
            return None
        group, other = pair
        difference = group.spread("test_accuracy").minus(other.spread("test_accuracy"))
        measured = (
            f"{_accuracy(group)} against {_accuracy(other)}: {_signed(difference)} points, "
            f"at {_sparsity(group)}"
        )
        if other.wanted_sparsity is not None:
            measured += f" against {_sparsity(other)}"
        return Finding(measured, difference.mean > 0, _unsure(difference.mean, difference))

    return check


def _opponents(groups: Sequence[Group], sparsity: float, method: str) -> tuple[Group, Group] | None:
    """Ours and the other; where both were asked for a sparsity, the same one."""
    pairs = [
        (ours, other)
        for ours in _reaching(groups, sparsity)
        for other in _accuracies(groups, method)
        if other.wanted_sparsity in (None, ours.wanted_sparsity)
    ]
    return min(pairs, key=lambda pair: pair[0].spread("sparsity").mean, default=None)


def _loss(groups: Sequence[Group]) -> Finding | None:
    group, bar = _ours(groups, 0.99), _better_dense(groups)
    if group is None or bar is None:
        return None
    difference = group.spread("test_accuracy").minus(bar)
    measured = f"{_where(group)}, {_points(group, bar)}"
    margin = difference.mean + LARGEST_LOSS
    return Finding(measured, margin >= 0, _unsure(margin, difference))


def _unsure(margin: float, spread: Spread) -> bool:
    """Whether a figure is nearer to its bar than its standard deviation."""
    return spread.sd is not None and abs(margin) < spread.sd


def _where(group: Group) -> str:
    return f"{_sparsity(group)} at {_accuracy(group)}"


def _points(group: Group, bar: Spread) -> str:
    difference = group.spread("test_accuracy").minus(bar)
    return f"{_signed(difference)} points against {100 * bar.mean:.2f}\u00a0%"


def _signed(difference: Spread) -> str:
    spread = "" if difference.sd is None else f" ± {100 * difference.sd:.2f}"
    return f"{100 * difference.mean:+.2f}{spread}".replace("-", "−")


def _accuracy(group: Group) -> str:
    return group.spread("test_accuracy").text(lambda share: f"{100 * share:.2f}") + "\u00a0%"


def _sparsity(group: Group) -> str:
    return sparsity_text(group.spread("sparsity").mean)
