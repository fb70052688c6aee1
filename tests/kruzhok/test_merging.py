"""Merging a guest into an account: everything is still there, only whose it is has changed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.completion.models import Completion, CompletionFact, FactKind, State
from course.groups.models import Enrolment
from course.notices.models import Notice
from course.outline.models import Activity, ActivityKind, Course
from course.users.models import SignIn, User
from course.users.passwords import passwords_with
from course.users.sign_ins import add_sign_in
from kruzhok.completions import rebuild
from kruzhok.merging import BY, OF_THE_PLACE, Work, merge, work_of
from kruzhok.models import ALL_TABLES
from lessons.frames.models import Frame
from lessons.models import Draft, JournalEntry, Prompt
from lessons.notes.models import Note, NoteReply
from quizzes.attempts.ending import submit_attempt
from quizzes.models import Attempt, AttemptItem, Item, MarkDraft, NameList, Purpose, Step, StepKind
from quizzes.review.models import Card
from quizzes.review.recording import remembered
from quizzes.scheduling import due
from tests.conftest import NOW, QUICK_HASHING
from tests.factories import (
    activity_of,
    add,
    make_attempt,
    make_bare_course,
    make_card,
    make_enrolment,
    make_frame,
    make_group,
    make_guest,
    make_note,
    make_review_log,
    make_step,
    make_user,
    notes_of,
)
from tests.web import post, token_of

#: Tables that name a user or an enrolment and are none of merging's business: a guest has nothing there that is kept.
NOT_OF_GUESTS = {
    "sign_in",
    "one_time_link",
    # A second step takes an account, and so does all that is written into the book of privileged acts.
    "second_step",
    "recovery_code",
    "audit_entry",
    "completion",
    "invitation",
    "assignment",
    # To be in a study group takes an account.
    "join_request",
    "look",
    "post",
    "read_mark",
    "follow",
    "seed",
    "complaint",
    "discussion",
    # To import a text takes one too.
    "text_import",
    # So does to lead or be written to in a group, to be sent letters, and to have a calendar.
    "meeting",
    "division",
    "roster",
    "message",
    "message_to",
    "agenda_item",
    "minutes",
    "article",
    "calendar_feed",
    "digest",
}
MERGED = {
    "enrolment",
    "attempt",
    "card",
    "completion_fact",
    "journal_entry",
    "frame",
    "note",
    "note_reply",
    "draft",
    "notice",
}


def test_every_table_that_names_a_user_or_an_enrolment_is_thought_of():
    naming = {
        name
        for name, table in ALL_TABLES.items()
        for key in table.foreign_keys
        if key.column.table.name in {"user", "enrolment"}
    }
    thought_of = {by.class_.__tablename__ for by in BY} | {table.__tablename__ for table in OF_THE_PLACE}
    assert naming == NOT_OF_GUESTS | MERGED | thought_of


def all_of(session: Session, what: Any) -> Sequence[Any]:
    """Return all rows of a table, as the database has them."""
    session.expire_all()
    return session.scalars(select(what).order_by(what.id)).all()


def write(session: Session, enrolment: Enrolment, course: Course, number: int = 1, text: str = "words") -> JournalEntry:
    """Return a journal entry in ENROLMENT on the first prompt of COURSE."""
    activity = activity_of(session, course, ActivityKind.prompt)
    version_id = session.scalars(select(Prompt.current_version_id).where(Prompt.activity_id == activity.id)).one()
    told = {"enrolment_id": enrolment.id, "activity_id": activity.id, "prompt_version_id": version_id, "number": number}
    return add(session, JournalEntry(**told, text=text, html=f"<p>{text}</p>", written_at=NOW))


def tick(session: Session, enrolment: Enrolment, activity: Activity, kind: FactKind = FactKind.tick) -> CompletionFact:
    """Return a tick of ENROLMENT's user on ACTIVITY."""
    done = kind is not FactKind.untick
    told = {"enrolment_id": enrolment.id, "activity_id": activity.id, "by_id": enrolment.user_id, "at": NOW}
    return add(session, CompletionFact(**told, kind=kind, done=done))


