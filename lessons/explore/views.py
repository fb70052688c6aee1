"""The pages to look things up in a course: the timeline, persons, terms and sources."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, url_for
from markupsafe import Markup

from course.base.db import db_session
from lessons.explore import access
from lessons.explore.entries import counts_of, entry_page, letters_of, sources_of_event
from lessons.explore.forms import asked
from lessons.explore.happenings import Calendar, happenings_of
from lessons.explore.naming import of_places
from lessons.explore.spans import Span
from lessons.explore.timeline import around, short, span_in_words, timeline_page
from lessons.markup import led_to

bp = Blueprint("explore", __name__)

COURSE = "/courses/<course>"


@bp.get(f"{COURSE}/reference")
def reference(course: str) -> str:
    """Show what there is to look up in a course, and where."""
    its_course, _group = access.course_here(db_session, course)
    counts = counts_of(db_session, its_course)
    return render_template("lessons/explore/reference.html", course=its_course, counts=counts)


@bp.get(f"{COURSE}/people")
def people(course: str) -> str:
    """Show the persons of a course, by letters."""
    return _list(course, "person", "people")


@bp.get(f"{COURSE}/terms")
def terms(course: str) -> str:
    """Show the terms of a course, by letters."""
    return _list(course, "term", "terms")


@bp.get(f"{COURSE}/sources")
def sources(course: str) -> str:
    """Show the works that a course cites, by letters."""
    return _list(course, "source", "sources")


def _list(course: str, kind: str, name: str) -> str:
    its_course, _group = access.course_here(db_session, course)
    letters = letters_of(db_session, its_course, kind)
    return render_template(f"lessons/explore/{name}.html", course=its_course, letters=letters)


@bp.get(f"{COURSE}/people/<ident>")
def person(course: str, ident: str) -> str:
    """Show somebody of history, and everything that names them."""
    return _entry(course, "person", ident)


@bp.get(f"{COURSE}/terms/<ident>")
def term(course: str, ident: str) -> str:
    """Show a term, and everything that names it."""
    return _entry(course, "term", ident)


@bp.get(f"{COURSE}/sources/<ident>")
def source(course: str, ident: str) -> str:
    """Show a cited work, and everything that rests on it."""
    return _entry(course, "source", ident)


def _entry(course: str, kind: str, ident: str) -> str:
    its_course, group = access.course_here(db_session, course)
    page = entry_page(db_session, its_course, kind, ident)
    linked = _linked(course, group)
    return render_template(f"lessons/explore/{kind}.html", course=its_course, page=page, linked=linked)


def _linked(course: str, group: str | None) -> Callable[[str | None], Markup]:
    """Return the function that lets links to persons, terms and sources in HTML lead to their own pages."""

    def address(kind: str, ident: str) -> str:
        return url_for(f"explore.{kind}", course=course, ident=ident, group=group)

    return lambda html: led_to(html, address)


@bp.get(f"{COURSE}/timeline")
def timeline(course: str) -> str:
    """Show what happened: all of it, or a decade, a year, a month or a day."""
    its_course, group = access.course_here(db_session, course)
    wanted = asked()
    page = timeline_page(happenings_of(db_session, its_course), wanted)

    def again(**changed: Any) -> str:
        """Return the address of this timeline with something else asked."""
        return url_for(".timeline", course=course, group=group, **(wanted.arguments | changed))

    def at(span: Span, **changed: Any) -> str:
        """Return the address of another SPAN of this timeline."""
        return again(at=span.name or None, **({"vague": None, "list": None} | changed))

    return render_template(
        "lessons/explore/timeline.html",
        course=its_course,
        page=page,
        asked=wanted,
        calendars=Calendar,
        again=again,
        at=at,
        words=span_in_words,
        short=short,
        linked=_linked(course, group),
    )


@bp.get(f"{COURSE}/events/<ident>")
def event(course: str, ident: str) -> str:
    """Show something that happened, where it is told of, and what it rests on."""
    its_course, group = access.course_here(db_session, course)
    happenings = happenings_of(db_session, its_course)
    place = access.at_event(happenings, ident)
    shown = happenings[place]
    listed = {**around(shown).arguments, "_anchor": f"event-{ident}"}
    return render_template(
        "lessons/explore/event.html",
        course=its_course,
        event=shown,
        read=shown.read,
        other=of_places(shown.named),
        sources=sources_of_event(db_session, its_course, ident),
        before=happenings[place - 1] if place else None,
        after=happenings[place + 1] if place + 1 < len(happenings) else None,
        on_timeline=url_for(".timeline", course=course, group=group, **listed),
        linked=_linked(course, group),
        calendar=Calendar.both,
    )
