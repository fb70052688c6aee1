"""Scoring methods that several types of item share: exact fractions from 0 to 1, and nothing for a blank.

The formulas are those of RULES section 2 (PrairieLearn's for choices of several, Moodle's for orderings).
"""

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from fractions import Fraction
from itertools import combinations
from typing import Literal

ChoiceMethod = Literal["net-correct", "all-or-nothing", "coverage", "each-answer"]
OrderMethod = Literal["pairwise", "all-or-nothing", "absolute"]

NOTHING = Fraction(0)


def mean(parts: Collection[Fraction]) -> Fraction:
    """Return the mean of PARTS: of an item whose parts count alike (matching, cloze). No parts are worth 0."""
    return sum(parts, NOTHING) / len(parts) if parts else NOTHING


def all_or_nothing(chosen: Set[str], key: Set[str], options: int) -> Fraction:
    """Return 1 if exactly KEY was chosen, else 0 (PrairieLearn: partial credit off)."""
    return Fraction(bool(chosen) and chosen == key)


def net_correct(chosen: Set[str], key: Set[str], options: int) -> Fraction:
    """Return max(0, (t - w) / c): t right and w wrong ones chosen, c right ones in all (PrairieLearn, Canvas)."""
    return max(NOTHING, Fraction(len(chosen & key) - len(chosen - key), len(key)))


def coverage(chosen: Set[str], key: Set[str], options: int) -> Fraction:
    """Return (t / c) · (t / n): t right ones chosen of n chosen, c right ones in all (PrairieLearn)."""
    right = len(chosen & key)
    return Fraction(right, len(key)) * Fraction(right, len(chosen)) if chosen else NOTHING


def each_answer(chosen: Set[str], key: Set[str], options: int) -> Fraction:
    """Return the share of the decisions on each of OPTIONS (their number) that are right (PrairieLearn).

    Ours: 0 where no right option was chosen. A blank scores nothing, and ticking a wrong one must not pay more."""
    if not chosen & key:
        return NOTHING
    return Fraction(options - len(chosen ^ key), options)


CHOICE_METHODS: Mapping[ChoiceMethod, Callable[[Set[str], Set[str], int], Fraction]] = {
    "net-correct": net_correct,
    "all-or-nothing": all_or_nothing,
    "coverage": coverage,
    "each-answer": each_answer,
}
"""Methods for several right options: (idents chosen, idents of the key, number of options) -> score."""


def share_of_pairs(order: Sequence[str], key: Sequence[str]) -> dict[str, Fraction]:
    """Return for each entry the share of the others that stand on the right side of it; nothing for a blank.

    The mean of these is the share of all pairs that are in the right order."""
    _check_permutation(order, key)
    rank = {ident: place for place, ident in enumerate(key)}
    right = dict.fromkeys(order, 0)
    for earlier, later in combinations(order, 2):
        if rank[earlier] < rank[later]:
            right[earlier] += 1
            right[later] += 1
    return {ident: Fraction(count, len(key) - 1) for ident, count in right.items()}


def places_right(order: Sequence[str], key: Sequence[str]) -> dict[str, Fraction]:
    """Return for each entry 1 if it stands in its place, else 0; nothing for a blank."""
    _check_permutation(order, key)
    return {given: Fraction(given == right) for given, right in zip(order, key, strict=False)}


def pairwise(order: Sequence[str], key: Sequence[str]) -> Fraction:
    """Return 1 - inversions / pairs: one event misplaced costs little (Moodle's "all previous and next")."""
    return mean(share_of_pairs(order, key).values())


def absolute(order: Sequence[str], key: Sequence[str]) -> Fraction:
    """Return the share of entries that stand in their places (Moodle's "absolute position")."""
    return mean(places_right(order, key).values())


def whole_order(order: Sequence[str], key: Sequence[str]) -> Fraction:
    """Return 1 if ORDER is KEY, else 0 (Moodle's "all or nothing")."""
    return Fraction(absolute(order, key) == 1)


ORDER_METHODS: Mapping[OrderMethod, Callable[[Sequence[str], Sequence[str]], Fraction]] = {
    "pairwise": pairwise,
    "all-or-nothing": whole_order,
    "absolute": absolute,
}
"""Methods for an order: (order given, or empty; right order, two entries or more, each once) -> score."""


def _check_permutation(order: Sequence[str], key: Sequence[str]) -> None:
    if len(key) < 2 or len(set(key)) != len(key) or (order and sorted(order) != sorted(key)):
        raise ValueError("An order is scored against two or more entries, each of them once.")


def less_penalty(raw: Fraction, penalty: Fraction, tries_used: int) -> Fraction:
    """Return max(0, raw - penalty x tries already used): what a try is worth (Moodle, interactive)."""
    return max(NOTHING, raw - penalty * tries_used)


def count_back(tries: Sequence[Mapping[str, Fraction]], penalty: Fraction) -> Fraction:
    """Return the mean of the parts of the last of TRIES (part -> score, in order), each less a penalty of its own.

    A part loses one penalty for each try up to the last in which it was worth less than it is at the end, so one that
    was right from the start loses nothing (Moodle, interactive with count-back). A blank try has no parts."""
    *before, last = tries
    parts = []
    for ident, final in last.items():
        worse = [number for number, one in enumerate(before, 1) if one.get(ident, NOTHING) < final]
        parts.append(less_penalty(final, penalty, worse[-1] if worse else 0))
    return mean(parts)
