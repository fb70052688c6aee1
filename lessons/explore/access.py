"""Who may look things up: everybody; and what is looked up is of one course, and of one place in it."""

from sqlalchemy.orm import Session

from course.base.errors import NotFound
from course.groups.access import course_named, page_enrolment, place_in_address
from course.outline.models import Course
from lessons.explore.happenings import Happening


def course_here(session: Session, ident: str) -> tuple[Course, str | None]:
    """Return the course of that IDENT and what its addresses say of the place the page belongs to; raise NotFound."""
    course = course_named(session, ident)
    enrolment = page_enrolment(session, course)
    return course, place_in_address(enrolment) if enrolment else None


def at_event(happenings: list[Happening], ident: str) -> int:
    """Return where the event IDENT stands among HAPPENINGS; raise NotFound where it does not."""
    found = next((at for at, one in enumerate(happenings) if one.ident == ident), None)
    if found is None:
        raise NotFound
    return found
