"""The tables of results: one definition of each for the page and for the file, so that they agree cell by cell."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from course.base.csv_files import Cell, by_clock, percent
from course.base.words import _
from quizzes.attempts.wording import amount
from quizzes.results.analysis import Analysed, Analysis
from quizzes.results.answers import Answer
from quizzes.results.taken import Taken

#: Where an attempt stands, in words.
STATES: Mapping[str, str] = {
    "none": _("not begun"),
    "open": _("in progress"),
    "submitted": _("submitted"),
    "waits": _("awaiting marking"),
    "marked": _("marked"),
}
COUNTS: Mapping[str | None, str | None] = {"yes": _("yes"), "no": _("no"), "mean": _("in the mean"), None: None}

#: Where an answer stands, in words.
ANSWERS: Mapping[str, str] = {
    "scored": _("scored"),
    "marked": _("marked, released"),
    "waits": _("awaiting marking"),
    "draft": _("marked, not released"),
    "left out": _("not part of the result"),
    "silent": _("in your own open attempt"),
}


class Table(NamedTuple):
    """Heads, and rows of as many cells."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def results_table(taken: Iterable[Taken], zone: ZoneInfo) -> Table:
    """Return the table of attempts, moments by the clocks of ZONE."""
    heads = [
        _("Student"),
        _("Member"),
        _("Attempt"),
        _("Started ({zone})").format(zone=zone.key),
        _("Submitted ({zone})").format(zone=zone.key),
        _("Late"),
        _("Points"),
        _("Out of"),
        _("Share, %"),
        _("State"),
        _("Counts"),
        _("Result, %"),
        _("Passed"),
        _("Student sees the score"),
    ]
    return Table(heads, [_taken(one, zone) for one in taken])


def _taken(one: Taken, zone: ZoneInfo) -> list[Cell]:
    attempt, standing = one.attempt, one.standing
    ended = attempt if attempt is not None and attempt.submitted_at is not None else None
    result = _share(standing.counting_points, standing.max_points)
    return [
        one.student.user.name,
        one.student.id,
        attempt.number if attempt else None,
        by_clock(ended.started_at, zone) if ended else None,
        by_clock(ended.submitted_at, zone) if ended else None,
        one.late,
        number(ended.points) if ended else None,
        number(ended.max_points) if ended else None,
        _share(ended.points, ended.max_points) if ended else None,
        STATES[one.state],
        COUNTS[one.counts],
        result,
        standing.passed,
        one.shown,
    ]


def answers_table(answers: Iterable[Answer], zone: ZoneInfo) -> Table:
    """Return the table of answers, moments by the clocks of ZONE."""
    heads = [
        _("Student"),
        _("Member"),
        _("Attempt"),
        _("Submitted ({zone})").format(zone=zone.key),
        _("Question"),
        _("Item"),
        _("Asked"),
        _("Type"),
        _("Demand"),
        _("Answer"),
        _("State"),
        _("Tries"),
        _("Score, 0 to 1"),
        _("Points"),
        _("Out of"),
        _("Marked by"),
        _("Marked ({zone})").format(zone=zone.key),
    ]
    return Table(heads, [_answer(one, zone) for one in answers])


def _answer(one: Answer, zone: ZoneInfo) -> list[Cell]:
    question = one.question
    return [
        one.student.user.name,
        one.student.id,
        one.attempt.number,
        by_clock(one.attempt.submitted_at, zone),
        one.number,
        question.ident,
        question.stem,
        question.data.type,
        question.data.demand,
        one.response,
        ANSWERS[one.state],
        one.tries,
        number(one.score),
        number(one.points),
        number(question.out_of),
        one.by,
        by_clock(one.at, zone),
    ]


#: Of so many columns of the table of questions a question has cells; the others are of the whole quiz.
OF_QUESTION = 12


def questions_table(analysis: Analysis) -> Table:
    """Return the table of questions; its last row is the whole quiz, which has figures of its own."""
    heads = [
        _("Question"),
        _("Item"),
        _("Asked"),
        _("Type"),
        _("Demand"),
        _("Out of"),
        _("First attempts"),
        _("Mean"),
        _("Facility, %"),
        _("Discrimination, %"),
        _("Efficiency, %"),
        _("Effective weight, %"),
        _("Median"),
        _("Standard deviation"),
        _("Skewness"),
        _("Kurtosis"),
        _("Consistency, %"),
        _("Error ratio, %"),
        _("Standard error"),
    ]
    rows = [_question(place, one, len(heads)) for place, one in enumerate(analysis.questions, 1)]
    return Table(heads, [*rows, _whole(analysis)])


def _question(place: int, one: Analysed, width: int) -> list[Cell]:
    question, figures = one.question, one.figures
    asked: list[Cell] = [place, question.ident, question.stem, question.data.type, question.data.demand]
    said: list[Cell] = [number(question.out_of), one.n]
    if figures is not None:
        said += [number(figures.mean), *map(_tenths, figures[2:])]
    return [*asked, *said, *[None] * (width - len(asked) - len(said))]


def _whole(analysis: Analysis) -> list[Cell]:
    head: list[Cell] = [None, None, _("The whole quiz"), None, None, number(analysis.out_of), analysis.n]
    whole = analysis.whole
    if whole is None:
        return [*head, *[None] * 12]
    facility = _share(whole.mean, analysis.out_of)
    figures = map(number, (whole.median, whole.deviation, whole.skewness, whole.kurtosis))
    shares = map(_tenths, (whole.consistency, whole.error_ratio))
    return [*head, number(whole.mean), facility, None, None, None, *figures, *shares, number(whole.standard_error)]


def number(value: float | Fraction | None) -> Decimal | None:
    """Return VALUE as pages say amounts, with two digits at most."""
    return None if value is None else Decimal(amount(float(value)))


def _tenths(value: float | None) -> Decimal | None:
    return None if value is None else percent(value / 100)


def _share(points: float | None, total: float | None) -> Decimal | None:
    return percent(points / total) if points is not None and total else None
