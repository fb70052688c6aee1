"""Each letter that the interface and the courses use has a face, in the file that is fetched anyway where it can be."""

import hashlib
import re
from pathlib import Path

from kruzhok.config import ROOT

STATIC = ROOT / "kruzhok" / "static"
RULE = re.compile(
    r'@font-face \{ font-family: "([^"]+)"; (font-style: italic; )?[^}]*url\("fonts/([^"]+)"\); unicode-range: ([^;]+);'
)
RULES = RULE.findall((STATIC / "kruzhok.css").read_text(encoding="utf-8"))

#: What no face holds on purpose, whatever its range: scripts and signs for which a reader's system has its own.
LETTERS = [*range(0x20, 0x250), *range(0x400, 0x460), *range(0x2010, 0x2040)]


def test_every_rule_names_a_file_and_every_file_has_a_rule() -> None:
    assert len(RULES) == (STATIC / "kruzhok.css").read_text(encoding="utf-8").count("@font-face")
    assert {file for _family, _italic, file, _ranges in RULES} == {
        one.name for one in (STATIC / "fonts").glob("*.woff2")
    }


def test_a_font_is_known_by_what_is_in_it() -> None:
    for file in (STATIC / "fonts").glob("*.woff2"):
        assert file.name.split(".")[1] == hashlib.sha256(file.read_bytes()).hexdigest()[:6], file.name


def test_what_is_preloaded_is_what_the_stylesheet_asks_for() -> None:
    preloaded = re.findall(
        r'rel="preload" href="{{ folder }}/fonts/([^"]+)"', (ROOT / "templates/base.html").read_text()
    )
    assert len(preloaded) == 3
    assert set(preloaded) <= {file for _family, _italic, file, _ranges in RULES}


def test_what_is_used_is_in_the_first_file_of_each_face() -> None:
    used = letters_of(ROOT / "templates", "*.html") | letters_of(ROOT / "curricula", "*.md", "*.yaml", "*.yml")
    letters = {letter for letter in used if ord(letter) in LETTERS and letter.isprintable()}
    russian = {letter for letter in letters if "а" <= letter.lower() <= "я" or letter.lower() == "ё"}
    assert len(russian) > 50
    for family, italic, file, ranges in RULES:
        if not is_first(file):
            continue
        held = {chr(code) for code in codes(ranges)}
        others = {letter for letter in letters if not 0x400 <= ord(letter) < 0x460}
        assert others - held == set(), file
        if italic or family == "Fira Sans Condensed":
            assert russian - held == set(), file


def test_a_course_in_russian_has_every_face() -> None:
    for family in {family for family, _italic, _file, _ranges in RULES}:
        held = {code for of, _italic, _file, ranges in RULES if of == family for code in codes(ranges)}
        assert held >= {*range(0x400, 0x460), *range(0xA1, 0x180)}, family


def is_first(file: str) -> bool:
    """Return whether FILE is the one of its face that nearly every page fetches."""
    return not re.search(r"-(rest|latin|cyrillic)\.", file)


def letters_of(folder: Path, *patterns: str) -> set[str]:
    """Return the letters in the files of FOLDER."""
    return {
        letter for pattern in patterns for file in folder.rglob(pattern) for letter in file.read_text(encoding="utf-8")
    }


def codes(ranges: str) -> set[int]:
    """Return the code points of RANGES."""
    found: set[int] = set()
    for one in ranges.replace("U+", "").split(", "):
        first, _, last = one.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found
