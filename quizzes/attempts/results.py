"""What came of attempts: for the result page of one, and in short for other rooms."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from course.base.db import in_words
from course.base.words import _
from course.groups.models import Enrolment
from course.reference.models import Source
from course.texts.models import Passage
from course.users.models import User
from quizzes.attempts.names import names_of
from quizzes.attempts.places import Place, items_with_places, place_of
from quizzes.attempts.questions import passages_by_version, quotations_in, quoted_from
from quizzes.attempts.quoting import Places, Quoted, places_in
from quizzes.attempts.replay import tries_allowed, tries_of
from quizzes.attempts.side_door import open_item_ids
from quizzes.attempts.steps import History, standing
from quizzes.attempts.wording import LEFT_OUT, WAITING, combined, in_tries, listed, points_words, quote, verdict
from quizzes.items import ItemData, Names, Response, parse_data, type_of
from quizzes.items.essay import Essay
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Purpose, Step, StepKind
from quizzes.policy import THINGS, Policy, Thing, counting, passes

GONE = _("The passage of this question is no longer in the text.")
WITHDRAWN = _("This question was corrected after your attempt, and the key of that time is withdrawn.")


class Marking(NamedTuple):
    """What a human said of an answer: (criterion, level) in words, a comment, and who."""

    lines: Sequence[tuple[str, str]]
    comment: str
    by: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of a result, on the version that was taken. What may not be shown now is empty.

    `is_silent`: it stands in an open attempt, and nothing but what was said is shown. `left_out`: an essay that nobody
    is there to mark, no part of the result. `rated` is how its writer rates it."""

    id: int
    number: int
    type: str
    data: ItemData
    says: Sequence[str]
    version_id: int
    response: Response | None = None
    key_says: Sequence[str] = ()
    key_label: str = _("Key")
    feedback: Sequence[str] = ()
    explanation: str | None = None
    verdict: str = "blank"
    score_words: str = ""
    passage_url: str | None = None
    passage_words: str | None = None
    sources: Sequence[str] = ()
    place: Place | None = None
    is_silent: bool = False
    left_out: bool = False
    marking: Marking | None = None
    rated: Mapping[str, str] | None = None
    passages: Sequence[Passage] = ()
    quotations: Sequence[Quoted] | None = None
    course: str = ""
    late: Sequence[str] = ()


class Again(NamedTuple):
    """A passage to read again: the questions that lead there, its address, what it is and how it begins."""

    questions: str
    url: str
    words: str
    quote: str
    place: Place


class Looker(NamedTuple):
    """Another user who looks at a result, in the place of theirs that is the study group of that slug."""

    user_id: int
    group: str


def answers_of(
    session: Session,
    attempt: Attempt,
    *,
    course_id: int,
    course: str,
    root: str = "",
    looker: Looker | None = None,
    seen: Collection[Thing] = THINGS,
    came_from: str | None = None,
) -> list[Answered]:
    """Return the questions of ATTEMPT, which is submitted, with what was said and what of the outcome may be SEEN.

    LOOKER is who looks where it is not the user themselves. Of an item that stands in an open attempt of whoever looks
    nothing is shown but what was said. COURSE is the course's ident and ROOT what addresses of the site begin with;
    CAME_FROM is what a passage says of where it leads back to, if not to the result of the attempt.
    Six queries, and up to two more where there are marks or texts to pick from."""
    rows = session.execute(items_with_places(attempt.id)).all()
    past = standing(session, attempt)
    closed = open_item_ids(session, looker.user_id if looker else attempt.user_id)
    datas = {item.id: parse_data(version.data) for item, version, *_rest in rows}
    cited = _sources(session, course_id, {ident for data in datas.values() for ident in data.sources})
    shown = _Shown(
        names=names_of(session, attempt),
        policy=Policy.read(attempt.policy),
        seen=frozenset(seen),
        awaited=attempt.points is None,
        current=_corrected(session, [version for _item, version, *_rest in rows]),
        markers=_markers(session, past),
        places=places_in(session, course_id, quoted_from(datas.values())),
        course=course,
        passages=passages_by_version(session, {item.text_version_id for item, *_rest in rows if item.text_version_id}),
    )
    answers = []
    for item, version, anchor, passage, text, lesson in rows:
        data, history = datas[item.id], past[item.id]
        if version.item_id in closed:
            answers.append(_silent(item, data, history))
            continue
        place = place_of(passage, text, lesson) if "feedback" in seen else None
        query = {"group": looker.group} if looker else {"from": came_from or f"attempt-{attempt.id}-{item.slot}"}
        url = root + place.path(course, **query) if place else None
        answers.append(
            replace(
                shown.answered(item, version, data, history),
                passage_url=url,
                passage_words=place.words if place else GONE if anchor and "feedback" in seen else None,
                sources=[cited[ident] for ident in data.sources if ident in cited] if "feedback" in seen else (),
                place=place,
            )
        )
    return answers


