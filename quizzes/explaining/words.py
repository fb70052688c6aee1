"""What a method made of one response, in words: a small function for each type of item.

They tell the key to whoever can reckon: only for those who may see it. What is only typed is in `words_typed`."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from course.base.words import _, plural
from quizzes.explaining.arithmetic import equals, out_of, said
from quizzes.explaining.words_typed import date, numeric, short
from quizzes.items import ItemData, Names, Response, type_of
from quizzes.items import matching as pairs
from quizzes.items.cloze import Cloze
from quizzes.items.common import pick, tidy
from quizzes.items.essay import Essay
from quizzes.items.evidence import Evidence
from quizzes.items.matching import Matching
from quizzes.items.multiple import Multiple
from quizzes.items.options import option_of
from quizzes.items.ordering import Ordering
from quizzes.items.single import OneOf
from quizzes.items.true_false import TrueFalse

MOST_SUMMED = 8  #: parts whose sum is written out

BLANK = _("No answer was given, and a blank is worth 0.")
RIGHT, WRONG = _("“{words}” is right: 1"), _("“{words}” is not right: 0")


def explains(data: ItemData, response: Response | None, *, names: Names = ()) -> list[str]:
    """Return how the method of DATA made a score of RESPONSE (Markdown), a step of it a line.

    NAMES are those that held for the attempt. The type's `score` says what it comes to."""
    return [BLANK] if response is None else WORDS[data.type](data, response, names=names)


class Explains(Protocol):
    """What is said of a response that is no blank."""

    def __call__(self, data: Any, response: Response, *, names: Names) -> list[str]: ...


def single(data: OneOf, response: Response, *, names: Names) -> list[str]:
    """Say whether the option that was chosen is the right one."""
    option = option_of(data.options, response["option"])
    return [(RIGHT if option.right else WRONG).format(words=tidy(option.text))]


def true_false(data: TrueFalse, response: Response, *, names: Names) -> list[str]:
    """Say whether it is."""
    words = _("True") if response["value"] else _("False")
    return [(RIGHT if response["value"] == data.key else WRONG).format(words=words)]


def multiple(data: Multiple, response: Response, *, names: Names) -> list[str]:
    """Say of each option that was ticked whether it is right, and reckon by the method."""
    ticked = [option_of(data.options, ident) for ident in response["options"]]
    lines = [
        (_("“{words}” was ticked rightly") if option.right else _("“{words}” was ticked wrongly")).format(
            words=tidy(option.text)
        )
        for option in ticked
    ]
    right, wrong = sum(option.right for option in ticked), sum(not option.right for option in ticked)
    total = sum(option.right for option in data.options)
    return [*lines, _reckoned(data, right, wrong, total)]


def _reckoned(data: Multiple, right: int, wrong: int, total: int) -> str:
    ones = _("{right} of {total} right ones").format(right=right, total=total)
    facts = _("{ones} and {others} ticked").format(ones=ones, others=plural("one wrong one", "{n} wrong ones", wrong))
    match data.method:
        case "net-correct":
            words = _net(Fraction(right - wrong, total), f"({right} − {wrong}) / {total}")
        case "coverage":
            share = Fraction(right, total) * Fraction(right, right + wrong)
            words = equals(f"{right} / {total} × {right} / {right + wrong}", share)
        case "each-answer" if not right:
            words = _("without a right one 0")
        case "each-answer":
            decided, count = len(data.options) - (total - right) - wrong, len(data.options)
            words = _("{n} of {all} options were decided rightly: {share}")
            words = words.format(n=decided, all=count, share=out_of(decided, count))
        case "all-or-nothing":
            is_key = right == total and not wrong
            words = _("just the right ones: 1") if is_key else _("not just all the right ones: 0")
    return f"{facts}: {words}"


def _net(share: Fraction, reckoning: str) -> str:
    if share < 0:
        return _("{reckoning} is below 0, and counts as 0").format(reckoning=reckoning)
    return equals(reckoning, share)


