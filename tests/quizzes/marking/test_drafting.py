"""Marks in preparation: kept, overtaken, never lost."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from quizzes.explaining.correcting import accept
from quizzes.items import BadResponse
from quizzes.marking.drafting import LONGEST_COMMENT, Mark, Outcome, save_draft, sheet_of
from quizzes.models import AttemptItem
from tests import factories
from tests.conftest import NOW
from tests.quizzes.marking.make import FAIR, GOOD, HALF, Circle, draft, drafts_in, make_circle, marks_of, write


def keep(session: Session, circle: Circle, essay: AttemptItem, mark: Mark, seen: str | None = None) -> Outcome:
    """Keep MARK as a page would that has seen the newest state, unless SEEN says another."""
    seen = sheet_of(session, essay).seen if seen is None else seen
    return save_draft(session, essay, mark, seen, by=circle.tutor.user_id, now=NOW)


def test_a_draft_is_kept_with_its_tutor_and_its_moment(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    assert keep(session, circle, essay, Mark(HALF, "So far.")) == "kept"
    (kept,) = drafts_in(session)
    assert (kept.levels, kept.comment, kept.by_id, kept.at) == (HALF, "So far.", circle.tutor.user_id, NOW)


def test_there_is_one_draft_of_an_essay_however_often_it_is_kept(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    for mark in (Mark(HALF), Mark(GOOD), Mark(GOOD, "Well argued.")):
        keep(session, circle, essay, mark)
    (kept,) = drafts_in(session)
    assert (kept.levels, kept.comment, kept.edition) == (GOOD, "Well argued.", 3)


def test_a_draft_is_no_mark(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    keep(session, circle, essay, Mark(GOOD))
    assert marks_of(session, essay) == []
    assert essay.attempt.points is None


def test_a_save_on_a_page_that_another_tutor_has_overtaken_changes_nothing(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    before = sheet_of(session, essay).seen
    keep(session, circle, essay, Mark(GOOD, "Theirs."))
    assert keep(session, circle, essay, Mark(FAIR, "Mine."), before) == "overtaken"
    assert [(one.levels, one.comment) for one in drafts_in(session)] == [(GOOD, "Theirs.")]


def test_the_same_mark_from_an_older_page_is_no_conflict(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    before = sheet_of(session, essay).seen
    keep(session, circle, essay, Mark(GOOD, "Theirs."))
    assert keep(session, circle, essay, Mark(GOOD, "Theirs."), before) == "same"


def test_an_edition_that_began_to_count_anew_is_not_taken_for_the_one_before(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    before = draft(session, essay)
    seen = sheet_of(session, essay).seen
    session.delete(before)
    session.flush()
    draft(session, essay, FAIR, at=NOW.replace(second=1))
    assert keep(session, circle, essay, Mark(HALF), seen) == "overtaken"


def test_nothing_said_is_no_draft(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    assert keep(session, circle, essay, Mark()) == "same"
    assert drafts_in(session) == []


def test_a_draft_whose_words_are_taken_back_is_gone(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    keep(session, circle, essay, Mark({}, "Hm."))
    assert keep(session, circle, essay, Mark()) == "kept"
    assert drafts_in(session) == []


@pytest.mark.parametrize("levels", [{"argument": "splendid"}, {"style": "good"}])
def test_a_level_that_the_rubric_does_not_know_is_refused(session: Session, levels: dict[str, str]) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    with pytest.raises(BadResponse, match="not among those of this rubric"):
        keep(session, circle, essay, Mark(levels))


def test_a_comment_that_is_too_long_is_refused_with_both_numbers(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    with pytest.raises(BadResponse, match=r"20,001 characters; at most 20,000"):
        keep(session, circle, essay, Mark({}, "x" * (LONGEST_COMMENT + 1)))


def test_a_draft_kept_again_after_another_answer_was_accepted_is_of_that_answer(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    factories.make_step(session, essay, number=2, response={"text": "Too late."}, counts=False)
    draft(session, essay)
    later = NOW + timedelta(hours=1)
    accept(session, essay.attempt, essay, 2, by=circle.tutor.user_id, now=later)
    seen = sheet_of(session, essay).seen
    mark = Mark(GOOD, "Well argued.")
    assert save_draft(session, essay, mark, seen, by=circle.tutor.user_id, now=later) == "kept"
    assert sheet_of(session, essay).is_ready
