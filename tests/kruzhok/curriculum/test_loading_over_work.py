"""A changed course is loaded over a database with attempts, notes, highlights, completions and journal entries: each is
kept, and what changed is said by kind and name."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from course.base.db import Database
from course.base.files import File
from course.completion.models import Completion, CompletionFact, State
from course.outline.models import Activity, ActivityKind, Course
from course.texts.models import AnchorState, Text
from kruzhok.completions import rebuild_course
from kruzhok.curriculum.changes import Changes
from kruzhok.curriculum.loading import load_course
from lessons.journal import keep_draft, write_entry
from lessons.models import Draft, JournalEntry, Prompt
from lessons.notes.models import Note, NotePlace
from lessons.readings import tick_reading
from quizzes.attempts.ending import submit_attempt
from quizzes.models import Attempt, AttemptItem, ItemVersion, Step
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.curriculum.small import LESSON, QUIZ, changed, current_passage, make_anchor, small

SECOND = """---
title: The second lesson
summary: The decrees of the night that followed.
minutes: 2
objectives: [Say what was decreed.]
---
In the night that followed the Congress passed two decrees. {#two-decrees}
"""


def load(database: Database, files: dict[str, bytes], *, days: int) -> Changes:
    return load_course(database, files, now=NOW + timedelta(days=days), after=rebuild_course)


def mended() -> dict[str, bytes]:
    """Return the small course as it might be a month later."""
    files = changed(small(), LESSON, "a short proclamation went up", "a proclamation of four sentences went up")
    files = changed(
        files, QUIZ, "In whose name was the proclamation issued?", "In whose name did the proclamation speak?"
    )
    planned = "      - planned: true # a line in the outline until the lesson is written\n        number: 2\n"
    planned += "        title: The second lesson\n        by: Its lecturer\n"
    there = files["course.yaml"].decode()
    unit, lessons = there[there.index("  - ident: first-unit") :].split("    lessons:\n")
    assert planned in lessons
    moved = "  - ident: new-unit\n    title: A unit of its own\n    opening: What was decreed?\n"
    moved += "    lessons: [second-lesson]\n"
    files["course.yaml"] = (
        there[: there.index("  - ident: first-unit")] + moved + unit + "    lessons:\n" + lessons.replace(planned, "")
    ).encode()
    return files | {"lessons/02-second-lesson.md": SECOND.encode()}


@pytest.fixture
def reader(database: Database) -> int:
    """Return the enrolment of somebody who answered, noted, highlighted, ticked and wrote in the small course."""
    load(database, small(), days=0)
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        mine = factories.make_enrolment(session, course=course)
        attempt = factories.make_attempt(session, mine)
        first = session.scalars(
            select(AttemptItem).where(AttemptItem.attempt_id == attempt.id, AttemptItem.slot == 1)
        ).one()
        factories.make_step(session, first, response={"option": "committee"})
        submit_attempt(session, attempt, now=NOW)
        open_one = factories.make_attempt(session, mine, number=2)
        second = session.scalars(
            select(AttemptItem).where(AttemptItem.attempt_id == open_one.id, AttemptItem.slot == 1)
        ).one()
        factories.make_step(session, second, response={"option": "party"})
        text = session.scalars(select(Text).where(Text.ident == "first-lesson")).one()
        for words, exact in (("Who pasted it there?", "walls of Petrograd"), ("", "a short proclamation")):
            anchor = make_anchor(session, current_passage(session, "first-lesson", "posted-up"), exact)
            note = Note(enrolment_id=mine.id, text_id=text.id, words=words, html=words, made_at=NOW, changed_at=NOW)
            session.add(note)
            session.flush()
            session.add(NotePlace(note_id=note.id, anchor_id=anchor.id))
        reading = session.scalars(select(Activity).where(Activity.kind == ActivityKind.reading)).one()
        tick_reading(session, mine, reading, done=True, now=NOW)
        prompt = session.scalars(select(Prompt)).one()
        write_entry(session, mine, prompt, "A hope, and said as a report.", base=0, now=NOW)
        keep_draft(session, mine, prompt, "On second thoughts", base=0, now=NOW)
        return mine.id


def test_everything_that_was_done_is_kept(database: Database, reader: int) -> None:
    with database.transaction(writing=False) as session:
        before = _work(session, reader)
    load(database, mended(), days=30)
    with database.transaction(writing=False) as session:
        assert _work(session, reader) == before


def _work(session, reader: int):
    """Return all that the reader did, as it stands in the database."""
    steps = select(Step.number, Step.kind, Step.response, Step.score, ItemVersion.data["stem"].as_string())
    steps = steps.join(AttemptItem, AttemptItem.id == Step.attempt_item_id)
    steps = steps.join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id).order_by(Step.id)
    attempts = select(Attempt.number, Attempt.points, Attempt.max_points, Attempt.submitted_at).order_by(Attempt.id)
    states = (
        select(Activity.kind, Activity.ident, Completion.state)
        .join(Activity, Activity.id == Completion.activity_id)
        .where(Completion.enrolment_id == reader)
        .order_by(Activity.id)
    )
    queries = [
        steps,
        attempts,
        states,
        select(CompletionFact.activity_id, CompletionFact.kind, CompletionFact.at).order_by(CompletionFact.id),
        select(JournalEntry.number, JournalEntry.text).order_by(JournalEntry.id),
        select(Draft.place, Draft.text).order_by(Draft.id),
        select(Note.words).order_by(Note.id),
    ]
    found = [[tuple(row) for row in session.execute(query)] for query in queries]
    assert all(found), "there is something of each kind"
    return found


def test_an_attempt_still_asks_what_it_asked_and_a_new_one_what_was_mended(database: Database, reader: int) -> None:
    load(database, mended(), days=30)
    with database.transaction() as session:
        stems = [version.data["stem"] for version in _asked(session)]
        assert stems == ["In whose name was the proclamation issued?"] * 2
        place = factories.make_enrolment(session, course=session.scalars(select(Course)).one())
        factories.make_attempt(session, place)
        assert _asked(session)[-1].data["stem"] == "In whose name did the proclamation speak?"


def _asked(session) -> list[ItemVersion]:
    first = (
        select(ItemVersion)
        .join(AttemptItem, AttemptItem.item_version_id == ItemVersion.id)
        .where(AttemptItem.slot == 1)
    )
    return list(session.scalars(first.order_by(AttemptItem.id)))


def test_notes_and_highlights_stand_on_their_words_or_say_that_these_are_others(
    database: Database, reader: int
) -> None:
    load(database, mended(), days=30)
    with database.transaction(writing=False) as session:
        note, highlight = session.scalars(select(Note).order_by(Note.id))
        [kept], [reworded] = ([place.anchor for place in one.places] for one in (note, highlight))
        assert kept.now is not None
        assert (kept.state, kept.now.plain[kept.start : kept.end]) == (AnchorState.kept, "walls of Petrograd")
        assert reworded.exact == "a short proclamation"
        assert reworded.now is None or "a proclamation" in reworded.now.plain


def test_what_is_new_takes_nothing_from_what_was_done(database: Database, reader: int) -> None:
    load(database, mended(), days=30)
    with database.transaction(writing=False) as session:
        lessons = session.scalars(
            select(Activity).where(Activity.kind == ActivityKind.lesson).order_by(Activity.position)
        )
        assert [lesson.ident for lesson in lessons] == ["second-lesson", "first-lesson"]
        of_reader = select(Completion.state).join(Activity, Activity.id == Completion.activity_id)
        of_reader = of_reader.where(Completion.enrolment_id == reader, Activity.kind == ActivityKind.reading)
        assert session.scalars(of_reader).all() == [State.done]


def test_the_report_says_by_kind_and_name_what_changed(database: Database, reader: int) -> None:
    changes = load(database, mended(), days=30)
    lines = changes.lines()
    assert "added 1 unit: new-unit" in lines
    assert "added 1 lesson: second-lesson" in lines
    assert "changed 1 unit: first-unit" in lines
    assert "changed 1 lesson: first-lesson" in lines
    assert "changed 1 item: in-whose-name" in lines
    assert "retired 1 planned lesson: 2" in lines
    [anchors] = [line for line in lines if line.startswith("notes, quotations and questions on first-lesson: ")]
    assert "kept" in anchors
    assert changes.unchanged["reading"] == 1
    assert not any("to-the-citizens" in line for line in lines)


def test_what_is_told_of_the_course_is_said_to_have_changed(database: Database) -> None:
    load(database, small(), days=0)
    changes = load(database, changed(small(), "course.yaml", "title: My course", "title: Our course"), days=1)
    assert changes.lines() == ["changed what is told of the course"]


def test_what_was_taken_out_is_named_too(database: Database, reader: int) -> None:
    asked = small()[QUIZ].decode()
    second = asked[asked.index("  - ident: what-it-lists") : asked.index("  - ident: arrested-already")]
    changes = load(database, small() | {QUIZ: asked.replace(second, "").encode()}, days=1)
    assert "retired 1 item: what-it-lists" in changes.lines()


def test_a_course_loaded_for_the_first_time_names_nothing(database: Database) -> None:
    files = small()
    planned = files["course.yaml"].decode().index("      - planned")
    files["course.yaml"] = files["course.yaml"][: len(files["course.yaml"].decode()[:planned].encode())]
    assert load(database, files, days=0).lines() == []
    with database.transaction(writing=False) as session:
        assert session.scalar(select(File.id)) is not None


def test_of_many_names_the_first_are_said_and_how_many_more() -> None:
    changes = Changes()
    for number in range(25):
        changes.count("term", f"term-{number}", new=True, changed=False)
    changes.count("term", "old-style", new=False, changed=False)
    [line] = changes.lines()
    assert line.startswith("added 25 terms: term-0, term-1, ")
    assert line.endswith("term-19 and 5 more")