def _silent(item: AttemptItem, data: ItemData, history: History) -> Answered:
    words = _("Shown again when your open attempt is submitted.")
    says = type_of(data).says(data, history.response)
    return Answered(item.id, item.slot, data.type, data, says, item.item_version_id, score_words=words, is_silent=True)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the answers of one attempt are shown by."""

    names: Names
    policy: Policy
    seen: frozenset[Thing]
    awaited: bool
    current: Mapping[int, ItemData]
    markers: Mapping[int, str]
    places: Places
    course: str
    passages: Mapping[int, Sequence[Passage]]

    def answered(self, item: AttemptItem, version: ItemVersion, data: ItemData, history: History) -> Answered:
        """Return what may be shown of ITEM, whose passage and sources are for the caller to add."""
        scored, response = history.scored, history.judged
        how = self._verdict(data, history, response)
        answer = Answered(
            item.id,
            item.slot,
            data.type,
            data,
            type_of(data).says(data, response),
            item.item_version_id,
            response=response,
            verdict=how if "right" in self.seen else "blank",
            score_words=self._score_words(data, history, how),
            left_out=scored is None and not self.awaited,
            marking=self._marking(data, scored),
            rated=self._rated(history),
            passages=[one for one in self.passages.get(item.text_version_id or 0, ()) if one.ident in item.shown],
            quotations=quotations_in(data, response, self.places),
            course=self.course,
            late=_late(data, history),
        )
        if (now := self.current.get(version.item_id)) is not None and is_withdrawn(data, now):
            return self._corrected(answer, now)
        return replace(
            answer,
            key_says=key_of(data) if "key" in self.seen and how != "right" and not self._awaits(data, scored) else (),
            feedback=self._feedback(data, response, how) if "feedback" in self.seen else (),
            explanation=data.explanation if "key" in self.seen and not self._awaits(data, scored) else None,
        )

    def _verdict(self, data: ItemData, history: History, response: Response | None) -> str:
        """Return how the answer came out: of several tries how the last did, whatever it is worth after the others."""
        if history.scored is None or not history.checks or history.scored.kind is not StepKind.score:
            return verdict(history.scored.score if history.scored else None, response)
        return verdict(float(type_of(data).score(data, response, names=self.names).score), response)

    def _awaits(self, data: ItemData, scored: Step | None) -> bool:
        """Say whether a tutor has yet to mark this answer: until then its model answer is not shown."""
        return self.awaited and scored is None

    def _score_words(self, data: ItemData, history: History, how: str) -> str:
        scored = history.scored
        if scored is None:
            return WAITING if self.awaited else LEFT_OUT
        words = points_words(how, scored.score or 0.0, float(data.points) if "score" in self.seen else None)
        words = in_tries(words, len(tries_of(history, allowed=tries_allowed(data, self.policy))))
        return words if self.seen & {"right", "score"} else ""

    def _feedback(self, data: ItemData, response: Response | None, how: str) -> list[str]:
        again = type_of(data).score(data, response, names=self.names)
        return [*again.feedback, *([again.note] if again.note else []), *combined(data, how)]

    def _marking(self, data: ItemData, scored: Step | None) -> Marking | None:
        if scored is None or scored.kind is StepKind.score:
            return None
        said = scored.data or {}
        by = self.markers.get(scored.by_id or 0, _("a former user"))
        if scored.kind is StepKind.override:
            return Marking([], str(said.get("reason", "")), by)
        return Marking(level_lines(data, said.get("levels", {})), str(said.get("comment", "")), by)

    def _rated(self, history: History) -> Mapping[str, str] | None:
        rated = history.last(StepKind.rate)
        return (rated.data or {}).get("levels", {}) if rated else None

    def _corrected(self, answer: Answered, now: ItemData) -> Answered:
        """Return ANSWER where the key that it was scored by is withdrawn: it is not shown as right any more."""
        return replace(
            answer,
            verdict="blank",
            key_says=key_of(now) if "key" in self.seen else (),
            key_label=_("Key now"),
            feedback=[WITHDRAWN],
            explanation=now.explanation if "key" in self.seen else None,
        )


def is_withdrawn(then: ItemData, now: ItemData) -> bool:
    """Return whether the key of an item is another one NOW than THEN, and so withdrawn."""
    return then.type != now.type or type_of(then).key_says(then) != type_of(now).key_says(now)


def _corrected(session: Session, versions: Sequence[ItemVersion]) -> dict[int, ItemData]:
    """Return the current state of those items of VERSIONS that have a newer one. One query."""
    taken = [version.id for version in versions]
    rows = session.execute(
        select(Item.id, ItemVersion.data)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Item.id.in_([version.item_id for version in versions]), ItemVersion.id.not_in(taken))
    )
    return {item_id: parse_data(data) for item_id, data in rows}


def _markers(session: Session, past: Mapping[int, History]) -> dict[int, str]:
    """Return the names of those who marked. One query, none where nobody did."""
    steps = [history.scored for history in past.values()]
    ids = {step.by_id for step in steps if step is not None and step.by_id is not None}
    if not ids:
        return {}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {row.id: row.name for row in rows}


def level_lines(data: ItemData, levels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (criterion, level) in words for the LEVELS chosen in a rubric."""
    if not isinstance(data, Essay):
        return []
    return [
        (criterion.title, level.words)
        for criterion in data.rubric
        for level in criterion.levels
        if levels.get(criterion.ident) == level.ident
    ]


