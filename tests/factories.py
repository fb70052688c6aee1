"""Plain builders of valid rows. A test names only what it is about; keywords override any column.

Nothing here goes through the functions under test: rows are added and flushed as they are.
"""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from course.base.db import Base
from course.base.files import keep_file
from course.chronology import in_words, old_style_in_words, parse_date
from course.completion.models import Completion
from course.groups.models import Enrolment, Invitation, Message, MessageTo, Role, StudyGroup, Subgroup, SubgroupMember
from course.outline.models import Activity, ActivityKind, Course, Unit
from course.reference.models import Event, Figure, Mention, Person, Source, Term
from course.syllabus.models import Accommodation, Assignment, Meeting, RuleException
from course.texts.models import Anchor, Passage, Text, TextVersion
from course.users.models import User
from lessons.articles.models import Article
from lessons.discussion.models import Discussion, Post, PostVersion
from lessons.frames.models import Frame
from lessons.models import Document, Lesson, Prompt, PromptVersion, Reading, TextImport
from lessons.notes.models import Note, NotePlace
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Quiz, QuizSlot, SelfCheck, Step, StepKind
from quizzes.review.models import Card, ReviewLog, ReviewSource
from tests.conftest import NOW

Row = TypeVar("Row", bound=Base)

_numbers = count(1)

#: When the content of the courses made here came in: before anything is done in a test.
LOADED = NOW - timedelta(days=30)


def add(session: Session, row: Row) -> Row:
    """Return ROW, added and flushed."""
    session.add(row)
    session.flush()
    return row


def one_more(word: str) -> str:
    """Return WORD with a number that no other row of this run has."""
    return f"{word}-{next(_numbers)}"


# Users


def make_user(session: Session, **columns: Any) -> User:
    """Return somebody with an account."""
    number = next(_numbers)
    told: dict[str, Any] = {"email": f"user{number}@example.org", "name": f"User {number}"}
    return add(session, User(**(told | {"created_at": NOW, "active_on": NOW.date()} | columns)))


def make_guest(session: Session, **columns: Any) -> User:
    """Return a visitor who has done something and has no account."""
    return add(session, User(**({"created_at": NOW, "active_on": NOW.date()} | columns)))


# Content


def make_empty_course(session: Session, **columns: Any) -> Course:
    """Return a course without an outline."""
    told: dict[str, Any] = {
        "ident": one_more("course"),
        "title": "A small course",
        "summary": "For tests.",
        "language": "en",
        "licence": "CC-BY-4.0",
        "authors": ["An Author"],
        "about_html": "<p>For tests.</p>",
        "pacing": {},
        "hash": "0" * 64,
        "loaded_at": LOADED,
    }
    return add(session, Course(**(told | columns)))


def make_unit(session: Session, course: Course, **columns: Any) -> Unit:
    """Return a unit of COURSE."""
    told: dict[str, Any] = {"course_id": course.id, "ident": one_more("unit"), "position": 1, "title": "A unit"}
    return add(session, Unit(**(told | columns)))


def make_text(session: Session, course: Course | None = None, *, passages: int = 3, **columns: Any) -> Text:
    """Return a text of COURSE in its first version, with so many paragraphs: p-1, p-2…"""
    owner: dict[str, Any] = {"course_id": course.id} if course else {}
    text = add(session, Text(**(owner | {"ident": one_more("text"), "title": "A text"} | columns)))
    version = make_text_version(session, text, passages=passages)
    text.current_version_id = version.id
    session.flush()
    return text


def make_text_version(session: Session, text: Text, *, passages: int = 3, **columns: Any) -> TextVersion:
    """Return a version of TEXT that is not the current one yet."""
    told: dict[str, Any] = {"text_id": text.id, "number": 1, "hash": one_more("hash"), "made_at": LOADED}
    version = add(session, TextVersion(**(told | columns)))
    for position in range(1, passages + 1):
        plain = f"Paragraph {position}."
        session.add(
            Passage(
                version_id=version.id,
                ident=f"p-{position}",
                position=position,
                number=position,
                kind="paragraph",
                html=f"<p>{plain}</p>",
                plain=plain,
            )
        )
    session.flush()
    return version


