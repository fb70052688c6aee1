"""What the head of every page says of who looks at it."""

from typing import Any, NamedTuple

from flask import g, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from course.base.db import current_database, db_session
from course.base.words import _
from course.groups.access import named_group
from course.groups.enrolments import ALONE, Places, places_of
from course.groups.models import Enrolment
from course.users.reading import settings_here

#: The page of rules that belongs to the course; the others belong to a study group.
OWN_RULES = "quiz_rules.mine"


class Place(NamedTuple):
    """Whose work a page shows, in words, and where that can be read of."""

    words: str
    url: str | None


def page_context() -> dict[str, Any]:
    """Return what the head of every page needs: where one can go, whose work it is, how one likes to read.

    `group_slug` is what links carry so that they stay in this place, `place_slug` what forms say."""
    enrolment: Enrolment | None = g.get("page_enrolment")
    group = enrolment.group if enrolment is not None else None
    has_account = current_user.is_authenticated and not current_user.is_guest
    mine = _places_of(current_user.id) if current_user.is_authenticated else Places([], 0)
    # A page that was asked for alone is of studying alone, also where nothing was done alone yet.
    is_alone = enrolment is not None or _asked_alone()
    place_slug = group.slug if group else ALONE if is_alone else None
    if enrolment is not None and enrolment.left_at is not None:
        place_slug = None  # it can be read, but no page leads back into it
    # Who has but one place is spared the word in every address.
    link_slug = place_slug if group or any(one.group_id for one in mine.live) else None
    return {
        "nav": _nav(enrolment, link_slug, has_account=has_account),
        "place": _place(enrolment),
        "group_slug": link_slug,
        "place_slug": place_slug,
        # A guest is told of nothing but the outcome of what they reported.
        "unread": mine.unread if has_account or mine.unread else None,
        "reading": settings_here().look,
    }


def _asked_alone() -> bool:
    try:
        return named_group() == ALONE
    except HTTPException:  # the page of an error about a form that was too much to be read
        return False


def _place(enrolment: Enrolment | None) -> Place | None:
    if enrolment is None:
        return None
    if enrolment.group is None:
        return Place(_("Studying alone"), None)
    words = _("With {name}, archived") if enrolment.group.archived_at else _("With {name}")
    url = None if enrolment.left_at else url_for("group_page.group", slug=enrolment.group.slug)
    return Place(words.format(name=enrolment.group.name), url)


def _nav(enrolment: Enrolment | None, link_slug: str | None, *, has_account: bool) -> list[tuple[str, str, bool]]:
    """Return (words, address, whether it is here) of each place one can go to."""
    room = (request.endpoint or "").partition(".")[0]
    course = url_for("courses.front")
    if enrolment is not None:
        course = url_for("courses.course", course=enrolment.course.ident, group=link_slug)
    in_course = room in {"courses", "lessons", "frames", "imports", "checks", "notes", "quizzes", "scores", "paper"}
    in_course = (in_course and request.endpoint != "notes.mine") or request.endpoint == OWN_RULES
    nav = [
        (_("Today"), url_for("today.today", group=link_slug), room == "today"),
        (_("Course"), course, in_course),
    ]
    if has_account:
        rooms = {
            "groups",
            "group_page",
            "syllabus",
            "meetings",
            "minutes",
            "progress",
            "discussion",
            "quiz_rules",
            "marking",
            "group_readings",
            "assigning",
            "own_dates",
        }
        here = room in rooms and request.endpoint != OWN_RULES
        nav.append((_("Groups"), url_for("groups.groups"), here))
    if current_user.is_authenticated:  # there is nothing to review before one's first act
        nav.append((_("Review"), url_for("review.review"), room == "review"))
    where: dict[str, Any] = {"course": enrolment.course.ident, "group": link_slug} if enrolment is not None else {}
    nav.append((_("Search"), url_for("search.search", **where), room == "search"))
    return nav


def _places_of(user_id: int) -> Places:
    if g.get("session") is not None:
        return places_of(db_session, user_id)
    with current_database().transaction(writing=False) as reading:
        return places_of(reading, user_id)
