"""Everything that is stored about a user, as rows in plain values: what the archive is made of.

Two things are kept back. Words and names of other people: of a reply to a note one learns that there is one. And what
would be a side door: while an attempt is open, or a result may not be seen yet, there is no score, mark or memory of
its questions; a later export has them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import Column, Table, select
from sqlalchemy.orm import Session, joinedload

from course.base.markdown import to_inline_html
from course.groups.models import Enrolment
from course.users.models import User
from kruzhok.models import ALL_TABLES
from kruzhok.privacy.named import NAMED, Told
from kruzhok.privacy.rows import column_of, is_own, names, own_tables
from quizzes.attempts.side_door import open_item_ids
from quizzes.attempts.wording import in_plain_words
from quizzes.items import ItemData, parse_data
from quizzes.limits import closing_times
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Purpose, StepKind
from quizzes.policy import Policy, Thing, moment_of
from quizzes.review.models import Card
from quizzes.review.withheld import withheld

#: One row in plain values, as JSON has them.
Row = dict[str, Any]

#: Columns that are in no export, in whatever table, and why.
LEFT_OUT: Mapping[str, str] = {
    "html": "made of the words beside it",
    "once": "names a press of a button",
    "token_hash": "opens something",
    "password_hash": "opens something",
    "code_hash": "opens something",
    "salt": "opens something",
    "key_mark": "says which secret of the site was used",
}

#: Columns of one table that are in no export, and why.
LEFT_OUT_OF: Mapping[str, str] = {
    "attempt.policy": "what the quiz promised to everybody",
    "attempt.names_id": "the course's",
    "attempt_item.item_version_id": "told as the question, where it may be",
    "attempt_item.shown": "the order of the options",
    "attempt_item.before_html": "the quiz's",
    "attempt_item.text_version_id": "the course's",
    "attempt_item.section": "the quiz's",
    "report.answer": "somebody else's words",
    "report.item_version_id": "the course's; what was said of it stands in the words",
    "text.current_version_id": "its words are in the file",
    "post.prompt_version_id": "the course's, or the group's",
    "journal_entry.prompt_version_id": "the course's, or the group's",
    "meeting.group_id": "told as the group",
}

#: What a key is called in an export -> the column that calls it so.
CALLED: Mapping[str, str] = {
    "activity": "title",
    "course": "title",
    "item": "ident",
    "study_group": "name",
    "text": "title",
    "anchor": "exact",
}

#: What one did to what is not one's own -> when, and one's own words on it.
DONE: Mapping[str, tuple[str | None, tuple[str, ...]]] = {
    "accommodation.by_id": ("at", ("reason",)),
    "audit_entry.actor_id": ("at", ("act",)),
    "article.added_by_id": ("added_at", ("title", "address")),
    "assignment.made_by_id": ("made_at", ("note",)),
    "complaint.settled_by_id": ("settled_at", ("outcome",)),
    "completion_fact.by_id": ("at", ("reason",)),
    "discussion.locked_by_id": ("locked_at", ()),
    "division.made_by_id": ("made_at", ()),
    "exception.by_id": ("at", ("reason",)),
    "invitation.made_by_id": ("created_at", ()),
    "join_request.decided_by_id": ("decided_at", ()),
    "look.by_id": ("at", ()),
    "mark_draft.by_id": ("at", ("comment",)),
    "message.by_id": ("at", ("subject", "words")),
    "minutes.by_id": ("at", ("words",)),
    "note.hidden_by_id": ("hidden_at", ("hidden_why",)),
    "note_reply.hidden_by_id": ("hidden_at", ("hidden_why",)),
    "post.hidden_by_id": ("hidden_at", ("hidden_why",)),
    "report.closed_by_id": ("closed_at", ("answer",)),
    "step.by_id": ("at", ("data",)),
    "text.imported_by_id": (None, ("title",)),
}


class Sight(NamedTuple):
    """What may be seen now: of each attempt which things of its result; the items of which nothing may, and of which no
    memory."""

    of_attempt: Mapping[int, frozenset[Thing]]
    is_open: Collection[int]
    withheld: Collection[int]


def everything_about(session: Session, user: User, *, now: datetime) -> Iterator[tuple[str, list[Row]]]:
    """Yield (table, rows) for all that is stored about USER, themselves first. The rows are made one table at a time.

    Some queries for each table, however much there is."""
    yield "user", [_plain(ALL_TABLES["user"], row, user.id) for row in _rows(session, "user", user.id)]
    tell = _Telling(session, user.id, now)
    for name in own_tables():
        yield name, tell.table(name)
    yield "done", tell.done()


def _rows(session: Session, name: str, user_id: int) -> Sequence[Any]:
    table = ALL_TABLES[name]
    whose = table.c.id == user_id if name == "user" else is_own(table, user_id)
    return session.execute(select(table).where(whose).order_by(table.c.id)).mappings().all()


class _Telling:
    """Makes the rows of one export."""

    def __init__(self, session: Session, user_id: int, now: datetime) -> None:
        self.session, self.user_id, self.now = session, user_id, now
        self.sight = _sight(session, user_id, now)
        self.attempts = {one.id: one for one in self._all(Attempt)}
        self.items = {one.id: one for one in self._all(AttemptItem)}
        self.questions = _questions(session, {one.item_version_id for one in self.items.values()})
        self.cards = {one.id: one.item_id for one in self._all(Card)}
        self._called: dict[tuple[str, int], Any] = {}

    def _all(self, model: Any) -> Sequence[Any]:
        return self.session.scalars(select(model).where(is_own(model.__table__, self.user_id))).all()

    def table(self, name: str) -> list[Row]:
        """Return the rows of a table that are the user's."""
        rows, table = _rows(self.session, name, self.user_id), ALL_TABLES[name]
        self._call(table, rows)
        more: Callable[[Any, Row], Row | None] = getattr(self, f"_{name}", lambda _row, told: told)
        told = (more(row, self._named(table, row, _plain(table, row, self.user_id))) for row in rows)
        return self._with_replies(name, [one for one in told if one is not None])

    def _call(self, table: Table, rows: Sequence[Any]) -> None:
        """Learn what the things are called that ROWS name. A query for each sort of thing."""
        for column, sort in _calling(table):
            wanted = {row[column.name] for row in rows} - {None}
            missing = sorted(key for key in wanted if (sort, key) not in self._called)
            to = ALL_TABLES[sort]
            for part in range(0, len(missing), 1000):
                those = select(to.c.id, to.c[CALLED[sort]]).where(to.c.id.in_(missing[part : part + 1000]))
                self._called.update({(sort, key): called for key, called in self.session.execute(those)})

    def _named(self, table: Table, row: Any, told: Row) -> Row:
        for column, sort in _calling(table):
            if row[column.name] is not None:
                told[column.name.removesuffix("_id")] = self._called.get((sort, row[column.name]))
        return told

    def _with_replies(self, name: str, told: list[Row]) -> list[Row]:
        """Say of posts and notes how many others replied, and nothing of what."""
        replies = {"post": ("post", "reply_to_id"), "note": ("note_reply", "note_id")}
        if name in replies and told:
            table, column = ALL_TABLES[replies[name][0]], replies[name][1]
            others = ~is_own(table, self.user_id)
            to = table.c[column].in_(select(ALL_TABLES[name].c.id).where(is_own(ALL_TABLES[name], self.user_id)))
            count = Counter(self.session.scalars(select(table.c[column]).where(to, others)))
            for one in told:
                one["replies_by_others"] = count[one["id"]]
        return told

    # What would be a side door

    def _attempt(self, row: Any, told: Row) -> Row:
        if "score" not in self.sight.of_attempt[row["id"]]:
            told["points"] = None
        return told

    def _attempt_item(self, row: Any, told: Row) -> Row | None:
        attempt, question = self.attempts[row["attempt_id"]], self.questions[row["item_version_id"]]
        if attempt.submitted_at is None and attempt.purpose is Purpose.quiz:
            return told  # which question it is shows on its page, where its turn has come
        return told | {"item": question.ident, "question": question.stem}

    def _step(self, row: Any, told: Row) -> Row | None:
        item = self.items[row["attempt_item_id"]]
        attempt, question = self.attempts[item.attempt_id], self.questions[item.item_version_id]
        seen = self.sight.of_attempt[attempt.id]
        alone = attempt.purpose in (Purpose.check, Purpose.review)
        if question.item_id in self.sight.is_open or (alone and question.item_id in self.sight.withheld):
            seen = frozenset()
        if row["kind"] in (StepKind.score, StepKind.mark, StepKind.override) and "score" not in seen:
            return None
        if "score" not in seen:
            told["score"] = None
        if row["kind"] in (StepKind.mark, StepKind.override) and "feedback" not in seen:
            told["data"] = None
        if row["response"] is not None:
            told["answer"] = in_plain_words(question.data, row["response"])
        return told

    def _card(self, row: Any, told: Row) -> Row | None:
        return None if row["item_id"] in self.sight.withheld else told

    def _review_log(self, row: Any, told: Row) -> Row | None:
        return None if self.cards[row["card_id"]] in self.sight.withheld else told

    # What was done to what is not one's own

    def done(self) -> list[Row]:
        """Return what the user did as a tutor, an organiser or an administrator: what, when, and their own words."""
        found: list[Row] = []
        for key, named in NAMED.items():
            if named.told is Told.done:
                found += self._done(key)
        return found

    def _done(self, key: str) -> Iterator[Row]:
        at, words = DONE[key]
        column = column_of(key)
        table = column.table
        assert isinstance(table, Table)
        mine = select(table).where(names(key, self.user_id)).order_by(table.c.id)
        if table.name in own_tables():
            mine = mine.where(table.c.id.not_in(select(table.c.id).where(is_own(table, self.user_id))))
        for row in self.session.execute(mine).mappings():
            said = {word: _value(row[word]) for word in words if row[word]}
            if isinstance(data := said.pop("data", None), dict):  # of a mark: what it says, not what of whom
                said |= {word: data[word] for word in ("comment", "reason") if data.get(word)}
            yield {"what": key, "at": _value(row[at]) if at else None} | said