def make_lesson(session: Session, course: Course, unit: Unit | None = None, **columns: Any) -> Activity:
    """Return the activity of a lesson with study notes and no parts. `number` is that of the lesson."""
    number = columns.pop("number", 1)
    told: dict[str, Any] = {
        "course_id": course.id,
        "unit_id": unit.id if unit else None,
        "kind": ActivityKind.lesson,
        "ident": one_more("lesson"),
        "position": number,
        "title": f"Lesson {number}",
        "minutes": 20,
        "added_at": LOADED,
    }
    activity = add(session, Activity(**(told | columns)))
    text = make_text(session, course, title=activity.title)
    lesson = Lesson(activity_id=activity.id, text_id=text.id, number=number, summary="", objectives=[], lecture=None)
    add(session, lesson)
    return activity


def make_part(session: Session, lesson: Activity, kind: ActivityKind, **columns: Any) -> Activity:
    """Return the activity of a part of LESSON without what it consists of."""
    told: dict[str, Any] = {
        "course_id": lesson.course_id,
        "parent_id": lesson.id,
        "kind": kind,
        "ident": one_more(kind.value),
        "position": next(_numbers),
        "title": f"A {kind.value}",
        "minutes": 10,
        "added_at": LOADED,
    }
    return add(session, Activity(**(told | columns)))


def make_reading(session: Session, lesson: Activity, *, text: Text | None = None, **columns: Any) -> Activity:
    """Return the activity of a reading: TEXT in the house, else something outside."""
    activity = make_part(session, lesson, ActivityKind.reading, **columns)
    address = None if text else f"https://example.org/{activity.ident}"
    text_id = text.id if text else None
    add(session, Reading(activity_id=activity.id, text_id=text_id, address=address, look_for_html="<p>The dates.</p>"))
    return activity


def make_article(session: Session, owner: Course | StudyGroup, **more: Any) -> Article:
    """Return an article on the reading list of a course or a study group."""
    key = "course_id" if isinstance(owner, Course) else "group_id"
    told = {key: owner.id, "address": f"https://example.org/{one_more('article')}", "title": "The war", "added_at": NOW}
    return add(session, Article(**told | more))


def make_group_reading(session: Session, group: StudyGroup, *, text: Text | None = None, **columns: Any) -> Activity:
    """Return the activity of a reading of GROUP's own, not assigned yet: TEXT in the house, else something outside."""
    told: dict[str, Any] = {
        "course_id": group.course_id,
        "group_id": group.id,
        "kind": ActivityKind.reading,
        "ident": one_more("reading"),
        "position": next(_numbers),
        "title": "A reading of the group",
        "minutes": 15,
        "added_at": LOADED,
    }
    activity = add(session, Activity(**(told | columns)))
    address = None if text else f"https://example.org/{activity.ident}"
    text_id = text.id if text else None
    add(session, Reading(activity_id=activity.id, text_id=text_id, address=address, look_for_html=""))
    return activity


def make_group_prompt(session: Session, group: StudyGroup, **columns: Any) -> Activity:
    """Return the activity of a prompt of GROUP's own, in its first version, not assigned yet."""
    told: dict[str, Any] = {
        "course_id": group.course_id,
        "group_id": group.id,
        "kind": ActivityKind.prompt,
        "ident": one_more("prompt"),
        "position": next(_numbers),
        "title": "A prompt of the group",
        "minutes": 15,
        "added_at": LOADED,
    }
    return _asking(session, add(session, Activity(**(told | columns))))


def make_prompt(session: Session, lesson: Activity, **columns: Any) -> Activity:
    """Return the activity of a prompt in its first version."""
    return _asking(session, make_part(session, lesson, ActivityKind.prompt, **columns))


def _asking(session: Session, activity: Activity) -> Activity:
    prompt = add(session, Prompt(activity_id=activity.id))
    told: dict[str, Any] = {"prompt_id": prompt.id, "number": 1, "hash": one_more("hash"), "made_at": LOADED}
    version = add(session, PromptVersion(**told, question_html="<p>Why then?</p>"))
    prompt.current_version_id = version.id
    session.flush()
    return activity


def item_data(ident: str, **fields: Any) -> dict[str, Any]:
    """Return what a single-choice item says; `yes` is its key."""
    told: dict[str, Any] = {
        "ident": ident,
        "type": "single",
        "stem": f"Is {ident} so?",
        "points": 1,
        "demand": "recall",
        "explanation": "It is so.",
        "passage": "notes#p-1",
        "sources": ["a-source"],
        "tags": [],
        "options": [
            {"ident": "yes", "text": "Yes", "right": True, "feedback": None},
            {"ident": "no", "text": "No", "right": False, "feedback": "Read it again."},
        ],
        "shuffle": False,
    }
    return told | fields


