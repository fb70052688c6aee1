"""Where somebody may look for words."""

from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.access import course_named, member, named_group, page_enrolment
from course.groups.enrolments import ALONE, live_places_of
from course.groups.models import Enrolment
from course.outline.models import Course
from lessons.search.finding import Place

#: Who studies in more places than that looks in those they used last.
MOST_PLACES = 40


def place_named(session: Session, course: str | None) -> tuple[Place, Enrolment | None]:
    """Return where the page is to look, and whose work it shows if that is of one place.

    That is the COURSE and the study group that the address names, else everywhere: all courses, and all places of who
    looks. Raise NotFound for a course that is not there and a group that is not theirs."""
    group = named_group()
    if course is not None:
        its_course = course_named(session, course)
        enrolment = page_enrolment(session, its_course)
        return Place([its_course], [enrolment] if enrolment else []), enrolment
    if group is not None and group != ALONE:
        enrolment = member(session, group)
        return Place([enrolment.course], [enrolment]), enrolment
    courses = session.scalars(select(Course).order_by(Course.title, Course.id)).all()
    places = live_places_of(session, current_user) if current_user.is_authenticated else []
    return Place(courses, places[:MOST_PLACES]), None
