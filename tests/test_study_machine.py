"""The machine that studies at random: a short run, the same each time. `benchmarks.study_machine` does long ones."""

from pathlib import Path

import pytest

from benchmarks.study_machine.__main__ import run
from benchmarks.study_machine.machine import StudyMachine
from quizzes.attempts import views
from tests import postgres


def test_what_the_pages_and_both_databases_say_after_any_acts_is_what_the_model_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "chance", views.chance)  # the machine puts its own in its place
    kinds = ["sqlite", *(["postgresql"] if postgres.binaries() else [])]
    assert run(kinds, tmp_path, steps=90, length=30, number=1917, as_found=True) is None
    assert StudyMachine.steps >= 90