def matching(data: Matching, response: Response, *, names: Names) -> list[str]:
    """Say of each pair whether it is right."""
    filled, offered = response["pairs"], pairs.choices(data)
    lines, right = [], 0
    for pair in data.pairs:
        ident = filled.get(pair.ident)
        if ident is None:
            lines.append(_("{left}: left blank").format(left=tidy(pair.left)))
            continue
        is_right = ident == pairs.choice_ident(pair.right)
        right += is_right
        words = _("{left} → {right}: right") if is_right else _("{left} → {right}: not right")
        chosen = pick(ident, offered, lambda choice: choice.ident)
        lines.append(words.format(left=tidy(pair.left), right=chosen.text))
    total = len(data.pairs)
    words = _("{n} of {total} pairs are right: {share}")
    return [*lines, words.format(n=right, total=total, share=out_of(right, total))]


def ordering(data: Ordering, response: Response, *, names: Names) -> list[str]:
    """Count the pairs, or the places, that are right."""
    key = [entry.ident for entry in data.entries]
    given, total = response["order"], len(key)
    if data.method == "pairwise":
        rank = {ident: place for place, ident in enumerate(key)}
        places = [rank[ident] for ident in given]
        ordered = sum(one < other for at, one in enumerate(places) for other in places[at + 1 :])
        count = total * (total - 1) // 2
        words = _("{n} of {total} pairs stand in the right order: {share}")
        return [words.format(n=ordered, total=count, share=out_of(ordered, count))]
    right = sum(one == other for one, other in zip(given, key, strict=True))
    words = _("{n} of {total} entries stand in their places").format(n=right, total=total)
    if data.method == "all-or-nothing":
        return [f"{words}: {int(right == total)}"]
    return [f"{words}: {out_of(right, total)}"]


def cloze(data: Cloze, response: Response, *, names: Names) -> list[str]:
    """Say of each gap how it was scored, and take their mean."""
    lines = []
    for number, gap in data.numbered:
        filled = response["gaps"].get(gap.ident)
        found = [_("left blank: 0")] if filled is None else IN_GAPS[gap.kind](gap, filled, names=names)
        lines += [_("Gap {n}: {words}").format(n=number, words=words) for words in found]
    parts = list(type_of(data).score(data, response, names=names).parts.values())
    return [*lines, mean_words(parts)]


def mean_words(parts: Sequence[Fraction]) -> str:
    """Return "The mean of 3 parts: (1 + 0.5 + 0) / 3 = 0.5"."""
    mean = Fraction(sum(parts), len(parts))
    summed = f"({' + '.join(said(part) for part in parts)}) / {len(parts)}"
    share = equals(summed, mean) if 1 < len(parts) <= MOST_SUMMED else said(mean)
    return plural("The one part", "The mean of {n} parts", len(parts)) + ": " + share


def picked(data: Evidence, response: Response, *, names: Names) -> list[str]:
    """Count what was found of the evidence, and what was picked that is none."""
    chosen = set(response["passages"])
    found = sum(bool(chosen.intersection(group)) for group in data.groups)
    wrong = len(chosen.difference(data.also, *data.groups))
    neither = len(chosen.intersection(data.also))
    total = len(data.groups)
    lines = [_("{n} of {total} pieces of evidence were found").format(n=found, total=total)]
    if wrong:
        lines.append(plural("One passage was picked that is none", "{n} passages were picked that are none", wrong))
    if neither:
        lines.append(plural("One passage counts neither way", "{n} passages count neither way", neither))
    if not wrong:
        return [*lines, out_of(found, total)]
    share = Fraction(found, total) - Fraction(wrong, found + wrong)
    return [*lines, _net(share, f"{found} / {total} − {wrong} / {found + wrong}")]


def essay(data: Essay, response: Response, *, names: Names) -> list[str]:
    """Say how long it is; what it is worth only a human says."""
    return [data.length_words(response)]


WORDS: Mapping[str, Explains] = {
    "single": single,
    "multiple": multiple,
    "true-false": true_false,
    "matching": matching,
    "ordering": ordering,
    "short": short,
    "numeric": numeric,
    "date": date,
    "cloze": cloze,
    "evidence": picked,
    "essay": essay,
}
"""Type of item -> what is said of a response to it."""

IN_GAPS: Mapping[str, Explains] = {"choice": single, "text": short, "number": numeric}
