"""YAML with places: what is read, where it stands, and what is refused."""

import pytest

from kruzhok.curriculum.places import Place, Surprise, plain_value, read_yaml


def test_every_key_and_value_has_its_place():
    parsed = read_yaml("title: A\nunits:\n  - ident: one\n    lessons: [x, y]\n")
    assert parsed.value == {"title": "A", "units": [{"ident": "one", "lessons": ["x", "y"]}]}
    assert parsed.place(("units", 0, "lessons", 1)) == Place(4, 18, "y")
    assert parsed.key_place(("units", 0, "lessons")) == Place(4, 5, "lessons")


def test_lines_are_those_of_the_file_where_the_yaml_begins_later():
    assert read_yaml("a: 1\nb: 2\n", first_line=2).place(("b",)).line == 3


def test_a_place_that_is_not_there_is_the_nearest_around_it():
    parsed = read_yaml("items:\n  - ident: one\n")
    assert parsed.place(("items", 0, "single", "stem")) == parsed.place(("items", 0))


def test_columns_count_characters_not_bytes():
    assert read_yaml("двоевластие: x").place(("двоевластие",)).column == 14


@pytest.mark.parametrize(
    ("written", "value"),
    [("17", 17), ("-3", -3), ("0.6", 0.6), (".5", 0.5), ("true", True), ("False", False), ("~", None), ("", None),
     ("1e5", "1e5"), ("<<", "<<"), ("=", "="), ("words", "words")],
)  # fmt: skip
def test_plain_scalars_are_what_they_look_like(written, value):
    assert plain_value(written) == value
    assert type(plain_value(written)) is type(value)


@pytest.mark.parametrize(
    "written", ["no", "Yes", "on", "1:30", "010", "0x1f", "1_000", "2017-05-06", ".inf", "9" * 5000]
)
def test_what_yaml_would_make_something_else_of_is_a_surprise(written):
    assert plain_value(written) == Surprise(written)


def test_a_key_that_stands_twice_is_a_fault_at_the_second():
    [fault] = read_yaml("title: A\nsummary: B\ntitle: C\n").faults
    assert (fault.place.line, fault.place.column) == (3, 1)
    assert "`title` stands twice" in fault.message
    assert "line 1" in fault.hint


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: &x 1\nb: *x\n", 2, 4, "Aliases"),
        ("a: &x [*x]\n", 1, 8, "Aliases"),
        ("a: !!python/object:os.system ls\n", 1, 4, "Tags"),
        ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
        ("? [a]\n: b\n", 1, 3, "A key must be a word"),
        ("[" * 60, 1, 32, "nested too deeply"),
        ("a: b: c\n", 1, 5, "not valid YAML"),
        ("a:\n\tb: 1\n", 2, 1, "not valid YAML"),
        ('a: "\\0"\n', 1, 4, "NUL"),
    ],
)
def test_what_nobody_needs_is_refused_with_its_place(text, line, column, words):
    fault = read_yaml(text).faults[0]
    assert (fault.place.line, fault.place.column) == (line, column)
    assert words in fault.message


def test_a_syntax_error_says_how_to_mend_it():
    assert "tabs" in read_yaml("a:\n\tb: 1\n").faults[0].hint
    assert "quotes" in read_yaml("title: Lenin: a life\n").faults[0].hint


def test_nothing_at_all_is_nothing():
    assert read_yaml("").value is None
    assert read_yaml("# only a comment\n").value is None
