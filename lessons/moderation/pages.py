"""Where the things stand that can be hidden."""

from flask import url_for

from lessons.addresses import prompt_in_address
from lessons.moderation.things import Shown, Thing
from lessons.notes.models import NoteReply


def address_of(shown: Shown, group: str) -> str:
    """Return the address of what is SHOWN, in that study group."""
    anchor = anchor_of(shown.thing)
    if shown.kind == "posts":
        where = prompt_in_address(shown.course, shown.lesson, shown.prompt or "")
        return url_for("lessons.prompt", **where, group=group, post=shown.thing.id, _anchor=anchor)
    note = shown.thing.note_id if isinstance(shown.thing, NoteReply) else shown.thing.id
    return url_for("notes.note", note_id=note, _anchor=anchor)


def anchor_of(thing: Thing) -> str:
    """Return the mark of THING on its page."""
    return {"post": "post", "note": "note", "note_reply": "reply"}[thing.__tablename__] + f"-{thing.id}"
