"""Who sees what others wrote: asked of one member, as a condition of a query, and of all members at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, ActivityKind
from course.syllabus.models import AssignmentTarget
from course.texts.models import Text
from lessons.discussion.models import Discussion, Post
from lessons.frames.models import Frame
from lessons.notes.models import Note, NoteReply
from lessons.rounds import round_of
from lessons.seeing import (
    may_see_frames,
    may_see_notes,
    members_who_see,
    reads_hidden,
    rounds_among,
    seen_frames,
    seen_note_replies,
    seen_notes,
    seen_posts,
)
from tests import factories
from tests.conftest import NOW

HIDDEN = {"hidden_at": NOW, "hidden_why": "It names somebody."}


@dataclass
class House:
    """Anna wrote a post, a shared note with a reply of her own, and a shared frame; Boris looks."""

    group: StudyGroup
    prompt: Activity
    text: Text
    talk: Discussion
    anna: Enrolment
    boris: Enrolment
    post: Post
    note: Note
    answer: NoteReply
    frame: Frame


@pytest.fixture
def house(session: Session) -> House:
    return make_house(session)


def make_house(session: Session, **of_group: Any) -> House:
    course = factories.make_bare_course(session)
    group = factories.make_group(session, course, **({"write_first": True} | of_group))
    anna, boris = (factories.make_enrolment(session, course=course, group=group) for _ in range(2))
    prompt = factories.activity_of(session, course, ActivityKind.prompt)
    text = factories.make_text(session, course)
    talk = factories.make_discussion(session, group, prompt)
    note = factories.make_note(session, anna, text, shared_at=NOW)
    answer = NoteReply(note_id=note.id, enrolment_id=anna.id, words="Still.", html="<p>Still.</p>", made_at=NOW)
    return House(
        group,
        prompt,
        text,
        talk,
        anna,
        boris,
        factories.make_post(session, talk, anna),
        note,
        factories.add(session, answer),
        factories.make_frame(session, anna, text, shared_at=NOW),
    )


SEEN: dict[type[Any], Callable[[Enrolment], ColumnElement[bool]]] = {
    Post: seen_posts,
    Note: seen_notes,
    NoteReply: seen_note_replies,
    Frame: seen_frames,
}


def sees(session: Session, house: House, who: Enrolment) -> set[str]:
    """Return what of Anna's WHO sees by the conditions; what is asked of one member must say the same."""
    session.expire_all()
    things = {"post": house.post, "note": house.note, "answer": house.answer, "frame": house.frame}
    found = {
        name
        for name, thing in things.items()
        if session.scalars(select(type(thing)).where(SEEN[type(thing)](who), type(thing).id == thing.id)).all()
    }
    asked = {
        "note": may_see_notes(session, who, house.text),
        "frame": may_see_frames(session, who, house.text),
    }
    if who is not house.anna and not house.note.hidden_at:
        assert found - {"post", "answer"} == {name for name, may in asked.items() if may}
    told = select(Enrolment.id).join(Discussion, Discussion.id == house.talk.id)
    if house.post.hidden_at is None and who is not house.anna:
        everybody = session.scalars(told.where(members_who_see(house.group))).all()
        assert (who.id in everybody) == ("post" in found)
    return found


def test_before_writing_nothing_is_seen_but_ones_own(session: Session, house: House) -> None:
    assert sees(session, house, house.boris) == set()
    assert sees(session, house, house.anna) == {"post", "note", "answer", "frame"}


def test_each_kind_opens_with_writing_of_its_kind(session: Session, house: House) -> None:
    factories.make_post(session, house.talk, house.boris)
    assert sees(session, house, house.boris) == {"post"}
    factories.make_note(session, house.boris, house.text, shared_at=NOW)
    assert sees(session, house, house.boris) == {"post", "note", "answer"}
    factories.make_frame(session, house.boris, house.text, shared_at=NOW)
    assert sees(session, house, house.boris) == {"post", "note", "answer", "frame"}


