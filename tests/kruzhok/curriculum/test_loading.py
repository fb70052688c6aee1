"""Loading a course: what it makes, that twice is once, and that nothing is ever lost."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from course.outline.models import Activity, ActivityKind, Course, PlannedLesson, Unit
from course.reference.models import Event, Person
from course.texts.models import MovedIdent, Passage, Text, TextVersion
from kruzhok.config import SHIPPED_COURSE
from kruzhok.curriculum.export import exported_files
from kruzhok.curriculum.loading import BadCurriculum, UploadedServes, load_course, shipped_may_load
from kruzhok.curriculum.reading import read_folder
from lessons.frames.models import QUESTIONS
from lessons.models import Document, Lesson, Prompt, PromptVersion, Reading
from quizzes.items import TYPES, parse_data
from quizzes.models import AttemptItem, Counts, Item, Quiz
from tests.conftest import NOW
from tests.factories import make_attempt, make_enrolment, make_group
from tests.kruzhok.curriculum.small import (
    FRAMED,
    LESSON,
    QUIZ,
    TEXT,
    changed,
    course_of,
    load,
    small,
    versions_of,
)

LATER = NOW + timedelta(days=1)


def activity(session, ident):
    return session.scalars(select(Activity).where(Activity.ident == ident)).one()


# What it makes


def test_a_course_has_its_outline(database):
    load(database, small())
    with database.transaction(writing=False) as session:
        course = course_of(session)
        assert (course.ident, course.pacing, course.uploaded) == ("my-course", {"days_per_lesson": 7}, False)
        [unit] = course.units
        parts = session.scalars(select(Activity).order_by(Activity.parent_id, Activity.position)).all()
        assert sorted((part.kind.value, part.ident, part.position, part.minutes, part.required) for part in parts) == [
            ("lesson", "first-lesson", 1, 3, True),
            ("prompt", "is-assured", 2, 10, True),
            ("quiz", "first-quiz", 3, 0, True),
            ("reading", "read-to-the-citizens", 1, 2, True),
        ]
        assert {part.added_at for part in parts} == {NOW}
        planned = session.scalars(select(PlannedLesson)).one()
        assert (planned.unit_id, planned.position, planned.number, planned.given) == (unit.id, 2, 2, None)


def test_a_lesson_has_its_notes_and_what_it_names(database):
    load(database, small())
    with database.transaction(writing=False) as session:
        lesson = session.scalars(select(Lesson)).one()
        assert lesson.number == 1
        assert lesson.lecture["kind"] == "lecture"
        assert lesson.lecture["given"] == "11 November 2017"
        assert [person.ident for person in lesson.people] == ["vladimir-lenin"]
        passages = lesson.text.current.passages
        assert [(one.kind, one.number) for one in passages] == [
            ("heading", None),
            ("paragraph", 1),
            ("paragraph", 2),
            ("paragraph", 3),
            ("list", 4),
        ]
        html = passages[1].html
        assert 'popovertarget="term-old-style"' in html
        assert 'href="#person-vladimir-lenin"' in html
        assert "/courses/my-course/texts/to-the-citizens#deposed" in passages[2].html


def test_a_document_and_its_reading_know_each_other(database):
    load(database, small())
    with database.transaction(writing=False) as session:
        document, reading = session.scalars(select(Document)).one(), session.scalars(select(Reading)).one()
        assert reading.text_id == document.text_id
        assert (document.about["written"], document.about["written_old_style"]) == ("7 November 1917", "25 October")
        assert document.about["source"] == "lenin-1917-to-the-citizens"
        assert document.about["introduction_html"].startswith("<p>")
        assert "called" not in document.about


def test_how_the_author_reads_a_text_as_a_source_comes_in_as_html(database):
    load(database, changed(small(), TEXT, "minutes: 2\n", FRAMED))
    with database.transaction(writing=False) as session:
        frame = session.scalars(select(Document)).one().about["frame"]
        assert set(frame) == set(QUESTIONS)
        assert frame["who"] == '<a href="#person-vladimir-lenin">Lenin</a>, for a committee'


def test_persons_and_events_have_their_dates_in_words(database):
    load(database, small())
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Person)).one().lived == "1870–1924"
        event = session.scalars(select(Event)).one()
        assert (event.earliest, event.in_words) == (date(1917, 11, 7), "7 November 1917")
        assert (event.old_style_in_words, event.turning_point) == ("25 October", True)


def test_items_are_kept_as_data_and_tied_to_their_passage(database):
    load(database, small())
    with database.transaction(writing=False) as session:
        quiz = session.scalars(select(Quiz)).one()
        assert (quiz.attempts_allowed, quiz.pass_mark, quiz.counts) == (3, 0.6, Counts.best)
        items = [slot.item for slot in quiz.slots]
        assert [item.ident for item in items][:2] == ["in-whose-name", "what-it-lists"]
        for item in items:
            assert parse_data(item.current.data).ident == item.ident
        anchor = items[0].current.anchor
        assert anchor.now.ident == "deposed"
        assert anchor.exact == anchor.now.plain
        assert anchor.prefix == "To the citizens of Russia!"
        assert anchor.suffix == "The cause for which the people h"


def test_the_shipped_course_loads_and_comes_out_the_same(database):
    files = read_folder(SHIPPED_COURSE)
    load(database, files)
    with database.transaction(writing=False) as session:
        assert exported_files(session, course_of(session)) == files


# Twice is once


def every_row(database):
    from kruzhok.models import ALL_TABLES

    with database.transaction(writing=False) as session:
        return {name: sorted(map(str, session.execute(select(table)))) for name, table in ALL_TABLES.items()}


def test_loading_the_same_files_again_changes_nothing(database):
    first = load(database, small())
    assert first.added["item"] == len(TYPES)
    before = every_row(database)
    again = load(database, small(), days=1)
    assert not again
    assert str(again) == "nothing changed"
    assert every_row(database) == before


def test_a_comment_in_a_file_changes_that_file_only(database):
    load(database, small())
    changes = load(database, changed(small(), "terms.yaml", "terms:", "# A word\nterms:"), days=1)
    assert dict(changes.changed) == {"file": 1}
    assert not changes.added
    assert not changes.retired
    assert changes.unchanged["item"] == len(TYPES)


# Versions


def test_editing_one_item_adds_one_version_and_attempts_stay_on_the_old(database):
    load(database, small())
    with database.transaction() as session:
        old = versions_of(session, "in-whose-name")[0]
        enrolment = make_enrolment(session, course=course_of(session))
        attempt = make_attempt(session, enrolment, activity(session, "first-quiz"))
        taken = attempt.items[0]
        assert taken.item_version_id == old.id
    files = changed(small(), QUIZ, "In whose name was", "On whose behalf was")
    changes = load(database, files, days=1)
    assert changes.changed == {"item": 1, "file": 1}
    with database.transaction(writing=False) as session:
        first, second = versions_of(session, "in-whose-name")
        assert (first.data["stem"], second.number) == ("In whose name was the proclamation issued?", 2)
        assert first.item.current_version_id == second.id
        assert session.get(AttemptItem, taken.id).item_version_id == first.id
        assert second.anchor_id == first.anchor_id  # the passage is the same
        assert session.scalar(select(func.count()).select_from(TextVersion)) == 2


def test_going_back_takes_the_old_version_again(database):
    load(database, small())
    load(database, changed(small(), QUIZ, "In whose name was", "On whose behalf was"), days=1)
    load(database, changed(small(), TEXT, "Long live", "Long may live"), days=2)
    load(database, small(), days=3)
    with database.transaction(writing=False) as session:
        versions = versions_of(session, "in-whose-name")
        assert [version.number for version in versions] == [1, 2]
        assert versions[0].item.current_version_id == versions[0].id
        text = session.scalars(select(Text).where(Text.ident == "to-the-citizens")).one()
        assert [version.number for version in text.versions] == [1, 2]
        assert text.current_version_id == text.versions[0].id


def test_a_prompt_that_asks_something_else_has_a_new_version(database):
    load(database, small())
    changes = load(database, changed(small(), LESSON, "Was that a report", "Was it a report"), days=1)
    assert changes.changed == {"prompt": 1, "file": 1}
    with database.transaction(writing=False) as session:
        prompt = session.scalars(select(Prompt)).one()
        assert prompt.current.number == 2
        assert "Was it a report" in prompt.current.question_html
        assert session.scalar(select(func.count()).select_from(PromptVersion)) == 2


def test_another_order_of_the_items_makes_no_versions(database):
    load(database, small())
    text = small()[QUIZ].decode()
    head, *items = text.split("  - ident: ")
    swapped = head + "".join(f"  - ident: {item}" for item in [items[1], items[0], *items[2:]])
    changes = load(database, {**small(), QUIZ: swapped.encode()}, days=1)
    assert changes.changed["item"] == 0
    with database.transaction(writing=False) as session:
        slots = session.scalars(select(Quiz)).one().slots
        assert [slot.item.ident for slot in slots][:2] == ["what-it-lists", "in-whose-name"]


# All or nothing


def test_a_curriculum_with_an_error_loads_nothing_and_says_every_error(database):
    load(database, small())
    before = every_row(database)
    files = changed(changed(small(), QUIZ, "demand: recall", "demand: x"), LESSON, "minutes: 3", "minutes: x")
    with pytest.raises(BadCurriculum) as caught:
        load(database, files, days=1)
    assert {finding.file for finding in caught.value.findings} == {QUIZ, LESSON}
    assert "lessons/01-first-lesson.md:" in str(caught.value)
    assert every_row(database) == before


def test_what_fails_at_the_end_undoes_all(database):
    def fail(session, course, now):
        raise RuntimeError("rebuilding failed")

    load(database, small())
    before = every_row(database)
    files = changed(small(), QUIZ, "In whose name was", "On whose behalf was")
    with pytest.raises(RuntimeError):
        load_course(database, files, now=LATER, after=fail)
    assert every_row(database) == before


def test_what_comes_after_sees_the_new_course_in_the_same_transaction(database):
    seen = []

    def look(session, course, now):
        seen.append((course.ident, now, len(versions_of(session, "in-whose-name"))))

    load_course(database, small(), now=NOW, after=look)
    load_course(database, small(), now=LATER, after=look)  # nothing changed, so there is nothing to do afterwards
    assert seen == [("my-course", NOW, 1)]


# Retired and returned


def without_prompt(files):
    text = files[LESSON].decode()
    start, end = text.index("prompts:\n"), text.index("quiz: first-quiz")
    return {**files, LESSON: (text[:start] + text[end:]).encode()}


def test_what_vanishes_is_retired_and_comes_back_as_it_was(database):
    load(database, small())
    changes = load(database, without_prompt(small()), days=1)
    assert changes.retired == {"prompt": 1}
    with database.transaction(writing=False) as session:
        prompt = activity(session, "is-assured")
        assert prompt.retired_at == LATER
        assert activity(session, "first-quiz").position == 2
        kept = prompt.id
    changes = load(database, small(), days=2)
    assert changes.changed["prompt"] == 1
    with database.transaction(writing=False) as session:
        prompt = activity(session, "is-assured")
        assert (prompt.id, prompt.retired_at, prompt.added_at) == (kept, None, NOW)


def test_a_vanished_lesson_is_retired_with_all_its_parts(database):
    load(database, small())
    files = changed(small(), "course.yaml", "      - first-lesson # lessons/01-first-lesson.md\n", "")
    for path in (LESSON, QUIZ, TEXT, "people.yaml", "terms.yaml", "timeline.yaml", "sources.yaml"):
        del files[path]
    changes = load(database, files, days=1)
    assert changes.retired["lesson"] == changes.retired["quiz"] == changes.retired["reading"] == 1
    assert changes.retired["item"] == len(TYPES)
    assert changes.retired["text"] == 1  # the document; the notes retire with their lesson
    with database.transaction(writing=False) as session:
        assert {one.retired_at for one in session.scalars(select(Activity))} == {LATER}
        assert {one.retired_at for one in session.scalars(select(Text))} == {LATER}
        assert {one.retired_at for one in session.scalars(select(Item))} == {LATER}
        assert session.scalar(select(func.count()).select_from(Passage))
    load(database, small(), days=2)
    with database.transaction(writing=False) as session:
        assert {one.retired_at for one in session.scalars(select(Activity))} == {None}
        assert {one.retired_at for one in session.scalars(select(Text))} == {None}
        assert {one.retired_at for one in session.scalars(select(Item))} == {None}
        assert len(session.scalars(select(Quiz)).one().slots) == len(TYPES)


def test_a_unit_that_vanishes_leaves_its_retired_lessons_behind(database):
    load(database, small())
    files = small()
    text = files["course.yaml"].decode()
    text = text[: text.index("  - ident: first-unit")] + (
        "  - ident: other-unit\n    title: Other\n    lessons:\n      - {planned: true, number: 7, title: T, by: B}\n"
    )
    files["course.yaml"] = text.encode()
    for path in (LESSON, QUIZ, TEXT, "people.yaml", "terms.yaml", "timeline.yaml", "sources.yaml"):
        del files[path]
    changes = load(database, files, days=1)
    assert changes.retired["unit"] == 1
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Unit)).one().ident == "other-unit"
        assert activity(session, "first-lesson").unit_id is None


def with_second_lesson(files):
    planned = files["course.yaml"].decode()
    planned = planned[: planned.index("      - planned: true")] + "      - second-lesson\n"
    lesson = (
        files[LESSON].decode().replace("quiz: first-quiz\n", "").replace("title: Reading a proclamation", "title: New")
    )
    return {**files, "course.yaml": planned.encode(), "lessons/02-second-lesson.md": lesson.encode()}


def test_a_planned_lesson_becomes_a_real_one(database):
    load(database, small())
    changes = load(database, with_second_lesson(small()), days=1)
    assert changes.added["lesson"] == 1
    assert changes.retired["planned lesson"] == 1
    with database.transaction(writing=False) as session:
        assert session.scalars(select(PlannedLesson)).all() == []
        lesson = activity(session, "second-lesson")
        assert (lesson.position, lesson.title, lesson.added_at) == (2, "New", LATER)
        assert activity(session, "first-lesson").added_at == NOW


def test_a_quiz_that_changes_its_lesson_stays_the_same_quiz(database):
    files = with_second_lesson(small())
    load(database, files)
    with database.transaction(writing=False) as session:
        quiz_id = activity(session, "first-quiz").id
    files = changed(files, LESSON, "quiz: first-quiz\n", "")
    files = changed(files, "lessons/02-second-lesson.md", "people: [", "quiz: first-quiz\npeople: [")
    load(database, files, days=1)
    with database.transaction(writing=False) as session:
        quiz = activity(session, "first-quiz")
        assert (quiz.id, quiz.parent.ident, quiz.retired_at) == (quiz_id, "second-lesson", None)


def test_what_a_group_added_is_left_alone(database):
    load(database, small())
    with database.transaction() as session:
        course = course_of(session)
        group = make_group(session, course)
        own = Activity(
            course_id=course.id,
            group_id=group.id,
            kind=ActivityKind.prompt,
            ident="ours",
            position=1,
            title="Ours",
            added_at=NOW,
        )
        session.add(own)
    load(database, changed(small(), "course.yaml", "title: My course", "title: Another title"), days=1)
    with database.transaction(writing=False) as session:
        assert activity(session, "ours").retired_at is None


def test_a_person_who_vanishes_is_deleted_and_moved_addresses_follow_the_file(database):
    files = changed(small(), LESSON, "quiz: first-quiz", "quiz: first-quiz\nmoved: {gone: aims}")
    load(database, files)
    with database.transaction(writing=False) as session:
        moved = session.scalars(select(MovedIdent)).one()
        assert (moved.ident, moved.now_ident) == ("gone", "aims")
    files = changed(small(), LESSON, "people: [vladimir-lenin]\n", "")
    files = changed(files, LESSON, "[Lenin](person:vladimir-lenin)", "Lenin")
    del files["people.yaml"]
    changes = load(database, files, days=1)
    assert changes.retired["person"] == 1
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Person)).all() == []
        assert session.scalars(select(MovedIdent)).all() == []
        assert session.scalars(select(Lesson)).one().people == []


# Uploaded courses


def test_an_uploaded_course_is_not_replaced_by_the_shipped_one(database):
    assert shipped_may_load(database, "my-course")
    load_course(database, small(), now=NOW, uploaded=True)
    assert not shipped_may_load(database, "my-course")
    other = changed(small(), "course.yaml", "title: My course", "title: Shipped")
    with pytest.raises(UploadedServes):
        load_course(database, other, now=LATER)
    with database.transaction(writing=False) as session:
        assert course_of(session).title == "My course"
    load_course(database, other, now=LATER, uploaded=True)
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Course)).one().title == "Shipped"


def test_two_courses_live_side_by_side(database):
    load(database, small())
    load(database, changed(small(), "course.yaml", "ident: my-course", "ident: other"), days=1)
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 2 * len(TYPES)
