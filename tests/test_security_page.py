"""The page on security answers every requirement of the standard, and each test that it names is one."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text()
LINES = PAGE[PAGE.index("## V1 ") :]

#: How many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has; the ones of level 3 come after them.
REQUIREMENTS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip


def test_every_requirement_has_its_line_and_one_alone() -> None:
    expected = {f"{section}.{number}" for section, many in REQUIREMENTS.items() for number in range(1, many + 1)}
    assert len(expected) == 253
    firsts = re.findall(r"^\| ([\d., ]+) \|", LINES, re.MULTILINE)
    without = re.findall(r"Does not apply: .*?(?=\n\n|\Z)", LINES, re.DOTALL)
    said = Counter(re.findall(r"\d+\.\d+\.\d+", " ".join([*firsts, *without])))
    assert set(said) == expected
    assert max(said.values()) == 1


def test_what_is_not_met_is_said_at_the_top() -> None:
    at_the_top = PAGE[PAGE.index("**Not met**") : PAGE.index("*Of the operator*")]
    lines = [line for line in LINES.splitlines() if "**Not met" in line]
    numbers = {number for line in lines for number in re.findall(r"\d+\.\d+\.\d+", line.split("|")[1])}
    assert numbers == set(re.findall(r"\d+\.\d+\.\d+", at_the_top))


def test_each_test_that_is_named_is_one() -> None:
    named = re.findall(r"`((?:[a-z_]+/)*test_[a-z_]+\.py)(?:::(test_[a-z_0-9]+))?`", LINES)
    assert len(named) > 100
    for path, name in named:
        file = ROOT / "tests" / path
        assert file.is_file(), path
        assert not name or f"def {name}(" in file.read_text(), f"{path}::{name}"
