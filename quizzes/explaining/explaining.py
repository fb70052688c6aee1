"""How the score of one question of an attempt came about: its steps replayed, and what they must come to."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from course.base.words import _
from course.texts.models import Passage
from course.users.models import User
from quizzes.attempts.ending import exactly, weight
from quizzes.attempts.names import names_of
from quizzes.attempts.replay import final_score
from quizzes.attempts.side_door import open_item_ids
from quizzes.attempts.steps import History
from quizzes.attempts.wording import LEFT_OUT, WAITING, amount, of_points
from quizzes.explaining.story import Entry, Say, Told, Uncounted, may_accept, story_of, uncounted
from quizzes.items import ItemData, Names, parse_data
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Step, StepKind
from quizzes.policy import Policy, Thing

log = logging.getLogger(__name__)

NOT_NOW = _("The score of this question is not shown now.")
OPEN = _("While an attempt of yours with this question is open, nothing is said of it here.")


class Replay(NamedTuple):
    """What the steps of a question come to when they are gone through again, and what is stored: from 0 to 1, or None
    where it is not marked."""

    score: Fraction | None
    stored: float | None

    @property
    def agrees(self) -> bool:
        """Whether the two are the same number."""
        return (None if self.score is None else float(self.score)) == self.stored


def replay(data: ItemData, policy: Policy, history: History, names: Names) -> Replay:
    """Return what HISTORY comes to, from the answers and from what humans said, and what is stored of it."""
    scored = history.scored
    return Replay(final_score(data, policy, history, names), scored.score if scored else None)


def points_of(replays: Sequence[tuple[ItemData, Replay]]) -> float | None:
    """Return what the replayed scores of an attempt come to in points; None where one is not marked yet."""
    if any(one.score is None for _data, one in replays):
        return None
    return float(sum(exactly(float(one.score or 0)) * weight(data) for data, one in replays))


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the score of one question came about. SILENT is why it is not said, and all else is empty then.

    `sums` says what the score is in points, `check` whether the replay gives what is stored: `agrees`. For a tutor
    there are besides the answers that do not count, and whether one of them still could."""

    number: int
    stem: str
    entries: Sequence[Entry] = ()
    sums: str = ""
    check: str = ""
    agrees: bool = True
    waits: bool = False
    silent: str = ""
    most: float = 1
    kept: Sequence[Uncounted] = ()
    may_accept: bool = False


def explain(
    session: Session, attempt: Attempt, item: AttemptItem, *, seen: Collection[Thing], looker_id: int, say: Say
) -> Explanation:
    """Return how the score of ITEM of ATTEMPT, which is submitted, came about, as far as it may be SEEN.

    Of a question in an open attempt of LOOKER_ID, who looks, nothing is said. Five queries, and one more where passages
    were picked. A replay that does not give what is stored is logged as an error."""
    data = parse_data(item.version.data)
    if item.version.item_id in open_item_ids(session, looker_id):
        return Explanation(item.slot, data.stem, silent=OPEN)
    if "score" not in seen:
        return Explanation(item.slot, data.stem, silent=NOT_NOW)
    told = _told(session, attempt, item, data, in_full={"right", "key"} <= set(seen), say=say)
    found = replay(data, told.policy, told.history, told.names)
    if not found.agrees:
        log.error("Item %d of attempt %d replays to another score than is stored", item.id, attempt.id)
    waits = found.stored is None and attempt.points is None
    return Explanation(
        item.slot,
        data.stem,
        story_of(told),
        sums=_sums(data, found, waits=waits),
        check=_check(found),
        agrees=found.agrees,
        waits=waits,
        most=float(data.points),
        kept=uncounted(told),
        may_accept=may_accept(told),
    )


def _sums(data: ItemData, found: Replay, *, waits: bool) -> str:
    if found.stored is None:
        return WAITING if waits else LEFT_OUT
    got = of_points(float(exactly(found.stored) * weight(data)))
    words = _("A score of {score}, times {points}, is {got}.")
    return words.format(score=amount(found.stored), points=of_points(float(data.points)), got=got)


def _check(found: Replay) -> str:
    if found.stored is None and found.score is None:
        return ""
    facts = {
        "score": _("none") if found.score is None else amount(float(found.score)),
        "stored": _("none") if found.stored is None else amount(found.stored),
    }
    if found.agrees:
        return _("Gone through again just now, the steps come to {score}, which is what is stored.").format(**facts)
    return _(
        "Gone through again just now, the steps come to {score}, and {stored} is stored. Something is wrong here: the "
        "stored score counts until it is found, and whoever runs the site has been told in its log."
    ).format(**facts)


def _told(session: Session, attempt: Attempt, item: AttemptItem, data: ItemData, *, in_full: bool, say: Say) -> Told:
    history = history_of(session, item)
    assert attempt.submitted_at is not None
    return Told(
        number=item.slot,
        version=item.version,
        now=_current(session, item.version),
        data=data,
        policy=Policy.read(attempt.policy),
        history=history,
        names=names_of(session, attempt),
        users=_names(session, history),
        passages=_passages(session, item) if data.type == "evidence" else {},
        submitted_at=attempt.submitted_at,
        say=say,
        in_full=in_full,
    )


def history_of(session: Session, item: AttemptItem) -> History:
    """Return the steps of ITEM with every save that does not count, and the last of those that do. One query."""
    own = Step.attempt_item_id == item.id
    last = select(func.max(Step.number)).where(own, Step.kind == StepKind.save, Step.counts).scalar_subquery()
    wanted = or_(Step.kind != StepKind.save, Step.counts.is_(False), Step.number == last)
    return History(session.scalars(select(Step).where(own, wanted).order_by(Step.number)).all())


def _current(session: Session, version: ItemVersion) -> ItemVersion:
    current = select(ItemVersion).join(Item, Item.current_version_id == ItemVersion.id)
    return session.scalars(current.where(Item.id == version.item_id)).one_or_none() or version


def _names(session: Session, history: History) -> Mapping[int, str]:
    ids = {step.by_id for step in history.steps if step.by_id is not None}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {row.id: row.name or "" for row in rows}


def _passages(session: Session, item: AttemptItem) -> Mapping[str, str]:
    rows = session.execute(select(Passage.ident, Passage.plain).where(Passage.version_id == item.text_version_id))
    return {row.ident: row.plain for row in rows}
