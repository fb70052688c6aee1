"""What is there afterwards, of what people were told."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import NamedTuple, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.durability.site import lost
from benchmarks.faults.people import Told
from benchmarks.storm.browser import Acknowledged
from course.base.db import Database
from course.base.jobs import Job
from course.notices.models import Digest
from lessons.discussion.models import PostVersion
from quizzes.models import Attempt, Step, StepKind

PATIENCE = 120.0  #: seconds for the workers to send what waits


@dataclass
class Checked:
    """How much of what was acknowledged is lost, and how much that was sent twice is there twice."""

    lost: int = 0
    twice: int = 0
    wrong: list[str] = field(default_factory=list)


def check(database: Database, told: Sequence[Told]) -> Checked:
    """Return what of what people were TOLD is not there, or there twice."""
    found = Checked()
    by_kind: dict[str, list[object]] = defaultdict(list)
    for one in told:
        by_kind[one.kind].append(one.what)
    answers = [cast(Acknowledged, one) for one in by_kind["answer"]]
    missing = {"answers": lost(database.engine.url.render_as_string(hide_password=False), answers)}
    with database.transaction(writing=False) as session:
        submitted = set(session.scalars(select(Attempt.id).where(Attempt.submitted_at.is_not(None))))
        missing["submissions"] = sum(one not in submitted for one in by_kind["submission"])
        posts = Counter(session.scalars(select(PostVersion.text)))
        missing["posts"] = sum(not posts[cast(str, one)] for one in by_kind["post"])
        marks = Counter(session.scalars(select(Step.attempt_item_id).where(Step.kind == StepKind.mark)))
        missing["marks"] = sum(not marks[cast(int, one)] for one in by_kind["mark"])
        twice = {
            "answers": _answers_twice(session),
            "scores": _scores_twice(session),
            "posts": sum(count > 1 for count in posts.values()),
            "marks": sum(count > 1 for count in marks.values()),
        }
    found.lost, found.twice = sum(missing.values()), sum(twice.values())
    found.wrong = [f"{count} {what} are lost" for what, count in missing.items() if count]
    found.wrong += [f"{count} {what} are there twice" for what, count in twice.items() if count]
    return found


def _answers_twice(session: Session) -> int:
    """Return how many presses of one answer became two steps: the same that counts, one after the other."""
    pressed = select(Step.attempt_item_id, Step.once).where(Step.once.is_not(None))
    again = pressed.group_by(Step.attempt_item_id, Step.once).having(func.count() > 1).subquery()
    return session.scalar(select(func.count()).select_from(again)) or 0


def _scores_twice(session: Session) -> int:
    """Return how many items were scored by two submissions of one attempt."""
    scored = select(Step.attempt_item_id).where(Step.kind == StepKind.score)
    again = scored.group_by(Step.attempt_item_id).having(func.count() > 1).subquery()
    return session.scalar(select(func.count()).select_from(again)) or 0


class Letters(NamedTuple):
    """How many letters there were, how many were handed in twice or more, and what is wrong with them."""

    sent: int
    twice: int
    wrong: list[str]


def check_letters(database: Database, kept: Sequence[bytes], struck: int) -> Letters:
    """Return what became of the letters, once none waits; so many may have been in hand when something was STRUCK."""
    end = time.monotonic() + PATIENCE
    while (waiting := _waiting(database)) and time.monotonic() < end:
        time.sleep(0.2)
    wordings: dict[str, list[bytes]] = defaultdict(list)
    for raw in kept:
        wordings[message_from_bytes(raw)["Message-ID"]].append(raw)
    with database.transaction(writing=False) as session:
        made = {row.message_id: row.sent_at for row in session.execute(select(Digest.message_id, Digest.sent_at))}
        failed = session.scalar(select(func.count(Job.id)).where(Job.failed_at.is_not(None))) or 0
    repeated = sum(len(same) - 1 for same in wordings.values())
    counts = {
        "letters still wait": waiting,
        "jobs were given up": failed,
        "letters were made and never came": len(made.keys() - wordings.keys()),
        "letters came that nobody made": len(wordings.keys() - made.keys()),
        "letters are not known to be sent": sum(sent is None for sent in made.values()),
        "letters came in two wordings": sum(len(set(same)) > 1 for same in wordings.values()),
        "letters more came twice than were in hand at a fault": max(0, repeated - struck),
    }
    return Letters(len(made), repeated, [f"{count} {what}" for what, count in counts.items() if count])


def _waiting(database: Database) -> int:
    with database.transaction(writing=False) as session:
        waits = select(func.count(Job.id)).where(Job.done_at.is_(None), Job.failed_at.is_(None))
        return session.scalar(waits.where(Job.kind == "letter")) or 0
