"""Beginning an attempt: which questions, in which order, on which versions, for how long; all fixed for good."""

import logging
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _, plural
from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from quizzes.attempts.content import Entry, Section, Shown, content_of
from quizzes.attempts.ending import weight
from quizzes.attempts.names import name_list
from quizzes.items import ItemData, parse_data, type_of
from quizzes.items.evidence import Evidence
from quizzes.limits import Limits, limits_at
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Purpose, Quiz, QuizSlot
from quizzes.policy import Policy, with_due

log = logging.getLogger(__name__)


class AttemptsUsedUp(Conflict):
    """There are as many attempts as the quiz allows."""

    title = _("Your attempts at this quiz are used up")


class NotOpen(Conflict):
    """The quiz is not open yet, or closed."""

    title = _("This quiz is not open")


class Slot(NamedTuple):
    """One question that a quiz may ask."""

    slot: QuizSlot
    version: ItemVersion
    data: ItemData


def purpose_for(enrolment: Enrolment | None) -> Purpose:
    """Return what an attempt of ENROLMENT is: a tutor only tries a quiz out."""
    return Purpose.preview if enrolment is not None and enrolment.role is Role.tutor else Purpose.quiz


def start_attempt(
    session: Session, enrolment: Enrolment, activity: Activity, *, now: datetime, rng: random.Random
) -> Attempt:
    """Do what `start_at` does at the quiz ACTIVITY."""
    quiz = session.scalars(select(Quiz).where(Quiz.activity_id == activity.id)).one()
    return start_at(session, enrolment, quiz, now=now, rng=rng)


def start_at(session: Session, enrolment: Enrolment, quiz: Quiz, *, now: datetime, rng: random.Random) -> Attempt:
    """Return the open attempt of ENROLMENT at QUIZ, or a new one of the current versions of its items.

    Raise AttemptsUsedUp where no more are allowed, NotOpen where it is not open. Of two that begin at once the indexes
    let one through, and both get that one. A tutor gets a preview, without limits but for its time."""
    activity = quiz.activity
    for _try in range(2):
        attempts = attempts_at(session, enrolment, activity)
        if attempts and attempts[-1].submitted_at is None:
            return attempts[-1]
        limits = limits_at(session, quiz, enrolment)
        if purpose_for(enrolment) is Purpose.quiz:
            _check_allowed(limits, attempts, enrolment, now)
        attempt, rows = _prepared(session, quiz, enrolment, rng)
        attempt.number = attempts[-1].number + 1 if attempts else 1
        attempt.started_at, attempt.deadline_at = now, limits.deadline(now)
        attempt.policy = with_due(attempt.policy, limits.due_at)
        attempt.names_id = name_list(session, activity.course_id).id
        if attempt.deadline_at is not None and attempt.deadline_at < now:  # a preview of what is closed
            attempt.deadline_at = None
        try:
            with session.begin_nested():
                session.add(attempt)
                session.flush()
                session.execute(_ITEMS, [{"attempt_id": attempt.id} | row for row in rows])
        except IntegrityError:  # another request of the same user was first
            continue
        log.info("Attempt %d of quiz %d begun", attempt.id, activity.id)
        return attempt
    raise Conflict(_("This quiz was begun and submitted elsewhere at the same moment. Load the page again."))


# Also what is empty is said, so that rows of all kinds go in one statement.
_ITEMS = insert(AttemptItem).execution_options(render_nulls=True)


def attempts_at(session: Session, enrolment: Enrolment, activity: Activity) -> Sequence[Attempt]:
    """Return the attempts of ENROLMENT at the quiz ACTIVITY, by number; only the last can be open. One query.

    Those of a tutor are previews."""
    mine = select(Attempt).where(
        Attempt.enrolment_id == enrolment.id,
        Attempt.activity_id == activity.id,
        Attempt.purpose == purpose_for(enrolment),
    )
    return session.scalars(mine.order_by(Attempt.number)).all()


def count_used(attempts: Sequence[Attempt], enrolment: Enrolment | None) -> int:
    """Return how many of the ATTEMPTS of ENROLMENT count against a limit: those begun since it joined its group.

    What was done alone before, and brought along, is the group's to see and not its to limit."""
    return sum(enrolment is None or attempt.started_at >= enrolment.joined_at for attempt in attempts)


