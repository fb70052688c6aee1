import json

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from quizzes.items import TYPES, AnyItem, parse_data, type_of
from tests.quizzes.items.make import gaps, item, levels, options, pairs, raw_item, rubric

KINDS = ["single", "multiple", "true-false", "matching", "ordering", "short", "numeric", "date", "cloze"]
KINDS += ["evidence", "essay"]

FROM_THE_MANUAL = """
- ident: defencism
  type: single
  stem: What did the theses say of revolutionary defencism?
  options:
    - {ident: support, text: Support for as long as Russia is a republic, feedback: Why not.}
    - {ident: none, text: No concession to it, right: true}
  points: 1
  demand: recall
  explanation: Why the key is right.
  passage: lenins-return-april-theses#defencism
  sources: [lenin-1917-april-theses]
  tags: [war]
- &common
  ident: statement
  type: true-false
  stem: The theses were the view of the whole party.
  key: false
  feedback: {true: Look again at who signed., false: As Kamenev said.}
  demand: understand
  explanation: Why.
  passage: april-theses#signature
  sources: [lenin-1917-april-theses]
- {<<: *common, type: multiple, key: null}
"""


def faults(**fields):
    with pytest.raises(ValidationError) as caught:
        item(**fields)
    return [(error["loc"], error["msg"]) for error in caught.value.errors()]


def test_every_type_of_the_manual_is_there():
    assert list(TYPES) == KINDS


def test_an_item_written_as_in_the_manual_is_read():
    defencism, statement, _mixed = yaml.safe_load(FROM_THE_MANUAL)
    assert parse_data(defencism).tags == ["war"]
    assert parse_data(statement).feedback == {"true": "Look again at who signed.", "false": "As Kamenev said."}


def test_keys_of_another_type_are_refused():
    mixed = yaml.safe_load(FROM_THE_MANUAL)[2]
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        parse_data(mixed)


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_kept_as_json_is_read_as_the_same_item(kind):
    extra = {"feedback": {True: "Yes.", False: "No."}} if kind == "true-false" else {}
    data = item(kind, points=1.5, **extra)
    assert parse_data(json.loads(json.dumps(data.model_dump(mode="json")))) == data


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_knows_its_type_and_has_one_point_unless_said(kind):
    data = item(kind)
    assert isinstance(data, type_of(data).Data)
    assert type_of(data) is TYPES[kind]
    assert data.points == 1


def test_items_of_all_types_fit_in_one_list_of_a_larger_schema():
    class Quiz(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")
        items: list[AnyItem]

    quiz = Quiz.model_validate({"items": [raw_item(kind) for kind in KINDS]})
    assert [data.type for data in quiz.items] == KINDS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ident", "April"),
        ("ident", "1917"),
        ("ident", "a" * 65),
        ("stem", ""),
        ("stem", " \n"),
        ("stem", "NUL \0"),
        ("points", 0),
        ("points", 100.5),
        ("points", True),
        ("points", "1"),
        ("points", float("nan")),
        ("demand", "guess"),
        ("explanation", ""),
        ("passage", "a-lesson"),
        ("passage", "a-lesson#"),
        ("passage", "a-lesson#a-passage\n"),
        ("sources", []),
        ("sources", ["Not an ident"]),
        ("tags", [""]),
        ("colour", "red"),
    ],
)
def test_a_field_that_says_nothing_sensible_is_refused_at_its_place(kind, field, value):
    places = [loc for loc, _message in faults(kind=kind, **{field: value})]
    assert places
    assert all(field in place for place in places)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("field", ["ident", "type", "stem", "demand", "explanation", "passage", "sources"])
