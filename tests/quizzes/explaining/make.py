"""Items of every type and method, and any response that somebody may give to them."""

from typing import Any

from hypothesis import strategies as st

from quizzes.items import Response
from quizzes.items.matching import choices
from tests.quizzes.items.make import item, options

UNITS = [{"ident": "verst", "text": "versts"}, {"ident": "sazhen", "text": "sazhens", "factor": 0.002}]
NUMBERS = [{"value": 1.5, "tolerance": 1}, {"value": 40, "tolerance_percent": 10, "score": 0.3}]

ITEMS = {
    "single": item("single"),
    "multiple": item("multiple"),
    "multiple by coverage": item("multiple", method="coverage"),
    "multiple by each answer": item("multiple", method="each-answer"),
    "multiple, all or nothing": item("multiple", method="all-or-nothing"),
    "true-false": item("true-false"),
    "matching": item("matching", distractors=["Kadets"]),
    "ordering": item("ordering"),
    "ordering by place": item("ordering", method="absolute"),
    "ordering, all or nothing": item("ordering", method="all-or-nothing"),
    "short": item(
        "short", answers=[{"text": "April Theses"}, {"text": "Kerensky"}, {"text": "May*", "score": 0.3}]
    ),
    "short, to the letter": item("short", forgive=False),
    "numeric": item("numeric", answers=NUMBERS),
    "numeric with units": item("numeric", answers=NUMBERS, units=UNITS),
    "cloze": item("cloze"),
    "cloze with units": item("cloze", text="{a} and {b}", gaps=[
        {"ident": "b", "kind": "number", "answers": NUMBERS, "units": UNITS, "without_unit": 0.25},
        {"ident": "a", "kind": "choice", "options": options("xyz", right="y")},
    ]),
    "date": item("date", tolerance=3),
    "date to the day": item("date"),
    "date of an Old Style place": item("date", old_style_place=True),
    "date with its calendar": item("date", ask_calendar=True),
    "month": item("date", key="1917-11", old_style_place=True, coarse=0.25),
    "date that is uncertain": item("date", key="c. 1642", tolerance=4),
    "date between two": item("date", key="1640..1650", between=True),
    "date of a span": item("date", key="1914-08..1918-11"),
    "evidence": item("evidence", right=["a", ["b", "c"], "d"], also=["e"]),
    "essay": item("essay", words={"least": 3}),
}  # fmt: skip

NAMES = [["Kerensky", "Kerenskii"], ["Lenin", "Ulyanov"]]

WORDS = ["April Theses", "april thesis", "Kerenskii", "Kerensky", "Keresnky", "May Days", "Lenin", "autumn", "*x*"]
DATES = [
    "7 November 1917", "25 October 1917", "9 November 1917", "October 1917", "November 1917", "1917", "c. 1917",
    "20th century", "c. 1640", "1640s", "1630s", "1652", "17th century", "1914–1918", "1914–1917", "August 1914",
    "between 1645 and 1655", "before 1700", "4 August 1914", "13 November 1917",
]  # fmt: skip
NUMERALS = ["1.5", "2.5", "2.50", "40", "44", "1250", "-1", "1917"]


def responses(data: Any) -> st.SearchStrategy[Response]:
    """Return responses to DATA, as its type parses them: right, partly right and wrong."""
    found: st.SearchStrategy[Response]
    match data.type if hasattr(data, "type") else data.kind:
        case "single" | "choice":
            found = _one_of(data).map(lambda ident: {"option": ident})
        case "multiple":
            found = st.sets(_one_of(data), min_size=1).map(lambda idents: {"options": sorted(idents)})
        case "true-false":
            found = st.booleans().map(lambda value: {"value": value})
        case "matching":
            chosen = st.sampled_from([choice.ident for choice in choices(data)])
            pairs = st.dictionaries(st.sampled_from([pair.ident for pair in data.pairs]), chosen, min_size=1)
            found = pairs.map(lambda filled: {"pairs": filled})
        case "ordering":
            found = st.permutations([one.ident for one in data.entries]).map(lambda order: {"order": order})
        case "short" | "text" | "essay":
            found = st.sampled_from(WORDS).map(lambda text: {"text": text})
        case "numeric" | "number":
            units = st.sampled_from([{}, *({"unit": unit.ident} for unit in data.units)] if data.asks_unit else [{}])
            found = st.builds(lambda number, unit: {"number": number} | unit, st.sampled_from(NUMERALS), units)
        case "date":
            said = st.sampled_from([{}, {"calendar": "new"}, {"calendar": "old"}])
            found = st.builds(lambda text, calendar: {"text": text} | calendar, st.sampled_from(DATES), said)
        case "evidence":
            found = st.sets(st.sampled_from("abcdefg"), min_size=1).map(lambda idents: {"passages": sorted(idents)})
        case "cloze":
            filled = st.fixed_dictionaries({}, optional={gap.ident: responses(gap) for gap in data.gaps})
            found = filled.filter(bool).map(lambda gaps: {"gaps": gaps})
        case kind:
            raise AssertionError(f"no responses for {kind}")
    return found


def _one_of(data: Any) -> st.SearchStrategy[str]:
    return st.sampled_from([option.ident for option in data.options])
