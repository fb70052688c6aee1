"""Source frames: nothing is lost, and others are seen by who may see them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from course.completion.models import Completion, State
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import ActivityKind, Course
from course.texts.models import Text
from lessons.drafts import drafts_at
from lessons.frames.frames import (
    NothingSaid,
    as_draft,
    comparison,
    framed_texts,
    from_draft,
    keep_frame_draft,
    last_frame,
    own_frames,
    share_last,
    write_frame,
)
from lessons.frames.models import QUESTIONS
from lessons.frames.pages import compared
from lessons.frames.places import frame_place
from tests import factories
from tests.conftest import NOW

CLERK, KING = {"who": "A clerk."}, {"who": "The king.", "left_out": "The poor."}
LATER = NOW + timedelta(minutes=1)


class Circle:
    """A study group on a course with a document, and two students in it."""

    def __init__(self, session: Session, **group: object) -> None:
        self.session = session
        self.course: Course = factories.make_bare_course(session)
        self.group: StudyGroup = factories.make_group(session, self.course, **group)
        self.text: Text = factories.make_text(session, self.course)
        self.one, self.other = self.member(), self.member()

    def member(self, **columns: object) -> Enrolment:
        """Return one more member."""
        return factories.make_enrolment(self.session, course=self.course, group=self.group, **columns)

    def write(self, who: Enrolment, answers: dict[str, str], *, share: bool = True, base: int = 0) -> None:
        """Let WHO write a frame of the text."""
        write_frame(self.session, who, self.text, answers, base=base, share=share, now=NOW)

    def seen_by(self, who: Enrolment) -> list[str]:
        """Return what others say first of the text, as WHO sees it."""
        return [one.frame.answers["who"] for one in comparison(self.session, who, self.text).others]


@pytest.fixture
def circle(session: Session) -> Circle:
    """Return a group in which everybody sees at once."""
    return Circle(session, write_first=False)


@pytest.fixture
def writing(session: Session) -> Circle:
    """Return a group in which everybody writes before they see."""
    return Circle(session, write_first=True)


def test_writing_anew_adds_and_keeps_what_was(session: Session, circle: Circle) -> None:
    circle.write(circle.one, CLERK)
    circle.write(circle.one, KING)
    assert [(one.number, one.answers["who"]) for one in own_frames(session, circle.one, circle.text)] == [
        (2, "The king."),
        (1, "A clerk."),
    ]


def test_a_double_click_is_one_frame(session: Session, circle: Circle) -> None:
    circle.write(circle.one, CLERK)
    circle.write(circle.one, CLERK)
    assert len(own_frames(session, circle.one, circle.text)) == 1


@pytest.mark.parametrize("answers", [{}, {"who": " \n "}, {"nonsense": "x"}])
def test_a_frame_that_says_nothing_is_refused(circle: Circle, answers: dict[str, str]) -> None:
    with pytest.raises(NothingSaid):
        circle.write(circle.one, answers)


def test_a_frame_kept_to_oneself_is_seen_by_nobody_else(session: Session, circle: Circle) -> None:
    circle.write(circle.one, CLERK, share=False)
    assert circle.seen_by(circle.other) == []
    mine = comparison(session, circle.one, circle.text).mine
    assert mine is not None
    assert mine.frame.answers["who"] == "A clerk."


def test_only_the_last_is_seen_and_only_if_that_one_is_shared(circle: Circle) -> None:
    circle.write(circle.one, CLERK)
    circle.write(circle.one, KING)
    assert circle.seen_by(circle.other) == ["The king."]
    circle.write(circle.one, {"who": "Nobody knows."}, share=False)
    assert circle.seen_by(circle.other) == []


def test_what_is_shared_can_be_taken_back_and_shared_again(session: Session, circle: Circle) -> None:
    circle.write(circle.one, CLERK)
    for shared, seen in ((False, []), (True, ["A clerk."]), (True, ["A clerk."])):
        share_last(session, circle.one, circle.text, shared=shared, now=LATER)
        assert circle.seen_by(circle.other) == seen


def test_alone_nothing_is_shared(session: Session, circle: Circle) -> None:
    alone = factories.make_enrolment(session, course=circle.course)
    circle.write(alone, CLERK)
    frame = last_frame(session, alone, circle.text)
    assert frame is not None
    assert frame.shared_at is None
    assert comparison(session, alone, circle.text).others == []


def test_who_writes_before_they_see_is_told_how_many_wait_and_no_more(session: Session, writing: Circle) -> None:
    writing.write(writing.one, CLERK)
    writing.write(writing.member(), KING, share=False)
    found = comparison(session, writing.other, writing.text)
    assert (found.others, found.waiting) == ([], 1)


def test_one_kept_to_oneself_does_not_open_those_of_the_others(writing: Circle) -> None:
    writing.write(writing.one, CLERK)
    writing.write(writing.other, KING, share=False)
    assert writing.seen_by(writing.other) == []
    share_last(writing.session, writing.other, writing.text, shared=True, now=LATER)
    assert writing.seen_by(writing.other) == ["A clerk."]


def test_who_takes_theirs_back_no_longer_sees_the_others(writing: Circle) -> None:
    writing.write(writing.one, CLERK)
    writing.write(writing.other, KING)
    writing.write(writing.other, {"who": "Somebody."})
    share_last(writing.session, writing.other, writing.text, shared=False, now=LATER)
    assert writing.seen_by(writing.other) == []


def test_a_tutor_sees_without_writing(writing: Circle) -> None:
    writing.write(writing.one, CLERK)
    assert writing.seen_by(writing.member(role=Role.tutor)) == ["A clerk."]


def test_in_an_archived_group_everybody_sees(session: Session, writing: Circle) -> None:
    writing.write(writing.one, CLERK)
    writing.group.archived_at = NOW
    session.flush()
    assert writing.seen_by(writing.other) == ["A clerk."]


def test_another_group_sees_nothing(session: Session, circle: Circle) -> None:
    circle.write(circle.one, CLERK)
    group = factories.make_group(session, circle.course, write_first=False)
    elsewhere = factories.make_enrolment(session, course=circle.course, group=group)
    assert circle.seen_by(elsewhere) == []


def test_two_windows_keep_both_drafts(session: Session, circle: Circle) -> None:
    for answers in (CLERK, KING):
        keep_frame_draft(session, circle.one, circle.text, answers, base=0, now=NOW)
    drafts = drafts_at(session, circle.one, frame_place(circle.text))
    assert [from_draft(draft.text) for draft in drafts] == [CLERK, KING]


def test_what_is_handed_over_is_no_draft_any_more(session: Session, circle: Circle) -> None:
    base = keep_frame_draft(session, circle.one, circle.text, CLERK, base=0, now=NOW).base
    circle.write(circle.one, CLERK, base=base)
    keep_frame_draft(session, circle.one, circle.text, CLERK, base=base, now=NOW)  # a save that was on its way
    assert drafts_at(session, circle.one, frame_place(circle.text)) == []


def test_a_frame_begins_the_reading_of_its_text(session: Session, circle: Circle) -> None:
    lesson = factories.activity_of(session, circle.course, ActivityKind.lesson)
    reading = factories.make_reading(session, lesson, text=circle.text)
    circle.write(circle.one, CLERK, share=False)
    row = session.query(Completion).filter_by(enrolment_id=circle.one.id, activity_id=reading.id).one()
    assert row.state is State.begun


@given(st.dictionaries(st.sampled_from(QUESTIONS), st.text(min_size=1).filter(str.strip)))
def test_a_draft_holds_what_was_answered(answers: dict[str, str]) -> None:
    assert from_draft(as_draft(answers)) == answers


@given(st.text() | st.sampled_from(['{"who": 1}', "[1]", "7", '{"else": "x"}', "null"]))
def test_any_words_are_read_as_a_draft(words: str) -> None:
    assert set(from_draft(words)) <= set(QUESTIONS)


def test_a_group_lists_the_texts_of_which_somebody_shares_a_frame(session: Session, circle: Circle) -> None:
    factories.make_frame(session, circle.one, factories.make_text(session, circle.course))  # kept to themselves
    own = factories.make_text(session, enrolment_id=circle.one.id)
    factories.make_frame(session, circle.one, own, shared_at=NOW)  # of a text that the others have not
    for who in (circle.one, circle.other):
        circle.write(who, CLERK)
        circle.write(who, KING)
    assert framed_texts(session, circle.other) == [(circle.text.ident, circle.text.title, 2)]


def test_a_hundred_frames_are_read_in_pages_with_ones_own_on_each(session: Session, circle: Circle) -> None:
    for number in range(100):
        factories.make_frame(session, circle.member(), circle.text, answers={"who": f"{number}"}, shared_at=NOW)
    circle.write(circle.one, CLERK)
    found = comparison(session, circle.one, circle.text)
    seen = []
    for page in range(1, 18):
        shown = compared(found, page, 6)
        assert shown.shown[0].mine
        assert len(shown.shown) <= 7
        seen += [one.frame.answers["who"] for one in shown.others]
    assert seen == [str(number) for number in range(100)]
    assert (compared(found, 999, 6).page, compared(found, 1, 6).pages) == (17, 17)
