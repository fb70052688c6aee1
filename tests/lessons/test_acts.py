"""Where in a text somebody last did something: from acts alone, and each of them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from course.completion.models import CompletionFact, FactKind
from course.groups.models import Enrolment
from course.outline.models import ActivityKind, Course
from course.texts.models import Text
from lessons.acts import Place, acts_on, last_place
from lessons.frames.frames import keep_frame_draft
from lessons.models import Draft
from quizzes.checks.answering import Given, answer_check
from quizzes.checks.asking import check_in
from tests import factories
from tests.conftest import NOW

LATER = NOW + timedelta(hours=1)


class Scene:
    """A student alone in a course of one lesson, with its notes."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.enrolment: Enrolment = factories.make_enrolment(session)
        self.course = session.get_one(Course, self.enrolment.course_id)
        self.lesson = factories.activity_of(session, self.course, ActivityKind.lesson)
        self.notes: Text = factories.notes_of(session, self.lesson)

    def check(self, at: datetime, passage: str = "p-2", text: Text | None = None) -> None:
        """Answer a new self-check at PASSAGE."""
        text = text or self.notes
        made = factories.make_check(self.session, text, passage=passage)
        check = check_in(self.session, text.id, made.item_id)
        assert check is not None
        answer_check(self.session, self.enrolment, None, check, Given({"option": "no"}), now=at)

    def fact(self, at: datetime, kind: FactKind = FactKind.tick, **more: Any) -> None:
        """Write that something was done about the lesson itself."""
        told = {"enrolment_id": self.enrolment.id, "activity_id": self.lesson.id, "kind": kind, "done": True, "at": at}
        factories.add(self.session, CompletionFact(**(told | more)))


@pytest.fixture
def scene(session: Session) -> Scene:
    """Return the scene."""
    return Scene(session)


def place_now(session: Session, scene: Scene) -> Place | None:
    row = session.execute(last_place(scene.enrolment)).first()
    return Place(*row) if row is not None else None


def test_who_did_nothing_was_nowhere(session: Session, scene: Scene) -> None:
    acts = acts_on(session, scene.enrolment, scene.notes)
    assert (acts.last, acts.placed) == (None, None)
    assert acts.made_at == factories.LOADED
    assert place_now(session, scene) is None


def test_a_self_check_is_at_its_passage(session: Session, scene: Scene) -> None:
    scene.check(NOW)
    assert acts_on(session, scene.enrolment, scene.notes).placed == ("check", NOW, "p-2")


def test_a_note_is_at_the_passage_where_it_stands_now(session: Session, scene: Scene) -> None:
    factories.make_note(session, scene.enrolment, scene.notes)
    assert acts_on(session, scene.enrolment, scene.notes).placed == ("note", NOW, "p-1")


def test_the_later_of_two_is_where_one_goes_on(session: Session, scene: Scene) -> None:
    factories.make_note(session, scene.enrolment, scene.notes, changed_at=LATER)
    scene.check(NOW)
    placed = acts_on(session, scene.enrolment, scene.notes).placed
    assert placed is not None
    assert placed.kind == "note"


def test_of_two_self_checks_at_one_moment_the_one_answered_last_is_where_one_goes_on(
    session: Session, scene: Scene
) -> None:
    for passage in ("p-2", "p-1", "p-3"):
        scene.check(NOW, passage)
    place = place_now(session, scene)
    assert place is not None
    assert place.ident == "p-3"
    assert acts_on(session, scene.enrolment, scene.notes).placed == ("check", NOW, "p-3")


@pytest.mark.parametrize("what", ["tick", "frame", "quiz"])
def test_what_is_about_the_whole_text_is_an_act_without_a_place(session: Session, scene: Scene, what: str) -> None:
    scene.check(NOW)
    if what == "tick":
        scene.fact(LATER)
    elif what == "frame":
        factories.make_frame(session, scene.enrolment, scene.notes, written_at=LATER)
    else:
        quiz = factories.activity_of(session, scene.course, ActivityKind.quiz)
        factories.make_attempt(session, scene.enrolment, quiz, submitted_at=LATER, points=1.0)
    acts = acts_on(session, scene.enrolment, scene.notes)
    assert acts.last is not None
    assert acts.last.at == LATER
    assert acts.placed is not None
    assert acts.placed.at == NOW


def test_what_a_tutor_did_is_no_act_of_the_student(session: Session, scene: Scene) -> None:
    scene.fact(NOW, FactKind.override, reason="It was on paper")
    assert acts_on(session, scene.enrolment, scene.notes).last is None


def test_acts_of_others_and_in_other_texts_do_not_count(session: Session, scene: Scene) -> None:
    other = factories.make_enrolment(session, course=scene.course)
    factories.make_note(session, other, scene.notes)
    scene.check(NOW, text=factories.make_text(session, scene.course))
    assert acts_on(session, scene.enrolment, scene.notes).last is None


def test_the_last_place_is_found_among_all_texts_of_the_course(session: Session, scene: Scene) -> None:
    scene.check(NOW)
    document = factories.make_text(session, scene.course, title="A decree")
    factories.make_note(session, scene.enrolment, document, changed_at=LATER)
    place = place_now(session, scene)
    assert place is not None
    assert (place.text_title, place.ident, place.number, place.is_lesson) == ("A decree", "p-1", 1, False)


def test_a_draft_of_a_source_frame_is_where_one_was(session: Session, scene: Scene) -> None:
    scene.check(NOW)
    document = factories.make_text(session, scene.course, title="A decree")
    keep_frame_draft(session, scene.enrolment, document, {"who": "A clerk."}, base=0, now=LATER)
    place = place_now(session, scene)
    assert place is not None
    assert (place.kind, place.text_title, place.ident) == ("draft", "A decree", None)
    acts = acts_on(session, scene.enrolment, document)
    assert acts.is_framing
    assert acts.placed is None


def test_an_answer_being_written_to_a_prompt_is_not_at_a_text(session: Session, scene: Scene) -> None:
    factories.add(session, Draft(enrolment_id=scene.enrolment.id, place="prompt:1", text="And so", saved_at=LATER))
    assert place_now(session, scene) is None


def test_a_passage_that_is_gone_is_no_place_to_go_on(session: Session, scene: Scene) -> None:
    scene.check(NOW, passage="p-9")
    assert place_now(session, scene) is None