def test_a_reply_a_highlight_and_what_is_private_open_nothing(session: Session, house: House) -> None:
    factories.make_post(session, house.talk, house.boris, reply_to_id=house.post.id)
    factories.make_note(session, house.boris, house.text)
    factories.make_note(session, house.boris, house.text, shared_at=NOW, words="", html="")
    factories.make_frame(session, house.boris, house.text)
    assert sees(session, house, house.boris) == set()


def test_writing_elsewhere_opens_nothing(session: Session, house: House) -> None:
    lesson = house.prompt.parent
    assert lesson is not None
    other = factories.make_discussion(session, house.group, factories.make_prompt(session, lesson))
    text = factories.make_text(session, house.group.course)
    factories.make_post(session, other, house.boris)
    factories.make_note(session, house.boris, text, shared_at=NOW)
    factories.make_frame(session, house.boris, text, shared_at=NOW)
    assert sees(session, house, house.boris) == set()


def test_ones_own_post_that_was_hidden_still_opens(session: Session, house: House) -> None:
    factories.make_post(session, house.talk, house.boris, **HIDDEN)
    assert sees(session, house, house.boris) == {"post"}


@pytest.mark.parametrize("columns", [{"role": Role.tutor}, {"role": Role.tutor, "organiser": True}])
def test_a_tutor_sees_everything(session: Session, house: House, columns: dict[str, Any]) -> None:
    tutor = factories.make_enrolment(session, course=house.group.course, group=house.group, **columns)
    assert sees(session, house, tutor) == {"post", "note", "answer", "frame"}


def test_an_archived_group_is_open_to_its_members(session: Session, house: House) -> None:
    house.group.archived_at = NOW
    session.flush()
    assert sees(session, house, house.boris) == {"post", "note", "answer", "frame"}


def test_where_the_group_does_not_have_it_so_all_is_seen(session: Session) -> None:
    house = make_house(session, write_first=False)
    assert sees(session, house, house.boris) == {"post", "note", "answer", "frame"}


def is_round(session: Session, house: House, who: Enrolment) -> bool:
    """Return whether the prompt is a round for WHO; the page of the prompt and the work of all must say the same."""
    found = round_of(session, who, house.prompt) is not None
    assert rounds_among(session, [house.prompt], [who]) == ({(who.id, house.prompt.id)} if found else set())
    return found


@pytest.mark.parametrize("of", ["prompt", "lesson"])
def test_a_round_is_write_before_you_see_whatever_the_group_says(session: Session, of: str) -> None:
    house = make_house(session, write_first=False)
    lesson = house.prompt.parent
    assert lesson is not None
    asked = house.prompt if of == "prompt" else lesson
    factories.make_assignment(session, house.group, asked, due_at=NOW, reply_due_at=NOW)
    assert is_round(session, house, house.boris)
    assert sees(session, house, house.boris) == {"note", "answer", "frame"}
    factories.make_post(session, house.talk, house.boris)
    assert "post" in sees(session, house, house.boris)


@pytest.mark.parametrize("columns", [{"reply_due_at": None}, {"reply_due_at": NOW, "withdrawn_at": NOW}])
def test_what_has_no_date_for_replies_or_was_withdrawn_is_no_round(session: Session, columns: dict[str, Any]) -> None:
    house = make_house(session, write_first=False)
    factories.make_assignment(session, house.group, house.prompt, due_at=NOW, **columns)
    assert not is_round(session, house, house.boris)
    assert "post" in sees(session, house, house.boris)


