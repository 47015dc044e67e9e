"""Each claim, what the records say of it, and whether it holds; computed, never typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reports.comparison.claim_text import (
    accuracy_text,
    points_text,
    ratio_text,
    signed_text,
    where_text,
    zeros_text,
)
from reports.comparison.compared_network import Group
from reports.pages.table import Column, Table
from reports.records.spread import Spread
from training.methods import METHODS

NOT_MEASURED = "not measured"
PAPER = "arXiv 1709.06262"
OWN = "this project"
CONVENTIONAL = [method for method in METHODS.values() if method.conventional]
CLAIMED = 0.98
# What a smaller network may lose, as a share.
NEAR = 0.01


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
Bar = Callable[[Sequence[Group]], Spread | None]


@dataclass(frozen=True)
class Claim:
    """What is claimed, by whom, of networks asked for how much sparsity, and what decides it."""

    text: str
    whose: str
    sparsity: float
    check: Check


def claims_table(groups: Sequence[Group], data: str | None = None) -> Table:
    """Every claim for every architecture of the groups; ``not measured`` where records lack.

    Networks of a quick trial count only if there are no others.  A claim leaves out architectures
    that were never asked for its sparsity, where others were: it is not about them.

    Args:
        groups: of all architectures and methods.
        data: set that they were trained on; cifar10 has claims of its own.
    """
    groups = [group for group in groups if not group.quick] or groups
    rows = tuple(
        (claim.text, network, *_result(claim, groups, network), claim.whose)
        for claim in _claims(data)
        for network in _architectures(groups, claim.sparsity)
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
        "Computed from the records: means over seeds ± sample standard deviation. Where there is "
        "no ±, one seed was trained, and some tenths of a point may be chance. Sizes are those of "
        "real bitstreams, against 1 bit a weight (binary) and 2 bits a weight (ternary). The "
        "paper's claims are read from its abstract and tested at 98\u00a0% sparsity or more. "
        "Magnitude pruning is compared at the same wanted sparsity. Accuracy is lost against the "
        "better of binary and dense ternary, unless a claim says against which. A claim of size "
        "holds where accuracy, zeros and size hold for one network together.",
    )
    return Table("Claims", columns, rows, footnotes)


def _claims(data: str | None) -> Iterator[Claim]:
    def papers(text: str, check: Check) -> Claim:
        return Claim(text, PAPER, CLAIMED, check)

    sparsest = _sparsest(CLAIMED, _better_dense)
    yield papers("up to 98\u00a0% sparse, accuracy not below binary and dense ternary", sparsest)
    for than, times in (("binary", 5), ("ternary", 11)):
        check = _smaller_within(NEAR, than, times, CLAIMED, _better_dense)
        text = f"{times}× smaller than the equivalent {than} network, within 1 point, at 98\u00a0%"
        yield papers(text, check)
    for other in CONVENTIONAL:
        check = _better(CLAIMED, other.name)
        yield papers(f"more accurate than {other.label}, at 98\u00a0%", check)
    yield from _claims_on_cifar10() if data == "cifar10" else _claims_elsewhere()


def _claims_elsewhere() -> Iterator[Claim]:
    few = "99\u00a0% sparse with at most 0.2 points lost"
    yield Claim(few, OWN, 0.99, _loses(0.99, 0.002, _better_dense))
    for than, times in (("binary", 11), ("ternary", 22)):
        check = _smaller_within(0.002, than, times, 0.99, _better_dense)
        yield Claim(f"{times}× smaller than {than}, {few}", OWN, 0.99, check)


def _claims_on_cifar10() -> Iterator[Claim]:
    within = _loses(0.98, 0.02, _dense_ternary)
    yield Claim("98\u00a0% sparse within 2 points of dense ternary", OWN, 0.98, within)
    not_below = "90\u00a0% sparse or more, accuracy not below dense ternary"
    yield Claim(not_below, OWN, 0.9, _sparsest(0.9, _dense_ternary))
    for than, times in (("binary", 5), ("ternary", 11)):
        text = f"{times}× smaller than {than}, at the sparsest within 1 point of dense ternary"
        yield Claim(text, OWN, 0.0, _smaller_within(NEAR, than, times, 0.0, _dense_ternary))


def _architectures(groups: Sequence[Group], sparsity: float) -> list[str]:
    asked = [g for g in _sparse(groups) if (g.wanted_sparsity or 0.0) >= sparsity]
    return list(dict.fromkeys(group.network for group in asked or groups)) or ["any"]


def _result(claim: Claim, groups: Sequence[Group], network: str) -> tuple[str, str]:
    finding = claim.check([group for group in groups if group.network == network])
    return (NOT_MEASURED, NOT_MEASURED) if finding is None else (finding.verdict, finding.measured)


def _reaching(groups: Sequence[Group], sparsity: float) -> list[Group]:
    """The method's groups that have at least this mean sparsity."""
    return [
        group for group in _sparse(groups)
        if group.spread("sparsity").mean >= sparsity and group.spread("test_accuracy")
    ]


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
    return _best(group for each in found for group in each) if all(found) else None


