"""One valid row of every table of the spine, made when it is first asked for.

`scene["meeting"]` is the row, `scene("meeting")` its key, `scene.new("meeting")` the key of one more. A table's columns
stand below: a test adds a row of them with one thing changed, and knows that nothing else is wrong with it.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, delete, insert
from sqlalchemy.orm import Session

import kruzhok.models
from course.base.db import Base
from course.completion.models import FactKind, State
from course.outline.models import ActivityKind
from course.users.models import Act, LinkKind
from lessons.models import lesson_event, lesson_person, lesson_source, lesson_term
from lessons.reports.models import Outcome
from lessons.search.models import COLUMN_OF, Kind, SearchEntry
from quizzes.models import StepKind
from quizzes.review.models import ReviewSource
from tests.conftest import NOW
from tests.factories import item_data, one_more

Columns = dict[str, Any]

MODELS: Mapping[str, Any] = {
    str(mapper.local_table): mapper.class_
    for mapper in Base.registry.mappers
    if isinstance(mapper.local_table, Table) and mapper.local_table.name in kruzhok.models.ALL_TABLES
}

LINKING_TABLES: Mapping[Table, str] = {
    lesson_person: "person",
    lesson_term: "term",
    lesson_event: "event",
    lesson_source: "source",
}


class Scene:
    """Rows that fit together, each made once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._rows: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._rows:
            table, changed = OTHERS.get(name, (name, _nothing))
            self._rows[name] = self.add(table, self.columns(table) | changed(self))
        return self._rows[name]

    def __call__(self, name: str) -> int:
        return int(self[name].id)

    def columns(self, table: str) -> Columns:
        """Return the columns of a valid new row of TABLE; what they refer to is there."""
        return COLUMNS[table](self)

    def add(self, table: str, columns: Columns) -> Any:
        """Add a row of TABLE with exactly these COLUMNS and return it."""
        row = MODELS[table](**columns)
        self.session.add(row)
        self.session.flush()
        return row

    def new(self, table: str, **changed: Any) -> int:
        """Return the key of one more row of TABLE."""
        return int(self.add(table, self.columns(table) | changed).id)

    def fill(self) -> None:
        """Put a row into every table."""
        for table in MODELS:
            self[table]
        for linking, other in LINKING_TABLES.items():
            row = {"lesson_id": self("lesson"), f"{other}_id": self(other)}
            self.session.execute(insert(linking).values(row))


def _nothing(_scene: Scene) -> Columns:
    return {}


def _part(kind: ActivityKind) -> tuple[str, Callable[[Scene], Columns]]:
    return "activity", lambda s: {"kind": kind, "parent_id": s("activity"), "unit_id": None}


def _entry_of(kind: Kind) -> Callable[[Scene], Columns]:
    """Return what makes an entry of the index one of KIND; one that came about by itself makes room for it."""

    def columns(s: Scene) -> Columns:
        column = COLUMN_OF[kind]
        of = s(column.removesuffix("_id"))
        s.session.execute(delete(SearchEntry).where(getattr(SearchEntry, column) == of))
        version = s("text_version") if kind is Kind.passage else None
        return {"kind": kind, "person_id": None, column: of, "version_id": version}

    return columns