@pytest.mark.parametrize("of", ["one", "subgroup"])
def test_a_round_is_one_for_whom_it_is_assigned_to(session: Session, of: str) -> None:
    house = make_house(session, write_first=False)
    other = factories.make_enrolment(session, course=house.group.course, group=house.group)
    given = factories.make_assignment(session, house.group, house.prompt, due_at=NOW, reply_due_at=NOW)
    target = AssignmentTarget(assignment_id=given.id, group_id=house.group.id)
    if of == "one":
        target.enrolment_id = house.boris.id
    else:
        target.subgroup_id = factories.make_subgroup(session, house.group, house.boris).id
    factories.add(session, target)
    assert is_round(session, house, house.boris)
    assert not is_round(session, house, other)
    assert "post" not in sees(session, house, house.boris)
    assert "post" in sees(session, house, other)


def test_another_group_sees_nothing_whatever_it_wrote(session: Session, house: House) -> None:
    elsewhere = factories.make_group(session, house.group.course)
    tutor = factories.make_enrolment(session, course=elsewhere.course, group=elsewhere, role=Role.tutor)
    alone = factories.make_enrolment(session, course=elsewhere.course)
    for stranger in (tutor, alone):
        factories.make_note(session, stranger, house.text, shared_at=NOW)
        assert not session.scalars(select(Post).where(seen_posts(stranger))).all()
        for thing, seen in ((Note, seen_notes), (Frame, seen_frames)):
            others = select(thing).where(seen(stranger), thing.enrolment_id != stranger.id)
            assert not session.scalars(others).all()


def test_who_left_sees_only_what_is_theirs(session: Session, house: House) -> None:
    factories.make_note(session, house.boris, house.text, shared_at=NOW)
    factories.make_post(session, house.talk, house.boris)
    house.boris.left_at = NOW
    session.flush()
    shown = session.scalars(select(Post).where(seen_posts(house.boris))).all()
    assert {one.enrolment_id for one in shown} == {house.boris.id}
    assert {one.enrolment_id for one in session.scalars(select(Note).where(seen_notes(house.boris)))} == {
        house.boris.id
    }
    everybody = select(Enrolment.id).join(Discussion, Discussion.id == house.talk.id)
    assert house.boris.id not in session.scalars(everybody.where(members_who_see(house.group))).all()


def test_what_is_private_is_seen_by_nobody_else(session: Session, house: House) -> None:
    tutor = factories.make_enrolment(session, course=house.group.course, group=house.group, role=Role.tutor)
    note, frame = factories.make_note(session, house.anna, house.text), house.frame
    frame.shared_at = None
    session.flush()
    assert note not in session.scalars(select(Note).where(seen_notes(tutor))).all()
    assert frame not in session.scalars(select(Frame).where(seen_frames(tutor))).all()


def test_of_a_frame_the_group_sees_the_last_where_that_is_shared(session: Session, house: House) -> None:
    factories.make_frame(session, house.boris, house.text, shared_at=NOW)
    again = factories.make_frame(session, house.anna, house.text, number=2, shared_at=NOW)
    seen = select(Frame).where(seen_frames(house.boris), Frame.enrolment_id == house.anna.id)
    assert session.scalars(seen).all() == [again]
    factories.make_frame(session, house.anna, house.text, number=3)
    assert session.scalars(seen).all() == []


def test_what_is_hidden_is_for_its_writer_and_for_tutors(session: Session) -> None:
    house = make_house(session, write_first=False)
    tutor = factories.make_enrolment(session, course=house.group.course, group=house.group, role=Role.tutor)
    organiser = factories.make_enrolment(session, course=house.group.course, group=house.group, organiser=True)
    for thing in (house.post, house.note, house.answer):
        thing.hidden_at, thing.hidden_why = NOW, "It names somebody."
    session.flush()
    for who, seen in ((house.boris, {"frame"}), (organiser, {"frame"})):
        assert sees(session, house, who) == seen
        assert not reads_hidden(session, who)
    for who in (house.anna, tutor):
        assert sees(session, house, who) == {"post", "note", "answer", "frame"}
    tutor.left_at = NOW
    session.flush()
    assert sees(session, house, organiser) == {"post", "note", "answer", "frame"}
    assert reads_hidden(session, organiser)