def _dense_ternary(groups: Sequence[Group]) -> Spread | None:
    return _best(_accuracies(groups, "ternary"))


def _best(groups: Iterable[Group]) -> Spread | None:
    spreads = (group.spread("test_accuracy") for group in groups)
    return max(spreads, key=lambda spread: spread.mean, default=None)


def _sparsest(sparsity: float, bar: Bar) -> Check:
    def check(groups: Sequence[Group]) -> Finding | None:
        asked, ours = bar(groups), _reaching(groups, 0.0)
        if asked is None or not ours:
            return None
        margins = [_margin(group, asked) for group in _reaching(groups, sparsity)]
        holds = any(margin.mean >= 0 for margin in margins)
        unsure = [_unsure(m.mean, m) for m in margins if (m.mean >= 0) == holds]
        # One network that surely holds is enough; all must surely fail.
        within_spread = all(unsure) if holds else any(unsure)
        return Finding(_sparsest_text(ours, asked), holds, within_spread)

    return check


def _sparsest_text(ours: Sequence[Group], bar: Spread) -> str:
    good = [group for group in ours if _margin(group, bar).mean >= 0]
    if not good:
        best = max(ours, key=lambda group: group.spread("test_accuracy").mean)
        return f"none reaches it; best: {where_text(best)}, {points_text(best, bar)}"
    sparsest = max(good, key=lambda group: group.spread("sparsity").mean)
    return f"up to {where_text(sparsest)}, {points_text(sparsest, bar)}"


def _smaller_within(loss: float, than: str, times: float, sparsity: float, bar: Bar) -> Check:
    """Of the sparsest network that loses so little, if it has at least this sparsity."""

    def check(groups: Sequence[Group]) -> Finding | None:
        asked = bar(groups)
        ours = [g for g in _reaching(groups, sparsity) if g.spread(f"ratio_vs_{than}")]
        if asked is None or not ours:
            return None
        near = [group for group in ours if _margin(group, asked, loss).mean >= 0]
        if not near:
            best = max(ours, key=lambda group: group.spread("test_accuracy").mean)
            margin = _margin(best, asked, loss)
            measured = f"none is so near; best: {where_text(best)}, {points_text(best, asked)}"
            return Finding(measured, False, _unsure(margin.mean, margin))
        group = max(near, key=lambda group: group.spread("sparsity").mean)
        ratio, margin = group.spread(f"ratio_vs_{than}"), _margin(group, asked, loss)
        measured = f"{ratio_text(ratio)} at {where_text(group)}, {points_text(group, asked)}"
        unsure = _unsure(ratio.mean - times, ratio) or _unsure(margin.mean, margin)
        return Finding(measured, ratio.mean >= times, unsure)

    return check


def _better(sparsity: float, method: str) -> Check:
    def check(groups: Sequence[Group]) -> Finding | None:
        pair = _opponents(groups, sparsity, method)
        if pair is None:
            return None
        group, other = pair
        difference = group.spread("test_accuracy").minus(other.spread("test_accuracy"))
        measured = (
            f"{accuracy_text(group)} against {accuracy_text(other)}: "
            f"{signed_text(difference)} points, at {zeros_text(group)}"
        )
        if other.wanted_sparsity is not None:
            measured += f" against {zeros_text(other)}"
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


def _loses(sparsity: float, most: float, bar: Bar) -> Check:
    def check(groups: Sequence[Group]) -> Finding | None:
        group, asked = _ours(groups, sparsity), bar(groups)
        if group is None or asked is None:
            return None
        margin = _margin(group, asked, most)
        measured = f"{where_text(group)}, {points_text(group, asked)}"
        return Finding(measured, margin.mean >= 0, _unsure(margin.mean, margin))

    return check


def _margin(group: Group, bar: Spread, loss: float = 0.0) -> Spread:
    """By how much a group is more accurate than a bar less the loss that is allowed.

    Rounded, so that a loss of just as many images as are allowed is allowed.
    """
    difference = group.spread("test_accuracy").minus(bar)
    return replace(difference, mean=round(difference.mean + loss, 9))


def _unsure(margin: float, spread: Spread) -> bool:
    """Whether a figure is nearer to its bar than its standard deviation."""
    return spread.sd is not None and abs(margin) < spread.sd