def make_item(
    session: Session, course: Course | None = None, *, data: dict[str, Any] | None = None, **columns: Any
) -> Item:
    """Return an item of COURSE in its first version; DATA overrides fields of what it says."""
    owner: dict[str, Any] = {"course_id": course.id} if course else {}
    item = add(session, Item(**(owner | {"ident": one_more("item")} | columns)))
    version = make_item_version(session, item, data=item_data(item.ident, **(data or {})))
    item.current_version_id = version.id
    session.flush()
    return item


def make_item_version(session: Session, item: Item, **columns: Any) -> ItemVersion:
    """Return a version of ITEM that is not the current one yet."""
    told: dict[str, Any] = {
        "item_id": item.id,
        "number": 1,
        "hash": one_more("hash"),
        "data": item_data(item.ident),
        "made_at": LOADED,
    }
    return add(session, ItemVersion(**(told | columns)))


def make_quiz(session: Session, lesson: Activity, *, items: int = 3, **columns: Any) -> Activity:
    """Return the activity of a quiz with so many single-choice items, each anchored in the notes of LESSON.

    Columns of the quiz (`attempts_allowed`, `pass_mark`, `behaviour` …) may be given among the others."""
    own = {name: columns.pop(name) for name in Quiz.__table__.columns.keys() & columns.keys()}
    activity = make_part(session, lesson, ActivityKind.quiz, **columns)
    quiz = add(session, Quiz(activity_id=activity.id, **own))
    course = session.get_one(Course, lesson.course_id)
    for position in range(1, items + 1):
        item = make_item(session, course)
        session.add(QuizSlot(quiz_id=quiz.id, position=position, item_id=item.id))
        version = session.get_one(ItemVersion, item.current_version_id)
        version.anchor_id = make_anchor(session, notes_of(session, lesson)).id
    session.flush()
    return activity


def make_check(
    session: Session, text: Text, item: Item | None = None, *, passage: str = "p-1", data: dict[str, Any] | None = None
) -> SelfCheck:
    """Return ITEM, else a new one that says DATA, as a self-check of TEXT after its passage of that ident."""
    course = session.get(Course, text.course_id) if text.course_id else None
    item = item or make_item(session, course, data=data)
    return add(session, SelfCheck(text_id=text.id, passage_ident=passage, item_id=item.id))


def notes_of(session: Session, lesson: Activity) -> Text:
    """Return the study notes of LESSON."""
    return session.scalars(
        select(Text).join(Lesson, Lesson.text_id == Text.id).where(Lesson.activity_id == lesson.id)
    ).one()


def make_anchor(session: Session, text: Text, **columns: Any) -> Anchor:
    """Return an anchor on the first passage of TEXT's current version."""
    first = select(Passage).where(Passage.version_id == text.current_version_id).order_by(Passage.position).limit(1)
    passage = session.scalars(first).one()
    told: dict[str, Any] = {
        "text_id": text.id,
        "made_on_passage_id": passage.id,
        "exact": passage.plain,
        "start": 0,
        "end": len(passage.plain),
        "now_passage_id": passage.id,
    }
    return add(session, Anchor(**(told | columns)))


def make_bare_course(session: Session, *, items: int = 3, **columns: Any) -> Course:
    """Return a course of one unit with one lesson, which has a reading, a prompt and a quiz with so many items."""
    course = make_empty_course(session, **columns)
    lesson = make_lesson(session, course, make_unit(session, course))
    make_reading(session, lesson)
    make_prompt(session, lesson)
    make_quiz(session, lesson, items=items)
    return course


def activity_of(session: Session, course: Course, kind: ActivityKind) -> Activity:
    """Return the first activity of that KIND in COURSE."""
    found = (
        select(Activity).where(Activity.course_id == course.id, Activity.kind == kind).order_by(Activity.id).limit(1)
    )
    return session.scalars(found).one()


# What there is to look up


