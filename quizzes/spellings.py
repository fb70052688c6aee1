"""The persons and terms of a course with all their spellings, which the typing slips of a short answer need."""

from sqlalchemy import null, select
from sqlalchemy.orm import Session

from course.reference.models import Person, Term
from quizzes.items import Names


def spellings_of(session: Session, course_id: int) -> Names:
    """Return a group of spellings for each person and term of the course. One query."""
    persons = select(Person.name, Person.native, null().label("transliteration"), Person.aliases)
    terms = select(Term.term, Term.native, Term.transliteration, Term.aliases)
    both = persons.where(Person.course_id == course_id).union_all(terms.where(Term.course_id == course_id))
    return [
        [name for name in (row.name, row.native, row.transliteration, *(row.aliases or ())) if name]
        for row in session.execute(both)
    ]
