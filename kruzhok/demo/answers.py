"""What somebody answers who knows, and who does not: a response to an item of each type."""

from quizzes.items import ItemData, Response
from quizzes.items.matching import Matching, choice_ident
from quizzes.items.multiple import Multiple
from quizzes.items.ordering import Ordering
from quizzes.items.short import Short
from quizzes.items.single import Single
from quizzes.items.true_false import TrueFalse


def right_answer(data: ItemData) -> Response:
    """Return a response that has the full score."""
    match data:
        case Single():
            return {"option": next(option.ident for option in data.options if option.right)}
        case Multiple():
            return {"options": sorted(option.ident for option in data.options if option.right)}
        case TrueFalse():
            return {"value": data.key}
        case Matching():
            return {"pairs": {pair.ident: choice_ident(pair.right) for pair in data.pairs}}
        case Ordering():
            return {"order": [entry.ident for entry in data.entries]}
        case Short():
            return {"text": next(answer.text for answer in data.answers if answer.score == 1).replace("*", "")}
    raise NotImplementedError(data.type)


def wrong_answer(data: ItemData) -> Response:
    """Return a response that has not the full score."""
    match data:
        case Single():
            return {"option": next(option.ident for option in data.options if not option.right)}
        case Multiple():
            return {"options": sorted(option.ident for option in data.options if not option.right)}
        case TrueFalse():
            return {"value": not data.key}
        case Matching():
            rights = [choice_ident(pair.right) for pair in data.pairs]
            return {"pairs": dict(zip((pair.ident for pair in data.pairs), rights[1:] + rights[:1], strict=True))}
        case Ordering():
            idents = [entry.ident for entry in data.entries]
            return {"order": [*idents[1:], idents[0]]}
        case Short():
            return {"text": "I do not know"}
    raise NotImplementedError(data.type)
