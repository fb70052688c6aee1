"""The story of a score in plain words: which question, by which method, each try, what was taken of it, who marked it
and who set it anew. Given the steps, pure; how a moment is said is handed in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from course.base.words import _, plural
from quizzes.attempts.replay import OF_PARTS, penalised, tries_allowed, tries_of, turn_of
from quizzes.attempts.results import is_withdrawn, level_lines
from quizzes.attempts.steps import History
from quizzes.attempts.wording import amount, of_points, quote
from quizzes.explaining.arithmetic import equals, said
from quizzes.explaining.methods import method_of
from quizzes.explaining.words import explains
from quizzes.items import ItemData, Names, Response, Scored, is_marked_by_hand, parse_data, type_of
from quizzes.items.cloze import Cloze
from quizzes.items.common import as_markdown
from quizzes.models import Behaviour, ItemVersion, Step, StepKind
from quizzes.policy import Policy
from quizzes.scoring import less_penalty

Say = Callable[[datetime], str]
"""How a moment is said to whoever reads: "21 November 2026, 14:31"."""


#: Types of which the reckoning says what was answered.
SAID_ANYWAY = frozenset({"single", "multiple", "true-false", "matching", "short", "numeric", "date", "cloze"})


class Entry(NamedTuple):
    """One thing that led to the score, and what there is to say of it in single (Markdown)."""

    words: str
    details: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """All that the story of one question is told from.

    HISTORY has all saves that do not count, and of the others the last. NOW is the question's current version, USERS
    are names by id, PASSAGES the words of passages by ident. IN_FULL: whoever reads may see the key, and so what the
    method made of each answer."""

    number: int
    version: ItemVersion
    now: ItemVersion
    data: ItemData
    policy: Policy
    history: History
    names: Names
    users: Mapping[int, str]
    passages: Mapping[str, str]
    submitted_at: datetime
    say: Say
    in_full: bool

    @property
    def withdrawn(self) -> bool:
        """Whether the key by which it was scored holds no more."""
        return self.version.id != self.now.id and is_withdrawn(self.data, parse_data(self.now.data))

    @property
    def shows_reckoning(self) -> bool:
        """Whether it is said what the method made of each answer: never by a key that is withdrawn."""
        return self.in_full and not self.withdrawn

    def who(self, step: Step) -> str:
        """Return the name of whoever made STEP, as Markdown."""
        return as_markdown(self.users.get(step.by_id or 0, "")) or _("a former user")


def story_of(told: Told) -> list[Entry]:
    """Return what led to the score, in order."""
    return [_version(told), _method(told), *_answers(told), *_uncounted(told), *_verdicts(told)]


def _method(told: Told) -> Entry:
    return Entry(_("How it is scored. {method}").format(method=method_of(told.data)))


def _version(told: Told) -> Entry:
    words = _("Question {n} of the attempt, in version {version} of {when}.").format(
        n=told.number, version=told.version.number, when=told.say(told.version.made_at)
    )
    if told.now.id == told.version.id:
        return Entry(words + " " + _("So it stands today."))
    facts = {"version": told.now.number, "when": told.say(told.now.made_at)}
    if told.withdrawn:
        since = _(
            "Its key was corrected in version {version} of {when}. The key of that time is withdrawn, and the score "
            "stands as it was given."
        )
    else:
        since = _("It was changed since, in version {version} of {when}, and its key is the same.")
    return Entry(words + " " + since.format(**facts))


# What was answered


def _answers(told: Told) -> list[Entry]:
    data, history = told.data, told.history
    tries = tries_of(history, allowed=tries_allowed(data, told.policy))
    if is_marked_by_hand(data):
        return [_answer(told, tries[-1], None)]
    scored = [type_of(data).score(data, response, names=told.names) for response in tries]
    entries = [
        _answer(told, response, one, number) for number, (response, one) in enumerate(zip(tries, scored, strict=True))
    ]
    if told.policy.behaviour is Behaviour.tries and len(tries) > 1:
        entries.append(_penalty(told, scored))
    return entries


def _answer(told: Told, response: Response | None, scored: Scored | None, number: int = 0) -> Entry:
    """Return the entry of one try, NUMBER of them being before it; SCORED is None where a human marks it."""
    facts = {"n": number + 1, "when": _when(told, number)}
    if response is None:
        words = _("No answer was given.")
    elif not told.history.checks:
        words = _("The answer that counts, saved {when}").format(**facts)
    elif number < len(told.history.checks):
        words = _("Try {n}, checked {when}").format(**facts)
    else:
        words = _("Try {n}, not checked and handed in as it was saved {when}").format(**facts)
    if response is not None and not (told.shows_reckoning and told.data.type in SAID_ANYWAY):
        words = _("{words}: {answer}").format(words=words, answer=_in_words(told, response))
    if scored is None:
        return Entry(words)
    if told.shows_reckoning:
        return Entry(words, explains(told.data, response, names=told.names))
    return Entry(words, [_("Worth {share}").format(share=said(scored.score))])


def _when(told: Told, number: int) -> str:
    checks, counting = told.history.checks, told.history.counting
    step = checks[number] if number < len(checks) else counting
    if step is None:
        return ""
    kept = told.history.step(step.base_step) if step.kind is StepKind.accept else None
    return told.say((kept or step).at)


def _in_words(told: Told, response: Response | None) -> str:
    """Return RESPONSE in a line: of an essay its length, of passages their beginnings."""
    data: Any = told.data
    if response is None:
        return ""
    if data.type == "essay":
        return str(data.length_words(response))
    lines = type_of(data).says(data, response)
    if data.type == "evidence":
        lines = [as_markdown(quote(told.passages.get(ident, ident))) for ident in lines]
    return "; ".join(f"“{line}”" for line in lines)


# What tries take


def _penalty(told: Told, scored: Sequence[Scored]) -> Entry:
    penalty = Fraction(told.policy.penalty).limit_denominator(10_000)
    used, raw, share = len(scored) - 1, scored[-1].score, penalised(told.data, told.policy, scored)
    if told.data.type in OF_PARTS and scored[-1].parts:
        words = _("Each part loses {penalty} for each try up to the last in which it was worth less than at the end")
        mean = _("The mean of the parts: {share}").format(share=said(share))
        details = [*_counted_back(told, scored, penalty), mean] if told.shows_reckoning else [mean]
        return Entry(words.format(penalty=said(penalty)), details)
    tries = plural("One try was made before the last", "{n} tries were made before the last", used)
    taken = _("{tries}; each takes {penalty}").format(tries=tries, penalty=said(penalty))
    return Entry(f"{taken}: {reckoned(raw, penalty, used)}")


def reckoned(raw: Fraction, penalty: Fraction, used: int) -> str:
    """Return "1 − 2 × 0.33 = 0.33": what a try is worth that was RAW, after as many as were USED."""
    share = less_penalty(raw, penalty, used)
    if raw < penalty * used:
        return _("{raw} − {used} × {penalty} is below 0, and counts as 0").format(
            raw=said(raw), used=used, penalty=said(penalty)
        )
    return equals(f"{said(raw)} − {used} × {said(penalty)}", share)


def _counted_back(told: Told, scored: Sequence[Scored], penalty: Fraction) -> list[str]:
    called = part_names(told.data)
    lines = []
    for ident, final in scored[-1].parts.items():
        worse = [number for number, one in enumerate(scored[:-1], 1) if one.parts.get(ident, Fraction(0)) < final]
        words = reckoned(final, penalty, worse[-1]) if worse else said(final)
        lines.append(f"{called[ident]}: {words}")
    return lines


def part_names(data: Any) -> dict[str, str]:
    """Return what the parts of an item are called, by their idents (Markdown)."""
    if isinstance(data, Cloze):
        return {gap.ident: _("Gap {n}").format(n=number) for number, gap in data.numbered}
    return {pair.ident: pair.left for pair in data.pairs}


# What does not count


class Uncounted(NamedTuple):
    """A save that does not count: its number, when it came and why it does not count, and what it said (Markdown)."""

    number: int
    words: str
    says: Sequence[str]


MOST_UNCOUNTED = 5


def uncounted(told: Told) -> list[Uncounted]:
    """Return the last saves that do not count and say something else than what does, the newest last."""
    chosen = {step.base_step for step in told.history.steps if step.kind is StepKind.accept}
    seen: list[Response | None] = [told.history.response, None]
    found: list[Uncounted] = []
    for step in reversed(told.history.steps):
        if step.kind is not StepKind.save or step.counts or step.number in chosen or step.response in seen:
            continue
        seen.append(step.response)
        found.append(Uncounted(step.number, _why_not(told, step), _lines(told, step.response)))
    return found[:MOST_UNCOUNTED][::-1]


def _lines(told: Told, response: Response | None) -> list[str]:
    lines = type_of(told.data).says(told.data, response)
    return [as_markdown(told.passages.get(one, one)) for one in lines] if told.data.type == "evidence" else lines


def _why_not(told: Told, step: Step) -> str:
    if step.at >= told.submitted_at:
        return _("It came {when}, after the attempt was submitted, and does not count.").format(when=told.say(step.at))
    return _("It came {when} from an older page, or after a check, and does not count.").format(when=told.say(step.at))


def _uncounted(told: Told) -> list[Entry]:
    return [
        Entry(_("Another answer is kept. {why}").format(why=one.words), one.says if told.data.type != "essay" else ())
        for one in uncounted(told)
    ]


def may_accept(told: Told) -> bool:
    """Say whether an answer that came late could still count: not where all tries were used, or one was right."""
    return turn_of(told.data, told.policy, told.history).state != "finished"


# What was made of it


def _verdicts(told: Told) -> list[Entry]:
    return [_TOLD[step.kind](told, step) for step in told.history.steps if step.kind in _TOLD]


def _scored(told: Told, step: Step) -> Entry:
    words = _("Scored {when}: {share}")
    return Entry(words.format(when=told.say(step.at), share=amount(step.score or 0)))


def _marked(told: Told, step: Step) -> Entry:
    data, mark = told.data, step.data or {}
    words = _("Marked by {who}, {when}: {share}")
    details = [f"{criterion}: {level}" for criterion, level in level_lines(data, mark.get("levels", {}))]
    if mark.get("comment"):
        details.append(_("Comment: {words}").format(words=as_markdown(str(mark["comment"]))))
    facts = {"who": told.who(step), "when": told.say(step.at), "share": amount(step.score or 0)}
    return Entry(words.format(**facts), details)


def _overridden(told: Told, step: Step) -> Entry:
    weight = float(told.data.points)
    words = _("Set by {who}, {when}, to {got} of {points}, in place of what it was before")
    got = amount((step.score or 0) * weight)
    facts = {"who": told.who(step), "when": told.say(step.at), "got": got, "points": of_points(weight)}
    reason = as_markdown(str((step.data or {}).get("reason", "")))
    return Entry(words.format(**facts), [_("Reason: {words}").format(words=reason)] if reason else ())


def _accepted(told: Told, step: Step) -> Entry:
    words = _("{who} let an answer count, {when}, that had not: from here on the score is that of this answer")
    return Entry(words.format(who=told.who(step), when=told.say(step.at)))


_TOLD: Mapping[StepKind, Callable[[Told, Step], Entry]] = {
    StepKind.score: _scored,
    StepKind.mark: _marked,
    StepKind.override: _overridden,
    StepKind.accept: _accepted,
}
