"""What somebody answers who knows, and who does not: a response to an item of each type."""

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


def wrong_answer(data: ItemData | Gap) -> Response:
    """Return a response that has not the full score."""
    response: Response
    match data:
        case Single() | ChoiceGap():
            response = {"option": next(option.ident for option in data.options if not option.right)}
        case Multiple():
            response = {"options": sorted(option.ident for option in data.options if not option.right)}
        case TrueFalse():
            response = {"value": not data.key}
        case Matching():
            rights = [choice_ident(pair.right) for pair in data.pairs]
            response = {"pairs": dict(zip((pair.ident for pair in data.pairs), rights[1:] + rights[:1], strict=True))}
        case Ordering():
            idents = [entry.ident for entry in data.entries]
            response = {"order": [*idents[1:], idents[0]]}
        case Short() | TextGap():
            response = {"text": "I do not know"}
        case Numeric() | NumberGap():
            response = _number(data, _beyond(data))
        case Cloze():
            response = {"gaps": {gap.ident: wrong_answer(gap) for gap in data.gaps}}
        case Date():
            response = {"text": "after 1900"}
        case Evidence():
            response = {"passages": sorted(_no_evidence(data))}
        case Essay():
            response = {"text": "I do not know."}
        case _:
            raise NotImplementedError(type(data).__name__)
    return response


def _no_evidence(data: Evidence) -> list[str]:
    """Return passages that are not all of the evidence, as far as DATA names any."""
    ends = [data.range.first, data.range.last] if data.range else []
    right = [ident for group in data.groups for ident in group]
    others = [ident for ident in [*data.also, *ends] if ident and ident not in right]
    return others[:1] or [group[0] for group in data.groups[:-1]]


def _beyond(data: Quantity) -> int:
    """Return a number that no answer of DATA reaches."""
    return int(sum(abs(exactly(answer.value)) + answer.margin for answer in data.answers)) + 1


def _number(data: Quantity, number: float) -> Response:
    unit = {"unit": data.units[0].ident} if data.asks_unit else {}
    return {"number": canonical_of(number)} | unit
