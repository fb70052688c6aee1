"""By which method an item is scored, in a sentence or two that give nothing of its key away."""

from collections.abc import Callable, Mapping
from typing import Any

from course.base.words import _
from quizzes.attempts.wording import amount
from quizzes.items import ItemData
from quizzes.items.date import Date
from quizzes.items.essay import Essay
from quizzes.items.multiple import Multiple
from quizzes.items.numeric import WITHOUT_UNIT, Quantity
from quizzes.items.ordering import Ordering
from quizzes.items.short import TypedText
from quizzes.scoring import ChoiceMethod, OrderMethod

OF_CHOICES: Mapping[ChoiceMethod, str] = {
    "net-correct": _(
        "Net correct: the right ones ticked, less the wrong ones ticked, by the number of right ones; never below 0."
    ),
    "all-or-nothing": _("All or nothing: 1 for all the right ones and no other, else 0."),
    "coverage": _(
        "Coverage: the share of the right ones that were ticked, times the share of what was ticked that is right."
    ),
    "each-answer": _(
        "Each answer: the share of the options that were decided rightly, ticked or left; 0 if no right one was ticked."
    ),
}
OF_ORDERS: Mapping[OrderMethod, str] = {
    "pairwise": _("Pairwise: of all pairs of entries, the share that stand in the right order."),
    "all-or-nothing": _("All or nothing: 1 for the right order, else 0."),
    "absolute": _("Absolute position: the share of the entries that stand in their places."),
}


def method_of(data: ItemData) -> str:
    """Return how an answer to DATA is scored, as a sentence or two (Markdown)."""
    return METHODS[data.type](data)


def _multiple(data: Multiple) -> str:
    return OF_CHOICES[data.method]


def _ordering(data: Ordering) -> str:
    return OF_ORDERS[data.method]


def _short(data: TypedText) -> str:
    slips = _("Slips of typing are forgiven.") if data.forgive else _("Slips of typing are not forgiven.")
    return _("Of the answers that fit, the best counts. Case, accents and dashes make no difference.") + " " + slips


def _numeric(data: Quantity) -> str:
    best = _("Of the numbers to which the answer is near enough, the best counts.")
    if not data.asks_unit:
        return best
    share = WITHOUT_UNIT if data.without_unit is None else data.without_unit
    return best + " " + _("Without its unit an answer is worth {share} of that.").format(share=amount(float(share)))


def _date(data: Date) -> str:
    coarse = amount(float(data.coarse))
    if data.is_span:
        return _(
            "Of all the time that the answer and the key cover, the share that they have in common; an answer that is "
            "less exact than the key is worth {coarse} of that."
        ).format(coarse=coarse)
    inside = _(
        "A date within the key is worth 1, and one that holds the key but is less exact {coarse}. What overlaps it is "
        "worth the share that both have in common."
    ).format(coarse=coarse)
    if not data.tolerance:
        return inside
    return inside + " " + _("What lies beside it loses 1 / {n} for each step away.").format(n=data.tolerance + 1)


def _essay(data: Essay) -> str:
    if len({criterion.weight for criterion in data.rubric}) > 1:
        return _("A tutor marks it by a rubric, whose criteria have their weights.")
    return _("A tutor marks it by a rubric, whose criteria weigh alike.")


def _always(words: str) -> Callable[[Any], str]:
    return lambda _data: words


METHODS: Mapping[str, Callable[[Any], str]] = {
    "single": _always(_("The right option is worth 1, any other 0.")),
    "multiple": _multiple,
    "true-false": _always(_("The right one of the two is worth 1, the other 0.")),
    "matching": _always(_("The share of the pairs that are right; a blank is worth 0.")),
    "ordering": _ordering,
    "short": _short,
    "numeric": _numeric,
    "date": _date,
    "cloze": _always(_("The mean of the gaps, each by the rule of its kind; a blank is worth 0.")),
    "evidence": _always(
        _(
            "The share of the evidence that was found, less the share of what was picked that is none; never below 0. "
            "Of passages that say the same, one is enough."
        )
    ),
    "essay": _essay,
}
"""Type of item -> what makes that sentence of its data."""