def test_what_every_item_needs_may_not_be_left_out(kind, field):
    raw = raw_item(kind)
    del raw[field]
    with pytest.raises(ValidationError):
        parse_data(raw)


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        ("single", {"options": options("abc", right="")}, "No option is marked `right: true`: mark the one that is."),
        ("single", {"options": options("abc", right="ab")}, "2 options are marked `right: true`"),
        ("single", {"options": options("a", right="a")}, "at least 2 items"),
        ("single", {"options": options("aa", right="")}, "The ident “a” stands twice"),
        (
            "multiple",
            {"options": options("abc", right="")},
            "marked `right: true`: mark every one that is.",
        ),
        ("multiple", {"method": "guesswork"}, "'net-correct', 'all-or-nothing', 'coverage' or 'each-answer'"),
        ("true-false", {"key": "true"}, "valid boolean"),
        ("true-false", {"feedback": {"maybe": "Hm."}}, "'true' or 'false'"),
        ("true-false", {"feedback": ["Hm."]}, "valid dictionary"),
        ("matching", {"pairs": pairs(a="One")}, "at least 2 items"),
        ("matching", {"pairs": pairs(a="One", b="One")}, "only one choice on the right"),
        ("matching", {"distractors": ["Mensheviks"]}, "The distractor “Mensheviks” stands twice"),
        ("matching", {"distractors": ["Kadets", "Kadets"]}, "The distractor “Kadets” stands twice"),
        ("ordering", {"entries": [{"ident": "a", "text": "A"}, {"ident": "b", "text": "B"}]}, "at least 3 items"),
        ("ordering", {"entries": [{"ident": i, "text": "Same"} for i in "abc"]}, "“Same” stands twice"),
        ("ordering", {"method": "coverage"}, "'pairwise', 'all-or-nothing' or 'absolute'"),
        ("short", {"answers": []}, "at least 1 item"),
        ("short", {"answers": [{"text": "A", "score": 0.5}]}, "No answer has the full score"),
        ("short", {"answers": [{"text": "A", "score": 1.5}]}, "less than or equal to 1"),
        ("short", {"answers": [{"text": "?!"}]}, "nothing but punctuation"),
        ("short", {"answers": [{"text": "April Theses"}, {"text": "april-theses."}]}, "“april-theses.” stands twice"),
        ("short", {"answers": [{"text": "a" * 501}]}, "longer than anybody may answer"),
        ("numeric", {"answers": []}, "at least 1 item"),
        ("numeric", {"answers": [{"value": 1, "score": 0.5}]}, "No answer has the full score"),
        ("numeric", {"answers": [{"value": 1}, {"value": 1.0, "score": 0.5}]}, "“1” stands twice"),
        ("numeric", {"answers": [{"value": 1, "tolerance": 0, "tolerance_percent": 5}]}, "leave one of them out"),
        ("numeric", {"answers": [{"value": float("inf")}]}, "less than or equal to"),
        ("numeric", {"answers": [{"value": "1861"}]}, "valid"),
        ("numeric", {"units": [{"ident": "km", "text": "km", "factor": 2}]}, "first unit is that of the answers"),
        (
            "numeric",
            {"units": [{"ident": "a", "text": "km"}, {"ident": "b", "text": "k", "aliases": ["KM."]}]},
            "either of",
        ),
        ("numeric", {"units": [{"ident": "a", "text": "2nd"}]}, "typed in no way"),
        ("numeric", {"units": [{"ident": "a", "text": "km"}], "without_unit": 0.5}, "Without several `units`"),
        ("cloze", {"gaps": []}, "at least 1 item"),
        ("cloze", {"text": "{who} {month} {year} {whom}"}, "“{whom}” is none of the gaps"),
        ("cloze", {"text": "{who} {month} {year} {Not an ident}"}, "“{Not an ident}” is none of the gaps"),
        ("cloze", {"text": "{who} {month} {year} {who}"}, "“{who}” stands twice in the text"),
        ("cloze", {"text": "{who} {month}"}, "“{year}” stands nowhere in the text"),
        ("cloze", {"text": "[{who} {month}](https://example.org) {year}"}, "A gap stands in a link"),
        ("cloze", {"text": "[{who} {month}](https://example.org/{year})"}, "A gap stands in a link"),
        ("cloze", {"text": "{who} {month} {year} \ue000"}, "character of private use"),
        ("cloze", {"text": "{who}", "gaps": [{"ident": "who", "options": options("ab", right="a")}]}, "`kind: choice`"),
        ("cloze", {"text": "{who}", "gaps": [{"ident": "who", "kind": "essay"}]}, "not said how this gap is filled"),
        (
            "cloze",
            {"text": "{a}", "gaps": [gaps()[0] | {"ident": "a"}, gaps()[1] | {"ident": "a"}]},
            "“a” stands twice",
        ),
        (
            "cloze",
            {"text": "{a}", "gaps": [gaps()[0] | {"ident": "a", "options": options("ab", right="")}]},
            "No option",
        ),
        ("evidence", {"right": []}, "at least 1 item"),
        ("evidence", {"right": [[]]}, "at least 1 item"),
        ("evidence", {"right": ["a", ["b", "a"]]}, "The ident “a” stands twice"),
        ("evidence", {"right": ["a"], "also": ["a"]}, "The ident “a” stands twice"),
        ("evidence", {"right": ["A passage"]}, "String should match pattern"),
        ("evidence", {"range": {"from": "a"}}, "Extra inputs are not permitted"),
        ("essay", {"rubric": []}, "at least 1 item"),
        ("essay", {"rubric": rubric() + rubric()}, "The ident “argument” stands twice"),
        ("essay", {"rubric": rubric(argument=0, sources=1)}, "greater than 0"),
        ("essay", {"rubric": [rubric()[0] | {"levels": levels(0, 0.9)}]}, "No level is worth the full score"),
        ("essay", {"rubric": [rubric()[0] | {"levels": levels(1)}]}, "at least 2 items"),
        ("essay", {"words": {"least": 200, "most": 100}}, "`least` is more than `most` here"),
        ("essay", {"quotations": 2}, "no text to quote from"),
        ("essay", {"quotations": 51, "quote_from": ["a-text"]}, "less than or equal to 50"),
        ("essay", {"quote_from": ["a-text", "a-text"]}, "The ident “a-text” stands twice"),
    ],
)
def test_an_item_that_cannot_be_answered_is_refused_with_a_reason(kind, fields, message):
    assert any(message in said for _place, said in faults(kind=kind, **fields))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("single", {"shuffle": False}),
        ("multiple", {"options": options("ab", right="ab"), "method": "coverage"}),
        ("matching", {"pairs": pairs(a="One", b="One", c="Two"), "distractors": ["Three"]}),
        ("matching", {"pairs": pairs(a="One", b="One"), "distractors": ["Two"]}),
        ("ordering", {"method": "absolute"}),
        ("short", {"answers": [{"text": "A"}, {"text": "*", "score": 0, "feedback": "No."}], "forgive": False}),
        ("short", {"answers": [{"text": "a" * 500}]}),
        ("evidence", {"range": {"last": "e"}, "right": ["a", ["b", "c"]], "also": ["d"]}),
        ("essay", {"words": {"least": 1}, "for_marker": "Look.", "quote_from": ["a-text"], "quotations": 50}),
        ("essay", {"rubric": rubric(argument=0.5, sources=2)}),
    ],
)
def test_what_the_manual_allows_is_accepted(kind, fields):
    data = item(kind, **fields)
    assert data.model_dump(include=set(fields), exclude_unset=True) == fields


def test_the_schema_can_be_published_for_editors():
    for kind in TYPES.values():
        assert kind.Data.model_json_schema()["additionalProperties"] is False
