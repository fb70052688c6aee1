"""The shipped courses as their questions: nothing is left to mend, and no key betrays itself."""

from pathlib import Path

import pytest

from kruzhok.config import SHIPPED_COURSE
from kruzhok.curriculum.asked import all_questions
from kruzhok.curriculum.model import Curriculum
from kruzhok.curriculum.reading import read_curriculum, read_folder
from kruzhok.curriculum.scholarship.chance import MARGIN, is_even, longest, positions, shortest
from kruzhok.curriculum.scholarship.keys import singles, truths

COURSES = sorted(path.parent for path in SHIPPED_COURSE.parent.glob("*/course.yaml"))


@pytest.fixture(scope="module", params=COURSES, ids=lambda path: path.name)
def curriculum(request: pytest.FixtureRequest) -> Curriculum:
    """Return one of the shipped courses."""
    folder: Path = request.param
    return read_curriculum(read_folder(folder))


def test_the_check_finds_nothing(curriculum: Curriculum):
    assert [str(finding) for finding in curriculum.findings] == []


def test_right_options_are_evenly_spread_by_position(curriculum: Curriculum):
    there, expected = positions(singles(list(all_questions(curriculum))))
    assert is_even(there, expected), there


def test_always_taking_the_longest_option_is_no_better_than_chance(curriculum: Curriculum):
    rule = longest(singles(list(all_questions(curriculum))))
    assert rule.share <= rule.by_chance / rule.of + MARGIN


def test_always_taking_the_shortest_option_is_no_better_than_chance(curriculum: Curriculum):
    rule = shortest(singles(list(all_questions(curriculum))))
    assert rule.share <= rule.by_chance / rule.of + MARGIN


def test_statements_are_true_about_as_often_as_false(curriculum: Curriculum):
    true, false = truths(list(all_questions(curriculum)))
    assert is_even((true, false), ((true + false) / 2,) * 2)