def _late(data: ItemData, history: History) -> list[str]:
    """Return in words the last response that came too late or was overtaken, and never chosen; nothing if none was."""
    return type_of(data).says(data, history.kept.response) if history.kept is not None else []


def key_of(data: ItemData) -> Sequence[str]:
    """Return the key in words; of a short answer its first spelling: the others are there for those who type."""
    said = type_of(data).key_says(data)
    return said[:1] if data.type == "short" else said


def _sources(session: Session, course_id: int, idents: Collection[str]) -> dict[str, str]:
    rows = session.scalars(select(Source).where(Source.course_id == course_id, Source.ident.in_(idents)))
    return {row.ident: ", ".join(part for part in (row.author, f"*{row.title}*", row.year) if part) for row in rows}


def to_read_again(answers: Sequence[Answered]) -> list[Again]:
    """Return the passages of the questions that came out wrong or partly right, each once, in the order of these."""
    missed: dict[tuple[int, str], list[Answered]] = {}
    for answer in answers:
        if answer.place is not None and answer.verdict in {"wrong", "part"}:
            missed.setdefault((answer.place.text_id, answer.place.ident), []).append(answer)
    found = []
    for group in missed.values():
        place, url = group[0].place, group[0].passage_url or ""
        assert place is not None
        found.append(Again(listed([one.number for one in group]), url, place.words, quote(place.plain), place))
    return found


class QuizStanding(NamedTuple):
    """Where an enrolment stands at a quiz: how many attempts, which is open, what counts and of how much, whether it is
    passed (None: no pass mark, or nothing submitted)."""

    attempts: int
    open_attempt_id: int | None
    counting_points: float | None
    max_points: float | None
    passed: bool | None


def quiz_results(session: Session, enrolment: Enrolment, activity_ids: Collection[int]) -> Mapping[int, QuizStanding]:
    """Return the standing at each of the quizzes at which there is an attempt, as ENROLMENT may see it. One query.

    Where the score is not to be seen at all times it is for the page of the quiz to say when."""
    return results_of(session.scalars(_SAT, {"enrolment_id": enrolment.id, "activity_ids": list(activity_ids)}))


def results_of(attempts: Iterable[Attempt]) -> Mapping[int, QuizStanding]:
    """Return the same from all ATTEMPTS of an enrolment at some quizzes, ordered by quiz and number."""
    by_quiz = groupby(attempts, key=lambda attempt: attempt.activity_id or 0)
    return {activity_id: _as_seen(list(sat)) for activity_id, sat in by_quiz}


_SAT = (
    select(Attempt)
    .where(Attempt.enrolment_id == bindparam("enrolment_id"), Attempt.purpose == in_words(Purpose.quiz))
    .where(Attempt.activity_id.in_(bindparam("activity_ids", expanding=True)))
    .order_by(Attempt.activity_id, Attempt.number)
)


def _as_seen(attempts: Sequence[Attempt]) -> QuizStanding:
    result = standing_at(attempts)
    last = next((attempt for attempt in reversed(attempts) if attempt.submitted_at is not None), None)
    if last is None or Policy.read(last.policy).always("score"):
        return result
    return result._replace(counting_points=None, passed=None)


def standing_at(attempts: Sequence[Attempt]) -> QuizStanding:
    """Return the standing from all ATTEMPTS at one quiz; what counts is as the last submitted one was promised."""
    submitted = [attempt for attempt in attempts if attempt.submitted_at is not None]
    unfinished = next((attempt.id for attempt in attempts if attempt.submitted_at is None), None)
    if not submitted:
        return QuizStanding(len(attempts), unfinished, None, None, None)
    policy = Policy.read(submitted[-1].policy)
    result = counting(submitted, policy.counts)
    points, total = (result.points, result.max_points) if result else (None, None)
    return QuizStanding(len(attempts), unfinished, points, total, passes(result, policy.pass_mark))