def make_person(session: Session, course: Course, name: str = "Vladimir Lenin", **columns: Any) -> Person:
    """Return somebody of history."""
    told: dict[str, Any] = {
        "ident": one_more("person"),
        "aliases": [],
        "lived": "1870–1924",
        "note_html": "A Bolshevik.",
    }
    return add(session, Person(course_id=course.id, name=name, **(told | columns)))


def make_term(session: Session, course: Course, term: str = "soviet", **columns: Any) -> Term:
    """Return a term."""
    told: dict[str, Any] = {"ident": one_more("term"), "aliases": [], "meaning_html": "A council."}
    return add(session, Term(course_id=course.id, term=term, **(told | columns)))


def make_figure(session: Session, course: Course, **columns: Any) -> Figure:
    """Return a map of COURSE, without anything on it."""
    told: dict[str, Any] = {
        "course_id": course.id,
        "ident": one_more("figure"),
        "position": 1,
        "title": "A map",
        "svg": '<svg viewBox="0 0 100 100" class="drawing" role="img" aria-label="A map"></svg>',
        "caption_html": "",
        "says_html": "",
        "sources": [],
    }
    return add(session, Figure(**(told | columns)))


def make_source(session: Session, course: Course, title: str = "A book", **columns: Any) -> Source:
    """Return a cited work."""
    return add(session, Source(course_id=course.id, title=title, **({"ident": one_more("source")} | columns)))


def make_event(session: Session, course: Course, when: str, title: str = "A congress", **columns: Any) -> Event:
    """Return an event of WHEN, as a curriculum writes it; `old_style` beside a day where that is given, too."""
    at = parse_date(when, old_style=columns.pop("old_style", None))
    told: dict[str, Any] = {
        "ident": one_more("event"),
        "title_html": title,
        "earliest": at.earliest,
        "latest": at.latest,
        "in_words": in_words(at),
        "old_style_in_words": old_style_in_words(at),
        "note_html": "It opens.",
    }
    return add(session, Event(course_id=course.id, **(told | columns)))


def mention(session: Session, row: Person | Term | Source | Event, *places: tuple[str, str, str | None]) -> None:
    """Let each of PLACES (kind, ident, passage) name ROW."""
    kind, told = row.__tablename__, {"course_id": row.course_id, "ident": row.ident}
    for position, (place, ident, passage) in enumerate(places, 1):
        at = {"position": position, "place": place, "place_ident": ident, "passage": passage}
        add(session, Mention(kind=kind, **told, **at))


# Study groups and places in a course


def make_group(session: Session, course: Course, **columns: Any) -> StudyGroup:
    """Return a study group on COURSE, without members."""
    told: dict[str, Any] = {
        "course_id": course.id,
        "slug": one_more("group"),
        "name": "Thursday circle",
        "created_at": NOW,
    }
    return add(session, StudyGroup(**(told | columns)))


def make_enrolment(
    session: Session,
    user: User | None = None,
    course: Course | None = None,
    group: StudyGroup | None = None,
    **columns: Any,
) -> Enrolment:
    """Return USER's place in COURSE: alone, or in GROUP (`role=Role.tutor`, `organiser=True` as wanted)."""
    user = user or make_user(session)
    if course is None:
        course = session.get_one(Course, group.course_id) if group else make_bare_course(session)
    told: dict[str, Any] = {"user_id": user.id, "course_id": course.id, "group_id": group.id if group else None}
    return add(session, Enrolment(**(told | {"role": Role.student, "joined_at": NOW, "used_at": NOW} | columns)))


def make_invitation(session: Session, group: StudyGroup, **columns: Any) -> Invitation:
    """Return an open invitation into GROUP."""
    told: dict[str, Any] = {"group_id": group.id, "token_hash": one_more("hash"), "created_at": NOW}
    return add(session, Invitation(**(told | columns)))


def make_subgroup(session: Session, group: StudyGroup, *members: Enrolment, **columns: Any) -> Subgroup:
    """Return a subgroup of GROUP with MEMBERS in it."""
    subgroup = add(
        session, Subgroup(**({"group_id": group.id, "name": one_more("Readers"), "created_at": NOW} | columns))
    )
    for member in members:
        session.add(SubgroupMember(subgroup_id=subgroup.id, enrolment_id=member.id, group_id=group.id))
    session.flush()
    return subgroup