def answer(session: Session, attempt: Attempt, option: str = "yes") -> list[Step]:
    """Answer every item of ATTEMPT."""
    session.refresh(attempt, ["items"])
    told = {"response": {"option": option}, "by_id": attempt.user_id}
    return [make_step(session, item, **told) for item in attempt.items]


def by_number(session: Session, enrolment: Enrolment, purpose: Purpose = Purpose.quiz) -> Sequence[Attempt]:
    """Return the attempts of ENROLMENT in their order, as the database has them."""
    session.expire_all()
    mine = select(Attempt).where(Attempt.enrolment_id == enrolment.id, Attempt.purpose == purpose)
    return session.scalars(mine.order_by(Attempt.number)).all()


def test_who_has_no_place_yet_gets_one_with_all_that_was_done(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session, active_on=(NOW - timedelta(days=9)).date())
    enrolment = make_enrolment(session, guest, course, joined_at=NOW - timedelta(days=3))
    reading, quiz = activity_of(session, course, ActivityKind.reading), activity_of(session, course, ActivityKind.quiz)
    tick(session, enrolment, reading)
    write(session, enrolment, course)
    add(session, Draft(enrolment_id=enrolment.id, place="prompt:1", text="a draft", saved_at=NOW))
    attempt = make_attempt(session, enrolment, quiz)
    answer(session, attempt)
    submit_attempt(session, attempt, now=NOW)
    rebuild(session, [enrolment], now=NOW)
    before = {row.activity_id: row.state for row in all_of(session, Completion)}
    assert work_of(session, guest) == Work(answers=3, ticks=1, entries=1, notes=0, drafts=1)

    assert merge(session, guest, user, now=NOW)
    (mine,) = all_of(session, Enrolment)
    assert (mine.user_id, mine.joined_at) == (user.id, NOW - timedelta(days=3))
    assert [row.id for row in all_of(session, User)] == [user.id]
    assert user.active_on == NOW.date()
    assert {row.activity_id: row.state for row in all_of(session, Completion)} == before
    assert before[quiz.id] is before[reading.id] is State.done
    assert {row.by_id for row in all_of(session, Step)} <= {user.id, None}
    assert {row.by_id for row in all_of(session, CompletionFact)} <= {user.id, None}
    assert work_of(session, user) == Work(answers=3, ticks=1, entries=1, notes=0, drafts=1)


def test_a_second_merge_does_nothing(session: Session):
    guest, user = make_guest(session), make_user(session)
    write(session, enrolment := make_enrolment(session, guest), session.get_one(Course, enrolment.course_id))
    assert merge(session, guest, user, now=NOW)
    assert not merge(session, guest, user, now=NOW)
    assert len(all_of(session, JournalEntry)) == 1


