"""The archive that somebody takes away: JSON for each kind of thing, words as Markdown, the files they brought."""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.files import File
from course.users.models import User
from kruzhok.privacy.export import Row, everything_about
from kruzhok.privacy.rows import places_of
from lessons.models import TextImport

#: What is in a file of the archive, by the table it is made of.
SAYS: Mapping[str, str] = {
    "user": "You: e-mail, name, zone, how you like to read and to be written to, since when you are here.",
    "accommodation": "Extra time and days that hold for you.",
    "agenda_item": "What you put on the agenda of a meeting.",
    "assignment_target": "What was given to you alone, or to you among a few.",
    "attempt": "Your attempts at quizzes, and your answers beside texts and in review, one sitting each.",
    "attempt_item": "The questions of these, in words where the attempt is handed in.",
    "audit_entry": "What was done to your account that takes a right: your e-mail or password changed, a role given.",
    "calendar_feed": "That a calendar reads your dates; its address is kept nowhere.",
    "card": "What you remember of each question you met.",
    "complaint": "What you asked to be looked at.",
    "completion": "How each lesson and part stands for you.",
    "completion_fact": "What made it so: your ticks, what was reached, what a tutor set.",
    "digest": "That a letter went to you, and when.",
    "document": "What you told of the texts you brought.",
    "done": "What you did as a tutor, an organiser or an administrator: what it was and when, with your own words.",
    "draft": "What you began to write.",
    "enrolment": "Your places in courses, alone and in study groups, those you left included.",
    "exception": "Other rules or dates that hold for you.",
    "follow": "Which discussions you want, or do not want, to be told of.",
    "frame": "What you wrote in source frames.",
    "join_request": "That you asked to join a study group, and what was answered.",
    "journal_entry": "Your journal, each writing of it.",
    "look": "When a tutor looked at your page.",
    "meeting": "The meetings you lead.",
    "message_to": "That you were written to in a study group; the words are those of who wrote.",
    "note": "Your notes and highlights.",
    "note_place": "The words that these stand on.",
    "note_reply": "What you replied to notes.",
    "note_tag": "The tags of your notes.",
    "notice": "What you were told on the page of notices, and when you saw it.",
    "one_time_link": "That you asked for a new password.",
    "post": "Your posts in discussions.",
    "post_quotation": "The words of texts that they quote.",
    "post_version": "What your posts say, and said before you changed them.",
    "read_mark": "Up to where you have read discussions.",
    "recovery_code": "That you have codes to recover your account, and which of them you used.",
    "report": "What you reported as wrong.",
    "review_log": "Each answer from which that was reckoned; milliseconds are those that a review answer took.",
    "roster": "The lists of people that you brought and that wait to be taken over; the people on them are not told.",
    "seed": "What you put before discussions as a tutor.",
    "second_step": "Since when you show a code when you sign in.",
    "sign_in": "The browsers in which you are or were signed in.",
    "step": "Each act in an attempt: your answers, with score, mark and comment where they may be seen.",
    "subgroup_member": "The subgroups you are in.",
    "text": "The texts that you brought for yourself.",
    "text_import": "The files that you brought; they lie in files/.",
}

README = """# What is stored about {who}

Taken from Kruzhok on {day}. Times are in UTC.

- `data/`: everything, one file of JSON for each kind of thing.
- `writings/`: the same words as Markdown, to be read: journal, notes, posts, essays.
- `files/`: the files you brought, as they were.

What other people wrote or are is not in here: of a reply to you it says that there was one. Nor is what you cannot see
on the pages yet: the result of a quiz before it is out, and scores and memory of questions that stand in an attempt you
have open. Take your data away again later, and they are in it.

## The files of data/

{files}
"""


def write_archive(session: Session, user: User, to: IO[bytes], *, now: datetime) -> None:
    """Write all that is stored about USER to TO, as a zip. Files are held in memory one at a time."""
    kept: dict[str, list[Row]] = {}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        told = []
        for name, rows in everything_about(session, user, now=now):
            if rows:
                lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
                archive.writestr(f"data/{name}.json", f"[\n{lines}\n]\n")
                told.append(f"- `{name}.json`: {SAYS[name]} ({len(rows)})")
            if name in READ:
                kept[name] = rows
        for name, write in WRITINGS.items():
            if words := "\n\n".join(write(kept)):
                archive.writestr(f"writings/{name}", words + "\n")
        _add_files(session, user.id, archive)
        who = user.email or "a guest"
        archive.writestr("README.md", README.format(who=who, day=f"{now:%Y-%m-%d}", files="\n".join(told)))


