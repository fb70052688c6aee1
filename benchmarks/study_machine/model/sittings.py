"""Attempts: how many, until when, what becomes of them; marks and exceptions (RULES, sections 3, 4 and 6)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, cast

from benchmarks.study_machine.model.giving import Giving
from benchmarks.study_machine.model.outline import RUBRIC
from benchmarks.study_machine.model.remembering import Row, rating_of
from benchmarks.study_machine.model.sitting import GRACE, QUIZZES, Attempt, Question, Step
from benchmarks.study_machine.model.things import Place, Told


class Sittings(Giving):
    """Attempts of everybody."""

    def begin(self, place: Place, quiz: str) -> Attempt | None:
        """Return the open attempt at QUIZ, or a new one; None where no more are allowed."""
        if (going_on := place.open_attempt(quiz)) is not None:
            return going_on
        rules, before = QUIZZES[quiz], place.attempts[quiz]
        allowed = self.allowed(place, quiz)
        if allowed is not None and self.used(place, quiz) >= allowed and place.role != "tutor":
            return None
        close = self.date(place, quiz, "close")
        if close is not None and self.now > close and place.role != "tutor":
            return None
        questions = [
            Question(ident, asked, rules.tries, self.versions.get(ident, 1)) for ident, asked in rules.asks.items()
        ]
        end = self.end(place, quiz, self.now)
        if end is not None and end < self.now:  # a tutor tries out what is closed
            end = None
        attempt = Attempt(quiz, len(before) + 1, self.now, end, questions, due=self.date(place, quiz, "due"))
        before.append(attempt)
        return attempt

    def used(self, place: Place, quiz: str) -> int:
        """Return how many attempts count against the limit: those begun since one is in the group."""
        return sum(one.started >= place.joined for one in place.attempts[quiz])

    def allowed(self, place: Place, quiz: str) -> int | None:
        """Return how many attempts PLACE may make at QUIZ: its own exception is nearer than the quiz."""
        return cast("int | None", self.resolve(place, quiz, "attempts")[1])

    def limit(self, place: Place, quiz: str) -> timedelta | None:
        """Return how long an attempt may last: by one's own exception, else as one's subgroups' or the quiz says, times
        one's factor and rounded up to the minute."""
        level, limit = self.resolve(place, quiz, "time_limit")
        if not isinstance(limit, timedelta) or level == "exception":
            return cast("timedelta | None", limit)
        minutes = Fraction(limit // timedelta(minutes=1)) * place.factor
        return timedelta(minutes=-(-minutes.numerator // minutes.denominator))

    def end(self, place: Place, quiz: str, start: datetime) -> datetime | None:
        """Return until when an attempt at QUIZ begun at START may last, by the rules as they are: who begins no later
        than one must for the whole time that everybody has, has their own whole time, past the close if need be."""
        own, close = self.limit(place, quiz), self.date(place, quiz, "close")
        if own is None or close is None:
            return close if own is None else start + own
        latest_full_start = close - (QUIZZES[quiz].limit or own)
        return min(start + own, max(close, latest_full_start + own))

    def deadline(self, place: Place, attempt: Attempt) -> datetime | None:
        """Return until when ATTEMPT, which is open, may last: what is better for its user applies at once, and what is
        worse does not."""
        if attempt.deadline is None:
            return None
        end = self.end(place, attempt.quiz, attempt.started)
        return None if end is None else max(attempt.deadline, end)

    def is_late(self, place: Place, attempt: Attempt) -> bool:
        """Say whether what is saved now comes too late to count. A better deadline is written down when it is asked."""
        if attempt.submitted is not None:
            return True
        if attempt.deadline is None or self.now <= attempt.deadline + GRACE:
            return False
        attempt.deadline = self.deadline(place, attempt)
        return attempt.deadline is not None and self.now > attempt.deadline + GRACE

    def submit(self, place: Place, attempt: Attempt) -> None:
        """Hand ATTEMPT in."""
        if attempt.submitted is not None:
            return
        if attempt.deadline is not None and self.now > attempt.deadline:
            attempt.deadline = self.deadline(place, attempt)
        if attempt.due is not None:  # of two dates the better one holds, and none is best
            now_due = self.date(place, attempt.quiz, "due")
            attempt.due = None if now_due is None else max(now_due, attempt.due)
        attempt.submit(self.now, awaits=place.group in self.tutors and place.role != "tutor")
        if place.role == "student":
            self._remember(place.person, attempt)
        self.settle(place)

    def _remember(self, person: str, attempt: Attempt) -> None:
        """Let PERSON remember what they answered in ATTEMPT, which they handed in; an essay they have only met."""
        assert attempt.submitted is not None
        for one in attempt.questions:
            if one.asked.by_hand and one.response is not None:
                self.recall[person].card(one.ident)
            elif one.worths:
                row = Row(attempt.submitted, rating_of(one.worths), "quiz")
                self.recall[person].add(one.ident, row)

    def work_of_worker(self) -> None:
        """Hand in what is over, as the worker does."""
        for place in self.places:
            for attempts in list(place.attempts.values()):
                for one in attempts:
                    if one.submitted is None and self.is_late(place, one):
                        self.submit(place, one)

    def in_open_attempt(self, person: str, ident: str) -> bool:
        """Say whether an attempt of PERSON is open, anywhere, that asks the question IDENT."""
        return any(one.ident == ident for attempt in self._open_attempts(person) for one in attempt.questions)

    def _open_attempts(self, person: str) -> Iterable[Attempt]:
        for place in self.places:
            if place.person == person and place.role == "student":  # a tutor's preview is none
                for attempts in place.attempts.values():
                    yield from (one for one in attempts if one.submitted is None)

    def mark(self, place: Place, question: Question, levels: Mapping[str, str], *, release: bool) -> bool:
        """Keep LEVELS as the draft of a mark and perhaps release it; return whether it lacked something for that."""
        verdict = question.verdict
        released = dict(verdict.levels or {}) if verdict is not None and verdict.kind in {"mark", "override"} else {}
        now = dict(question.draft) if question.draft is not None else released
        if dict(levels) != now:
            question.draft = None if question.draft is not None and dict(levels) == released else dict(levels)
        if not release:
            return False
        if set(levels) != set(RUBRIC):
            return True
        if question.draft is not None:
            if dict(question.draft) != released:
                weights = sum(weight for weight, _worths in RUBRIC.values())
                score = sum(
                    (weight * worths[levels[one]] for one, (weight, worths) in RUBRIC.items()), Fraction(0)
                ) / Fraction(weights)
                step = Step("mark", question.response, question.counting, score=score, levels=dict(levels))
                question.steps.append(step)
                self.told[place.person].add(Told("marked", question))
            question.draft = None
            self.settle(place)
        return False

    def override(self, place: Place, attempt: Attempt, question: Question, points: Fraction) -> bool:
        """Put POINTS in the place of what QUESTION came to; return whether that may be."""
        last, score = question.verdict, points / question.asked.points
        if last is None and attempt.points is None:
            return False
        if last is None or (last.kind, last.score) != ("override", score):
            question.steps.append(Step("override", question.response, question.counting, score=score))
            self.settle(place)
        return True

    def accept(self, place: Place, attempt: Attempt, question: Question, number: int) -> None:
        """Let the save NUMBER count, which came late or from an older page: it is scored, or goes back to be marked."""
        attempt.awaits = attempt.points is None or question.asked.by_hand
        question.steps.append(Step("accept", question.steps[number - 1].response, number))
        if (score := question.earned()) is not None:
            question.steps.append(Step("score", question.response, question.counting, score=score))
        self.settle(place)

    def except_rule(self, place: Place, quiz: str, rule: str, value: Any) -> None:
        """Let a rule of QUIZ be VALUE for PLACE. Who has it so already has it so; of a date one is told."""
        if (quiz, rule) not in place.rules or place.rules[quiz, rule] != value:
            place.rules.pop((quiz, rule), None)
            place.rules[quiz, rule] = value
        if rule == "close":
            self.told[place.person].add(Told("moved", (place, quiz, rule)))
