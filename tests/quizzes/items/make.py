"""Valid items of every type; a test states only what matters to it."""

from typing import Any

from quizzes.items import ItemData, parse_data

COMMON = {
    "ident": "an-item",
    "stem": "What?",
    "demand": "recall",
    "explanation": "Because.",
    "passage": "a-lesson#a-passage",
    "sources": ["a-source-1917"],
}


def raw_item(kind: str, **fields: Any) -> dict[str, Any]:
    """Return what YAML would give for an item of KIND, with FIELDS changed."""
    own: dict[str, dict[str, Any]] = {
        "single": {"options": options("abc", right="b")},
        "multiple": {"options": options("abcd", right="ab")},
        "true-false": {"key": True},
        "matching": {"pairs": pairs(lenin="Bolsheviks", martov="Mensheviks", chernov="Socialist Revolutionaries")},
        "ordering": {"entries": entries("abcde")},
        "short": {"answers": [{"text": "April Theses"}]},
        "numeric": {"answers": [{"value": 1861}]},
        "date": {"key": "1917-11-07"},
        "cloze": {"text": "In {month} of {year} the {who} fell.", "gaps": gaps()},
        "evidence": {"text": "a-text", "right": ["b", "d"]},
        "essay": {"rubric": rubric(), "model": "So it was.\n\nAnd so it is."},
    }
    return COMMON | {"type": kind} | own[kind] | fields


def item(kind: str, **fields: Any) -> ItemData:
    return parse_data(raw_item(kind, **fields))


def options(idents: str, right: str) -> list[dict[str, Any]]:
    """Return an option for each letter of IDENTS; those in RIGHT are."""
    marks: dict[bool, dict[str, Any]] = {True: {"right": True}, False: {}}
    return [{"ident": ident, "text": f"Text of {ident}"} | marks[ident in right] for ident in idents]


def pairs(**rights: str) -> list[dict[str, str]]:
    return [{"ident": ident, "left": ident.title(), "right": right} for ident, right in rights.items()]


def entries(idents: str) -> list[dict[str, str]]:
    return [{"ident": ident, "text": f"Text of {ident}"} for ident in idents]


def gaps() -> list[dict[str, Any]]:
    """Return a gap of each kind."""
    return [
        {"ident": "who", "kind": "choice", "options": options("ab", right="b")},
        {"ident": "month", "kind": "text", "answers": [{"text": "October"}, {"text": "autumn", "score": 0.5}]},
        {"ident": "year", "kind": "number", "answers": [{"value": 1917}]},
    ]


def rubric(**weights: float) -> list[dict[str, Any]]:
    """Return two criteria; WEIGHTS are by their idents."""
    return [
        {"ident": ident, "title": ident.title(), "levels": levels(0, 0.6, 1)}
        | ({"weight": weights[ident]} if weights else {})
        for ident in ("argument", "sources")
    ]


def levels(*scores: float) -> list[dict[str, Any]]:
    """Return a level for each of SCORES, the first called a."""
    named = zip("abc", scores, strict=False)
    return [{"ident": ident, "words": f"It is {ident}", "score": score} for ident, score in named]


def numeric(*answers: float | dict[str, Any], **fields: Any) -> ItemData:
    """Return a numeric item; an answer that is a number is worth the full score."""
    given = [answer if isinstance(answer, dict) else {"value": answer} for answer in answers]
    return item("numeric", answers=given, **fields)


def short(*answers: str | dict[str, Any], **fields: Any) -> ItemData:
    """Return a short item; an answer that is a string is worth the full score."""
    return item("short", answers=[{"text": given} if isinstance(given, str) else given for given in answers], **fields)
