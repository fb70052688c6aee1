"""What holds for each type, by the table at the end of RULES section 11."""

import json
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.items import TYPES, BadResponse, is_marked_by_hand
from quizzes.items.date import key_text
from quizzes.items.matching import choices
from tests.quizzes.items.make import entries, item, options, pairs

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
    "ordering of entries named like fields": item("ordering", entries=[
        {"ident": ident, "text": ident} for ident in ("move", "order", "up", "a")
    ]),
    "short": item("short", answers=[{"text": "April Theses"}, {"text": "*", "score": 0.3}]),
    "numeric": item("numeric", answers=[{"value": 1.5}, {"value": 2, "tolerance": 99.5, "score": 0.3}]),
    "numeric with units": item("numeric", answers=[{"value": -4, "feedback": "Below."}], units=[
        {"ident": "unit", "text": "degrees"}, {"ident": "tenth", "text": "tenths", "factor": 0.1}
    ]),
    "cloze": item("cloze"),
    "cloze with units": item("cloze", text="*{a}*\n\nand {b}", gaps=[
        {"ident": "b", "kind": "number", "answers": [{"value": 2.5}], "units": [
            {"ident": "verst", "text": "versts"}, {"ident": "sazhen", "text": "sazhens", "factor": 0.002}
        ]},
        {"ident": "a", "kind": "choice", "shuffle": False, "options": options("xyz", right="y")},
    ]),
    "evidence": item("evidence", range={"first": "a", "last": "g"}),
    "evidence with what counts neither way": item("evidence", right=["a", "c", "f"], also=["b"]),
    "essay": item("essay"),
    "essay with limits": item("essay", words={"least": 2, "most": 3}, quote_from=["a-text"], quotations=1),
    "date": item("date", tolerance=3, feedback="Look again."),
    "date of an Old Style place": item("date", key="1917-11", old_style_place=True),
    "date with its calendar": item("date", ask_calendar=True),
    "date that is uncertain": item("date", key="c. 1642"),
    "date between two": item("date", key="1640..1650", between=True),
    "date of a span": item("date", key="1914-08..1918-11"),
}  # fmt: skip
GAPS = {"choice": "single", "text": "short", "number": "numeric"}
every_item = pytest.mark.parametrize("data", ITEMS.values(), ids=ITEMS.keys())
every_keyed_item = pytest.mark.parametrize(
    "data", [pytest.param(data, id=name) for name, data in ITEMS.items() if not is_marked_by_hand(data)]
)
every_multiple = pytest.mark.parametrize("data", [data for name, data in ITEMS.items() if "multiple" in name])


def choice_of(data, left):
    right = next(pair.right for pair in data.pairs if pair.ident == left)
    return next(choice.ident for choice in choices(data) if choice.text == right)


def in_gap(gap, fields):
    """Return FIELDS of an item as those of a gap are called."""
    return {f"{gap}.{name}" if name else gap: values for name, values in fields.items()}


def key_of(data):
    """Return the raw fields of the right answer to an item, or to a gap."""
    match getattr(data, "type", None) or GAPS[data.kind]:
        case "true-false":
            fields = {"": ["true" if data.key else "false"]}
        case "short":
            fields = {"": [data.answers[0].text]}
        case "numeric":
            unit = {"unit": [data.units[0].ident]} if data.units else {}
            fields = {"": [str(data.answers[0].value)]} | unit
        case "date":
            fields = {"": [key_text(data)]} | ({"calendar": ["new"]} if data.ask_calendar else {})
        case "cloze":
            fields = {field: value for gap in data.gaps for field, value in in_gap(gap.ident, key_of(gap)).items()}
        case "evidence":
            fields = {"": [ident for group in data.groups for ident in group]}
        case "matching":
            fields = {pair.ident: [choice_of(data, pair.ident)] for pair in data.pairs}
        case "ordering":
            fields = {entry.ident: [str(place)] for place, entry in enumerate(data.entries, 1)}
        case _:
            fields = {"": [option.ident for option in data.options if option.right]}
    return fields


