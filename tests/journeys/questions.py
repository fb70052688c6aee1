"""A question of every type: how it is answered by keys alone, what that answers, and answers that are none or wrong."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from quizzes.items import Response
from quizzes.items.matching import choice_ident
from tests.quizzes.attempts.make import House, add_item, make_house
from tests.quizzes.items.make import raw_item

Fields = Mapping[str, str]
"""Part of the item -> what is sent for it: "" is `item-7`, "lenin" is `item-7-lenin`."""


class Asked(NamedTuple):
    """A question, DATA over a plain one of its type. ACTS are (role, name, what is typed) of one control after the
    other, RESPONSE is what they come to; REFUSED is no answer, WRONG are different ones that are not right, or not
    wholly, until it can be wrong no more."""

    acts: Sequence[tuple[str, str, str]]
    response: Response
    refused: Fields
    wrong: Sequence[Fields]
    data: Mapping[str, Any] = {}


PARTIES = {"lenin": "Bolsheviks", "martov": "Mensheviks", "chernov": "Socialist Revolutionaries"}
VERSTS = [{"ident": "verst", "text": "versts"}, {"ident": "sazhen", "text": "sazhens", "factor": 0.002}]

ASKED: Mapping[str, Asked] = {
    "single": Asked(
        [("radio", "Text of b", "")],
        {"option": "b"},
        {"": "gone"},
        [{"": "a"}, {"": "c"}],
    ),
    "multiple": Asked(
        [("checkbox", "Text of a", ""), ("checkbox", "Text of b", "")],
        {"options": ["a", "b"]},
        {"": "gone"},
        [{"": "c"}, {"": "a"}],
    ),
    "true-false": Asked(
        [("radio", "True", "")],
        {"value": True},
        {"": "perhaps"},
        [{"": "false"}, {"": "true"}],
    ),
    "matching": Asked(
        [("combobox", name.title(), party) for name, party in PARTIES.items()],
        {"pairs": {name: choice_ident(party) for name, party in PARTIES.items()}},
        {"lenin": "gone"},
        [dict.fromkeys(PARTIES, choice_ident(PARTIES[name])) for name in ("lenin", "martov")],
    ),
    "ordering": Asked(
        [
            *(("combobox", f"Place of: Text of {entry}", place) for entry, place in zip("abced", "12345", strict=True)),
            ("button", "Move up: Text of d", ""),
        ],
        {"order": list("abcde")},
        {"a": "99"},
        [dict(zip("abcde", places, strict=True)) for places in ("54321", "21345")],
    ),
    "short": Asked(
        [("textbox", "Your answer", "April Theses")],
        {"text": "April Theses"},
        {"": "x" * 501},
        [{"": "May Days"}, {"": "July Days"}],
    ),
    "numeric": Asked(
        [("textbox", "Your answer", "1861"), ("combobox", "Unit", "versts")],
        {"number": "1861", "unit": "verst"},
        {"": "many"},
        [{"": "1862", "unit": "sazhen"}, {"": "1860", "unit": "verst"}],
        {"units": VERSTS},
    ),
    "date": Asked(
        [("textbox", "Your date", "25 October 1917"), ("combobox", "Calendar", "Old Style")],
        {"text": "25 October 1917", "calendar": "old"},
        {"": "31 February 1917"},
        [{"": "1640", "calendar": "new"}, {"": "25 October 1917", "calendar": "new"}],
        {"old_style": "1917-10-25", "ask_calendar": True},
    ),
    "cloze": Asked(
        [
            ("textbox", "Gap 1 of 3", "October"),
            ("textbox", "Gap 2 of 3", "1917"),
            ("combobox", "Gap 3 of 3", "Text of b"),
        ],
        {"gaps": {"month": {"text": "October"}, "year": {"number": "1917"}, "who": {"option": "b"}}},
        {"month": "May", "year": "many"},
        [{"month": month, "year": "1905", "who": "a"} for month in ("May", "autumn")],
    ),
    "evidence": Asked(
        [("checkbox", "Passage 1: Paragraph 1.", ""), ("checkbox", "Passage 3: Paragraph 3.", "")],
        {"passages": ["p-1", "p-3"]},
        {"": "gone"},
        [{"": "p-2"}, {"": "p-1"}],
        {"right": ["p-1", "p-3"]},
    ),
    "essay": Asked(
        [("textbox", "Your answer", "So it was. And so it is.")],
        {"text": "So it was. And so it is."},
        {"": "a" + 31 * "\N{COMBINING ACUTE ACCENT}"},
        [],
        {"words": {"least": 3}},
    ),
}


def make_house_asking(session: Session, kinds: Collection[str], **quiz: Any) -> House:
    """Return a house whose quiz asks the questions of KINDS, each with a hint; QUIZ says how."""
    house = make_house(session, "", **quiz)
    for position, kind in enumerate(kinds, 1):
        data = raw_item(kind, ident=f"item-{position}", hints=["Think of *who* gains."]) | dict(ASKED[kind].data)
        if kind == "evidence":
            data["text"] = house.lesson.ident
        add_item(session, house.course, house.lesson, house.quiz, position, data)
    return house