def make_message(session: Session, writer: Enrolment, *recipients: Enrolment, **columns: Any) -> Message:
    """Return what WRITER wrote to RECIPIENTS of their study group."""
    told: dict[str, Any] = {"subject": "Thursday", "words": "We meet at seven.", "html": "<p>We meet at seven.</p>"}
    own = {"group_id": writer.group_id, "by_id": writer.user_id, "at": NOW}
    message = add(session, Message(**(told | own | columns)))
    for one in recipients:
        session.add(MessageTo(message_id=message.id, enrolment_id=one.id, group_id=writer.group_id))
    session.flush()
    return message


def make_meeting(session: Session, group: StudyGroup, **columns: Any) -> Meeting:
    """Return the first meeting of GROUP, a week from now."""
    told: dict[str, Any] = {"group_id": group.id, "number": 1, "day": NOW.date() + timedelta(days=7)}
    return add(session, Meeting(**(told | columns)))


def make_assignment(session: Session, group: StudyGroup, activity: Activity, **columns: Any) -> Assignment:
    """Return ACTIVITY given to the whole of GROUP, due in a week."""
    told: dict[str, Any] = {
        "group_id": group.id,
        "course_id": group.course_id,
        "activity_id": activity.id,
        "made_at": NOW,
    }
    return add(session, Assignment(**(told | {"due_at": NOW + timedelta(days=7)} | columns)))


def make_exception(
    session: Session, audience: Enrolment | Subgroup, activity: Activity, **columns: Any
) -> RuleException:
    """Return an exception at the quiz ACTIVITY for a member or a subgroup: as many attempts as they like."""
    told: dict[str, Any] = {
        "enrolment_id" if isinstance(audience, Enrolment) else "subgroup_id": audience.id,
        "activity_id": activity.id,
        "field": "attempts",
        "value": {"value": None},
        "reason": "Was ill",
        "at": NOW,
    }
    return add(session, RuleException(**(told | columns)))


def make_accommodation(session: Session, enrolment: Enrolment, **columns: Any) -> Accommodation:
    """Return what ENROLMENT is always given: twice the time, and everything three days later."""
    told: dict[str, Any] = {
        "enrolment_id": enrolment.id,
        "factor": Decimal(2),
        "days": 3,
        "reason": "Dyslexia",
        "at": NOW,
    }
    return add(session, Accommodation(**(told | columns)))


# The talk on a prompt


def make_discussion(session: Session, group: StudyGroup, activity: Activity, **columns: Any) -> Discussion:
    """Return the talk of GROUP on the prompt ACTIVITY, in which nobody has posted."""
    told: dict[str, Any] = {"group_id": group.id, "course_id": group.course_id, "activity_id": activity.id}
    return add(session, Discussion(**(told | columns)))


def make_post(session: Session, discussion: Discussion, enrolment: Enrolment, **columns: Any) -> Post:
    """Return a post of ENROLMENT in DISCUSSION, edited once."""
    prompt = session.scalars(select(Prompt).where(Prompt.activity_id == discussion.activity_id)).one()
    told: dict[str, Any] = {
        "discussion_id": discussion.id,
        "group_id": discussion.group_id,
        "enrolment_id": enrolment.id,
        "prompt_version_id": prompt.current_version_id,
        "made_at": NOW,
    }
    post = add(session, Post(**(told | columns)))
    for number, text in enumerate(("I thinc so.", "I think so."), 1):
        session.add(PostVersion(post_id=post.id, number=number, text=text, html=f"<p>{text}</p>", made_at=NOW))
    session.flush()
    return post


# Notes


def make_note(session: Session, enrolment: Enrolment, text: Text, **columns: Any) -> Note:
    """Return a note of ENROLMENT on the first passage of TEXT, which is private; the columns of its `anchor` apart."""
    anchor = make_anchor(session, text, **columns.pop("anchor", {}))
    told: dict[str, Any] = {
        "enrolment_id": enrolment.id,
        "text_id": text.id,
        "words": "Is that so?",
        "html": "<p>Is that so?</p>",
        "made_at": NOW,
        "changed_at": NOW,
    }
    note = add(session, Note(**(told | columns)))
    add(session, NotePlace(note_id=note.id, anchor_id=anchor.id))
    return note


def make_frame(session: Session, enrolment: Enrolment, text: Text, **columns: Any) -> Frame:
    """Return what ENROLMENT says of TEXT as a source, which is private."""
    told: dict[str, Any] = {
        "enrolment_id": enrolment.id,
        "text_id": text.id,
        "number": 1,
        "answers": {"who": "A clerk of the ministry."},
        "written_at": NOW,
    }
    return add(session, Frame(**(told | columns)))