def anything(data):
    """Return raw fields that may or may not be an answer, some of their names and values such as mean something."""
    parts = [part.ident for name in ("pairs", "entries", "gaps") for part in getattr(data, name, [])]
    units = [unit.ident for unit in getattr(data, "units", [])]
    shown = shown_of(data, Random(0))
    in_gaps = [*(ident.rpartition(":")[2] for ident in shown), "verst", "5 sazhens"]
    idents = [*shown, ",".join(parts), *units, *in_gaps]
    moves = [f"{part}:{way}" for part in parts for way in ("up", "down", "out")]
    texts = ["“No support whatever for it”\r\n\r\n\u2028> so ", "x" * 100_001, "a" + "\u0301" * 31, "\x85"]
    numbers = ["1", "2", "3", "4", "5", "99", "1" * 5000, "1.5", "-4", "−4 degrees", "1,234", "1e400", "٤"]
    dates = ["25 October 1917", "10/11/1917", "29 February 1900", "c. 1640", "1914-1918", "old", "new", "OS", "after 1"]
    meant = st.sampled_from(
        ["", " ", "true", "April Theses", "x" * 501, "\0", *texts, *numbers, *dates, *moves, *idents]
    )
    values = st.lists(meant | st.text(st.characters(codec=None), max_size=9), max_size=2)
    names = st.sampled_from(
        ["", "move", "order", "unit", "calendar", *parts, *(f"{part}.unit" for part in parts)]
    ) | st.text(max_size=3)
    return st.dictionaries(names, values, max_size=5)


def fields_of(response):
    """Return the raw fields of a form filled in with RESPONSE."""
    match response:
        case None:
            fields = {}
        case {"order": order}:
            fields = {ident: [str(place)] for place, ident in enumerate(order, 1)}
        case {"pairs": filled}:
            fields = {left: [choice] for left, choice in filled.items()}
        case {"gaps": filled}:
            fields = {
                field: value for gap, one in filled.items() for field, value in in_gap(gap, fields_of(one)).items()
            }
        case {"options": ticked} | {"passages": ticked}:
            fields = {"": ticked}
        case {"value": value}:
            fields = {"": ["true" if value else "false"]}
        case {"text": text, "calendar": calendar}:
            fields = {"": [text], "calendar": [calendar]}
        case {"number": number, **unit}:
            fields = {"": [number]} | {field: [ident] for field, ident in unit.items()}
        case _:
            fields = {"": list(response.values())}
    return fields


def shown_of(data, rng):
    """Return what an attempt shows; of a text from which evidence is picked its type knows nothing."""
    return list("abcdefg") if data.type == "evidence" else TYPES[data.type].shown(data, rng)


def parsed(data, raw, previous=None):
    return TYPES[data.type].parse(data, raw, shown_of(data, Random(1)), previous)


def score(data, response):
    return TYPES[data.type].score(data, response).score


@every_item
@given(drawn=st.data())
def test_whatever_is_sent_is_an_answer_a_blank_or_a_bad_response(data, drawn):
    message, response = "", None
    try:
        response = parsed(data, drawn.draw(anything(data)))
    except BadResponse as refusal:
        message = str(refusal)
    assert message.encode()[-1:] in (b"", b".")  # a sentence, which can be shown whatever was sent
    assert response is None or next(iter(response.values())) not in ("", [], {})
    assert json.loads(json.dumps(response).encode()) == response
    assert parsed(data, fields_of(response)) == response

    scored = TYPES[data.type].score(data, response)
    assert scored == TYPES[data.type].score(data, response)
    assert isinstance(scored.score, Fraction)
    assert all(0 <= part <= 1 for part in [scored.score, *scored.parts.values()])
    assert bool(TYPES[data.type].says(data, response)) == (response is not None)