def _check_allowed(limits: Limits, attempts: Sequence[Attempt], enrolment: Enrolment, now: datetime) -> None:
    if not limits.may_start(now):
        early = limits.opens_at is not None and now < limits.opens_at
        raise NotOpen(
            _("It opens later: this page says when.")
            if early
            else _("It is closed. What you did here stays open to you.")
        )
    allowed = limits.attempts
    if allowed is not None and count_used(attempts, enrolment) >= allowed:
        words = plural("One attempt is allowed here.", "{n} attempts are allowed here.", allowed)
        raise AttemptsUsedUp(_("{allowed} The results stay open to you.").format(allowed=words))


def _prepared(
    session: Session, quiz: Quiz, enrolment: Enrolment, rng: random.Random
) -> tuple[Attempt, list[dict[str, Any]]]:
    """Return a new attempt and its items, each in the order in which it will be shown for good."""
    entries, sections, texts = content_of(session, quiz)
    chosen = drawn(entries, sections, shuffled=quiz.shuffled, rng=rng)
    if not chosen:
        raise Conflict(_("This quiz has no questions yet."))
    place = {section.id: at for at, section in enumerate(sections)}
    rows = [
        {
            "slot": number,
            "item_version_id": one.version_id,
            "shown": type_of(one.data).shown(one.data, rng),
            "section": place.get(one.section_id or 0),
            "before_html": one.before_html,
            "text_version_id": None,
        }
        | _evidence(one.data, texts)
        for number, one in enumerate(chosen, 1)
    ]
    attempt = Attempt(user_id=enrolment.user_id, enrolment_id=enrolment.id, activity_id=quiz.activity_id)
    attempt.purpose = purpose_for(enrolment)
    attempt.max_points = float(sum(weight(one.data) for one in chosen))
    attempt.policy = Policy.of(quiz, [_frozen(section, texts) for section in sections]).stored()
    return attempt, rows


def slots_of(session: Session, quiz: Quiz) -> list[Slot]:
    """Return the questions of QUIZ on their current versions, in order. One query."""
    rows = session.execute(
        select(QuizSlot, ItemVersion)
        .join(Item, Item.id == QuizSlot.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(QuizSlot.quiz_id == quiz.id)
        .order_by(QuizSlot.position)
    )
    return [Slot(slot, version, parse_data(version.data)) for slot, version in rows]


def drawn(entries: Sequence[Entry], sections: Sequence[Section], *, shuffled: bool, rng: random.Random) -> list[Entry]:
    """Return the questions of one attempt: of each section those that its draws choose, else all.

    They stand in the order of the quiz or, where it is SHUFFLED, in one of their own within each section. Draws are
    made in turn; what one has taken the next does not get."""
    result: list[Entry] = []
    for section in (None, *sections):
        section_id = section.id if section is not None else None
        pool = [one for one in entries if one.section_id == section_id]
        draws = (section.draws or {}).get("draws", ()) if section is not None else ()
        if draws:
            pool = _draw(pool, draws, rng)
        if shuffled:
            rng.shuffle(pool)
        result += pool
    return result


def _draw(pool: Sequence[Entry], draws: Sequence[Mapping[str, Any]], rng: random.Random) -> list[Entry]:
    taken: set[int] = set()
    for draw in draws:
        fitting = [
            one.slot_id
            for one in pool
            if one.slot_id not in taken and (draw.get("tag") is None or draw["tag"] in one.data.tags)
        ]
        taken.update(rng.sample(fitting, min(draw["count"], len(fitting))))
    return [one for one in pool if one.slot_id in taken]


def _evidence(data: ItemData, texts: Mapping[str | int, Shown]) -> dict[str, Any]:
    if not isinstance(data, Evidence) or data.text not in texts:
        return {}
    text = texts[data.text]
    first, last = (data.range.first, data.range.last) if data.range else (None, None)
    return {"shown": between(text.passages, first, last), "text_version_id": text.version_id}


def between(idents: Sequence[str], first: str | None, last: str | None) -> list[str]:
    """Return the part of IDENTS from FIRST to LAST, both included; an end that is not there is that of the whole."""
    begin = idents.index(first) if first in idents else 0
    end = idents.index(last) + 1 if last in idents else len(idents)
    return list(idents[begin:end])


def _frozen(section: Section, texts: Mapping[str | int, Shown]) -> dict[str, Any]:
    """Return what an attempt keeps of SECTION."""
    shown = texts.get(section.text_id or 0)
    return {
        "title": section.title,
        "introduction_html": section.introduction_html,
        "text_version_id": shown.version_id if shown else None,
        "passages": between(shown.passages, section.first, section.last) if shown else [],
    }