def test_notes_come_along_with_what_hangs_on_them(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    text = notes_of(session, activity_of(session, course, ActivityKind.lesson))
    theirs, own = make_enrolment(session, guest, course), make_enrolment(session, user, course)
    for enrolment in (theirs, own):
        note = make_note(session, enrolment, text, once="a click")
        said = {"words": "And more.", "html": "<p>And more.</p>", "made_at": NOW}
        add(session, NoteReply(note_id=note.id, enrolment_id=enrolment.id, once="a click", **said))
    assert work_of(session, guest).notes == 1

    assert merge(session, guest, user, now=NOW)
    assert [note.enrolment_id for note in all_of(session, Note)] == [own.id, own.id]
    assert [reply.enrolment_id for reply in all_of(session, NoteReply)] == [own.id, own.id]
    assert work_of(session, user).notes == 2


def test_frames_come_after_ones_own(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    text = notes_of(session, activity_of(session, course, ActivityKind.lesson))
    theirs, own = make_enrolment(session, guest, course), make_enrolment(session, user, course)
    make_frame(session, theirs, text, answers={"who": "the guest"})
    make_frame(session, own, text, answers={"who": "the account"})
    assert work_of(session, guest).notes == 1

    assert merge(session, guest, user, now=NOW)
    frames = sorted(all_of(session, Frame), key=lambda frame: frame.number)
    assert [(frame.enrolment_id, frame.number, frame.answers["who"]) for frame in frames] == [
        (own.id, 1, "the account"),
        (own.id, 2, "the guest"),
    ]


@pytest.mark.parametrize("which", ["account", "oneself"])
def test_only_a_guest_is_merged_and_only_into_an_account(session: Session, which: str):
    user = make_user(session)
    other = {"account": make_user(session), "oneself": user}[which]
    assert not merge(session, other, user, now=NOW)
    assert not merge(session, make_guest(session), make_guest(session), now=NOW)
    assert session.get(User, other.id) is not None


@pytest.mark.parametrize("purpose", [Purpose.quiz, Purpose.preview])
def test_where_both_have_an_open_attempt_the_guests_is_submitted_as_it_is(session: Session, purpose: Purpose):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    theirs = make_attempt(session, make_enrolment(session, guest, course), purpose=purpose)
    own = make_attempt(session, mine := make_enrolment(session, user, course), number=4, purpose=purpose)
    steps = answer(session, theirs)
    assert merge(session, guest, user, now=NOW)
    session.expire_all()
    assert own.submitted_at is None
    assert (theirs.submitted_at, theirs.points) == (NOW, 3.0)
    assert (theirs.user_id, theirs.enrolment_id) == (user.id, mine.id)
    assert [step.response for step in steps] == [{"option": "yes"}] * 3


def test_the_open_attempt_is_the_last_one_afterwards_too(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    place, mine = make_enrolment(session, guest, course), make_enrolment(session, user, course)
    sat = {"submitted_at": NOW, "points": 1.0}
    theirs = [make_attempt(session, place, number=1, **sat), make_attempt(session, place, number=2)]
    own = [make_attempt(session, mine, number=1, **sat), make_attempt(session, mine, number=2)]
    assert merge(session, guest, user, now=NOW)
    assert [row.id for row in by_number(session, mine)] == [row.id for row in (own[0], *theirs, own[1])]
    assert [row.number for row in by_number(session, mine)] == [1, 2, 3, 4]


def test_attempts_and_previews_are_numbered_apart(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    place, mine = make_enrolment(session, guest, course), make_enrolment(session, user, course)
    for whose in (place, mine):
        for purpose in (Purpose.quiz, Purpose.preview):
            make_attempt(session, whose, purpose=purpose, submitted_at=NOW, points=1.0)
    assert merge(session, guest, user, now=NOW)
    assert [row.number for row in by_number(session, mine, Purpose.quiz)] == [1, 2]
    assert [row.number for row in by_number(session, mine, Purpose.preview)] == [1, 2]


def test_what_an_attempt_was_begun_with_stays(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    names = add(session, NameList(course_id=course.id, hash="h", data={"names": [["Lenin", "Ulyanov"]]}))
    deadline = NOW + timedelta(hours=1)
    attempt = make_attempt(session, make_enrolment(session, guest, course), names_id=names.id, deadline_at=deadline)
    item = all_of(session, AttemptItem)[0]
    item.section, item.before_html = 1, "<p>Read on.</p>"
    make_step(session, item, by_id=guest.id, kind=StepKind.rate, response=None, data={"levels": {"clear": "well"}})
    assert merge(session, guest, user, now=NOW)
    assert [(row.names_id, row.deadline_at) for row in all_of(session, Attempt)] == [(names.id, deadline)]
    item = all_of(session, AttemptItem)[0]
    assert (item.attempt_id, item.section, item.before_html) == (attempt.id, 1, "<p>Read on.</p>")
    assert [(row.by_id, row.data) for row in all_of(session, Step)] == [(user.id, {"levels": {"clear": "well"}})]


def test_a_mark_that_is_not_released_goes_with_its_answer(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    make_attempt(session, make_enrolment(session, guest, course), submitted_at=NOW)
    item = all_of(session, AttemptItem)[0]
    draft = add(session, MarkDraft(attempt_item_id=item.id, levels={"clear": "well"}, by_id=guest.id, at=NOW))
    assert merge(session, guest, user, now=NOW)
    (kept,) = all_of(session, MarkDraft)
    assert (kept.id, kept.attempt_item_id, kept.levels, kept.by_id) == (draft.id, item.id, {"clear": "well"}, user.id)


def test_an_open_attempt_stays_open_where_it_is_the_only_one(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    theirs = make_attempt(session, make_enrolment(session, guest, course))
    own = make_attempt(session, make_enrolment(session, user, course), submitted_at=NOW, points=0.0)
    assert merge(session, guest, user, now=NOW)
    session.expire_all()
    assert (own.number, theirs.number, theirs.submitted_at) == (1, 2, None)


def test_two_drafts_at_one_place_are_both_kept(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    for whose, copies in ((guest, (0, 3)), (user, (0, 1))):
        enrolment = make_enrolment(session, whose, course)
        for copy in copies:
            told = {"enrolment_id": enrolment.id, "place": "prompt:1", "copy": copy}
            add(session, Draft(**told, text=f"{whose.id} {copy}", saved_at=NOW))
    texts = {guest.id: (0, 3), user.id: (0, 1)}
    assert merge(session, guest, user, now=NOW)
    drafts = {draft.copy: draft.text for draft in all_of(session, Draft)}
    (guest_id, _own), (user_id, _theirs) = texts.items()
    assert drafts == {0: f"{user_id} 0", 1: f"{user_id} 1", 2: f"{guest_id} 0", 3: f"{guest_id} 3"}


def test_the_last_fact_wins_whoever_made_it(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    reading = activity_of(session, course, ActivityKind.reading)
    theirs, mine = make_enrolment(session, guest, course), make_enrolment(session, user, course)
    tick(session, mine, reading)
    tick(session, theirs, reading)
    tick(session, mine, reading, FactKind.untick)
    assert merge(session, guest, user, now=NOW)
    (state,) = (row.state for row in all_of(session, Completion) if row.activity_id == reading.id)
    assert state is State.begun


def test_work_in_a_study_group_stays_in_that_group_and_work_alone_alone(session: Session):
    course = make_bare_course(session)
    group = make_group(session, course)
    guest, user = make_guest(session), make_user(session)
    make_enrolment(session, user, course, group)
    write(session, make_enrolment(session, guest, course), course)
    assert merge(session, guest, user, now=NOW)
    (entry,) = all_of(session, JournalEntry)
    place = session.get_one(Enrolment, entry.enrolment_id)
    assert (place.user_id, place.group_id) == (user.id, None)
    assert len(all_of(session, Enrolment)) == 2


def test_a_notice_had_by_both_is_had_once(session: Session):
    guest, user = make_guest(session), make_user(session)
    for whose, ref in ((guest, "a"), (guest, "b"), (user, "b")):
        add(session, Notice(user_id=whose.id, kind="reply", ref=ref, at=NOW))
    assert merge(session, guest, user, now=NOW)
    assert sorted(notice.ref for notice in all_of(session, Notice)) == ["a", "b"]


def test_attempts_of_no_enrolment_come_along(session: Session):
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    told = {"purpose": Purpose.check, "number": 1, "policy": {}, "started_at": NOW, "max_points": 1.0}
    add(session, Attempt(user_id=guest.id, **told))
    make_enrolment(session, guest, course)
    assert merge(session, guest, user, now=NOW)
    assert [attempt.user_id for attempt in all_of(session, Attempt)] == [user.id]


def sit(session: Session, enrolment: Enrolment, course: Course, option: str, at: datetime) -> Attempt:
    """Return an attempt of ENROLMENT at the quiz of COURSE with OPTION everywhere, submitted at that time."""
    attempt = make_attempt(session, enrolment, activity_of(session, course, ActivityKind.quiz), started_at=at)
    answer(session, attempt, option)
    submit_attempt(session, attempt, now=at)
    return attempt


def test_what_both_remember_of_an_item_is_one_memory(session: Session):
    course = make_bare_course(session, items=1)
    guest, user = make_guest(session, retention=0.8), make_user(session, review_minutes=5, retention=0.95)
    days = [NOW + timedelta(days=day) for day in range(3)]
    sit(session, make_enrolment(session, guest, course), course, "yes", days[1])
    place = make_enrolment(session, user, course)
    sit(session, place, course, "no", days[0])
    [theirs, own] = all_of(session, Card)
    make_review_log(session, own, number=2, at=days[2], day=days[2].date(), once="a click")
    make_review_log(session, theirs, number=2, at=days[2], day=days[2].date(), rating=2, once="a click")

    assert merge(session, guest, user, now=days[2])
    [card] = all_of(session, Card)
    assert (card.id, card.user_id, card.made_at) == (own.id, user.id, days[0])
    log = [(row.number, row.rating, row.day, row.once) for row in card.log]
    first, second, third = (day.date() for day in days)
    assert log == [(1, 1, first, None), (2, 3, second, None), (3, 3, third, "a click"), (4, 2, third, None)]
    assert (card.reviews, card.last_on) == (4, third)
    memory = remembered(card.log)
    assert memory is not None
    assert (card.stability, card.due_on) == (memory.stability, due(memory, 0.95))
    assert (user.review_minutes, user.retention) == (5, 0.95)


def test_what_only_a_guest_remembers_comes_along(session: Session):
    course = make_bare_course(session, items=2)
    guest, user = make_guest(session), make_user(session, retention=0.8)
    sit(session, make_enrolment(session, guest, course), course, "yes", NOW)
    [first, second] = all_of(session, Card)
    first.suspended_at = NOW
    before = [(card.id, card.stability) for card in (first, second)]
    assert merge(session, guest, user, now=NOW)
    cards = all_of(session, Card)
    assert [(card.id, card.stability) for card in cards] == before
    assert {card.user_id for card in cards} == {user.id}
    assert [card.suspended_at for card in cards] == [NOW, None]
    for card in cards:
        memory = remembered(card.log)
        assert memory is not None
        assert card.due_on == due(memory, 0.8)


@pytest.mark.parametrize("suspends", ["guest", "account"])
def test_a_card_of_both_is_suspended_if_the_accounts_was(session: Session, suspends: str):
    course = make_bare_course(session, items=1)
    guest, user = make_guest(session), make_user(session)
    item = session.scalars(select(Item).where(Item.course_id == course.id)).one()
    make_enrolment(session, guest, course)
    for whose, name in ((guest, "guest"), (user, "account")):
        make_card(session, whose, item, suspended_at=NOW if name == suspends else None)
    assert merge(session, guest, user, now=NOW)
    [card] = all_of(session, Card)
    assert (card.suspended_at is not None) == (suspends == "account")


def test_an_open_attempt_submitted_by_merging_is_remembered(session: Session):
    course = make_bare_course(session, items=1)
    guest, user = make_guest(session), make_user(session)
    quiz = activity_of(session, course, ActivityKind.quiz)
    answer(session, make_attempt(session, make_enrolment(session, guest, course), quiz))
    make_attempt(session, make_enrolment(session, user, course), quiz)
    assert merge(session, guest, user, now=NOW)
    [card] = all_of(session, Card)
    assert (card.user_id, [row.rating for row in card.log]) == (user.id, [3])


work = st.lists(st.sampled_from(["tick", "untick", "entry", "sit", "open", "draft"]), max_size=7)


def do(session: Session, enrolment: Enrolment, course: Course, acts: Sequence[str]) -> None:
    """Do ACTS in ENROLMENT, numbered as the pages would."""
    reading = activity_of(session, course, ActivityKind.reading)
    count = Counter[str]()
    for act in acts:
        count[act] += 1
        if act in {"tick", "untick"}:
            tick(session, enrolment, reading, FactKind[act])
        elif act == "entry":
            write(session, enrolment, course, count[act])
        elif act == "draft":
            told = {"enrolment_id": enrolment.id, "place": "prompt:1", "copy": count[act] - 1}
            add(session, Draft(**told, text="words", saved_at=NOW))
        else:
            has_open = session.scalar(
                select(func.count(Attempt.id)).where(
                    Attempt.enrolment_id == enrolment.id, Attempt.submitted_at.is_(None)
                )
            )
            if not has_open:
                attempt = make_attempt(session, enrolment, number=count["sit"] + count["open"])
                answer(session, attempt)
                if act == "sit":
                    submit_attempt(session, attempt, now=NOW)


@given(theirs=work, own=work)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_lost_and_nothing_comes_twice(session: Session, theirs: list[str], own: list[str]):
    nested = session.begin_nested()
    course = make_bare_course(session)
    guest, user = make_guest(session), make_user(session)
    place = make_enrolment(session, user, course)
    do(session, place, course, own)
    do(session, make_enrolment(session, guest, course), course, theirs)
    kept = {
        what: [getattr(row, name) for row in all_of(session, what)]
        for what, name in ((JournalEntry, "text"), (Draft, "text"), (Attempt, "id"), (AttemptItem, "id"))
    }
    steps = {row.id: (row.response, row.number, row.at) for row in all_of(session, Step)}
    facts = [row.id for row in all_of(session, CompletionFact)]

    assert merge(session, guest, user, now=NOW)
    for what, values in kept.items():
        name = "text" if what in {JournalEntry, Draft} else "id"
        assert [getattr(row, name) for row in all_of(session, what)] == values
    after = {row.id: (row.response, row.number, row.at) for row in all_of(session, Step)}
    assert after | steps == after  # every step is there as it was; a submission adds its scores
    assert set(facts) <= {row.id for row in all_of(session, CompletionFact)}
    sat = by_number(session, place)
    assert [attempt.number for attempt in sat] == list(range(1, len(sat) + 1))
    assert all(attempt.submitted_at is not None for attempt in sat[:-1])
    for what in (Attempt, JournalEntry, CompletionFact, Draft, Completion):
        assert {row.enrolment_id for row in all_of(session, what)} <= {place.id}
    nested.rollback()


# The page


SIGN_IN = {"email": "vera@example.org", "password": "a few words in a row", "next": "/reading-settings"}


def guest_signs_in(client: Any, database: Any, *, with_work: bool = True) -> Any:
    """Let CLIENT be a guest who worked and signs in to an account; return the answer."""
    with database.transaction() as session:
        hashed = passwords_with(QUICK_HASHING).hash(SIGN_IN["password"])
        make_user(session, email=SIGN_IN["email"], password_hash=hashed)
        guest = make_guest(session)
        if with_work:
            enrolment = make_enrolment(session, guest)
            write(session, enrolment, session.get_one(Course, enrolment.course_id))
        token = add_sign_in(session, guest, "", NOW)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return post(client, "/sign-in", SIGN_IN)


def owners(database: Any) -> list[str | None]:
    """Return the e-mails of those who wrote the journal entries there are."""
    with database.transaction(writing=False) as session:
        rows = select(User.email).join(Enrolment).join(JournalEntry, JournalEntry.enrolment_id == Enrolment.id)
        return list(session.scalars(rows))


def test_a_guest_who_signs_in_is_asked_first_and_a_second_click_adds_nothing(client, database):
    asked = guest_signs_in(client, database)
    assert asked.location == "/me/merge?next=/reading-settings"
    assert "one prompt written on" in client.get(asked.location).text
    assert owners(database) == [None]
    token = {"csrf_token": token_of(client, asked.location), "next": "/reading-settings"}
    assert client.post("/me/merge", data=token).status_code == 422
    for _ in range(2):
        assert client.post("/me/merge", data=token | {"answer": "add"}).location == "/reading-settings"
    assert owners(database) == [SIGN_IN["email"]]


def test_what_is_left_out_stays_apart_and_is_not_asked_about_again(client, database):
    asked = guest_signs_in(client, database)
    token = {"csrf_token": token_of(client, asked.location)}
    assert client.post("/me/merge", data=token | {"answer": "leave"}).status_code == 303
    assert owners(database) == [None]
    assert "/me/merge" not in client.get("/me").text
    assert client.post("/me/merge", data=token | {"answer": "add"}).status_code == 303
    assert owners(database) == [None]
    with database.transaction(writing=False) as session:
        live = select(func.count(SignIn.id)).where(SignIn.revoked_at.is_(None))
        assert session.scalar(live) == 1


def test_the_question_can_wait(client, database):
    guest_signs_in(client, database)
    assert "/me/merge" in client.get("/me").text


def test_who_did_nothing_is_not_asked(client, database):
    asked = guest_signs_in(client, database, with_work=False)
    assert client.get(asked.location).location == "/reading-settings"


def test_nobody_is_asked_about_anothers_work(client, database):
    with database.transaction() as session:
        make_guest(session)
    assert client.get("/me/merge").location == "/sign-in?next=/me/merge"
