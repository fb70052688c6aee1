"""What the first attempts of a study group say of the questions of a quiz, and of the quiz (RULES, section 3)."""

from collections.abc import Sequence
from typing import NamedTuple

from quizzes.results.answers import Answer, Question
from quizzes.statistics import ItemFigures, WholeFigures, item_figures, whole_figures


class Analysed(NamedTuple):
    """A question, in the newest version that anybody was asked, and its figures; None where too few had it."""

    question: Question
    n: int
    figures: ItemFigures | None


class Analysis(NamedTuple):
    """The questions in their order, the figures of the whole (None: too few), and how many first attempts count, wait
    to be marked, or stand in an open attempt of who looks."""

    questions: Sequence[Analysed]
    whole: WholeFigures | None
    out_of: float | None
    n: int
    waiting: int


def analysis_of(answers: Sequence[Answer], fewest: int) -> Analysis:
    """Return what the first attempt of each student says, ANSWERS being those of all of their attempts.

    Behind each figure there are FEWEST students at least.

    A blank is nought. An attempt that waits to be marked is not counted yet. An essay that nobody is there to mark is
    no question of its attempt. Of a question that was corrected all versions are one."""
    first: dict[int, list[Answer]] = {}
    for answer in answers:
        of_student = first.setdefault(answer.student.id, [])
        if not of_student or of_student[0].attempt.id == answer.attempt.id:
            of_student.append(answer)
    marked = [given for given in first.values() if given[0].attempt.points is not None]
    questions = _questions(marked)
    most = {item_id: float(question.out_of) for item_id, question in questions.items()}
    rows = [
        {
            key: float(one.score or 0) * most[key]
            for one in given
            if one.state != "left out" and (key := one.question.item_id)
        }
        for given in marked
    ]
    figures = item_figures(rows, most)
    enough = len(rows) >= fewest
    alike = bool(rows) and all(row.keys() == rows[0].keys() for row in rows)
    return Analysis(
        [
            Analysed(question, figures[item_id].n, figures[item_id] if figures[item_id].n >= fewest else None)
            for item_id, question in questions.items()
            if item_id in figures
        ],
        whole_figures(rows) if enough else None,
        sum(most[item_id] for item_id in rows[0]) if alike else None,
        len(rows),
        len(first) - len(marked),
    )


def _questions(attempts: Sequence[Sequence[Answer]]) -> dict[int, Question]:
    """Return item -> question, in the order of the earliest place at which anybody had it."""
    found: dict[int, tuple[int, Question]] = {}
    for given in attempts:
        for one in given:
            place, known = found.get(one.question.item_id, (one.number, one.question))
            newest = max(known, one.question, key=lambda question: question.version_id)
            found[one.question.item_id] = (min(place, one.number), newest)
    return {item_id: question for item_id, (_place, question) in sorted(found.items(), key=lambda pair: pair[1][0])}
