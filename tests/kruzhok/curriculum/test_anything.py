"""Whatever stands in a folder, reading it finds faults and raises nothing."""

import json
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kruzhok.curriculum.files import read_folder
from kruzhok.curriculum.reading import read_curriculum
from kruzhok.curriculum.statistics import statistics_of
from tests.kruzhok.curriculum.small import QUIZ, small

PATHS = sorted(small())

FEW = settings(max_examples=25)  # each reads a whole curriculum

paths = st.sampled_from(PATHS)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20)
KEYS = ["ident", "title", "items", "type", "passage", "options", "date", "moved", "units", "lessons"]
KEYS_OF_QUIZZES = ["sections", "text", "range", "first", "draw", "tags", "hints", "shows", "opens", "gaps", "right"]
keys = st.sampled_from([*KEYS, *KEYS_OF_QUIZZES])
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6))
yaml_like = st.text(string.ascii_lowercase + ":-{}[]'\"#|>&*!%@`,? \n\t0", max_size=200)
markdown = st.text("ab*_[]()!#{}-|`> \n\\1.:/", max_size=200)


def survives(files):
    """Read FILES and check that every finding has its place."""
    curriculum = read_curriculum(files)
    json.dumps(statistics_of(curriculum))
    for finding in curriculum.findings:
        assert finding.line >= 1
        assert finding.column >= 1
        assert finding.message
        assert str(finding)


@FEW
@given(paths, st.binary(max_size=200))
def test_any_bytes_in_any_file(path, content):
    survives({**small(), path: content})


@FEW
@given(st.dictionaries(st.text(max_size=30), st.binary(max_size=50), max_size=4))
def test_any_files(files):
    survives(files)
    survives({**small(), **files})


@FEW
@given(paths, yaml_like)
@example("people.yaml", "people: &a [*a]")
def test_any_text_like_yaml(path, text):
    survives({**small(), path: text.encode()})
    survives({**small(), path: f"---\n{text}\n---\nbody\n".encode()})


@FEW
@given(paths, values)
def test_any_values(path, value):
    text = json.dumps(value).encode()
    survives({**small(), path: text})
    survives({**small(), path: b"---\n" + text + b"\n---\nbody\n"})


@FEW
@given(st.lists(values, max_size=3), st.lists(st.dictionaries(keys, values, max_size=6), max_size=3))
def test_any_questions_and_sections(items, sections):
    quiz = {"title": "A quiz", "items": items, "sections": sections}
    survives({**small(), QUIZ: json.dumps(quiz).encode()})


@FEW
@given(paths.filter(lambda path: path.endswith(".md")), markdown)
def test_any_body(path, body):
    head = small()[path].decode().split("\n---\n")[0]
    survives({**small(), path: f"{head}\n---\n{body}".encode()})


@FEW
@given(paths, st.data())
def test_a_file_with_a_piece_missing(path, data):
    content = small()[path]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 200)))
    survives({**small(), path: content[:start] + content[end:]})


@FEW
@given(
    paths, st.data(), st.sampled_from(["null", "no", "[]", "{}", "1917-01-01", "'", '"', "- ", ": ", "*x", "#", "\t"])
)
def test_a_file_with_something_put_in(path, data, piece):
    text = small()[path].decode()
    at = data.draw(st.integers(0, len(text)))
    survives({**small(), path: (text[:at] + piece + text[at:]).encode()})


@pytest.mark.parametrize("name", ["\udcff.yaml", "a\nb.md"])
def test_names_that_are_no_names(name):
    survives({**small(), name: b""})


def test_a_fifo_is_not_waited_for(tmp_path):
    import os

    os.mkfifo(tmp_path / "course.yaml")
    assert read_folder(tmp_path) == {}