#: Rows beside the first of their table: their table, and what is different about them.
OTHERS: Mapping[str, tuple[str, Callable[[Scene], Columns]]] = {
    "other course": ("course", _nothing),
    "unit of the other course": ("unit", lambda s: {"course_id": s("other course")}),
    "lesson of the other course": (
        "activity",
        lambda s: {"course_id": s("other course"), "unit_id": s("unit of the other course")},
    ),
    "other lesson": ("activity", _nothing),
    "lesson of the group": ("activity", lambda s: {"group_id": s("study_group"), "unit_id": None}),
    "reading activity": _part(ActivityKind.reading),
    "quiz activity": _part(ActivityKind.quiz),
    "other group": ("study_group", _nothing),
    "group of the other course": ("study_group", lambda s: {"course_id": s("other course")}),
    "member": ("enrolment", lambda s: {"group_id": s("study_group")}),
    "member of the other group": ("enrolment", lambda s: {"group_id": s("other group"), "user_id": s("other user")}),
    "other user": ("user", _nothing),
    "subgroup of the other group": ("subgroup", lambda s: {"group_id": s("other group")}),
    "meeting of the other group": ("meeting", lambda s: {"group_id": s("other group")}),
    "assignment of the other group": ("assignment", lambda s: {"group_id": s("other group")}),
    "division of the other group": ("division", lambda s: {"group_id": s("other group")}),
    "message of the other group": ("message", lambda s: {"group_id": s("other group")}),
    "message of one click": ("message", lambda s: {"once": "a click"}),
    "subgroup of a division": ("subgroup", lambda s: {"division_id": s("division")}),
    "next run": ("study_group", lambda s: {"previous_id": s("study_group")}),
    "meeting with a chair": ("meeting", lambda s: {"number": 7, "chair_id": s("member")}),
    "invitation by mail": ("invitation", lambda s: {"email": "ada@example.org", "subgroup_id": s("subgroup")}),
    "feed of a group": ("calendar_feed", lambda s: {"group_id": s("study_group")}),
    "article of a group": ("article", lambda s: {"course_id": None, "group_id": s("study_group")}),
    "passage on the agenda": ("agenda_item", lambda s: {"text_id": s("text"), "passage_ident": "p-1"}),
    "note for a subgroup": ("note", lambda s: {"subgroup_id": s("subgroup")}),
    "frame for a subgroup": ("frame", lambda s: {"number": 2, "subgroup_id": s("subgroup")}),
    "open set-up link": ("one_time_link", lambda s: {"kind": LinkKind.setup, "user_id": None}),
    "target subgroup": ("assignment_target", lambda s: {"enrolment_id": None, "subgroup_id": s("subgroup")}),
    "exception of a subgroup": ("exception", lambda s: {"enrolment_id": None, "subgroup_id": s("subgroup")}),
    "step of one click": ("step", lambda s: {"number": 2, "once": "a click"}),
    "review of one click": ("review_log", lambda s: {"number": 2, "once": "a click"}),
    "review with an answer": ("review_log", lambda s: {"number": 2, "attempt_item_id": s("attempt_item")}),
    "post of one click": ("post", lambda s: {"once": "a click"}),
    "reply": ("post", lambda s: {"reply_to_id": s("post")}),
    "talk of a subgroup": ("discussion", lambda s: {"subgroup_id": s("subgroup")}),
    "other discussion": ("discussion", _nothing),
    "post in the other discussion": ("post", lambda s: {"discussion_id": s("other discussion")}),
    "report of a passage": ("report", lambda s: {"item_version_id": None, "passage_id": s("passage")}),
    "closed report": ("report", lambda s: {"closed_at": NOW, "outcome": Outcome.mended}),
    "reading in the house": ("reading", lambda s: {"address": None, "text_id": s("text")}),
    "completion of what is begun": ("completion", lambda s: {"state": State.begun, "done_at": None}),
    "text of the group": ("text", lambda s: {"course_id": None, "group_id": s("study_group")}),
    "text of a reader": ("text", lambda s: {"course_id": None, "enrolment_id": s("enrolment")}),
    "note of one click": ("note", lambda s: {"once": "a click"}),
    "reply of one click to a note": ("note_reply", lambda s: {"once": "a click"}),
    "complaint about a note": ("complaint", lambda s: {"post_id": None, "note_id": s("note")}),
    "complaint about a reply": ("complaint", lambda s: {"post_id": None, "note_reply_id": s("note_reply")}),
    **{f"entry of a {kind.value}": ("search_entry", _entry_of(kind)) for kind in Kind},
    "item of the group": ("item", lambda s: {"course_id": None, "group_id": s("study_group")}),
    "version of another text": ("text_version", lambda s: {"text_id": s.new("text")}),
    "version of another item": ("item_version", lambda s: {"item_id": s.new("item")}),
    "section of another quiz": ("quiz_section", lambda s: {"quiz_id": s.new("quiz")}),
    "version of another prompt": ("prompt_version", lambda s: {"prompt_id": s.new("prompt")}),
}

