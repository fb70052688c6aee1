"""The house is in order: imports, types, form, words, and documents that say what the code says."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kruzhok.config import ROOT
from kruzhok.models import ALL_TABLES

TOOLS = Path(sys.executable).parent
PACKAGES = ("course", "quizzes", "lessons", "kruzhok")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TEXT = {".py", ".md", ".html", ".css", ".js", ".toml", ".txt", ".yaml", ".yml", ".svg", ".json", ".mako", ".ini", ""}

#: Modules of the web by their names, and the few others with a reason. Nobody else may know of Flask.
WEB = re.compile(r"(.*\.)?(.*_)?(views|forms|access|pages|web)$")
ALSO_WEB = {
    "course.base.db": "the session of the request at hand",
    "course.base.compressing": "compresses answers as they leave",
    "course.base.cookies": "reads the cookie of the request",
    "course.users.reading": "how whoever asks likes to read: a visitor's settings are in their cookie",
    "course.users.guests": "who acts in this request, a guest if need be",
    "course.users.sign_ins": "the one module that knows Flask-Login and its cookie",
    "kruzhok.app": "puts the application together",
    "kruzhok.errors": "turns errors into pages",
    "kruzhok.operations.requests": "notes what each request cost",
    "kruzhok.fragments": "lets templates hold what their macros make",
    "kruzhok.head": "what stands at the head of every page",
    "kruzhok.words": "filters of the templates",
    "kruzhok.today.addresses": "makes the links of the plan",
    "lessons.addresses": "makes the links of activities",
    "kruzhok.digest.writing": "makes letters in the words and with the links of the pages",
    "kruzhok.notices.words": "makes the links of the notices",
}


def run(*command: str, **environment: str) -> None:
    """Run a tool of the environment; fail with what it says."""
    done = subprocess.run(
        [str(TOOLS / command[0]), *command[1:]],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stdout}{done.stderr}", pytrace=False)


def read(path: str) -> str:
    """Return the text of a file of the checkout."""
    return (ROOT / path).read_text(encoding="utf-8")


# The code


def test_imports_keep_the_contracts() -> None:
    run("lint-imports", "--no-cache")


def test_the_code_is_linted() -> None:
    run("ruff", "check", ".")


def test_the_code_has_one_form() -> None:
    run("ruff", "format", "--check", ".")


def test_types_hold() -> None:
    run("mypy")


def test_templates_are_linted() -> None:
    run("djlint", "--lint", "--quiet", "templates")


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of ours by its full name, without the migrations, which know no models and no web."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "versions" not in parts:
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def imports_of(tree: ast.Module) -> set[str]:
    """Return the full names of all that TREE imports, wherever it does so."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_of_web(name: str) -> bool:
    return bool(WEB.match(name)) or name in ALSO_WEB


def test_only_modules_of_the_web_import_flask() -> None:
    found = {
        name
        for name, tree in modules()
        if not is_of_web(name) and any(re.match(r"(flask|werkzeug|wtforms)", one) for one in imports_of(tree))
    }
    assert found - {"course.base.errors"} == set()


def test_every_module_named_as_of_the_web_is_there() -> None:
    assert set(ALSO_WEB) <= {name for name, _tree in modules()}


def test_only_the_front_door_and_views_import_views() -> None:
    for name, tree in modules():
        if not name.startswith("kruzhok") and not is_of_web(name):
            assert not [one for one in imports_of(tree) if re.search(r"views(\.|$)", one)], name


def test_models_import_nothing_but_models_and_the_ground_floor() -> None:
    ours = re.compile(rf"({'|'.join(PACKAGES)})\.")
    right = re.compile(r"(course\.base\.)|(.*\.models(\.|$))")
    for name, tree in modules():
        if name.endswith(".models") and name != "kruzhok.models":
            assert [one for one in imports_of(tree) if ours.match(one) and not right.match(one)] == [], name


