"""How much each page asks of the database: as much in a full house as with one reader who did one thing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Completion, CompletionFact, FactKind, Look, State
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, Course, Unit
from course.reference.models import Mention
from course.syllabus import planning
from course.syllabus.models import Assignment, AssignmentTarget, Meeting
from course.texts.models import Passage, Text
from lessons.agenda.minutes import write_minutes
from lessons.agenda.models import AgendaItem
from lessons.discussion.models import Discussion, Post, Seed
from lessons.models import Document, Draft, JournalEntry, Lesson, Prompt
from lessons.moderation.models import Complaint
from lessons.notes.models import Note, NoteReply, NoteTag
from lessons.reports.models import Outcome, Report
from lessons.reports.reports import Meant, close_report, make_report
from lessons.search.contents import refresh_course
from quizzes.checks.answering import Given, answer_check
from quizzes.checks.asking import checks_in
from quizzes.marking.releasing import release
from quizzes.models import Attempt, StepKind
from quizzes.review.answering import Given as InReview
from quizzes.review.answering import answer_review
from quizzes.review.asking import asked
from quizzes.review.models import Card
from quizzes.scheduling import study_day
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.review.make import Circle, every_item, fill, know
from tests.quizzes.marking.make import FAIR, GOOD, draft, hand_in, make_essay_quiz
from tests.scene import COLUMNS, LINKING_TABLES, MODELS, Scene
from tests.test_access import ABOUT, browser_of, filled

#: Page -> its address, and how many queries it makes at the most: that of who is signed in included.
PAGES: Mapping[str, tuple[str, int]] = {
    "front": ("/", 11),
    "today": ("/today", 16),
    "today in a group": ("/today?group={group}", 16),
    "group": ("/groups/{group}", 13),
    "syllabus": ("/groups/{group}/syllabus", 10),
    "syllabus on paper": ("/groups/{group}/syllabus/print", 7),
    "calendar": ("/calendar", 9),
    "calendar of the group": ("/groups/{group}/calendar?month=2026-12", 10),
    "feeds for a calendar": ("/calendar/feed", 2),
    "meeting": ("/groups/{group}/meetings/1", 20),
    "minutes before they were changed": ("/groups/{group}/meetings/1/minutes/earlier", 4),
    "writing minutes": ("/groups/{group}/meetings/1/minutes", 5),
    "groups": ("/groups", 3),
    "members": ("/groups/{group}/members", 3),
    "leaving": ("/groups/{group}/leave", 2),
    "course": ("/courses/{course}", 5),
    "course in a group": ("/courses/{course}?group={group}", 5),
    "unit": ("/courses/{course}/units/{unit}?group={group}", 8),
    "lesson": ("/courses/{course}/lessons/{lesson}?group={group}", 8),
    "text": ("/courses/{course}/texts/{text}?group={group}", 8),
    "source frame": ("/courses/{course}/texts/{text}/frame?group={group}", 5),
    "source frames side by side": ("/groups/{group}/texts/{text}/frames", 4),
    "reading pack": ("/courses/{course}/units/{unit}/pack?group={group}", 6),
    "place to write a note": ("/courses/{course}/lessons/{lesson}/notes/new?at=p-1&group={group}", 6),
    "note": ("/notes/{note}", 8),
    "reply to a note": ("/notes/replies/{note_reply}", 5),
    "own notes": ("/me/notes", 13),
    "own notes with a filter": ("/me/notes?q=so&kind=notes&tag=power", 9),
    "text that was brought": ("/courses/{course}/texts/{own_text}?group={group}", 9),
    "text of the group": ("/courses/{course}/texts/{group_text}?group={group}", 9),
    "what is told of a text": ("/courses/{course}/texts/{own_text}/about?group={group}", 2),
    "deleting a text": ("/courses/{course}/texts/{own_text}/delete?group={group}", 3),
    "texts that were brought": ("/courses/{course}/imports?group={group}", 3),
    "bringing a text": ("/courses/{course}/imports/new?group={group}", 2),
    "file that waits": ("/courses/{course}/imports/{waiting}?group={group}", 6),
    "latest articles of the group": ("/groups/{group}/articles", 4),
    "latest articles of the course": ("/courses/{course}/articles?group={group}", 2),
    "readings of the group": ("/groups/{group}/readings", 4),
    "reading of the group": ("/groups/{group}/readings/{group_reading}", 4),
    "prompt of the group": ("/groups/{group}/prompts/{own_prompt}", 9),
    "self-check": ("/courses/{course}/lessons/{lesson}/checks/{check}?group={group}", 4),
    "calibration": ("/me/calibration", 2),
    "review": ("/review", 12),
    "what came of a review": ("/review/answers/{reviewed}", 19),
    "settings of review": ("/review/settings", 5),
    "memory": ("/me/memory", 19),
    "persons one remembers": ("/me/memory/people", 4),
    "terms one remembers": ("/me/memory/terms", 4),
    "passages one remembers": ("/me/memory/passages", 5),
    "what the estimate said": ("/me/memory/estimate", 5),
    "prompt": ("/courses/{course}/lessons/{lesson}/prompts/{prompt}?group={group}", 12),
    "a post to reply to": ("/courses/{course}/lessons/{lesson}/prompts/{prompt}?group={group}&reply={post}", 12),
    "discussions": ("/groups/{group}/discussions", 6),
    "what is wrong with a post": ("/groups/{group}/posts/{post_of_tutor}/complaint", 10),
    "what there is to look up": ("/courses/{course}/reference?group={group}", 2),
    "timeline": ("/courses/{course}/timeline?group={group}", 3),
    "timeline as a list": ("/courses/{course}/timeline?list=1&calendar=old&at=1917&group={group}", 3),
    "persons": ("/courses/{course}/people?group={group}", 3),
    "terms": ("/courses/{course}/terms?group={group}", 3),
    "sources": ("/courses/{course}/sources?group={group}", 3),
    "person": ("/courses/{course}/people/{person}?group={group}", 3),
    "term": ("/courses/{course}/terms/{term}?group={group}", 3),
    "source": ("/courses/{course}/sources/{source}?group={group}", 3),
    "event": ("/courses/{course}/events/{event}?group={group}", 4),
    "maps and diagrams": ("/courses/{course}/figures?group={group}", 2),
    "map": ("/courses/{course}/figures/{figure}?group={group}", 5),
    "search": ("/search?q=%22think+so%22&in=talk&course={course}&group={group}", 3),
    "search everywhere": ("/search?q=%22think+so%22&in=talk", 4),
    "start of a quiz": ("/courses/{course}/quizzes/{quiz}?group={group}", 8),
    "rules of a quiz": ("/courses/{course}/quizzes/{quiz}/rules?group={group}", 6),
    "sitting": ("/attempts/{sitting}", 3),
    "submission": ("/attempts/{sitting}/submission", 3),
    "result": ("/attempts/{result}", 14),
    "score": ("/attempts/{result}/questions/1/score", 10),
    "paper": ("/courses/{course}/quizzes/{quiz}/paper?group={group}", 6),
    "what is stored about one": ("/me/data", 1),
    "notices": ("/notices", 4),
    "what is wrong with a question": ("/courses/{course}/wrong?item={version}&group={group}", 2),
    "what is wrong with a passage": ("/courses/{course}/wrong?passage={passage}&group={group}", 2),
    "reports": ("/reports", 2),
    "report": ("/reports/{report}", 6),
    "me": ("/me", 2),
    "one's account": ("/me/security", 3),
    "what the next letter would say": ("/digest", 16),
    "places": ("/me/places", 5),
    "own progress": ("/me/places/{place}", 24),
    "record of study": ("/me/places/{place}/record", 16),
    "record of study as a file": ("/me/places/{place}/record.md", 16),
}

#: The same of pages that a tutor of the group looks at. At the end of two is the trace that the look leaves.
PAGES_OF_TUTOR: Mapping[str, tuple[str, int]] = {
    "before a discussion": ("/groups/{group}/lessons/{lesson}/prompts/{prompt}/seed", 6),
    "group of a tutor": ("/groups/{group}", 13),
    "meeting of a tutor": ("/groups/{group}/meetings/1", 21),
    "hiding": ("/groups/{group}/posts/{post}/hide", 10),
    "complaints": ("/groups/{group}/complaints", 10),
    "complaint": ("/complaints/{complaint}", 6),
    "today of a tutor": ("/today?group={group}", 14),
    "what waits to be marked": ("/groups/{group}/marking", 4),
    "essay to be marked": ("/groups/{group}/marking/{essay}?n=1", 11),
    "release of marks": ("/groups/{group}/marking/{essay}/release", 5),
    "progress": ("/groups/{group}/progress", 14),
    "progress by who has done least": ("/groups/{group}/progress?order=done", 14),
    "progress of those found": (
        "/groups/{group}/progress?order=late&down=1&hand=1&q=user&subgroup={subgroup}&part={part}&state=late",
        17,
    ),
    "progress as a file": ("/groups/{group}/progress.csv?order=last", 13),
    "who may need a hand": ("/groups/{group}/progress/help", 15),
    "how many have done each part": ("/groups/{group}/progress/parts", 10),
    "the group together": ("/groups/{group}/progress/passages", 24),
    "writing to all found": ("/groups/{group}/messages/new?all=1&hand=1", 17),
    "messages sent": ("/groups/{group}/messages", 3),
    "message": ("/messages/{message}", 3),
    "progress of one student": ("/groups/{group}/progress/{place}", 21),
    "rules of a quiz for all": ("/groups/{group}/quizzes/{quiz}/rules", 10),
    "rules of a quiz for one": ("/groups/{group}/quizzes/{quiz}/rules/{place}", 9),
    "rules of a quiz for some": ("/groups/{group}/quizzes/{quiz}/rules/subgroups/{subgroup}", 9),
    "results": ("/groups/{group}/results", 3),
    "results of a quiz": ("/groups/{group}/results/{quiz}", 9),
    "results as a file": ("/groups/{group}/results/{quiz}.csv", 9),
    "answers as a file": ("/groups/{group}/results/{quiz}/answers.csv", 11),
    "questions of a quiz": ("/groups/{group}/results/{quiz}/questions", 8),
    "questions as a file": ("/groups/{group}/results/{quiz}/questions.csv", 8),
    "accommodation": ("/groups/{group}/members/{place}/accommodation", 4),
    "next run": ("/groups/{group}/next-run", 8),
    "subgroups": ("/groups/{group}/subgroups", 7),
    "who would be with whom": ("/groups/{group}/subgroups/part?size=4&seed=1", 7),
    "subgroup": ("/groups/{group}/subgroups/of/{subgroup}", 8),
    "readings that were given": ("/groups/{group}/readings", 6),
    "assigning something": ("/groups/{group}/assign", 7),
    "what is assigned": ("/groups/{group}/assignments", 8),
    "changing what is assigned": ("/groups/{group}/assignments/{assigned}/change", 10),
    "dates for each": ("/groups/{group}/activities/{assigned_activity}/dates", 14),
    "attempt of a student": ("/groups/{group}/progress/{place}/attempts/{result}", 13),
    "score of a student": ("/groups/{group}/members/{place}/attempts/{result}/questions/1/score", 14),
    "paper with its key": ("/courses/{course}/quizzes/{quiz}/paper?group={group}&key=1", 8),
}

#: What only says where a transaction begins and ends.
NO_QUERY = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")


class House(NamedTuple):
    """A course with lessons, a group that studies it, and a student and a tutor of it who look at the pages."""

    reader: int
    tutor: int
    names: Mapping[str, Any]


def make_house(
    session: Session,
    *,
    users: int,
    lessons: int,
    attempts: int,
    meetings: int = 4,
    idle: int = 3,
    posts: int = 3,
    checks: int = 1,
) -> House:
    """Return a house where each of so many USERS did all there is to do; the reader took each quiz so many times.

    The group has so many MEETINGS, half of them past, and as many more members as IDLE says, who did nothing yet.
    So many POSTS are written to the prompt of the first lesson, many of them replies; a text has so many self-CHECKS.
    The reader has one more attempt open, at another quiz of the first lesson."""
    course = factories.make_empty_course(session)
    unit = factories.make_unit(session, course)
    parts = [_make_lesson(session, course, unit, number, checks) for number in range(1, lessons + 1)]
    group = factories.make_group(session, course)
    reader, *others = [factories.make_enrolment(session, course=course, group=group) for _ in range(users)]
    tutor = factories.make_enrolment(session, course=course, group=group, role=Role.tutor, organiser=True)
    for _more in range(idle):
        factories.make_enrolment(session, course=course, group=group)
    _plan(session, group, parts, meetings, by=reader)
    for lesson in parts:
        session.add(_seed(lesson.prompt, tutor))
        _work(session, reader, lesson, attempts=attempts)
    for other in others:
        _work(session, other, parts[0], attempts=1)
    essay = _write_essays(session, parts[0], [reader, *others], tutor)
    for member in [reader, *others]:
        factories.make_frame(session, member, parts[0].text, shared_at=NOW)
    talks = [
        _talk(session, group, [reader, *others], lesson.prompt, posts if lesson is parts[0] else 3) for lesson in parts
    ]
    first = parts[0]
    _meet(session, group, [reader, *others], first.text)
    result = session.scalars(select(Attempt).filter_by(enrolment_id=reader.id, activity_id=first.quiz.id)).first()
    assert result is not None
    # At another quiz, for what is missed in one is not said while it is open.
    sitting = factories.make_attempt(session, reader, factories.make_quiz(session, first.lesson))
    factories.make_step(session, sitting.items[0])
    reports, note = _report_all(session, reader, users), _note(session, parts, [reader, *others])
    figures = [factories.make_figure(session, course, position=at) for at in range(users)]
    names = {
        "course": course.ident,
        "unit": unit.ident,
        "figure": figures[0].ident,
        "group": group.slug,
        "lesson": first.lesson.ident,
        "prompt": first.prompt.ident,
        "post": talks[0],
        "post_of_tutor": _complain(session, [reader, *others], tutor, talks[0], first.text),
        "complaint": session.scalars(select(Complaint.id).order_by(Complaint.id.desc())).first(),
        "quiz": first.quiz.ident,
        "text": first.text.ident,
        "check": checks_in(session, factories.notes_of(session, first.lesson).id)[0].item_id,
        "sitting": sitting.id,
        "version": sitting.items[0].item_version_id,
        "passage": reports[0].passage_id,
        "report": reports[0].id,
        "result": result.id,
        "place": reader.id,
        "part": first.quiz.id,
        "message": factories.make_message(session, tutor, reader, *others).id,
        "essay": essay,
        "note": note,
        "note_reply": session.scalars(
            select(NoteReply.id).where(NoteReply.note_id == note, NoteReply.enrolment_id == reader.id)
        ).one(),
        "subgroup": _except(session, group, [reader, *others], first.quiz),
        **{
            word: session.scalars(select(MODELS[word].ident).filter_by(course_id=course.id)).first()
            for word in LINKING_TABLES.values()
        },
        **_brought(session, group, [reader, *others], tutor),
        "reviewed": _review(session, reader),
    }
    for _look in range(users):
        session.add(Look(enrolment_id=reader.id, by_id=factories.make_user(session).id, at=NOW))
    refresh_course(session, course.id)
    return House(reader.user_id, tutor.user_id, names)


def _review(session: Session, reader: Enrolment) -> int:
    """Have READER meet again all they have answered, one of it already today; return that answer."""
    now = datetime.now(UTC)
    day = study_day(now, ZoneInfo(reader.user.zone))
    theirs = (Card.user_id == reader.user_id, Card.last_on.is_not(None))
    session.execute(update(Card).where(*theirs).values(last_on=day - timedelta(days=3), due_on=day))
    question = asked(session, session.scalars(select(Card.item_id).where(*theirs).order_by(Card.item_id)).first() or 0)
    assert question is not None
    return answer_review(session, reader.user, question, InReview({"option": "no"}, 3), now=now).id


def _plan(session: Session, group: StudyGroup, parts: Sequence["Parts"], meetings: int, *, by: Enrolment) -> None:
    """Lay out so many MEETINGS of GROUP, half of them past, with its lessons; with replies due prompts are rounds."""
    planning.plan_meetings(
        session,
        group,
        start=(datetime.now(UTC) - timedelta(weeks=meetings // 2)).date(),
        weekday=0,
        lessons=[parts[n].lesson.id if n < len(parts) else None for n in range(meetings)],
        by_id=by.user_id,
        now=NOW,
    )
    its = (Assignment.group_id == group.id, Assignment.due_at.is_not(None))
    session.execute(update(Assignment).where(*its).values(reply_due_at=Assignment.due_at))


def _meet(session: Session, group: StudyGroup, members: Sequence[Enrolment], text: Text) -> None:
    """Have all MEMBERS put a passage and words on the agenda of the first meeting of GROUP, which the first of them
    leads, and write minutes of it."""
    meetings = session.scalars(select(Meeting).where(Meeting.group_id == group.id)).all()
    for meeting in meetings:
        meeting.chair_id = members[0].id
    first = min(meetings, key=lambda meeting: meeting.number)
    for number, member in enumerate(members):
        told = {"meeting_id": first.id, "enrolment_id": member.id, "at": NOW}
        session.add(AgendaItem(**told, text_id=text.id, passage_ident="p-1"))
        session.add(AgendaItem(**told, words=f"Why {number}?"))
        write_minutes(session, first, member, f"We settled {number}.", number=number, base=0, now=NOW)


def _report_all(session: Session, reader: Enrolment, times: int) -> list[Report]:
    """Return so many reports of READER on the first passage of the course."""
    its = select(Passage).join(Text, Text.current_version_id == Passage.version_id)
    passage = session.scalars(its.where(Text.course_id == reader.course_id)).first()
    assert passage is not None
    return [_report(session, reader, Meant(passage=passage), f"{number} is wrong.") for number in range(times)]


def _brought(session: Session, group: StudyGroup, members: Sequence[Enrolment], tutor: Enrolment) -> Mapping[str, Any]:
    """Return the names of a file that waits and a text of the first of MEMBERS, and of what TUTOR gave the group: for
    each member a reading to all, and one to them alone."""
    for member in members:
        factories.make_article(session, group)
        factories.make_article(session, group.course)
        waiting, own = factories.make_import(session, members[0]), factories.make_imported_text(session, members[0])
        text = factories.make_imported_text(session, tutor, enrolment_id=None, group_id=group.id)
        to_all = factories.make_group_reading(session, group, text=text)
        assigned = factories.make_assignment(session, group, to_all)
        prompt = factories.make_group_prompt(session, group)
        factories.make_assignment(session, group, prompt)
        factories.make_exception(session, member, to_all, field="due")
        to_one = factories.make_assignment(session, group, factories.make_group_reading(session, group))
        factories.add(session, AssignmentTarget(assignment_id=to_one.id, group_id=group.id, enrolment_id=member.id))
        factories.make_note(session, member, text)
    return {
        "waiting": waiting.id,
        "own_text": own.ident,
        "group_text": text.ident,
        "group_reading": to_all.ident,
        "assigned": assigned.id,
        "assigned_activity": to_all.id,
        "own_prompt": prompt.ident,
    }


def _note(session: Session, parts: Sequence["Parts"], members: Sequence[Enrolment]) -> int:
    """Have all MEMBERS note something on each text and share it, and reply to it; return a note of the first."""
    for text in (text for one in parts for text in (factories.notes_of(session, one.lesson), one.text)):
        for member in members:
            factories.make_note(session, member, text)
            note = factories.make_note(session, member, text, shared_at=NOW)
            session.add(NoteTag(note_id=note.id, tag="power"))
            for place in (f"note:{note.id}", f"note:new:{text.id}:p-1"):
                session.add(Draft(enrolment_id=member.id, place=place, text="And also", saved_at=NOW))
            for other in members[:3]:
                told = {"words": "So.", "html": "<p>So.</p>", "made_at": NOW}
                session.add(NoteReply(note_id=note.id, enrolment_id=other.id, **told))
    mine = select(Note.id).where(Note.enrolment_id == members[0].id, Note.shared_at.is_not(None))
    return session.scalars(mine.order_by(Note.id)).first() or 0


def _seed(prompt: Activity, tutor: Enrolment) -> Seed:
    """Return what TUTOR puts before the talk on PROMPT."""
    told: dict[str, Any] = {"words": "Think.", "html": "<p>Think.</p>", "made_at": NOW, "changed_at": NOW}
    return Seed(activity_id=prompt.id, by_id=tutor.user_id, **told)


def _except(session: Session, group: StudyGroup, members: Sequence[Enrolment], quiz: Activity) -> int:
    """Return a subgroup of some MEMBERS; it has an exception, and each of them has one, and more time, besides."""
    for member in members:
        factories.make_exception(session, member, quiz, by_id=factories.make_user(session).id)
        factories.make_exception(session, member, quiz, field="due")
        factories.make_accommodation(session, member, by_id=factories.make_user(session).id)
        subgroup = factories.make_subgroup(session, group, member)
    factories.make_exception(session, subgroup, quiz, by_id=factories.make_user(session).id)
    return subgroup.id


def _write_essays(session: Session, parts: "Parts", members: Sequence[Enrolment], tutor: Enrolment) -> int:
    """Return a question that each of MEMBERS answered at length, with a quotation; all are marked, and drafted anew."""
    quiz = make_essay_quiz(session, parts.lesson, quote_from=[parts.text.ident], quotations=1)
    essays = [hand_in(session, one, quiz, 'He says: "Paragraph 1. Paragraph 2. So it was."') for one in members]
    for levels in (FAIR, GOOD):
        for essay in essays:
            draft(session, essay, levels, by_id=tutor.user_id)
        if levels is FAIR:
            release(session, [essay.id for essay in essays], by=tutor.user_id, now=NOW)
    return essays[0].version.item_id


def _report(session: Session, reader: Enrolment, meant: Meant, words: str) -> Report:
    """Report something as READER, and have it answered, which is told them."""
    made = make_report(session, reader.course, reader.user, reader, meant, words, now=NOW)
    close_report(
        session, made, outcome=Outcome.mended, answer="It was.", by_id=factories.make_user(session).id, now=NOW
    )
    return made


def _talk(session: Session, group: StudyGroup, members: Sequence[Enrolment], prompt: Activity, posts: int) -> int:
    """Return the first post of a talk of so many on PROMPT: each third begins anew, the others answer the last."""
    discussion = factories.make_discussion(session, group, prompt)
    made: list[int] = []
    for number in range(posts):
        to = made[-1] if number % 3 else None
        made.append(factories.make_post(session, discussion, members[number % len(members)], reply_to_id=to).id)
    return made[0]


def _complain(session: Session, members: Sequence[Enrolment], tutor: Enrolment, post_id: int, text: Text) -> int:
    """Return a post of the TUTOR; each of MEMBERS asks to have a post, a note and a reply to one looked at."""
    discussion = session.get_one(Discussion, session.get_one(Post, post_id).discussion_id)
    for member in members:
        note = factories.make_note(session, member, text, shared_at=NOW)
        said: dict[str, Any] = {"words": "No.", "html": "<p>No.</p>", "made_at": NOW}
        reply = factories.add(session, NoteReply(note_id=note.id, enrolment_id=member.id, **said))
        post = factories.make_post(session, discussion, member)
        for column, thing in (("post_id", post.id), ("note_id", note.id), ("note_reply_id", reply.id)):
            session.add(Complaint(enrolment_id=member.id, why="It is rude.", at=NOW, **{column: thing}))
    return factories.make_post(session, discussion, tutor).id


class Parts(NamedTuple):
    """A lesson and what is done in it; TEXT is in the house."""

    lesson: Activity
    readings: list[Activity]
    prompt: Activity
    quiz: Activity
    text: Text


def _make_lesson(session: Session, course: Course, unit: Unit, number: int, checks: int) -> Parts:
    """Return a lesson with all that can stand in one; it names a person, a term, an event and a source of its own."""
    lesson = factories.make_lesson(session, course, unit, number=number)
    text = factories.make_text(session, course)
    session.add(Document(text_id=text.id, about=ABOUT | {"frame": {"who": "A clerk."}}))
    for _check in range(checks):
        factories.make_check(session, text)
        factories.make_check(session, factories.notes_of(session, lesson))
    readings = [factories.make_reading(session, lesson, text=text), factories.make_reading(session, lesson)]
    prompt, quiz = factories.make_prompt(session, lesson), factories.make_quiz(session, lesson)
    lesson_id = session.scalars(select(Lesson.id).filter_by(activity_id=lesson.id)).one()
    scene = Scene(session)
    for table, word in LINKING_TABLES.items():
        named = factories.add(session, MODELS[word](**(COLUMNS[word](scene) | {"course_id": course.id})))
        session.execute(insert(table).values({"lesson_id": lesson_id, f"{word}_id": named.id}))
        _mention(session, course, word, named.ident, lesson.ident, text.ident)
    return Parts(lesson, readings, prompt, quiz, text)


def _mention(session: Session, course: Course, kind: str, ident: str, lesson: str, text: str) -> None:
    """Name a thing in a passage of a lesson and of a text, and in an entry of each kind there is."""
    names = [("lesson", lesson, "p-1"), ("text", text, "p-1"), ("item", "an-item", None)]
    for table in ("person", "term", "event", "source", "figure", "unit"):
        there = session.scalars(select(MODELS[table]).filter_by(course_id=course.id)).all()
        names += [(table, one.ident, None) for one in there]
    for position, (place, place_ident, passage) in enumerate(names, 1):
        at = {"position": position, "place": place, "place_ident": place_ident, "passage": passage}
        session.add(Mention(course_id=course.id, kind=kind, ident=ident, **at))


def _work(session: Session, member: Enrolment, parts: Parts, *, attempts: int) -> None:
    """Do all of a lesson as MEMBER, and take its quiz so often, with an answer missed each time."""
    session.add(Completion(enrolment_id=member.id, activity_id=parts.lesson.id, state=State.begun))
    for part in (*parts.readings, parts.prompt, parts.quiz):
        session.add(Completion(enrolment_id=member.id, activity_id=part.id, state=State.done, done_at=NOW))
        session.add(
            CompletionFact(enrolment_id=member.id, activity_id=part.id, kind=FactKind.reached, done=True, at=NOW)
        )
    for text in (parts.text, factories.notes_of(session, parts.lesson)):
        for check in checks_in(session, text.id):
            answer_check(session, member, None, check, Given({"option": "no"}, 3), now=NOW)
    prompt = session.scalars(select(Prompt).filter_by(activity_id=parts.prompt.id)).one()
    told: dict[str, Any] = {"text": "Because.", "html": "<p>Because.</p>", "written_at": NOW, "number": 1}
    own: dict[str, Any] = {"enrolment_id": member.id, "activity_id": parts.prompt.id}
    session.add(JournalEntry(**own, **told, prompt_version_id=prompt.current_version_id))
    session.add(Draft(enrolment_id=member.id, place=f"prompt:{parts.prompt.id}", text="And also", saved_at=NOW))
    for number in range(1, attempts + 1):
        points: dict[str, Any] = {"submitted_at": NOW + timedelta(minutes=number), "points": 2.0}
        for item in factories.make_attempt(session, member, parts.quiz, number=number, **points).items:
            factories.make_step(session, item, response={"option": "no" if item.slot == 1 else "yes"})
            score = {"kind": StepKind.score, "score": float(item.slot > 1), "base_step": 1}
            factories.make_step(session, item, number=2, **score)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Give a list that fills with the queries of the block."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(NO_QUERY):
            said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def queries_of(app: Application, database: Database, house: House) -> dict[str, int]:
    """Return page -> how many queries a look at it makes."""
    found = {}
    for looker, pages in ((house.reader, PAGES), (house.tutor, PAGES_OF_TUTOR)):
        client = browser_of(app, database, looker)
        for page, (address, _most) in pages.items():
            assert client.get(filled(address, house.names)).status_code == 200, page  # what is done once a day is done
            with counted(database) as said:
                assert client.get(filled(address, house.names)).status_code == 200, page
            found[page] = len(said)
    return found


def test_a_full_house_asks_no_more_than_a_single_reader(app: Application, database: Database) -> None:
    with database.transaction() as session:
        small = make_house(session, users=1, lessons=1, attempts=1)
    alone = queries_of(app, database, small)
    with database.transaction() as session:
        big = make_house(session, users=30, lessons=12, attempts=8, meetings=30, idle=270, posts=300, checks=6)
    assert queries_of(app, database, big) == alone
    assert alone == {page: most for page, (_address, most) in {**PAGES, **PAGES_OF_TUTOR}.items()}


def make_reader_of_three(session: Session, *, lessons: int, checks: int, asked: int) -> tuple[int, int]:
    """Return a user in three study groups, on courses with so many LESSONS, each with so many CHECKS and questions
    ASKED in its quiz: with a card for every item, half of them due. And how many cards that are."""
    user, today, cards = factories.make_user(session), datetime.now(UTC).date(), 0
    for number in range(3):
        circle = Circle(session, user, lessons=0)
        unit = factories.make_unit(session, circle.course)
        circle.lessons = [factories.make_lesson(session, circle.course, unit, number=n) for n in range(1, lessons + 1)]
        for place, lesson in enumerate(circle.lessons, 1):
            fill(session, lesson, checks, asked)
            circle.meet(place, today + timedelta(days=7 * (place - lessons // 2) + number), number=place)
        items = every_item(session, circle.course)
        for some, due in ((items[::2], -3), (items[1::2], 3)):
            know(session, user, some, due=today + timedelta(days=due))
        cards += len(items)
    return user.id, cards


def test_today_asks_as_much_with_four_thousand_cards_as_with_few(app: Application, database: Database) -> None:
    with database.transaction() as session:
        few, _cards = make_reader_of_three(session, lessons=2, checks=1, asked=2)
        many, cards = make_reader_of_three(session, lessons=26, checks=40, asked=12)
    found = []
    for user_id in (few, many):
        client = browser_of(app, database, user_id)
        client.get("/today")  # what is done once a day is done
        with counted(database) as said:
            assert "questions, about 15 minutes" in client.get("/today").text or user_id == few
        found.append(len(said))
    assert (cards, found) == (4056, [10, 10])
