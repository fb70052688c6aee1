"""The commands: check, load, export, new course, schema."""

import contextlib
import json
import re

import pytest
from click.testing import CliRunner
from pydantic import ValidationError
from sqlalchemy import select

from course.outline.models import Course
from kruzhok.commands.curriculum import check, export, load, new, schema
from kruzhok.config import ROOT
from kruzhok.curriculum.authoring import FILES, json_schema
from kruzhok.curriculum.files import split_front_matter
from kruzhok.curriculum.places import read_yaml
from kruzhok.curriculum.reading import read_folder
from quizzes.items import TYPES
from tests.kruzhok.curriculum.small import LESSON, QUIZ, changed, small


class Site:
    """A site on the test's database."""

    def __init__(self, database):
        self._database = database

    def database(self):
        return self._database


def run(command, *arguments, obj=None):
    return CliRunner().invoke(command, [str(argument) for argument in arguments], obj=obj)


def write(folder, files):
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def test_a_new_course_passes_the_check(tmp_path):
    folder = tmp_path / "Bread and Peace"
    laid_out = run(new, "course", folder)
    assert laid_out.exit_code == 0
    assert f"./run kruzhok load {folder}" in laid_out.output
    assert b"ident: bread-and-peace\n" in (folder / "course.yaml").read_bytes()
    result = run(check, folder)
    assert result.exit_code == 0
    assert result.output.endswith("No errors, no warnings.\n")


def test_a_new_course_is_not_laid_over_anything(tmp_path):
    (tmp_path / "mine.txt").touch()
    result = run(new, "course", tmp_path)
    assert result.exit_code == 1
    assert "is not empty" in result.output


def test_check_says_the_place_the_fault_and_the_mending(tmp_path):
    folder = write(tmp_path, changed(small(), QUIZ, "#assured", "#asured"))
    result = run(check, folder)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == f"{QUIZ}:26:14: error: There is no passage `asured` in texts/to-the-citizens.md."
    assert lines[1] == "    Did you mean `assured`?"
    assert f"items by type: {', '.join(f'{kind} 1' for kind in sorted(TYPES))}" in lines
    assert lines[-1] == "1 error, 0 warnings"


def test_several_folders_are_checked_in_turn_and_one_with_an_error_fails(tmp_path):
    good = write(tmp_path / "good", small())
    bad = write(tmp_path / "bad", changed(small(), QUIZ, "#assured", "#asured"))
    result = run(check, good, bad)
    assert result.exit_code == 1
    assert re.findall("^== (.*)$", result.output, re.MULTILINE) == [str(good), str(bad)]
    assert run(check, good, good).exit_code == 0
    assert run(check, good, bad, "--format", "json").exit_code == 2


def test_warnings_alone_do_not_fail(tmp_path):
    folder = write(tmp_path, {**small(), "plan.txt": b""})
    result = run(check, folder)
    assert result.exit_code == 0
    assert "plan.txt:1:1: warning:" in result.output


def test_check_as_json_has_the_shape_that_was_promised(tmp_path):
    folder = write(tmp_path, {**changed(small(), QUIZ, "#assured", "#asured"), "plan.txt": b""})
    result = run(check, folder, "--format", "json")
    assert result.exit_code == 1
    said = json.loads(result.output)
    assert set(said) == {"errors", "warnings", "statistics"}
    assert said["errors"] == [
        {
            "file": QUIZ,
            "line": 26,
            "column": 14,
            "message": "There is no passage `asured` in texts/to-the-citizens.md.",
            "hint": "Did you mean `assured`?",
        }
    ]
    assert said["warnings"][0]["file"] == "plan.txt"
    assert said["statistics"]["items_by_demand"] == {"argue": 1, "recall": 7, "understand": 3}
    assert {"lessons", "words", "items", "items_by_type", "sources", "people", "terms", "events", "texts", "passages",
            "minutes"} <= set(said["statistics"])  # fmt: skip


def test_write_idents_names_what_has_no_name_and_changes_nothing_else(tmp_path):
    files = changed(small(), LESSON, " {#not-yet}", "")
    folder = write(tmp_path, files)
    result = run(check, folder, "--write-idents")
    assert result.exit_code == 1  # an item still names the ident that is gone
    after = (folder / LESSON).read_text()
    assert "following night. {#it-reports-one-thing-as-done}" in after
    assert after.replace(" {#it-reports-one-thing-as-done}", "").encode() == files[LESSON]
    assert {path: content for path, content in read_folder(folder).items() if path != LESSON} == {
        path: content for path, content in files.items() if path != LESSON
    }


def test_write_idents_leaves_a_complete_course_alone(tmp_path):
    folder = write(tmp_path, {path: content.replace(b"\n", b"\r\n") for path, content in small().items()})
    before = read_folder(folder)
    assert run(check, folder, "--write-idents").exit_code == 0
    assert read_folder(folder) == before


def test_loading_again_says_by_name_what_changed(tmp_path, database):
    folder = write(tmp_path / "my", small())
    assert run(load, folder, obj=Site(database)).output.count("\n") == 1
    write(folder, changed(small(), LESSON, "a short proclamation", "a proclamation"))
    said = run(load, folder, obj=Site(database)).output
    assert "changed 1 lesson, 1 file" in said
    assert "\n  changed 1 lesson: first-lesson\n" in said


def test_load_and_export_give_the_same_bytes(tmp_path, database):
    folder = write(tmp_path / "my", small())
    result = run(load, folder, obj=Site(database))
    assert result.exit_code == 0, result.output
    assert "added" in result.output
    assert "nothing changed" in run(load, folder, obj=Site(database)).output
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Course.uploaded)).one()  # it is not the shipped one
    out = tmp_path / "out"
    assert run(export, "my-course", out, obj=Site(database)).exit_code == 0
    assert read_folder(out) == small()
    assert run(export, "my-course", out, obj=Site(database)).exit_code == 1
    assert run(export, "nothing", tmp_path / "new", obj=Site(database)).exit_code == 1


def test_loading_a_broken_course_says_every_error_and_loads_nothing(tmp_path, database):
    folder = write(tmp_path, changed(small(), QUIZ, "#assured", "#asured"))
    result = run(load, folder, obj=Site(database))
    assert result.exit_code == 1
    assert f"{QUIZ}:26:14: error:" in result.output
    assert "nothing was loaded" in result.output


def test_the_published_schema_is_that_of_the_code():
    published = json.loads((ROOT / "docs" / "curriculum.schema.json").read_text())
    assert published == json_schema(), "run: ./run kruzhok schema > docs/curriculum.schema.json"
    assert json.loads(run(schema).output) == published


@pytest.mark.parametrize(
    "name", [*(model.__name__ for model in FILES.values()), "Section", "Draw", "Shows", "PlainText"]
)
def test_every_key_of_the_schema_says_what_it_is_for(name):
    properties = json_schema()["$defs"][name]["properties"]
    assert all("description" in value for key, value in properties.items()), name


def examples():
    """Yield the YAML of every example in docs/curriculum.md, that of front matter among it."""
    text = (ROOT / "docs" / "curriculum.md").read_text()
    for kind, block in re.findall(r"^```(yaml|markdown)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        if kind == "yaml":
            yield block
        elif block.startswith("---\n"):
            yield split_front_matter(block).front


@pytest.mark.parametrize("example", [*examples()], ids=lambda example: example.split("\n")[0])
def test_every_example_of_the_documentation_is_right(example):
    value = read_yaml(example).value
    fits = []
    for file, model in FILES.items():
        with contextlib.suppress(ValidationError):
            model.model_validate(value)
            fits.append(file)
    assert len(fits) == 1
