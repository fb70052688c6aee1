"""The questions of a sitting as its page draws them. How a moment is said is handed in."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.words import _, plural
from course.outline.versions import held_of
from course.texts.models import Passage
from quizzes.attempts.names import names_of
from quizzes.attempts.quoting import Places, Quoted, look_up, places_in
from quizzes.attempts.replay import Turn, penalised, turn_of
from quizzes.attempts.saving import Outcome, Sent
from quizzes.attempts.steps import History
from quizzes.attempts.wording import (
    MENDED,
    combined,
    in_plain_words,
    in_tries,
    of_points,
    overtaken,
    points_words,
    verdict,
)
from quizzes.items import ItemData, Names, Raw, Response, cloze, is_marked_by_hand, matching, parse_data, type_of
from quizzes.items.cloze import Cloze
from quizzes.items.essay import Essay
from quizzes.items.matching import Matching
from quizzes.items.multiple import Multiple
from quizzes.items.ordering import Ordering
from quizzes.items.single import Single
from quizzes.models import Attempt, AttemptItem
from quizzes.policy import Policy, Thing

Clock = Callable[[datetime], str]
"""How a time of the day is said to whoever reads: "14:02"."""


class Kept(NamedTuple):
    """A save that does not count, beside the one that does: the numbers of both steps, and both in words."""

    step: int
    says: str
    counting_step: int
    counting_says: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What may be shown of an answer that was checked, the attempt being open; what may not is empty."""

    verdict: str = "blank"
    score_words: str = ""
    feedback: Sequence[str] = ()
    hint: str | None = None
    key_says: Sequence[str] = ()
    explanation: str | None = None


@dataclass(slots=True)
class Question:
    """One question of a sitting, as `quizzes/_item.html` draws it. RAW is what was typed, where it was refused."""

    id: int
    number: int
    type: str
    data: ItemData
    kind_words: str
    points_words: str
    choices: Sequence[tuple[str, str]]
    response: Response | None
    is_complete: bool
    flagged: bool
    base_step: int
    saved_at: str | None
    version_id: int
    turn: Turn
    section: int | None = None
    before_html: str = ""
    says: Sequence[str] = ()
    tries_words: str = ""
    check_words: str = ""
    checked: Checked | None = None
    kept: Kept | None = None
    passages: Sequence[Passage] = ()
    #: Those of an essay, looked up in the texts that it is to quote from; None where it is to quote from none.
    quotations: Sequence[Quoted] | None = None
    course: str = ""
    raw: Raw | None = None
    problem: str | None = None
    notice: str | None = None

    @property
    def answered(self) -> bool:
        """Whether there is a response that counts."""
        return self.response is not None

    @property
    def is_open(self) -> bool:
        """Whether it can be answered now."""
        return self.turn.state == "open"


@dataclass(frozen=True, slots=True)
class Sitting:
    """What questions are drawn with: the attempt's policy, its names, the passages of the texts it shows by version."""

    policy: Policy
    names: Names = ()
    passages: Mapping[int, Sequence[Passage]] = field(default_factory=dict)
    places: Places = field(default_factory=dict)
    course: str = ""

    def passages_of(self, version_id: int | None, idents: Collection[str]) -> list[Passage]:
        """Return those of IDENTS in the text of that version, in its order."""
        return [one for one in self.passages.get(version_id or 0, ()) if one.ident in idents]


def sitting_of(session: Session, attempt: Attempt) -> Sitting:
    """Return what the questions of ATTEMPT are drawn with. At most four queries, and none for the plain ones."""
    policy = Policy.read(attempt.policy)
    names = names_of(session, attempt) if policy.seen("during") else ()
    versions = {item.text_version_id for item in attempt.items} | {
        section.get("text_version_id") for section in policy.sections
    }
    passages = passages_by_version(session, {one for one in versions if one is not None})
    slugs = quoted_from(parse_data(item.version.data) for item in attempt.items)
    course = attempt.activity.course if attempt.activity else None
    places: Places = {}
    if course is not None and slugs:
        read = partial(places_in, course_id=course.id, slugs=slugs)
        places = held_of(session, course, ("quoted", frozenset(slugs)), read)
    return Sitting(policy, names, passages, places, course.ident if course else "")