@every_item
@pytest.mark.parametrize("raw", [{}, {"": []}, {"": [""]}, {"": ["  "]}, {"a": [""], "lenin": ["", " "]}])
def test_a_blank_is_none_and_worth_nothing(data, raw):
    kind = TYPES[data.type]
    assert parsed(data, raw) is None
    assert kind.score(data, None).score == 0
    assert kind.score(data, None).feedback == ()
    assert kind.says(data, None) == []
    assert not kind.is_complete(data, None)


@every_keyed_item
def test_the_key_scores_1_and_is_complete(data):
    kind, response = TYPES[data.type], parsed(data, key_of(data))
    assert kind.score(data, response).score == 1
    assert set(kind.score(data, response).parts.values()) <= {1}
    assert kind.is_complete(data, response)
    assert kind.says(data, response) == kind.key_says(data) != []


@every_item
@given(seed=st.integers())
def test_the_order_shown_is_kept_by_its_seed_and_names_what_is_there(data, seed):
    kind = TYPES[data.type]
    order = kind.shown(data, Random(seed))
    assert order == kind.shown(data, Random(seed))
    assert sorted(order) == sorted(kind.shown(data, Random(0)))


@every_multiple
@given(ticked=st.sets(st.sampled_from("abcd")), wrong=st.sampled_from("cd"))
def test_ticking_a_wrong_option_never_helps_even_from_a_blank(data, ticked, wrong):
    before, after = (parsed(data, {"": sorted(values)}) for values in (ticked, ticked | {wrong}))
    assert score(data, after) <= score(data, before)


@every_multiple
@given(ticked=st.lists(st.sampled_from("abcd")), rng=st.randoms())
def test_the_order_in_which_options_are_sent_means_nothing(data, ticked, rng):
    mixed = list(ticked)
    rng.shuffle(mixed)
    assert parsed(data, {"": mixed}) == parsed(data, {"": ticked})


@given(drawn=st.data())
def test_the_order_in_which_pairs_are_sent_means_nothing(drawn):
    data = ITEMS["matching"]
    chosen = st.sampled_from([choice.ident for choice in choices(data)])
    raw = drawn.draw(st.fixed_dictionaries({}, optional={pair.ident: st.tuples(chosen) for pair in data.pairs}))
    mixed = dict(drawn.draw(st.permutations(list(raw.items()))))
    assert parsed(data, mixed) == parsed(data, raw)


@pytest.mark.parametrize("kind", ["single", "multiple"])
@given(drawn=st.data())
def test_renaming_the_options_changes_no_score(kind, drawn):
    new = dict(zip("abcd", drawn.draw(st.permutations("wxyz")), strict=True))
    old_data = item(kind, options=options("abcd", right="b"))
    renamed = [option | {"ident": new[option["ident"]]} for option in options("abcd", right="b")]
    ticked = drawn.draw(st.lists(st.sampled_from("abcd"), max_size=1 if kind == "single" else 4))
    before = parsed(old_data, {"": ticked})
    after = parsed(item(kind, options=renamed), {"": [new[ident] for ident in ticked]})
    assert score(item(kind, options=renamed), after) == score(old_data, before)


@given(order=st.permutations("abcde"), names=st.permutations("vwxyz"))
def test_renaming_the_entries_changes_no_score(order, names):
    new = dict(zip("abcde", names, strict=True))
    renamed = item("ordering", entries=[entry | {"ident": new[entry["ident"]]} for entry in entries("abcde")])
    response = {"order": [new[ident] for ident in order]}
    assert score(renamed, response) == score(ITEMS["ordering"], {"order": list(order)})


@given(drawn=st.data())
def test_renaming_the_pairs_changes_no_score(drawn):
    rights = {"a": "One", "b": "Two", "c": "One"}
    before, after = (item("matching", pairs=pairs(**rights)), item("matching", pairs=pairs(z="One", y="Two", x="One")))
    chosen = drawn.draw(st.lists(st.sampled_from(choices(before)), min_size=3, max_size=3))
    answers = ({"pairs": {left: c.ident for left, c in zip(lefts, chosen, strict=True)}} for lefts in ("abc", "zyx"))
    assert score(before, next(answers)) == score(after, next(answers))