# Texts that were brought along


def make_import(session: Session, enrolment: Enrolment, *, text: Text | None = None, **columns: Any) -> TextImport:
    """Return a file that ENROLMENT brought: what TEXT came of, else one that waits."""
    content = one_more("Words of a reader").encode()
    file = keep_file(session, content, "application/octet-stream", now=NOW)
    told: dict[str, Any] = {"enrolment_id": enrolment.id, "file_id": file.id, "name": "words.txt", "at": NOW}
    return add(session, TextImport(**(told | {"text_id": text.id if text else None} | columns)))


def make_imported_text(session: Session, enrolment: Enrolment, *, passages: int = 3, **columns: Any) -> Text:
    """Return a text that ENROLMENT imported and keeps for itself (`enrolment_id=None, group_id=…`: gave its group)."""
    told: dict[str, Any] = {"enrolment_id": enrolment.id, "imported_by_id": enrolment.user_id, "title": "An own text"}
    text = make_text(session, passages=passages, **(told | {"ident": one_more("own") + ".1"} | columns))
    about = {"imported": True, "by": "A reader", "minutes": 5, "understood": [], "left_out": [], "contents": []}
    add(session, Document(text_id=text.id, about=about))
    make_import(session, enrolment, text=text)
    return text


# Attempts


def make_attempt(
    session: Session, enrolment: Enrolment | None = None, quiz: Activity | None = None, **columns: Any
) -> Attempt:
    """Return an open attempt at QUIZ (else at the first quiz of the course) with all its items, nothing answered."""
    enrolment = enrolment or make_enrolment(session)
    quiz = quiz or activity_of(session, session.get_one(Course, enrolment.course_id), ActivityKind.quiz)
    slots = session.scalars(
        select(QuizSlot).join(Quiz).where(Quiz.activity_id == quiz.id).order_by(QuizSlot.position)
    ).all()
    told: dict[str, Any] = {
        "user_id": enrolment.user_id,
        "enrolment_id": enrolment.id,
        "activity_id": quiz.id,
        "number": 1,
        "policy": {"attempts": None, "pass_mark": None, "counts": "best"},
        "started_at": NOW,
        "max_points": float(len(slots)),
    }
    attempt = add(session, Attempt(**(told | columns)))
    for slot in slots:
        version_id = session.get_one(Item, slot.item_id).current_version_id
        session.add(
            AttemptItem(attempt_id=attempt.id, slot=slot.position, item_version_id=version_id, shown=["yes", "no"])
        )
    session.flush()
    return attempt


def make_step(session: Session, attempt_item: AttemptItem, **columns: Any) -> Step:
    """Return the first saved response at ATTEMPT_ITEM."""
    told: dict[str, Any] = {
        "attempt_item_id": attempt_item.id,
        "number": 1,
        "kind": StepKind.save,
        "response": {"option": "yes"},
        "at": NOW,
    }
    return add(session, Step(**(told | columns)))


def make_card(session: Session, user: User, item: Item | None = None, **columns: Any) -> Card:
    """Return USER's card at ITEM, else at a new one, which is new."""
    item = item or make_item(session, make_empty_course(session))
    return add(session, Card(**({"user_id": user.id, "item_id": item.id, "made_at": NOW} | columns)))


def make_review_log(session: Session, card: Card, **columns: Any) -> ReviewLog:
    """Return a row of the log of CARD: it was well known in a review. The card itself is not set by it."""
    told: dict[str, Any] = {"card_id": card.id, "number": 1, "at": NOW, "day": NOW.date(), "rating": 3}
    return add(session, ReviewLog(**(told | {"source": ReviewSource.review} | columns)))


# What is asked of the database in more than one test


def states_of(session: Session, enrolment_id: int) -> dict[int, str]:
    """Return activity -> state, of what is begun or done in a place."""
    rows = select(Completion.activity_id, Completion.state).where(Completion.enrolment_id == enrolment_id)
    return {activity_id: state.value for activity_id, state in session.execute(rows)}


def update_quiz(activity_id: int, **columns: Any) -> Update:
    """Return the statement that changes columns of a quiz."""
    return update(Quiz).where(Quiz.activity_id == activity_id).values(**columns)