def quoted_from(datas: Iterable[ItemData]) -> set[str]:
    """Return the slugs of the texts that essays among DATAS are to quote from."""
    return {slug for data in datas if isinstance(data, Essay) for slug in data.quote_from}


def quotations_in(data: ItemData, response: Response | None, places: Places) -> list[Quoted] | None:
    """Return the quotations of an essay, looked up in PLACES; None for what is to quote from no text, or is blank."""
    if not isinstance(data, Essay) or not data.quote_from or response is None:
        return None
    return look_up(response["text"], data.quote_from, places)


def passages_by_version(session: Session, version_ids: Collection[int]) -> Mapping[int, Sequence[Passage]]:
    """Return the passages of texts by the version, in their order. One query, none where there are no versions."""
    found: dict[int, list[Passage]] = defaultdict(list)
    if version_ids:
        rows = select(Passage).where(Passage.version_id.in_(version_ids)).order_by(Passage.position)
        for passage in session.scalars(rows):
            found[passage.version_id].append(passage)
    return found


class Section(NamedTuple):
    """What a section of a sitting shows before its questions."""

    title: str
    introduction_html: str
    passages: Sequence[Passage]


def sections_of(policy: Policy, sitting: Sitting) -> list[Section]:
    """Return the sections of a sitting, in the order in which its items number them."""
    return [
        Section(
            one.get("title", ""),
            one.get("introduction_html", ""),
            sitting.passages_of(one.get("text_version_id"), one.get("passages", ())),
        )
        for one in policy.sections
    ]


def questions_of(
    items: Sequence[AttemptItem], past: Mapping[int, History], clock: Clock, sitting: Sitting
) -> list[Question]:
    """Return the questions of a sitting as they stand."""
    return [_question(item, past[item.id], clock, sitting) for item in items]


def _question(item: AttemptItem, history: History, clock: Clock, sitting: Sitting) -> Question:
    data = parse_data(item.version.data)
    kind, last, response = type_of(data), history.counting, history.response
    turn = turn_of(data, sitting.policy, history)
    return Question(
        id=item.id,
        number=item.slot,
        type=data.type,
        data=data,
        kind_words=kind.kind_words,
        points_words=of_points(float(data.points)),
        choices=choices_of(data, item.shown, response),
        response=response,
        is_complete=kind.is_complete(data, response),
        flagged=item.flagged,
        base_step=history.tip,
        saved_at=clock(last.at) if last else None,
        version_id=item.item_version_id,
        turn=turn,
        section=item.section,
        before_html=item.before_html,
        says=kind.says(data, response),
        tries_words=tries_words(turn) if not is_marked_by_hand(data) else "",
        check_words=_("Check this answer") if turn.left else "",
        checked=_checked(data, history, turn, sitting) if turn.used else None,
        kept=kept_of(data, history) if turn.state == "open" else None,
        passages=sitting.passages_of(item.text_version_id, item.shown),
        quotations=quotations_in(data, response, sitting.places),
        course=sitting.course,
    )


def tries_words(turn: Turn) -> str:
    """Return "Two tries left" where there is more than one to speak of."""
    if turn.allowed < 2 or turn.state == "finished":
        return ""
    return plural("One try left", "{n} tries left", turn.left)


def kept_of(data: ItemData, history: History) -> Kept | None:
    """Return the save that was kept beside the one that counts, where the choice between them is open."""
    kept, counting = history.kept, history.counting
    if kept is None or counting is None:
        return None
    return Kept(
        kept.number,
        in_plain_words(data, kept.response),
        counting.number,
        in_plain_words(data, counting.response),
    )


