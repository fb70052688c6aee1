"""Bringing a file, keeping it as a text, throwing it away."""

import hashlib
import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.files import File, keep_file
from course.base.limits import count_try
from course.base.words import _
from course.groups.models import Enrolment
from course.outline.models import CurriculumFile
from course.texts.models import Anchor, Passage, Text, TextVersion
from lessons.discussion.models import PostQuotation
from lessons.importing.imported import Imported, Notice
from lessons.importing.reading import read_text
from lessons.imports.parting import contents_of, parts_of
from lessons.models import Document, Reading, TextImport
from lessons.notes.models import Note
from lessons.pace import minutes_of
from lessons.search.keeping import index_later

#: How long a file waits for the word of who brought it.
KEEP_WAITING = timedelta(days=1)

#: What somebody can bring in a quarter of an hour. Reading a large book takes seconds.
MOST_TRIES = 40

#: An archive that is read takes some hundred megabytes at the most, and a process should hold only one at a time.
_ONE_AT_A_TIME = threading.Lock()


class IsAssigned(Conflict):
    """A text that a study group was given to read."""

    title = _("The study group was given this text to read")
    hint = _("Take the reading back first, or leave the text to the group.")


class IsQuoted(Conflict):
    """A text of which a post quotes something."""

    title = _("Words of this text are quoted in a post")
    hint = _("Take the quotation out of the post first.")


class About(NamedTuple):
    """What is told of a text beside its words, as its importer leaves it."""

    title: str
    by: str
    language: str
    direction: str
    licence: str
    origin: str


def read_file(name: str, content: bytes) -> Imported:
    """Return the text in the file NAME (`lessons.importing.reading`), while no other is read in this process. Slow."""
    with _ONE_AT_A_TIME:
        return read_text(name, content)


def about_of(text: Imported) -> About:
    """Return what the file tells of TEXT itself."""
    return About(text.title, text.author, text.language, text.direction, text.licence, text.source)


def words_in(text: Imported) -> int:
    """Return how many words TEXT has."""
    return sum(len(passage.plain.split()) for section in text.sections for passage in section.passages)


def count_import(session: Session, user_id: int, *, now: datetime) -> None:
    """Count that a user brings something; raise TooMany."""
    count_try(session, "import", str(user_id), most=MOST_TRIES, now=now)


def bring(session: Session, enrolment: Enrolment, name: str, content: bytes, *, now: datetime) -> TextImport:
    """Return the file of ENROLMENT that waits for their word; the same file brought twice waits once."""
    session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
    file = keep_file(session, content, "application/octet-stream", now=now)
    same = select(TextImport).where(
        TextImport.enrolment_id == enrolment.id,
        TextImport.file_id == file.id,
        TextImport.name == name,
        TextImport.text_id.is_(None),
    )
    waiting = session.scalars(same).first()
    if waiting is None:
        waiting = TextImport(enrolment_id=enrolment.id, file_id=file.id, name=name)
        session.add(waiting)
    waiting.at = now
    session.flush()
    return waiting


def keep(
    session: Session, enrolment: Enrolment, brought: TextImport, text: Imported, about: About, *, now: datetime
) -> Text:
    """Return the text that BROUGHT, read as TEXT, becomes in the place of ENROLMENT. Keeping it twice is once."""
    locked = select(TextImport).where(TextImport.id == brought.id).with_for_update()
    brought = session.scalars(locked, execution_options={"populate_existing": True}).one()
    if brought.text_id is not None:
        return session.get_one(Text, brought.text_id)
    ident = f"{_slug(about.title)}.{brought.id}"  # no ident of a curriculum has a full stop in it
    kept = Text(enrolment_id=enrolment.id, ident=ident, title=about.title, imported_by_id=enrolment.user_id)
    session.add(kept)
    session.flush()
    _add_version(session, kept, _rows(text), now=now)
    words = words_in(text)
    told = {
        "imported": True,
        **_told(about),
        "words": words,
        "minutes": minutes_of(words, None),
        "parts": parts_of(text.sections),
        "contents": contents_of(text.sections),
        "understood": [_said(one) for one in text.understood],
        "left_out": [_said(one) for one in text.left_out],
    }
    session.add(Document(text_id=kept.id, about=told))
    brought.text_id = kept.id
    session.flush()
    return kept


#: More passages than these are not looked through for a search before the answer leaves.
MOST_AT_ONCE = 500


def _add_version(session: Session, text: Text, rows: list[dict[str, Any]], *, now: datetime) -> None:
    if len(rows) > MOST_AT_ONCE:
        index_later(session, text.id, now=now)
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
    version = TextVersion(text_id=text.id, number=1, hash=digest, made_at=now)
    session.add(version)
    session.flush()
    session.execute(insert(Passage), [{"version_id": version.id, **row} for row in rows])
    text.current_version_id = version.id