@cache
def _calling(table: Table) -> Sequence[tuple[Column[Any], str]]:
    """Return the columns of TABLE that name something with a name, and what sort of thing."""
    keys = [(column, key.column) for column in table.columns for key in column.foreign_keys]
    return [(column, to.table.name) for column, to in keys if to.name == "id" and to.table.name in CALLED]


@cache
def _columns(table: Table) -> Sequence[tuple[str, str, bool]]:
    """Return of each column of TABLE that is told: its name, what it is called in the export, whether it is a user."""
    told = []
    for column in table.columns:
        if column.name not in LEFT_OUT and f"{table.name}.{column.name}" not in LEFT_OUT_OF:
            to_user = any(key.column.table.name == "user" for key in column.foreign_keys)
            told.append((column.name, column.name.removesuffix("_id") if to_user else column.name, to_user))
    return told


def _plain(table: Table, row: Any, user_id: int) -> Row:
    """Return ROW as JSON has it, without what is left out; another user is somebody else."""
    told: Row = {}
    for name, called, to_user in _columns(table):
        value = row[name]
        if to_user and value is not None:
            told[called] = "you" if value == user_id else "somebody else"
        else:
            told[called] = value if value is None or isinstance(value, str | int | float) else _value(value)
    return told


def _value(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


class _Question(NamedTuple):
    item_id: int
    ident: str
    stem: str
    data: ItemData


def _questions(session: Session, versions: Collection[int]) -> dict[int, _Question]:
    """Return version -> what it asks. One query for a thousand."""
    found, wanted = {}, sorted(versions)
    for part in range(0, len(wanted), 1000):
        rows = session.execute(
            select(ItemVersion.id, ItemVersion.item_id, Item.ident, ItemVersion.data)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(ItemVersion.id.in_(wanted[part : part + 1000]))
        )
        for version_id, item_id, ident, told in rows:
            data = parse_data(told)
            stem = Markup(to_inline_html(data.stem)).striptags()  # noqa: S704 (only text is left)
            found[version_id] = _Question(item_id, ident, str(stem), data)
    return found


def _sight(session: Session, user_id: int, now: datetime) -> Sight:
    """Return what a user may see NOW of their results, as the pages of them would have it."""
    attempts = session.scalars(select(Attempt).where(Attempt.user_id == user_id)).all()
    doubtful: dict[int, set[int]] = defaultdict(set)
    for attempt in attempts:
        hangs_on_time = not Policy.read(attempt.policy).always("score", "feedback")
        if attempt.purpose is Purpose.quiz and attempt.enrolment_id and hangs_on_time:
            doubtful[attempt.enrolment_id].add(attempt.activity_id or 0)
    closes: dict[tuple[int, int], datetime | None] = {}
    if doubtful:
        places = session.scalars(
            select(Enrolment).where(Enrolment.id.in_(doubtful)).options(joinedload(Enrolment.group))
        ).all()
        closes = closing_times(session, places, set().union(*doubtful.values()))
    of_attempt = {one.id: _seen(one, closes, now) for one in attempts}
    return Sight(of_attempt, open_item_ids(session, user_id), withheld(session, user_id, now))


def _seen(attempt: Attempt, closes: Mapping[tuple[int, int], datetime | None], now: datetime) -> frozenset[Thing]:
    if attempt.purpose is not Purpose.quiz:
        return frozenset[Thing](("score", "right", "feedback", "key"))
    if attempt.submitted_at is None:
        return frozenset()
    closes_at = closes.get((attempt.enrolment_id or 0, attempt.activity_id or 0))
    return Policy.read(attempt.policy).seen(moment_of(attempt.submitted_at, closes_at, now))
