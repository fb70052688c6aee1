"""What a report means, as it stood then and as it stands now."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.outline.models import Activity
from course.texts.models import Passage, Text, TextVersion
from lessons.models import Lesson
from lessons.reports.models import Report
from lessons.reports.reports import Meant
from quizzes.attempts.side_door import open_item_ids
from quizzes.items import parse_data, type_of
from quizzes.models import Item, ItemVersion


class Thing(NamedTuple):
    """The words of a passage, or what a question asks (Markdown) and, for who may see it, what it takes for right."""

    words: str
    options: Sequence[str] = ()
    key: Sequence[str] = ()
    explanation: str | None = None


class Shown(NamedTuple):
    """What a report means. `now` is as `then` where nothing was changed since, None where it was taken out."""

    then: Thing
    now: Thing | None
    is_changed: bool
    text: Text | None = None
    lesson_ident: str | None = None


def shown(session: Session, report: Report, user_id: int, *, with_key: bool) -> Shown:
    """Return what REPORT means, for that user; the key of a question only WITH_KEY.

    No key is shown of a question that stands in an open attempt of the user's. Four queries at the most."""
    if report.passage is not None:
        return _passage_shown(session, report.passage)
    assert report.item_version is not None
    version = report.item_version
    item = session.get_one(Item, version.item_id)
    with_key = with_key and item.id not in open_item_ids(session, user_id)
    then = question(version, with_key=with_key)
    if item.retired_at is not None or item.current_version_id is None:
        return Shown(then, None, is_changed=True)
    if item.current_version_id == version.id:
        return Shown(then, then, is_changed=False)
    now = session.get_one(ItemVersion, item.current_version_id)
    return Shown(then, question(now, with_key=with_key), is_changed=True)


def as_seen(meant: Meant) -> Thing:
    """Return what MEANT says to who reports it: of a question never the key."""
    if meant.item is not None:
        return question(meant.item, with_key=False)
    return Thing(meant.passage.plain if meant.passage is not None else "")


def question(version: ItemVersion, *, with_key: bool) -> Thing:
    """Return what VERSION of an item asks; its options, key and explanation only WITH_KEY."""
    data = parse_data(version.data)
    if not with_key:
        return Thing(data.stem)
    options = [option.text for option in getattr(data, "options", ())]
    return Thing(data.stem, options, type_of(data).key_says(data), data.explanation)


def _passage_shown(session: Session, passage: Passage) -> Shown:
    version = session.get_one(TextVersion, passage.version_id)
    text = session.get_one(Text, version.text_id)
    its_lesson = select(Activity.ident).join(Lesson, Lesson.activity_id == Activity.id).where(Lesson.text_id == text.id)
    then, lesson_ident = Thing(passage.plain), session.scalar(its_lesson)
    if text.retired_at is not None:
        return Shown(then, None, True, text, lesson_ident)
    here = select(Passage.plain).where(Passage.version_id == text.current_version_id, Passage.ident == passage.ident)
    plain = session.scalar(here)
    now = Thing(plain) if plain is not None else None
    return Shown(then, now, plain != passage.plain, text, lesson_ident)


def hides_answer(session: Session, report: Report, user_id: int) -> bool:
    """Return whether the words of the answer wait: they may say the key, and an attempt with it is open to the user."""
    if report.item_version is None:
        return False
    return report.item_version.item_id in open_item_ids(session, user_id)
