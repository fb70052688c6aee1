"""What is found first: thirty queries and more, whose first find was written down before. It is the same on both
databases.

They are asked by a student of a study group on the shipped course, in which there are a few notes and posts."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.groups.models import Enrolment, Role
from course.outline.models import Activity, Course
from course.reference.models import Event, Person, Source, Term
from course.texts.models import Passage, Text
from kruzhok.config import SHIPPED_COURSE
from kruzhok.curriculum.loading import load_course
from kruzhok.curriculum.reading import read_folder
from lessons.models import Document
from lessons.search.models import Kind
from tests import factories
from tests.conftest import NOW
from tests.lessons.search.make import (
    entry_saying,
    frame_saying,
    look,
    note_saying,
    post_saying,
    reply_saying,
    seed_saying,
    text_saying,
)

LESSON_2 = "legacy-of-1905"

#: What is typed -> what comes first; None: nothing is found.
QUERIES: dict[str, str | None] = {
    # Persons, in any spelling
    "Lenin": "person vladimir-lenin",
    "Троцкий": "person leon-trotsky",
    "Trotskii": "person leon-trotsky",
    "bronstein": "person leon-trotsky",
    "Leon Trotsky": "person leon-trotsky",
    "Гельфанд": "person alexander-parvus",
    "Керенский": "person alexander-kerensky",
    "Milyukov": "person pavel-miliukov",
    # Terms, in English and in Russian
    "autocracy": "term autocracy",
    "самодержавие": "term autocracy",
    "Учредительное собрание": "term constituent-assembly",
    '"dual power"': "term dual-power",
    "soviets": "term soviet",
    "october manifesto": "term october-manifesto",
    "sealed trains": "term sealed-train",
    "permanent revolution -Parvus": "term permanent-revolution",
    # What happened, by its name or its day
    "bloody sunday": "event bloody-sunday",
    "22 January 1905": "event bloody-sunday",
    "1905-01-22": "event bloody-sunday",
    "battleship mutiny": "event potemkin-mutiny",
    "finland station": "event lenin-arrives-in-petrograd",
    # Lessons, questions, texts and their passages
    "legacy of 1905": "lesson legacy-of-1905",
    "settle for the manifesto": "prompt settle-for-the-manifesto",
    "mass strike": "reading read-mass-strike",
    '"dress rehearsal"': f"passage {LESSON_2}#williams-case",
    "eleven and a half hours": f"passage {LESSON_2}#autocracy",
    "lock-outs eight hours": f"passage {LESSON_2}#parting-of-ways",
    "striking textile workers": f"passage {LESSON_2}#spring-and-summer",
    "emergency government of the city": f"passage {LESSON_2}#what-a-soviet-did",
    # What people wrote
    "icons": "note Why icons? My grandmother kept one.",
    "petition chartists": "note Compare the petition of the Chartists.",
    '"monster petition"': "reply They called it a monster petition.",
    "railwaymen play": "post A rehearsal has an author; the railwaymen of 1905 were in no play.",
    "missed roads": "post Ask Ascher about the roads that were missed.",
    "ballots": "journal Barricades teach less than ballots.",
    "exile off the train": "frame An exile of ten years, just off the train.",
    "which dates are old style": "seed Look at the calendar first: which dates are Old Style?",
    "samovars": "passage imported#p-1",
    # What is not theirs, or is hidden, or is of a quiz
    "mushrooms": None,
    "lampshade": None,
    "quizmaster": None,
}


def make_circle(session: Session, course: Course) -> Enrolment:
    """Return the place of a student in a study group on the shipped COURSE, where a few things are written."""

    def place(**columns: Any) -> Enrolment:
        return factories.make_enrolment(session, course=course, group=group, **columns)

    group = factories.make_group(session, course)
    vera, anton, nina = place(), place(), place(role=Role.tutor)
    prompt = session.scalars(select(Activity).filter_by(ident="rehearsal", course_id=course.id)).one()
    texts = {text.ident: text for text in session.scalars(select(Text).filter_by(course_id=course.id))}
    talk = factories.make_discussion(session, group, prompt)
    asked = post_saying(session, talk, anton, "A rehearsal has an author; the railwaymen of 1905 were in no play.")
    post_saying(session, talk, nina, "Ask Ascher about the roads that were missed.", reply_to_id=asked.id)
    post_saying(session, talk, anton, "Mushrooms!", hidden_at=NOW, hidden_why="It is off the subject.")
    notes = texts[LESSON_2]
    note_saying(session, vera, notes, "Why icons? My grandmother kept one.")
    shared = note_saying(session, anton, notes, "Compare the petition of the Chartists.", shared_at=NOW)
    reply_saying(session, shared, nina, "They called it a monster petition.")
    note_saying(session, anton, notes, "A lampshade.")
    entry_saying(session, vera, prompt.id, "Barricades teach less than ballots.")
    entry_saying(session, anton, prompt.id, "A lampshade.")
    frame_saying(session, vera, texts["april-theses"], "An exile of ten years, just off the train.")
    seed_saying(session, nina, prompt.id, "Look at the calendar first: which dates are Old Style?")
    imported = text_saying(session, "The samovar stood on the table.", enrolment_id=vera.id, ident="imported")
    factories.add(session, Document(text_id=imported.id, about={"title": "At table", "minutes": 1}))
    text_saying(session, "A lampshade.", enrolment_id=anton.id)
    factories.make_item(session, course, data={"stem": "Who is the quizmaster?", "explanation": "The quizmaster."})
    return vera


def called(session: Session, kind: Kind, of: int, body: str) -> str:
    """Return what a find is called in the table above."""
    tables = {Kind.person: Person, Kind.term: Term, Kind.event: Event, Kind.source: Source}
    if kind in tables:
        return f"{kind.value} {session.get_one(tables[kind], of).ident}"
    if kind in {Kind.lesson, Kind.reading, Kind.prompt}:
        return f"{kind.value} {session.get_one(Activity, of).ident}"
    if kind is Kind.document:
        return f"document {session.get_one(Text, of).ident}"
    if kind is Kind.passage:
        passage = session.get_one(Passage, of)
        return f"passage {passage.version.text.ident}#{passage.ident}"
    return f"{kind.value} {body}"


def test_each_query_finds_first_what_was_written_down_before(database: Database) -> None:
    load_course(database, read_folder(SHIPPED_COURSE), now=datetime(2026, 11, 1, tzinfo=UTC))
    with database.transaction() as session:
        vera = make_circle(session, session.scalars(select(Course)).one())
        first: dict[str, str | None] = {}
        for typed in QUERIES:
            entries = look(session, typed, vera).entries
            first[typed] = called(session, entries[0].kind, entries[0].id, entries[0].body) if entries else None
    assert len(QUERIES) >= 30
    assert first == QUERIES