def _checked(data: ItemData, history: History, turn: Turn, sitting: Sitting) -> Checked:
    """Return what may be shown of the last check: never the key while there is another try.

    Its points are those that the question is worth by now, after what the tries before have taken."""
    seen: frozenset[Thing] = sitting.policy.seen("during")
    tries = [type_of(data).score(data, step.response, names=sitting.names) for step in history.checks]
    last, scored = history.checks[-1], tries[-1]
    how = verdict(last.score, last.response)
    said = [*scored.feedback, *([scored.note] if scored.note else []), *combined(data, how)]
    is_last = turn.state == "finished"
    worth = float(penalised(data, sitting.policy, tries))
    words = in_tries(points_words(how, worth, float(data.points) if "score" in seen else None), turn.used)
    return Checked(
        verdict=how if "right" in seen else "blank",
        score_words=words if seen & {"right", "score"} else _("Checked"),
        feedback=said if "feedback" in seen else (),
        hint=turn.hints[-1] if turn.hints and turn.state != "finished" else None,
        key_says=type_of(data).key_says(data) if is_last and "key" in seen and how != "right" else (),
        explanation=data.explanation if is_last and "key" in seen else None,
    )


def choices_of(data: ItemData, shown: Sequence[str], response: Response | None) -> list[tuple[str, str]]:
    """Return what can be chosen, (ident, words), in the order of this attempt; entries as they were put last."""
    if isinstance(data, Single | Multiple):
        words = {option.ident: option.text for option in data.options}
    elif isinstance(data, Matching):
        words = {choice.ident: choice.text for choice in matching.choices(data)}
    elif isinstance(data, Cloze):
        words = cloze.options(data)
    elif isinstance(data, Ordering):
        words = {entry.ident: entry.text for entry in data.entries}
        shown = response["order"] if response else shown
    else:
        return []
    return [(ident, words[ident]) for ident in shown]


def tell(
    questions: Sequence[Question],
    sent: Mapping[int, Sent],
    outcomes: Mapping[int, Outcome],
    typed: Callable[[int], Raw],
) -> None:
    """Put what is to be said of a page that was sent on its QUESTIONS: refusals with what was typed, and notices."""
    for question in questions:
        if (one := sent.get(question.id)) is None:
            continue
        if one.problem is not None:
            question.problem, question.raw = one.problem, typed(question.id)
        elif (outcome := outcomes[question.id]).overtaken and not outcome.kept:
            continue  # this page only did not know yet, and now it shows what counts
        elif question.kept is None:  # else both answers stand there to be chosen from
            question.notice = notice_of(question.data, one, outcome)


def notice_of(data: ItemData, sent: Sent, outcome: Outcome) -> str | None:
    """Return what is to be said of a saved item, if anything."""
    if outcome.overtaken:
        return overtaken(data, outcome.counting, kept=outcome.kept is not None)
    return MENDED if sent.mended else None


def reply_of(data: ItemData, sent: Sent, outcome: Outcome, *, answered: int, of: int, time: str) -> dict[str, Any]:
    """Return what the page's script is told of a saved item, one of so many OF its attempt (kruzhok.js reads exactly
    this)."""
    reply: dict[str, Any] = {
        "step": outcome.step,
        "saved": time,
        "answered": outcome.counting is not None,
        "flagged": sent.flagged,
        "done": answered,
        "of": of,
        "notice": notice_of(data, sent, outcome) if outcome.kept is None else None,
    }
    if outcome.kept is not None:
        reply["kept"] = {
            "step": outcome.kept.number,
            "here": in_plain_words(data, outcome.kept.response),
            "counts": in_plain_words(data, outcome.counting),
        }
    if not outcome.overtaken and outcome.counting and "order" in outcome.counting:
        reply["order"] = outcome.counting["order"]
    return reply