def _add_files(session: Session, user_id: int, archive: zipfile.ZipFile) -> None:
    """Add the files that the user brought, each read when its turn comes."""
    mine = select(TextImport.id, TextImport.name, TextImport.file_id).where(
        TextImport.enrolment_id.in_(places_of(user_id))
    )
    for import_id, name, file_id in session.execute(mine.order_by(TextImport.id)).all():
        content = session.scalar(select(File.content).where(File.id == file_id))
        safe = "".join(sign if sign.isalnum() or sign in "-._ " else "_" for sign in name).lstrip(".")[-100:]
        archive.writestr(f"files/{import_id}-{safe or 'file'}", content or b"")


# What somebody wrote, to be read


def _by(rows: Sequence[Row], column: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _quoted(words: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))


def _journal(kept: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    for row in kept["journal_entry"]:
        shared = ", shared with the tutors" if row["shared_at"] else ""
        yield f"## {row['activity']}\n\n{row['written_at'][:10]}{shared}\n\n{row['text']}"


def _notes(kept: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    places, tags = _by(kept["note_place"], "note_id"), _by(kept["note_tag"], "note_id")
    for row in kept["note"]:
        on = "\n>\n".join(_quoted(one["anchor"]) for one in places.get(row["id"], ()))
        said = [row["made_at"][:10], "shared" if row["shared_at"] else "private"]
        said += [f"#{one['tag'].replace(' ', '-')}" for one in tags.get(row["id"], ())]
        yield "\n\n".join(part for part in (f"## {row['text']}", on, " · ".join(said), row["words"]) if part)
    for row in kept["note_reply"]:
        yield f"## A reply to a note\n\n{row['made_at'][:10]}\n\n{row['words']}"


def _posts(kept: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    versions = _by(kept["post_version"], "post_id")
    for row in kept["post"]:
        said = versions[row["id"]]
        kind = "A reply" if row["reply_to_id"] else "A post"
        yield f"## {kind}\n\n{row['made_at'][:10]}\n\n{said[-1]['text']}"
        for before in reversed(said[:-1]):
            yield f"### What it said before, from {before['made_at'][:10]}\n\n{before['text']}"


def _essays(kept: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Of each question answered in free words the last answer, and what was said of it."""
    steps = _by(kept["step"], "attempt_item_id")
    for item in kept["attempt_item"]:
        its = steps.get(item["id"], ())
        written = [one for one in its if isinstance((one["response"] or {}).get("text"), str)]
        if not written:
            continue
        parts = [f"## {item.get('question') or 'A question of an open attempt'}", written[-1]["at"][:10]]
        parts.append(written[-1]["response"]["text"])
        for one in its:
            if one["kind"] == "mark" and (one["data"] or {}).get("comment"):
                parts.append("A tutor:\n\n" + _quoted(one["data"]["comment"]))
        yield "\n\n".join(parts)


def _frames(kept: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    for row in kept["frame"]:
        said = "\n".join(f"- {name.replace('_', ' ')}: {words}" for name, words in row["answers"].items() if words)
        yield f"## {row['text']}\n\n{row['written_at'][:10]}\n\n{said}"


def _drafts(kept: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    for row in kept["draft"]:
        if row["text"]:
            yield f"## {row['place']}\n\n{row['saved_at'][:10]}\n\n{row['text']}"


#: Short words that stand here and there: the table, the column, and what they were for.
OTHER: Mapping[str, tuple[str, str]] = {
    "agenda_item": ("words", "Put on an agenda"),
    "seed": ("words", "Before a discussion"),
    "report": ("words", "Reported as wrong"),
    "complaint": ("why", "Asked to be looked at"),
    "join_request": ("words", "Asked to join a group"),
}


def _others(kept: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    for name, (column, title) in OTHER.items():
        for row in kept[name]:
            if row[column]:
                yield f"## {title}\n\n{row[column]}"


#: The Markdown of the archive, and what it is made of.
WRITINGS: Mapping[str, Callable[[Mapping[str, Sequence[Row]]], Iterator[str]]] = {
    "journal.md": _journal,
    "notes.md": _notes,
    "posts.md": _posts,
    "essays.md": _essays,
    "frames.md": _frames,
    "drafts.md": _drafts,
    "here-and-there.md": _others,
}
READ = frozenset(
    {
        *("journal_entry", "note", "note_place", "note_tag", "note_reply", "post", "post_version"),
        *("attempt_item", "step", "frame", "draft", *OTHER),
    }
)
