"""What somebody answers who knows, and who does not: a response to an item of each type."""

import random

from quizzes.items import ItemData, Response
from quizzes.items.cloze import ChoiceGap, Cloze, Gap, NumberGap, TextGap
from quizzes.items.common import exactly
from quizzes.items.date import Date, key_text
from quizzes.items.essay import Essay
from quizzes.items.evidence import Evidence
from quizzes.items.matching import Matching, choice_ident
from quizzes.items.multiple import Multiple
from quizzes.items.numerals import canonical_of
from quizzes.items.numeric import Numeric, Quantity
from quizzes.items.ordering import Ordering
from quizzes.items.short import Short
from quizzes.items.single import Single
from quizzes.items.true_false import TrueFalse


def right_answer(data: ItemData | Gap) -> Response:
    """Return a response that has the full score, where a machine gives it."""
    response: Response
    match data:
        case Single() | ChoiceGap():
            response = {"option": next(option.ident for option in data.options if option.right)}
        case Multiple():
            response = {"options": sorted(option.ident for option in data.options if option.right)}
        case TrueFalse():
            response = {"value": data.key}
        case Matching():
            response = {"pairs": {pair.ident: choice_ident(pair.right) for pair in data.pairs}}
        case Ordering():
            response = {"order": [entry.ident for entry in data.entries]}
        case Short() | TextGap():
            response = {"text": next(answer.text for answer in data.answers if answer.score == 1).replace("*", "")}
        case Numeric() | NumberGap():
            response = _number(data, next(answer.value for answer in data.answers if answer.score == 1))
        case Cloze():
            response = {"gaps": {gap.ident: right_answer(gap) for gap in data.gaps}}
        case Date():
            response = {"text": key_text(data)} | ({"calendar": "new"} if data.ask_calendar else {})
        case Evidence():
            response = {"passages": sorted(group[0] for group in data.groups)}
        case Essay():
            response = {"text": data.model}
        case _:
            raise NotImplementedError(type(data).__name__)
    return response


def wrong_answer(data: ItemData | Gap, rng: random.Random) -> Response:
    """Return a response that has not the full score, and that somebody might give who has half understood."""
    response: Response
    match data:
        case Single() | ChoiceGap():
            response = {"option": rng.choice([option.ident for option in data.options if not option.right])}
        case Multiple():
            right = [option.ident for option in data.options if option.right]
            response = {"options": _nearly(right, [one.ident for one in data.options if not one.right], rng)}
        case TrueFalse():
            response = {"value": not data.key}
        case Matching():
            pairs = {pair.ident: choice_ident(pair.right) for pair in data.pairs}
            one = rng.choice(list(pairs))
            other = rng.choice([ident for ident in pairs if pairs[ident] != pairs[one]])
            response = {"pairs": pairs | {one: pairs[other], other: pairs[one]}}
        case Ordering():
            idents = [entry.ident for entry in data.entries]
            first = rng.randrange(len(idents) - 1)
            response = {"order": [*idents[:first], idents[first + 1], idents[first], *idents[first + 2 :]]}
        case Short() | TextGap():
            known = [answer.text for answer in data.answers if answer.score < 1 and "*" not in answer.text]
            response = {"text": rng.choice(known or ["not sure"])}
        case Numeric() | NumberGap():
            response = _number(data, _beyond(data))
        case Cloze():
            slip = rng.choice(data.gaps)
            gaps = {gap.ident: right_answer(gap) for gap in data.gaps}
            response = {"gaps": gaps | {slip.ident: wrong_answer(slip, rng)}}
        case Date():
            response = {"text": "after 1900"}
        case Evidence():
            ends = [data.range.first, data.range.last] if data.range else []
            right = [group[0] for group in data.groups]
            fitting = {ident for group in data.groups for ident in group} | set(data.also)
            response = {"passages": _nearly(right, [ident for ident in ends if ident and ident not in fitting], rng)}
        case Essay():
            response = {"text": "I do not know."}
        case _:
            raise NotImplementedError(type(data).__name__)
    return response


def _nearly(right: list[str], wrong: list[str], rng: random.Random) -> list[str]:
    """Return what is RIGHT but for one of it, with one that is WRONG if there is any."""
    left_out = rng.choice(right)
    return sorted([*(ident for ident in right if ident != left_out), *rng.sample(wrong, min(len(wrong), 1))])


def _beyond(data: Quantity) -> int:
    """Return a number that no answer of DATA reaches."""
    return int(sum(abs(exactly(answer.value)) + answer.margin for answer in data.answers)) + 1


def _number(data: Quantity, number: float) -> Response:
    unit = {"unit": data.units[0].ident} if data.asks_unit else {}
    return {"number": canonical_of(number)} | unit
