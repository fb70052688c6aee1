"""The simulation of review: the same students whatever they do, minutes that are kept, and a verdict that can fail."""

import pytest

from benchmarks.review_simulation.__main__ import OURS, Task, difference, faults_of, study
from benchmarks.review_simulation.memories import FAMILIES
from benchmarks.review_simulation.students import ITEMS, MET_ON, Student
from benchmarks.review_simulation.ways import WAYS, Cramming, NoReview, Ours


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_known_is_a_share_and_review_adds_to_it(family: str) -> None:
    outcome = study(Task(family, 15, seed=1, number=1))
    assert list(outcome) == list(WAYS)
    assert all(0 <= one["later"] <= one["day"] <= 100 for one in outcome.values())
    assert all(outcome[way]["day"] > outcome["no review"]["day"] for way in WAYS if way != "no review")


def test_a_student_is_the_same_in_every_run() -> None:
    task = Task("three-parts", 15, seed=2, number=3)
    assert study(task) == study(task)


def test_every_item_is_met_once() -> None:
    assert sorted(item for items in MET_ON.values() for item in items) == list(range(ITEMS))


def test_no_way_takes_more_than_the_minutes_but_for_the_answer_that_is_being_given() -> None:
    student = Student(3, 3, "disuse")
    days = sum(student.comes)
    for way in (Ours, Cramming, NoReview):
        spent = way(student, 15).through().seconds
        assert spent <= days * (15 * 60 + 1.6 * max(student.takes))


def test_it_fails_where_ours_is_worse() -> None:
    def outcome(ours: float, other: float) -> dict[str, dict[str, float]]:
        return {way: {"day": other, "later": other} for way in WAYS} | {OURS: {"day": ours, "later": ours}}

    good = {Task("disuse", 15, seed, 0): outcome(80 + seed, 70) for seed in range(3)}
    bad = {Task("disuse", 15, seed, 0): outcome(70, 71) for seed in range(3)}
    assert difference(good, "FSRS", "day").mean == 11
    assert faults_of("disuse", 15, good) == []
    assert any("on the day against FSRS" in fault for fault in faults_of("disuse", 15, bad))
    assert any("four weeks on against cramming" in fault for fault in faults_of("disuse", 15, bad))
    assert not any("four weeks on" in fault for fault in faults_of("disuse", 5, bad))
