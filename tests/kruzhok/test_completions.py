"""What is stored of completion is what its facts and the work amount to."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.completion.models import Completion, State
from course.completion.records import standing_of
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from kruzhok.completions import rebuild
from lessons.discussion.posts import reply, write_post
from lessons.journal import keep_draft, write_entry
from lessons.models import Prompt
from lessons.readings import tick_reading
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.saving import Sent, save_responses
from quizzes.attempts.starting import start_attempt
from tests import factories
from tests.conftest import NOW

ACTS = st.lists(
    st.sampled_from(["tick", "untick", "write", "draft", "post", "reply", "begin", "answer", "submit"]), max_size=10
)


def prompt_of(session: Session, parts: dict[ActivityKind, Activity]) -> Prompt:
    activity_id = parts[ActivityKind.prompt].id
    return session.scalars(select(Prompt).where(Prompt.activity_id == activity_id)).one()


def act(session: Session, what: str, enrolment: Enrolment, parts: dict[ActivityKind, Activity]) -> None:
    """Do one thing that a student does, through the real functions."""
    quiz = parts[ActivityKind.quiz]
    if what in {"tick", "untick"}:
        tick_reading(session, enrolment, parts[ActivityKind.reading], done=what == "tick", now=NOW)
    elif what == "write":
        write_entry(session, enrolment, prompt_of(session, parts), "My answer.", base=0, now=NOW)
    elif what == "draft":
        keep_draft(session, enrolment, prompt_of(session, parts), "My answer so far", base=0, now=NOW)
    elif what in {"post", "reply"}:
        if enrolment.group_id is not None:
            _say(session, what, enrolment, prompt_of(session, parts))
    else:
        attempt = start_attempt(session, enrolment, quiz, now=NOW, rng=random.Random(1917))
        if what == "answer":
            sent = {attempt.items[0].id: Sent({"option": "yes"})}
            save_responses(session, attempt, sent, by=enrolment.user_id, now=NOW)
        elif what == "submit":
            submit_attempt(session, attempt, now=NOW)


def _say(session: Session, what: str, enrolment: Enrolment, prompt: Prompt) -> None:
    """Post to the group, or reply to another member."""
    if what == "post":
        write_post(session, enrolment, prompt, "My answer.", once=None, base=0, now=NOW)
        return
    other = factories.make_enrolment(session, group=enrolment.group)
    post = write_post(session, other, prompt, "Another answer.", once=None, base=0, now=NOW)
    reply(session, enrolment, post, "Why?", once=None, now=NOW)


def stored(session: Session, enrolment: Enrolment) -> dict[int, State]:
    rows = session.execute(
        select(Completion.activity_id, Completion.state).where(Completion.enrolment_id == enrolment.id)
    )
    return {row.activity_id: row.state for row in rows}


@settings(max_examples=16, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, in_group=st.booleans())
def test_what_is_stored_after_any_acts_is_what_rebuilding_finds(
    session: Session, acts: list[str], in_group: bool
) -> None:
    course = factories.make_bare_course(session)
    group = factories.make_group(session, course) if in_group else None
    enrolment = factories.make_enrolment(session, course=course, group=group)
    parts = {kind: factories.activity_of(session, course, kind) for kind in ActivityKind}
    for what in acts:
        act(session, what, enrolment, parts)
    session.flush()
    before, progress = stored(session, enrolment), standing_of(session, enrolment).progress
    rebuild(session, [enrolment], now=NOW)
    session.flush()
    assert stored(session, enrolment) == before
    assert standing_of(session, enrolment).progress == progress
