"""Somebody with a row wherever the schema can name them, each with words that stand nowhere else; and somebody else."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Enum as EnumColumn
from sqlalchemy import String, Text, cast, select
from sqlalchemy.orm import Session

from kruzhok.models import ALL_TABLES
from kruzhok.privacy.named import NAMED
from kruzhok.privacy.rows import HANGING, is_own, own_tables
from tests.conftest import NOW
from tests.scene import Columns, Scene

#: A word that stands in all that somebody wrote and nowhere else, and their e-mail and name.
MARK, EMAIL, NAME = "zinnober", "zinaida@example.org", "Zinaida Morgenstern"

#: Words with a meaning to the house.
NOT_WORDS = frozenset(
    {
        "kind",
        "outcome",
        "field",
        "place",
        "ref",
        "ident",
        "email",
        "passage_ident",
        "zone",
        "path",
        "once",
        "hidden_why",
    }
)


class Whole(NamedTuple):
    """The user, a live place of theirs in a study group, and that of somebody else there, who holds the keys."""

    scene: Scene
    user_id: int
    place_id: int
    other_id: int
    other_place_id: int


#: What a row needs beside the column that names somebody, where the row of the scene names them twice or does not fit.
BESIDE: Mapping[str, Callable[[Scene, Whole], Columns]] = {
    "accommodation.by_id": lambda _s, w: {"enrolment_id": w.other_place_id},
    "exception.by_id": lambda _s, w: {"enrolment_id": w.other_place_id},
    "exception.enrolment_id": lambda _s, _w: {"field": "attempts"},
    "look.by_id": lambda _s, w: {"enrolment_id": w.other_place_id},
    "look.enrolment_id": lambda _s, w: {"by_id": w.other_id},
    "completion_fact.by_id": lambda _s, w: {"enrolment_id": w.other_place_id},
    "complaint.settled_by_id": lambda s, w: {"enrolment_id": w.other_place_id, "settled_at": NOW, "outcome": "left"},
    "complaint.enrolment_id": lambda s, w: {"post_id": s.new("post", enrolment_id=w.other_place_id)},
    "note.hidden_by_id": lambda _s, w: {"enrolment_id": w.other_place_id, "hidden_at": NOW, "hidden_why": "Rude."},
    "note_reply.hidden_by_id": lambda s, w: {
        "note_id": s.new("note", enrolment_id=w.other_place_id),
        "enrolment_id": w.other_place_id,
        "hidden_at": NOW,
        "hidden_why": "Rude.",
    },
    "post.hidden_by_id": lambda _s, w: {"enrolment_id": w.other_place_id, "hidden_at": NOW, "hidden_why": "Rude."},
    "join_request.decided_by_id": lambda _s, w: {"user_id": w.other_id, "decided_at": NOW, "accepted": True},
    "report.closed_by_id": lambda _s, w: {
        "user_id": w.other_id,
        "closed_at": NOW,
        "outcome": "mended",
        "answer": "Yes.",
    },
    "discussion.locked_by_id": lambda _s, _w: {"locked_at": NOW},
    "step.by_id": lambda s, w: {"attempt_item_id": s.new("attempt_item", attempt_id=_attempt_of(s, w))},
    "mark_draft.by_id": lambda s, w: {"attempt_item_id": s.new("attempt_item", attempt_id=_attempt_of(s, w))},
    "text.imported_by_id": lambda s, _w: {"course_id": None, "group_id": s("study_group")},
    "text.enrolment_id": lambda _s, _w: {"course_id": None},
    "meeting.chair_id": lambda _s, _w: {"number": 77},
    "minutes.by_id": lambda _s, _w: {"number": 77},
    "division.made_by_id": lambda _s, _w: {"number": 77},
    "attempt.enrolment_id": lambda s, w: {"user_id": w.user_id, "activity_id": s.new("activity")},
    "attempt.user_id": lambda s, _w: {"enrolment_id": None, "activity_id": None, "purpose": "check"},
    "digest.user_id": lambda _s, _w: {"day": NOW.date()},
    "audit_entry.actor_id": lambda _s, w: {"about_id": w.other_id, "in_shell": False},
    "audit_entry.about_id": lambda _s, w: {"actor_id": w.other_id, "in_shell": False},
    "enrolment.user_id": lambda s, _w: {"course_id": s("other course")},
    "read_mark.enrolment_id": lambda s, w: _read(s, w),  # noqa: PLW0108 (it stands below)
    "note_reply.enrolment_id": lambda s, w: {"note_id": s.new("note", enrolment_id=w.other_place_id)},
    "subgroup_member.enrolment_id": lambda s, _w: {"subgroup_id": s.new("subgroup")},
    "seed.by_id": lambda s, _w: {"activity_id": s.new("activity")},
}


def _attempt_of(s: Scene, w: Whole) -> int:
    """Return an attempt of somebody else."""
    sat = {"user_id": w.other_id, "enrolment_id": w.other_place_id, "activity_id": s.new("activity")}
    return s.new("attempt", **sat)


def _read(s: Scene, w: Whole) -> Columns:
    talk = s.new("discussion")
    return {"discussion_id": talk, "post_id": s.new("post", discussion_id=talk, enrolment_id=w.other_place_id)}


def make_whole(session: Session) -> Whole:
    """Return somebody named by every column of `named`, and by what hangs on such rows."""
    scene = Scene(session)
    scene.fill()
    user = scene.add("user", scene.columns("user") | {"email": EMAIL, "name": NAME})
    group = {"group_id": scene("study_group"), "course_id": scene("course")}
    place = scene.new("enrolment", user_id=user.id, **group)
    other = scene.new("user", name="Boris Somebody")
    other_place = scene.new("enrolment", user_id=other, organiser=True, **group)
    whole = Whole(scene, user.id, place, other, other_place)
    for key in NAMED:
        table, _point, column = key.partition(".")
        to_user = any(one.column.table.name == "user" for one in ALL_TABLES[table].c[column].foreign_keys)
        columns = scene.columns(table) | {column: user.id if to_user else place}
        columns |= BESIDE.get(key, lambda _s, _w: {})(scene, whole)
        scene.add(table, columns | (_marked(table) if table in own_tables() and _is_own(key) else {}))
    for table, by in HANGING.items():
        on = _first_of(session, next(iter(ALL_TABLES[table].c[by].foreign_keys)).column.table.name, whole)
        extra: Columns = {by: on} | ({"number": 78} if "number" in ALL_TABLES[table].c else {})
        scene.add(table, scene.columns(table) | extra | _marked(table))
    session.flush()
    return whole


def _is_own(key: str) -> bool:
    return NAMED[key].told.value == "own" and key not in {"meeting.chair_id", "audit_entry.about_id"}


def _marked(table: str) -> Columns:
    """Return words for each column of TABLE that holds somebody's own."""
    found: Columns = {}
    for column in ALL_TABLES[table].columns:
        plain = isinstance(column.type, String) and not isinstance(column.type, EnumColumn)
        if plain and column.name not in NOT_WORDS and not column.name.endswith("_hash") and not column.unique:
            found[column.name] = f"{MARK} {table} {column.name}"
    return found


def _first_of(session: Session, table: str, whole: Whole) -> int:
    its = ALL_TABLES[table]
    return int(
        session.scalars(select(its.c.id).where(is_own(its, whole.user_id)).order_by(its.c.id.desc())).first() or 0
    )


def all_words(session: Session) -> str:
    """Return all that is stored as words or as JSON in whatever table, and in the index of words."""
    session.expire_all()
    said = []
    for table in ALL_TABLES.values():
        for column in table.columns:
            if not column.foreign_keys:
                said += [
                    f"{table.name}.{column.name}: {one}" for one in session.scalars(select(cast(column, Text))) if one
                ]
    return "\n".join(said)


def all_rows(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables in plain values."""
    session.expire_all()
    return {
        name: [dict(row) for row in session.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
        for name, table in ALL_TABLES.items()
    }
