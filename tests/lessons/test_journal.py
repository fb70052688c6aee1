"""Journal entries and drafts: nothing that was typed is lost, nothing is doubled."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.completion.models import State
from course.completion.records import standing_of
from course.groups.models import Enrolment
from course.outline.models import ActivityKind, Course
from lessons.completions import completions
from lessons.discussion.posts import reply, write_post
from lessons.drafts import drafts_at, prompt_place
from lessons.journal import entries_of, keep_draft, throw_away, write_entry
from lessons.models import Prompt
from tests.conftest import NOW
from tests.factories import activity_of, make_bare_course, make_enrolment, make_group


def scene(session: Session) -> tuple[Enrolment, Prompt]:
    enrolment = make_enrolment(session)
    activity = activity_of(session, session.get_one(Course, enrolment.course_id), ActivityKind.prompt)
    return enrolment, session.scalars(select(Prompt).where(Prompt.activity_id == activity.id)).one()


def test_an_entry_completes_its_prompt_and_takes_its_draft_away(session: Session) -> None:
    enrolment, prompt = scene(session)
    kept = keep_draft(session, enrolment, prompt, "Because", base=0, now=NOW)
    assert standing_of(session, enrolment).state(prompt.activity_id) is State.begun
    entry = write_entry(session, enrolment, prompt, "Because *so*.", base=kept.base, now=NOW)
    assert (entry.number, entry.html) == (1, "<p>Because <em>so</em>.</p>\n")
    assert standing_of(session, enrolment).state(prompt.activity_id) is State.done
    assert drafts_at(session, enrolment, prompt_place(prompt.activity)) == []


def test_the_same_text_again_is_the_same_entry_and_another_is_the_next(session: Session) -> None:
    enrolment, prompt = scene(session)
    for text in ("One.", "One.", "Two."):
        write_entry(session, enrolment, prompt, text, base=0, now=NOW)
    assert [(entry.number, entry.text) for entry in entries_of(session, enrolment, prompt)] == [
        (2, "Two."),
        (1, "One."),
    ]


def test_a_draft_goes_on_from_its_last_save_and_a_repeated_save_is_one(session: Session) -> None:
    enrolment, prompt = scene(session)
    first = keep_draft(session, enrolment, prompt, "B", base=0, now=NOW)
    again = keep_draft(session, enrolment, prompt, "B", base=0, now=NOW)
    second = keep_draft(session, enrolment, prompt, "Be", base=first.base, now=NOW)
    assert again.base == first.base < second.base
    assert [draft.text for draft in drafts_at(session, enrolment, prompt_place(prompt.activity))] == ["Be"]


def test_two_windows_both_keep_their_words(session: Session) -> None:
    enrolment, prompt = scene(session)
    start = keep_draft(session, enrolment, prompt, "Start", base=0, now=NOW)
    here = keep_draft(session, enrolment, prompt, "Start here", base=start.base, now=NOW)
    there = keep_draft(session, enrolment, prompt, "Start there", base=start.base, now=NOW)
    assert here.notice is None
    assert there.notice is not None
    keep_draft(session, enrolment, prompt, "Start here again", base=here.base, now=NOW)
    keep_draft(session, enrolment, prompt, "Start there again", base=there.base, now=NOW)
    assert [draft.text for draft in drafts_at(session, enrolment, prompt_place(prompt.activity))] == [
        "Start here again",
        "Start there again",
    ]


def test_an_entry_leaves_the_other_windows_draft_alone(session: Session) -> None:
    enrolment, prompt = scene(session)
    here = keep_draft(session, enrolment, prompt, "Here", base=0, now=NOW)
    keep_draft(session, enrolment, prompt, "There", base=7, now=NOW)
    write_entry(session, enrolment, prompt, "Here, handed over.", base=here.base, now=NOW)
    assert [draft.text for draft in drafts_at(session, enrolment, prompt_place(prompt.activity))] == ["There"]


def test_a_save_that_comes_in_late_makes_no_draft_of_what_was_handed_over(session: Session) -> None:
    enrolment, prompt = scene(session)
    write_entry(session, enrolment, prompt, "All said.", base=0, now=NOW)
    keep_draft(session, enrolment, prompt, "All said.", base=0, now=NOW + timedelta(seconds=1))
    assert drafts_at(session, enrolment, prompt_place(prompt.activity)) == []


def test_a_draft_thrown_away_leaves_the_prompt_as_it_was(session: Session) -> None:
    enrolment, prompt = scene(session)
    keep_draft(session, enrolment, prompt, "Nothing much", base=0, now=NOW)
    throw_away(session, enrolment, prompt, 0, now=NOW)
    assert standing_of(session, enrolment).state(prompt.activity_id) is State.none


def test_completions_are_those_of_the_work_for_several_enrolments(session: Session) -> None:
    enrolment, prompt = scene(session)
    course = session.get_one(Course, enrolment.course_id)
    drafting, idle = make_enrolment(session, course=course), make_enrolment(session, course=course)
    write_entry(session, enrolment, prompt, "Said.", base=0, now=NOW)
    keep_draft(session, drafting, prompt, "Saying", base=0, now=NOW)
    reading = activity_of(session, course, ActivityKind.reading)
    everybody = [enrolment, drafting, idle]
    assert completions(session, [prompt.activity, reading], everybody) == {
        (enrolment.id, prompt.activity_id): State.done,
        (drafting.id, prompt.activity_id): State.begun,
        (idle.id, prompt.activity_id): State.none,
        **{(one.id, reading.id): State.none for one in everybody},
    }


def test_in_a_group_only_a_post_that_answers_completes_a_prompt(session: Session) -> None:
    course = make_bare_course(session)
    group = make_group(session, course)
    people = [make_enrolment(session, group=group) for _ in range(4)]
    activity = activity_of(session, course, ActivityKind.prompt)
    prompt = session.scalars(select(Prompt).where(Prompt.activity_id == activity.id)).one()
    posting, replying, keeping, idle = people
    post = write_post(session, posting, prompt, "Said.", once=None, base=0, now=NOW)
    reply(session, replying, post, "Why?", once=None, now=NOW)
    write_entry(session, keeping, prompt, "For me.", base=0, now=NOW)
    assert completions(session, [activity], people) == {
        (posting.id, activity.id): State.done,
        (replying.id, activity.id): State.begun,
        (keeping.id, activity.id): State.begun,
        (idle.id, activity.id): State.none,
    }