def _rows(text: Imported) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    number = 0
    for position, passage in enumerate((one for section in text.sections for one in section.passages), 1):
        counted = passage.kind not in {"heading", "rule"}
        number += counted
        rows.append(
            {
                "ident": passage.ident,
                "position": position,
                "number": number if counted else None,
                "kind": passage.kind,
                "html": passage.html,
                "plain": passage.plain,
            }
        )
    return rows


def _told(about: About) -> Mapping[str, str]:
    return {name: value for name, value in about._asdict().items() if name != "title"}


def _said(notice: Notice) -> str:
    return f"{notice.message} ({', '.join(notice.names)})" if notice.names else notice.message


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "text"


def retell(session: Session, document: Document, about: About) -> None:
    """Let what is told of the text of DOCUMENT be ABOUT."""
    document.text.title = about.title
    document.about = {**document.about, **_told(about)}
    session.flush()


def copy(session: Session, enrolment: Enrolment, document: Document, *, now: datetime) -> Text:
    """Return a copy of the text of DOCUMENT, which the user of ENROLMENT imported, in that place: a text of its own.

    One that is there already, from the same file, is that copy."""
    session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
    origin = session.scalars(select(TextImport).where(TextImport.text_id == document.text_id)).one()
    here = Text.enrolment_id == enrolment.id
    if enrolment.group_id is not None:
        here |= (Text.group_id == enrolment.group_id) & (Text.imported_by_id == enrolment.user_id)
    there = select(Text).join(TextImport, TextImport.text_id == Text.id).where(here)
    if (found := session.scalars(there.where(TextImport.file_id == origin.file_id)).first()) is not None:
        return found
    again = TextImport(enrolment_id=enrolment.id, file_id=origin.file_id, name=origin.name, at=now)
    session.add(again)
    session.flush()
    old = document.text
    ident = f"{old.ident.rpartition('.')[0]}.{again.id}"
    new = Text(enrolment_id=enrolment.id, ident=ident, title=old.title, imported_by_id=enrolment.user_id)
    session.add(new)
    session.flush()
    columns = ("ident", "position", "number", "kind", "html", "plain")
    passages = select(Passage).where(Passage.version_id == old.current_version_id).order_by(Passage.position)
    rows = [{name: getattr(passage, name) for name in columns} for passage in session.scalars(passages)]
    _add_version(session, new, rows, now=now)
    session.add(Document(text_id=new.id, about=document.about))
    again.text_id = new.id
    session.flush()
    return new


def throw_away(session: Session, brought: TextImport) -> None:
    """Delete BROUGHT, which waits, and its file if nothing else needs it."""
    file_id = brought.file_id
    session.delete(brought)
    session.flush()
    _forget_files(session, File.id == file_id)


def notes_on(session: Session, text: Text) -> int:
    """Return how many notes and highlights there are on TEXT."""
    return session.scalars(select(func.count()).select_from(Note).where(Note.text_id == text.id)).one()


def remove(session: Session, text: Text) -> None:
    """Delete TEXT, which is its importer's alone, with all that hangs on it and its file.

    Raise IsAssigned for one that is a study group's, IsQuoted for one that a post quotes."""
    locked = select(Text).where(Text.id == text.id).with_for_update()
    session.scalars(locked, execution_options={"populate_existing": True}).one()
    if text.enrolment_id is None or session.scalar(select(Reading.id).where(Reading.text_id == text.id)):
        raise IsAssigned
    quoted = select(PostQuotation.id).join(Anchor, Anchor.id == PostQuotation.anchor_id)
    if session.scalar(quoted.where(Anchor.text_id == text.id).limit(1)):
        raise IsQuoted
    file_id = session.scalar(select(TextImport.file_id).where(TextImport.text_id == text.id))
    # What hangs on its passages goes first: that only points at them, and a database may not let them go before.
    gone = (delete(Note).where(Note.text_id == text.id), delete(Anchor).where(Anchor.text_id == text.id))
    for rows in (*gone, delete(Text).where(Text.id == text.id)):
        session.execute(rows, execution_options={"synchronize_session": False})
    session.expunge(text)
    _forget_files(session, File.id == file_id)


def forget_imports(session: Session, *, now: datetime) -> None:
    """Delete what was brought a day ago and has waited since, and the files that nothing needs."""
    old = select(TextImport).where(TextImport.text_id.is_(None), TextImport.at < now - KEEP_WAITING)
    for brought in session.scalars(old).all():
        throw_away(session, brought)


def _forget_files(session: Session, which: Any) -> None:
    """Delete those files that nothing needs; one that somebody brings at this moment stays."""
    needed = exists().where(CurriculumFile.file_id == File.id) | exists().where(TextImport.file_id == File.id)
    try:
        with session.begin_nested():
            session.execute(delete(File).where(which, ~needed), execution_options={"synchronize_session": False})
    except IntegrityError:
        return