def names_used(tree: ast.AST) -> set[str]:
    """Return what TREE reaches through a dot, as `request.form`."""
    return {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


#: Who else looks at what was sent, and what for.
ALSO_READ = {
    "course.base.web": "whether the address of a static file carries its hash",
    "course.groups.access": "the group that a page or a form names",
    "kruzhok.errors": "gives back what was typed when nothing could be done with it",
}


def test_forms_alone_read_what_was_sent() -> None:
    sent = {f"request.{part}" for part in ("form", "args", "values", "files", "json", "data")}
    for name, tree in modules():
        if not name.endswith("forms") and name not in ALSO_READ:
            assert names_used(tree) & sent == set(), name


def test_nobody_but_the_ground_floor_commits() -> None:
    for name, tree in modules():
        if name not in ("course.base.db", "kruzhok.migrations"):
            assert names_used(tree) & {"session.commit", "db_session.commit"} == set(), name


def test_subjects_are_told_the_time() -> None:
    """The clock is read where something begins: in a view, in a command, in the worker; and where a row is stored that
    keeps when it was changed, whoever changed it."""
    begins = re.compile(r"kruzhok\.(commands|worker|merging_views)|course\.base\.(db|web)")
    for name, tree in modules():
        if not begins.match(name) and not is_of_web(name):
            assert names_used(tree) & {"datetime.now", "date.today", "time.time"} == set(), name


def test_pure_modules_have_no_clock_and_no_chance_of_their_own() -> None:
    chance = {f"random.{one}" for one in ("random", "choice", "choices", "shuffle", "sample", "randint")}
    for name, tree in modules():
        if re.match(r"course\.(chronology|pacing|rules)|quizzes\.(items|scoring)", name):
            assert names_used(tree) & (chance | {"datetime.now", "date.today", "time.time"}) == set(), name


# The templates


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_holds_no_script_and_no_style(path: Path) -> None:
    """The policy of the pages refuses both; so a mistake shows here and not as a dead button."""
    html = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", html)
    assert not re.search(r"<style\b", html)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert "javascript:" not in html


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_uses_the_words_of_the_house(path: Path) -> None:
    """One word, one thing: a synonym is a bug."""
    other = (
        r"\b(exams?|student groups?|class(room|mates?)|instructors?|homework|grades?|enrollments?|log[ -]?(in|out))\b"
    )
    html = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(other, html, flags=re.IGNORECASE)


# What is committed


def committed() -> list[Path]:
    """Return the files of the checkout that are not left out of it by .gitignore."""
    ignored = [line.rstrip("/") for line in read(".gitignore").split()] + [".git"]
    found = []
    for folder, folders, files in os.walk(ROOT):
        here = Path(folder)
        folders[:] = [one for one in folders if not any(Path(one).match(pattern) for pattern in ignored)]
        found += [here / one for one in files if not any(Path(one).match(pattern) for pattern in ignored)]
    return found


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    hosts = r"pypi|pythonhosted|artifactory|nexus|npmjs|index-url"
    places = "|".join(rf"(?<![\w.])/{place}/" for place in ("work", "root", "opt"))
    wrong = re.compile(rf"({hosts}|{places})", re.IGNORECASE)
    found = []
    for path in committed():
        if path.suffix in TEXT and path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in wrong.finditer(text)]
    assert found == []


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_has_a_pin() -> None:
    pins = dict(line.split("==") for line in read("constraints.txt").split())
    pinned = {normal(name) for name in pins}
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *(one for more in project["optional-dependencies"].values() for one in more)]
    names = {normal(re.match(r"[\w.-]+", one)[0]) for one in wanted}  # type: ignore[index]
    assert names - pinned - {"kruzhok"} == set()


def test_constraints_are_pins_and_nothing_else() -> None:
    assert [line for line in read("constraints.txt").splitlines() if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


# The documents


def documents() -> list[Path]:
    return [path for path in committed() if path.suffix == ".md" and is_document(path)]


def is_document(path: Path) -> bool:
    """Return whether PATH is written for people who work here, not for the readers of a course."""
    return path.parent == ROOT or ROOT / "docs" in path.parents


def test_links_in_the_documents_lead_to_files() -> None:
    dead = []
    for path in documents():
        words = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", words):
            if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
                dead.append(f"{path.relative_to(ROOT)}: {target}")
    assert dead == []


def in_table(document: str) -> set[str]:
    """Return the settings that stand first in a row of a table of DOCUMENT."""
    return set(re.findall(r"^\| `(KRUZHOK_\w+)`", read(document), flags=re.MULTILINE))


def test_the_settings_are_documented() -> None:
    assert in_table("docs/operators.md") == set(re.findall(r"KRUZHOK_[A-Z_]+", read("kruzhok/config.py")))


def test_the_settings_of_the_tests_are_documented() -> None:
    ours = {"KRUZHOK_" + name for name in ("TEST_PG", "PG_BIN", "CHROMIUM")}
    assert in_table("CONTRIBUTING.md") == ours


def test_the_page_on_data_names_every_table() -> None:
    assert set(re.findall(r"^\| `(\w+)`", read("docs/data.md"), flags=re.MULTILINE)) == set(ALL_TABLES)


def test_the_page_on_data_draws_every_table() -> None:
    drawings = "\n".join(re.findall(r"```mermaid\n(.*?)```", read("docs/data.md"), flags=re.DOTALL))
    drawn = set(re.findall(r"^ +(\w+) [|}o]+--[|{o]+ (\w+)", drawings, flags=re.MULTILINE))
    alone = set(re.findall(r"^ +(\w+)(?: \{)?$", drawings, flags=re.MULTILINE))
    names = {name for pair in drawn for name in pair} | alone
    assert {table.replace("exception", "exception_") for table in ALL_TABLES} - names == set()


def test_the_readme_says_what_is_run() -> None:
    readme = read("README.md")
    assert "./run          #" in readme
    assert "./run test     #" in readme
    assert "exec ./run test" in read(".ci/run")


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
