"""The page on which words are looked for."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.groups.access import place_in_address
from course.groups.models import Enrolment
from lessons.addresses import address_of as activity_at
from lessons.search import access
from lessons.search.asking import NO_NAMES, nearest_names, understood
from lessons.search.finding import find, names_in
from lessons.search.forms import asked
from lessons.search.models import Group, Kind
from lessons.search.shown import Find, Where, finds_shown

bp = Blueprint("search", __name__)

ON_A_PAGE = 10

#: What has a page of its own among what there is to look up.
TO_LOOK_UP = {Kind.person, Kind.term, Kind.event, Kind.source}


@bp.get("/search")
def search() -> ResponseReturnValue:
    """Show what has the words that are looked for: here, or everywhere that one studies."""
    said = asked()
    place, enrolment = access.place_named(db_session, said.course)
    names = names_in(db_session, place) if said.words else NO_NAMES
    query = understood(said.words, names)
    first = (said.page - 1) * ON_A_PAGE
    found = find(db_session, place, query, said.group, most=first + ON_A_PAGE)
    finds = finds_shown(db_session, place, query, found.entries[first:])
    here = {"course": said.course, "group": place_in_address(enrolment) if enrolment else None}

    def again(**changed: Any) -> str:
        """Return the address of this search with something else asked."""
        heap = said.group.value if said.group else None
        return url_for(".search", **({"q": said.words, "in": heap, **here} | changed))

    return render_template(
        "lessons/search/search.html",
        asked=said,
        query=query,
        found=found,
        finds=finds,
        first=first,
        shown=found.in_order,
        last=first + len(finds),
        groups=Group,
        course=place.courses[0] if said.course or enrolment else None,
        several=len(place.courses) > 1,
        enrolment=enrolment,
        names=nearest_names(query, names) if not found.in_order or found.partly else NO_NAMES,
        here=here,
        again=again,
        address=lambda one: address_of(one, enrolment),
    )


def address_of(found: Find, enrolment: Enrolment | None) -> str:
    """Return the address of what was FOUND, in the place of ENROLMENT where one alone was looked in."""
    where, own = found.where, found.where.place or enrolment
    group = place_in_address(own) if own is not None else None
    if found.kind in TO_LOOK_UP:
        return url_for(f"explore.{found.kind.value}", course=where.course, ident=where.ident, group=group)
    if where.activity is not None:
        return _in_lesson(found, where, group)
    if found.kind is Kind.frame:
        assert where.text is not None
        return url_for("frames.frame", course=where.course, text=where.text.slug, group=group)
    if found.kind is Kind.reply:
        return url_for("notes.note", note_id=where.note_id, _anchor=f"reply-{found.id}")
    return _in_text(where, group)


def _in_lesson(found: Find, where: Where, group: str | None) -> str:
    its: dict[str, Any] = {"course": where.course, "lesson": where.lesson, "group": group}
    if found.kind in {Kind.lesson, Kind.reading}:
        return activity_at(found.kind.value, where.activity or "", **its)
    if found.kind is Kind.post:
        its |= {"post": found.id, "_anchor": f"post-{found.id}"}
    elif found.kind is Kind.journal:
        its |= {"_anchor": "written"}
    elif found.kind is Kind.seed:
        its |= {"_anchor": f"seed-{found.id}"}
    return activity_at("prompt", where.activity or "", **its)


def _in_text(where: Where, group: str | None) -> str:
    """Return the address of a passage, or of a note at it, opened where others' are folded; a note whose place is gone
    has its own page."""
    assert where.text is not None
    if where.note_id is not None and where.ident is None:
        return url_for("notes.note", note_id=where.note_id)
    anchor = f"note-{where.note_id}" if where.note_id is not None else where.ident
    opened = where.ident if where.note_id is not None and not where.mine else None
    its: dict[str, Any] = {"course": where.course, "group": group, "notes": opened, "_anchor": anchor}
    if where.text.kind == "lessons":
        return url_for("lessons.lesson", lesson=where.text.slug, **its)
    return url_for("lessons.text", text=where.text.slug, at=where.ident if where.text.imported else None, **its)