#: Table -> the columns of one more row of it, as the only change from which a test can make a wrong one.
COLUMNS: Mapping[str, Callable[[Scene], Columns]] = {
    "file": lambda s: {
        "sha256": one_more("sha"),
        "size": 3,
        "media_type": "text/plain",
        "kept_at": NOW,
        "content": b"one",
    },
    "job": lambda s: {"kind": "mail", "payload": {}, "key": one_more("key"), "run_at": NOW},
    "try_count": lambda s: {"key": one_more("key"), "begins_at": NOW, "tries": 1},
    "user": lambda s: {"email": f"{one_more('user')}@example.org", "created_at": NOW, "active_on": NOW.date()},
    "sign_in": lambda s: {"user_id": s("user"), "token_hash": one_more("hash"), "created_at": NOW},
    "one_time_link": lambda s: {
        "kind": LinkKind.reset,
        "user_id": s("user"),
        "token_hash": one_more("hash"),
        "expires_at": NOW,
    },
    "second_step": lambda s: {
        "user_id": s.new("user"),
        "salt": one_more("salt"),
        "key_mark": "0123abcd",
        "made_at": NOW,
        "confirmed_at": NOW,
        "last_step": 1,
    },
    "recovery_code": lambda s: {"user_id": s("user"), "code_hash": one_more("hash")},
    "audit_entry": lambda s: {
        "at": NOW,
        "actor_id": s("user"),
        "act": Act.administrator_made,
        "about_id": s("user"),
    },
    "course": lambda s: {
        "ident": one_more("course"),
        "title": "A course",
        "summary": "",
        "language": "en",
        "licence": "CC-BY-4.0",
        "authors": [],
        "about_html": "",
        "pacing": {},
        "hash": one_more("hash"),
        "loaded_at": NOW,
    },
    "unit": lambda s: {"course_id": s("course"), "ident": one_more("unit"), "position": 1, "title": "A unit"},
    "planned_lesson": lambda s: {
        "unit_id": s.new("unit"),
        "position": 1,
        "number": 1,
        "title": "A lesson to come",
        "by": "A. Nother",
    },
    "activity": lambda s: {
        "course_id": s("course"),
        "unit_id": s("unit"),
        "kind": ActivityKind.lesson,
        "ident": one_more("activity"),
        "position": 1,
        "title": "An activity",
        "added_at": NOW,
    },
    "curriculum_file": lambda s: {"course_id": s("course"), "path": one_more("path"), "file_id": s("file")},
    "person": lambda s: {
        "course_id": s("course"),
        "ident": one_more("person"),
        "name": "Lenin",
        "aliases": [],
        "lived": "1870–1924",
        "note_html": "",
    },
    "term": lambda s: {
        "course_id": s("course"),
        "ident": one_more("term"),
        "term": "soviet",
        "aliases": [],
        "meaning_html": "",
    },
    "event": lambda s: {
        "course_id": s("course"),
        "ident": one_more("event"),
        "title_html": "The April Theses",
        "earliest": date(1917, 4, 17),
        "latest": date(1917, 4, 20),
        "in_words": "17–20 April 1917",
        "note_html": "",
    },
    "source": lambda s: {"course_id": s("course"), "ident": one_more("source"), "title": "A book"},
    "figure": lambda s: {
        "course_id": s("course"),
        "ident": one_more("figure"),
        "position": 1,
        "title": "Petrograd",
        "svg": "<svg></svg>",
        "caption_html": "",
        "says_html": "",
        "sources": [],
    },
    "mention": lambda s: {
        "course_id": s("course"),
        "kind": "person",
        "ident": one_more("person"),
        "position": 1,
        "place": "lesson",
        "place_ident": "a-lesson",
    },
    "study_group": lambda s: {
        "course_id": s("course"),
        "slug": one_more("group"),
        "name": "A group",
        "created_at": NOW,
    },
    "enrolment": lambda s: {"user_id": s("user"), "course_id": s("course"), "joined_at": NOW, "used_at": NOW},
    "invitation": lambda s: {"group_id": s("study_group"), "token_hash": one_more("hash"), "created_at": NOW},
    "join_request": lambda s: {
        "group_id": s("study_group"),
        "user_id": s("other user"),
        "invitation_id": s("invitation"),
        "bring": False,
        "asked_at": NOW,
    },
    "subgroup": lambda s: {"group_id": s("study_group"), "name": one_more("name"), "created_at": NOW},
    "subgroup_member": lambda s: {
        "subgroup_id": s.new("subgroup"),
        "enrolment_id": s("member"),
        "group_id": s("study_group"),
    },
    "division": lambda s: {"group_id": s("study_group"), "number": 1, "size": 3, "made_at": NOW},
    "roster": lambda s: {
        "group_id": s("study_group"),
        "by_id": s("user"),
        "file_id": s("file"),
        "name": "people.csv",
        "at": NOW,
    },
    "message": lambda s: {
        "group_id": s("study_group"),
        "by_id": s("user"),
        "subject": "Thursday",
        "words": "Bring the theses.",
        "html": "<p>Bring the theses.</p>",
        "at": NOW,
    },
    "message_to": lambda s: {
        "message_id": s.new("message"),
        "enrolment_id": s("member"),
        "group_id": s("study_group"),
    },
    "digest": lambda s: {
        "user_id": s("user"),
        "day": NOW.date(),
        "message_id": one_more("message"),
        "made_at": NOW,
    },
    "notice": lambda s: {"user_id": s("user"), "kind": "post", "ref": one_more("post"), "at": NOW},
    "meeting": lambda s: {"group_id": s("study_group"), "number": 1, "day": NOW.date()},
    "pacing": lambda s: {"group_id": s("study_group"), "start": NOW.date(), "weekdays": [3]},
    "holiday": lambda s: {"group_id": s("study_group"), "first": NOW.date(), "last": NOW.date()},
    "calendar_feed": lambda s: {"user_id": s("user"), "token_hash": one_more("hash"), "made_at": NOW},
    "relative_date": lambda s: {
        "assignment_id": s("assignment"),
        "group_id": s("study_group"),
        "field": "due",
        "meeting_id": s("meeting"),
        "days": 2,
    },
    "assignment": lambda s: {
        "group_id": s("study_group"),
        "course_id": s("course"),
        "activity_id": s("activity"),
        "made_at": NOW,
    },
    "assignment_target": lambda s: {
        "assignment_id": s.new("assignment"),
        "group_id": s("study_group"),
        "enrolment_id": s("member"),
    },
    "exception": lambda s: {
        "activity_id": s("activity"),
        "enrolment_id": s("member"),
        "field": "due",
        "value": {"value": None},
        "reason": "Was ill",
        "at": NOW,
    },
    "accommodation": lambda s: {"enrolment_id": s("member"), "factor": Decimal("1.5"), "days": 7, "at": NOW},
    "help_rules": lambda s: {"group_id": s("study_group")},
    "completion_fact": lambda s: {
        "enrolment_id": s("enrolment"),
        "activity_id": s("activity"),
        "kind": FactKind.tick,
        "done": True,
        "at": NOW,
    },
    "completion": lambda s: {
        "enrolment_id": s("enrolment"),
        "activity_id": s.new("activity"),
        "state": State.done,
        "done_at": NOW,
    },
    "look": lambda s: {"enrolment_id": s("member"), "by_id": s("other user"), "at": NOW},
    "text": lambda s: {"course_id": s("course"), "ident": one_more("text"), "title": "A text"},
    "text_version": lambda s: {
        "text_id": s("text"),
        "number": 1,
        "hash": one_more("hash"),
        "made_at": NOW,
    },
    "passage": lambda s: {
        "version_id": s("text_version"),
        "ident": one_more("p"),
        "position": 1,
        "number": 1,
        "kind": "paragraph",
        "html": "<p>So.</p>",
        "plain": "So.",
    },
    "anchor": lambda s: {
        "text_id": s("text"),
        "made_on_passage_id": s("passage"),
        "exact": "So.",
        "start": 0,
        "end": 3,
        "now_passage_id": s("passage"),
    },
    "moved_ident": lambda s: {"text_id": s("text"), "ident": one_more("p"), "now_ident": "p-1"},
    "lesson": lambda s: {
        "activity_id": s.new("activity"),
        "text_id": s.new("text"),
        "number": 1,
        "summary": "",
        "objectives": [],
    },
    "document": lambda s: {"text_id": s.new("text"), "about": {}},
    "reading": lambda s: {
        "activity_id": s.new("activity"),
        "address": "https://example.org/",
        "look_for_html": "",
    },
    "prompt": lambda s: {"activity_id": s.new("activity")},
    "prompt_version": lambda s: {
        "prompt_id": s("prompt"),
        "number": 1,
        "hash": one_more("hash"),
        "question_html": "<p>Why?</p>",
        "made_at": NOW,
    },
    "journal_entry": lambda s: {
        "enrolment_id": s("enrolment"),
        "activity_id": s("activity"),
        "prompt_version_id": s("prompt_version"),
        "number": 1,
        "text": "Because.",
        "html": "<p>Because.</p>",
        "written_at": NOW,
    },
    "draft": lambda s: {"enrolment_id": s("enrolment"), "place": one_more("prompt"), "text": "Bec", "saved_at": NOW},
    "discussion": lambda s: {
        "activity_id": s.new("activity"),
        "course_id": s("course"),
        "group_id": s("study_group"),
    },
    "post": lambda s: {
        "discussion_id": s("discussion"),
        "group_id": s("study_group"),
        "enrolment_id": s("member"),
        "prompt_version_id": s("prompt_version"),
        "made_at": NOW,
    },
    "post_version": lambda s: {"post_id": s("post"), "number": 1, "text": "So.", "html": "<p>So.</p>", "made_at": NOW},
    "read_mark": lambda s: {
        "enrolment_id": s("member"),
        "discussion_id": s("discussion"),
        "post_id": s("post"),
        "at": NOW,
    },
    "post_quotation": lambda s: {"version_id": s("post_version"), "anchor_id": s.new("anchor")},
    "follow": lambda s: {
        "enrolment_id": s("member"),
        "discussion_id": s("discussion"),
        "follows": True,
        "at": NOW,
    },
    "seed": lambda s: {
        "activity_id": s("activity"),
        "by_id": s("user"),
        "words": "Ask who speaks.",
        "html": "<p>Ask who speaks.</p>",
        "made_at": NOW,
        "changed_at": NOW,
    },
    "note": lambda s: {"enrolment_id": s("member"), "text_id": s("text"), "made_at": NOW, "changed_at": NOW},
    "note_place": lambda s: {"note_id": s("note"), "anchor_id": s.new("anchor")},
    "note_tag": lambda s: {"note_id": s("note"), "tag": one_more("tag")},
    "note_reply": lambda s: {
        "note_id": s("note"),
        "enrolment_id": s("member"),
        "words": "So it is.",
        "html": "<p>So it is.</p>",
        "made_at": NOW,
    },
    "frame": lambda s: {
        "enrolment_id": s("member"),
        "text_id": s("text"),
        "number": 1,
        "answers": {"who": "A clerk."},
        "written_at": NOW,
    },
    "article": lambda s: {
        "course_id": s("course"),
        "address": f"https://example.org/{one_more('article')}",
        "title": "An article",
        "added_at": NOW,
    },
    "agenda_item": lambda s: {
        "meeting_id": s("meeting"),
        "enrolment_id": s("member"),
        "words": "Why April?",
        "at": NOW,
    },
    "minutes": lambda s: {
        "meeting_id": s("meeting"),
        "number": 1,
        "words": "We read.",
        "html": "<p>We read.</p>",
        "at": NOW,
    },
    "search_entry": lambda s: {
        "kind": Kind.person,
        "person_id": s.new("person"),
        "position": 0,
        "head_size": 1,
        "size": 1,
        "head": "Lenin",
        "body": "",
        "words": "lenin",
    },
    "complaint": lambda s: {"enrolment_id": s("member"), "post_id": s("post"), "why": "It is rude.", "at": NOW},
    "text_import": lambda s: {
        "enrolment_id": s("enrolment"),
        "file_id": s("file"),
        "name": "a-text.md",
        "at": NOW,
        "text_id": s.new("text"),
    },
    "report": lambda s: {
        "course_id": s("course"),
        "user_id": s("user"),
        "item_version_id": s("item_version"),
        "words": "The date is wrong.",
        "made_at": NOW,
    },
    "item": lambda s: {"course_id": s("course"), "ident": one_more("item")},
    "item_version": lambda s: {
        "item_id": s("item"),
        "number": 1,
        "hash": one_more("hash"),
        "data": item_data("an-item"),
        "made_at": NOW,
    },
    "quiz": lambda s: {"activity_id": s.new("activity")},
    "quiz_section": lambda s: {"quiz_id": s("quiz"), "position": 1},
    "quiz_slot": lambda s: {"quiz_id": s("quiz"), "position": 1, "item_id": s.new("item")},
    "name_list": lambda s: {"course_id": s("course"), "hash": one_more("hash"), "data": {"names": [["Lenin"]]}},
    "self_check": lambda s: {"text_id": s("text"), "passage_ident": one_more("p"), "item_id": s("item")},
    "attempt": lambda s: {
        "user_id": s("user"),
        "enrolment_id": s("enrolment"),
        "activity_id": s("quiz activity"),
        "number": 1,
        "policy": {},
        "started_at": NOW,
        "max_points": 1.0,
    },
    "attempt_item": lambda s: {
        "attempt_id": s("attempt"),
        "slot": 1,
        "item_version_id": s("item_version"),
        "shown": [],
    },
    "step": lambda s: {
        "attempt_item_id": s("attempt_item"),
        "number": 1,
        "kind": StepKind.save,
        "response": {"option": "yes"},
        "at": NOW,
    },
    "card": lambda s: {"user_id": s("user"), "item_id": s.new("item"), "made_at": NOW},
    "review_log": lambda s: {
        "card_id": s("card"),
        "number": 1,
        "at": NOW,
        "day": NOW.date(),
        "rating": 3,
        "source": ReviewSource.review,
    },
    "mark_draft": lambda s: {
        "attempt_item_id": s.new("attempt_item", attempt_id=s.new("attempt", activity_id=s.new("activity"))),
        "levels": {"use of the text": "some"},
        "at": NOW,
    },
}

#: A moment before all others here, and one after.
BEFORE, AFTER = NOW - timedelta(days=1), NOW + timedelta(days=1)
