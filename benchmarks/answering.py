"""What is typed into the fields of a question of any type, of any course, by somebody who knows most of it.

What people know and do not is that of the demo (`kruzhok.demo.answers`); here it becomes the fields of a form."""

import random

from kruzhok.demo.answers import right_answer, wrong_answer
from quizzes.items import ItemData, Raw, Response

#: How often somebody knows.
KNOWS = 2 / 3


def typed(data: ItemData, rng: random.Random) -> Raw:
    """Return the fields of an answer to the question DATA: right two times of three."""
    return fields_of(right_answer(data) if rng.random() < KNOWS else wrong_answer(data, rng))


def fields_of(response: Response) -> Raw:
    """Return the fields of a question that was answered with RESPONSE; parsed, they are it again."""
    fields: dict[str, list[str]] = {}
    match response:
        case {"order": order}:
            fields = {ident: [str(place)] for place, ident in enumerate(order, 1)}
        case {"pairs": pairs}:
            fields = {left: [choice] for left, choice in pairs.items()}
        case {"gaps": gaps}:
            for gap, one in gaps.items():
                fields |= {f"{gap}.{part}" if part else gap: list(said) for part, said in fields_of(one).items()}
        case {"options": several} | {"passages": several}:
            fields = {"": list(several)}
        case {"value": value}:
            fields = {"": ["true" if value else "false"]}
        case {"option": words, **more} | {"text": words, **more} | {"number": words, **more}:
            fields = {"": [words]} | {str(part): [said] for part, said in more.items()}  # a calendar, a unit
        case _:
            raise NotImplementedError(str(response))
    return fields
