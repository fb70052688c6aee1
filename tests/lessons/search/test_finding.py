"""What is found, and by whom: nothing that its finder may not see where it stands."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from course.completion.models import Completion, State
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, ActivityKind, Course
from course.reference.models import Person
from course.syllabus.models import AssignmentTarget
from course.texts.models import Text
from lessons.discussion.models import Discussion
from lessons.search.contents import refresh_course
from lessons.search.models import Group
from tests import factories
from tests.conftest import NOW
from tests.lessons.search.make import (
    entry_saying,
    found,
    frame_saying,
    look,
    note_saying,
    post_saying,
    reply_saying,
    seed_saying,
    text_saying,
)

HIDDEN: dict[str, Any] = {"hidden_at": NOW, "hidden_why": "It is rude."}


class House(NamedTuple):
    """Two study groups of one course, and who is in them."""

    course: Course
    group: StudyGroup
    prompt: Activity
    talk: Discussion
    text: Text
    member: Enrolment
    other: Enrolment
    tutor: Enrolment
    outsider: Enrolment  #: of the other group


@pytest.fixture
def house(session: Session) -> House:
    course = factories.make_bare_course(session)
    group = factories.make_group(session, course)
    prompt = factories.activity_of(session, course, ActivityKind.prompt)
    talk = factories.make_discussion(session, group, prompt)
    its = text_saying(session, "The tractor of the course.", course=course)
    refresh_course(session, course.id)

    def place(of: StudyGroup, **columns: Any) -> Enrolment:
        return factories.make_enrolment(session, course=course, group=of, **columns)

    outsider = place(factories.make_group(session, course))
    return House(course, group, prompt, talk, its, place(group), place(group), place(group, role=Role.tutor), outsider)


def kinds(session: Session, words: str, *who: Enrolment, **more: Any) -> set[str]:
    return {kind for kind, _id in found(session, words, *who, **more)}


# What is everybody's


def test_a_visitor_finds_what_is_in_the_courses(session: Session, house: House) -> None:
    assert kinds(session, "tractor", courses=[house.course]) == {"passage"}


def test_another_course_is_not_looked_in(session: Session, house: House) -> None:
    assert kinds(session, "tractor", courses=[factories.make_empty_course(session)]) == set()


def test_what_is_retired_is_not_found(session: Session, house: House) -> None:
    assert kinds(session, "lesson", courses=[house.course]) == {"lesson"}
    session.execute(update(Activity).where(Activity.course_id == house.course.id).values(retired_at=NOW))
    house.text.retired_at = NOW
    session.flush()
    assert kinds(session, "lesson", courses=[house.course]) == set()
    assert kinds(session, "tractor", courses=[house.course]) == set()


# What is of one person or one group


def test_a_private_note_is_its_writers_alone(session: Session, house: House) -> None:
    note = note_saying(session, house.member, house.text, "A plough.")
    assert found(session, "plough", house.member) == [("note", note.id)]
    for other in (house.other, house.tutor, house.outsider):
        assert found(session, "plough", other) == []


def test_a_shared_note_and_its_replies_are_the_groups(session: Session, house: House) -> None:
    note = note_saying(session, house.member, house.text, "A plough.", shared_at=NOW)
    reply_saying(session, note, house.other, "That plough?")
    for one in (house.member, house.other, house.tutor):
        assert kinds(session, "plough", one) == {"note", "reply"}
    assert kinds(session, "plough", house.outsider) == set()


def test_posts_are_the_groups(session: Session, house: House) -> None:
    post_saying(session, house.talk, house.member, "A plough.")
    for one in (house.member, house.other, house.tutor):
        assert kinds(session, "plough", one) == {"post"}
    assert kinds(session, "plough", house.outsider) == set()
    assert kinds(session, "plough", courses=[house.course]) == set()


def test_who_left_finds_nothing_of_the_group(session: Session, house: House) -> None:
    post_saying(session, house.talk, house.member, "A plough.")
    house.other.left_at = NOW
    session.flush()
    assert kinds(session, "plough", house.other) == set()


def test_a_post_on_a_retired_prompt_is_found_by_who_worked_on_it(session: Session, house: House) -> None:
    post_saying(session, house.talk, house.member, "A plough.")
    factories.add(
        session, Completion(enrolment_id=house.member.id, activity_id=house.prompt.id, state=State.done, done_at=NOW)
    )
    house.prompt.retired_at = NOW
    session.flush()
    assert kinds(session, "plough", house.member) == {"post"}
    assert kinds(session, "plough", house.other) == set()


def test_the_talk_of_a_subgroup_is_not_the_groups(session: Session, house: House) -> None:
    few = factories.make_subgroup(session, house.group, house.other)
    talk = factories.make_discussion(session, house.group, house.prompt, subgroup_id=few.id)
    post_saying(session, talk, house.other, "A plough.")
    assert kinds(session, "plough", house.member) == set()


@pytest.mark.parametrize("who", ["member", "other", "tutor"])
def test_what_is_hidden_is_found_by_nobody(session: Session, house: House, who: str) -> None:
    post_saying(session, house.talk, house.member, "A plough.", **HIDDEN)
    shared = note_saying(session, house.member, house.text, "A plough.", shared_at=NOW, **HIDDEN)
    reply_saying(session, shared, house.member, "A plough.")
    open_note = note_saying(session, house.member, house.text, "Nothing.", shared_at=NOW)
    reply_saying(session, open_note, house.member, "A plough.", **HIDDEN)
    assert kinds(session, "plough", getattr(house, who)) == set()


def test_a_journal_is_its_writers_alone_even_what_is_shared_with_tutors(session: Session, house: House) -> None:
    entry = entry_saying(session, house.member, house.prompt.id, "A plough.")
    entry.shared_at = NOW
    session.flush()
    assert found(session, "plough", house.member) == [("journal", entry.id)]
    for other in (house.other, house.tutor, house.outsider):
        assert found(session, "plough", other) == []


def test_a_source_frame_is_its_writers_until_it_is_shared(session: Session, house: House) -> None:
    frame = frame_saying(session, house.member, house.text, "A plough.")
    assert kinds(session, "plough", house.member) == {"frame"}
    assert kinds(session, "plough", house.other) == set()
    frame.shared_at = NOW
    session.flush()
    assert kinds(session, "plough", house.other) == {"frame"}
    assert kinds(session, "plough", house.outsider) == set()


def test_a_seed_is_found_in_the_groups_of_its_tutor_until_it_is_withdrawn(session: Session, house: House) -> None:
    seed = seed_saying(session, house.tutor, house.prompt.id, "A plough.")
    assert kinds(session, "plough", house.member) == {"seed"}
    assert kinds(session, "plough", house.outsider) == set()
    seed.withdrawn_at = NOW
    session.flush()
    assert kinds(session, "plough", house.member) == set()


def test_what_a_group_asks_itself_is_found_by_whom_it_is_given_to_and_who_plans(session: Session, house: House) -> None:
    organiser = factories.make_enrolment(session, group=house.group, organiser=True)
    prompt = factories.make_group_prompt(session, house.group, title="A plough?")
    everybody = (house.member, house.other, house.tutor, organiser, house.outsider)

    def finders() -> list[Enrolment]:
        return [one for one in everybody if found(session, "plough", one) == [("prompt", prompt.id)]]

    assert finders() == [house.tutor, organiser]
    given = factories.make_assignment(session, house.group, prompt)
    factories.add(
        session, AssignmentTarget(assignment_id=given.id, group_id=house.group.id, enrolment_id=house.member.id)
    )
    assert finders() == [house.member, house.tutor, organiser]
    assert kinds(session, "plough", courses=[house.course]) == set()
    given.withdrawn_at = NOW
    session.flush()
    assert finders() == [house.tutor, organiser]
    begun = Completion(enrolment_id=house.member.id, activity_id=prompt.id, state=State.begun)
    factories.add(session, begun)
    assert finders() == [house.member, house.tutor, organiser]
    house.member.left_at = NOW
    session.flush()
    assert finders() == [house.tutor, organiser]


def test_what_stands_before_a_talk_of_some_is_found_by_them_alone(session: Session, house: House) -> None:
    prompt = factories.make_group_prompt(session, house.group)
    given = factories.make_assignment(session, house.group, prompt)
    factories.add(
        session, AssignmentTarget(assignment_id=given.id, group_id=house.group.id, enrolment_id=house.member.id)
    )
    seed_saying(session, house.tutor, prompt.id, "A plough.")
    for one, what in ((house.member, {"seed"}), (house.tutor, {"seed"}), (house.other, set())):
        assert kinds(session, "plough", one) == what


def test_an_imported_text_is_its_importers_alone(session: Session, house: House) -> None:
    text_saying(session, "A plough.", enrolment_id=house.member.id)
    assert kinds(session, "plough", house.member) == {"passage"}
    for other in (house.other, house.tutor, house.outsider):
        assert kinds(session, "plough", other) == set()


def test_a_text_of_the_group_is_for_its_tutors_and_for_whom_it_is_assigned_to(session: Session, house: House) -> None:
    its = text_saying(session, "A plough.", group_id=house.group.id)
    assert kinds(session, "plough", house.tutor) == {"passage"}
    assert kinds(session, "plough", house.member) == set()
    lesson = session.get_one(Activity, house.prompt.parent_id)
    reading = factories.make_reading(session, lesson, text=its, group_id=house.group.id)
    factories.make_assignment(session, house.group, reading)
    assert kinds(session, "plough", house.member) == {"passage"}
    assert kinds(session, "plough", house.outsider) == set()


def test_who_has_to_write_first_finds_nothing_of_others_before(session: Session, house: House) -> None:
    house.group.write_first = True
    session.flush()
    post_saying(session, house.talk, house.other, "A plough.")
    note_saying(session, house.other, house.text, "A plough.", shared_at=NOW)
    frame_saying(session, house.other, house.text, "A plough.", shared_at=NOW)
    assert kinds(session, "plough", house.member) == set()
    post_saying(session, house.talk, house.member, "I wrote.")
    note_saying(session, house.member, house.text, "I noted.", shared_at=NOW)
    frame_saying(session, house.member, house.text, "I framed.", shared_at=NOW)
    assert kinds(session, "plough", house.member) == {"post", "note", "frame"}


def test_in_a_round_nothing_of_others_is_found_before_one_wrote(session: Session, house: House) -> None:
    due = {"due_at": NOW + timedelta(days=1), "reply_due_at": NOW + timedelta(days=3)}
    factories.make_assignment(session, house.group, house.prompt, **due)
    post_saying(session, house.talk, house.other, "A plough.")
    assert kinds(session, "plough", house.member) == set()
    post_saying(session, house.talk, house.member, "I wrote.")
    assert kinds(session, "plough", house.member) == {"post"}


def test_all_places_of_somebody_are_looked_in_at_once(session: Session, house: House) -> None:
    alone = factories.make_enrolment(session, house.member.user, house.course)
    note_saying(session, alone, house.text, "A plough.")
    post_saying(session, house.talk, house.other, "A plough.")
    assert kinds(session, "plough", house.member, alone) == {"note", "post"}
    assert kinds(session, "plough", alone) == {"note"}


# Which words find what


def test_all_words_are_needed_and_else_any(session: Session, house: House) -> None:
    both = note_saying(session, house.member, house.text, "Land and bread.")
    note_saying(session, house.member, house.text, "Land alone.")
    assert found(session, "bread land", house.member) == [("note", both.id)]
    some = look(session, "land zebra", house.member)
    assert some.partly
    assert len(some.entries) == 2


def test_words_in_quotation_marks_stand_side_by_side(session: Session, house: House) -> None:
    note = note_saying(session, house.member, house.text, "Peace, land, bread.")
    note_saying(session, house.member, house.text, "Land gives peace and bread.")
    assert found(session, '"land bread"', house.member) == [("note", note.id)]


def test_a_word_that_must_not_stand_there_keeps_a_find_away(session: Session, house: House) -> None:
    note = note_saying(session, house.member, house.text, "Land.")
    note_saying(session, house.member, house.text, "Land and bread.")
    assert found(session, "land -bread", house.member) == [("note", note.id)]


def test_nothing_is_found_of_what_must_not_stand_there_alone(session: Session, house: House) -> None:
    assert found(session, "-tractor", house.member) == []


def test_a_name_is_found_by_its_other_spellings(session: Session, house: House) -> None:
    told = {"ident": "parvus", "native": "Израиль Гельфанд", "aliases": ["Parvus"], "lived": "", "note_html": ""}
    factories.add(session, Person(course_id=house.course.id, name="Alexander Parvus", **told))
    refresh_course(session, house.course.id)
    note = note_saying(session, house.member, house.text, "Parvus again.")
    assert [kind for kind, _id in found(session, "Гельфанд", house.member)] == ["person", "note"]
    assert ("note", note.id) in found(session, "Gelfand", house.member)


def test_finds_are_counted_by_heap_beyond_what_is_put_in_order(session: Session, house: House) -> None:
    for _number in range(3):
        note_saying(session, house.member, house.text, "Tractor.")
    counts = look(session, "tractor", house.member).counts
    assert counts == {Group.course: 1, Group.notes: 3}


def test_of_two_like_each_other_the_earlier_comes_first(session: Session, house: House) -> None:
    notes = [note_saying(session, house.member, house.text, "Plough.") for _number in range(3)]
    assert found(session, "plough", house.member) == [("note", note.id) for note in notes]


def test_of_two_words_the_rarer_counts_more(session: Session, house: House) -> None:
    often = note_saying(session, house.member, house.text, "Harrow, harrow, plough.")
    rarely = note_saying(session, house.member, house.text, "Harrow, plough, plough.")
    for _number in range(5):
        note_saying(session, house.member, house.text, "Harrow.")
    assert found(session, "harrow plough", house.member) == [("note", rarely.id), ("note", often.id)]


#: Signs that mean something to one of the databases, or to nobody.
SIGNS = [
    *("'", '"', '""', "*", "a*", "(", ")", "^a", "{a}", "a:*", "!a", "<->", "%", "_", "\\", "-", "--", '-"', "💥", "ﷺ"),
    *("words:a", "NEAR(a", "a AND", "OR", "NOT a", "a OR OR b", "a + b", "a & | b", "a <-> b", "a\0b", ";DROP TABLE"),
    *("\u202e", "'; --", '"a" -"', "a" * 400, "- - -a", "a " * 400, '"a ' * 100, "words MATCH 'a'"),
]


def test_no_sign_is_an_error_of_a_database(session: Session, house: House) -> None:
    note_saying(session, house.member, house.text, "a b")
    for typed in SIGNS:
        look(session, typed, house.member)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(typed=st.text(st.characters() | st.sampled_from('"-*()^:&|!<>\\%_'), max_size=60))
def test_nothing_that_is_typed_is_an_error_of_a_database(session: Session, house: House, typed: str) -> None:
    look(session, typed, house.member)
