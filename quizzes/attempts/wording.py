"""What pages of attempts say in words: amounts, scores, notices."""

from collections.abc import Sequence

from markupsafe import Markup

from course.base.markdown import to_inline_html
from course.base.words import _, plural
from quizzes.items import ItemData, Response, type_of
from quizzes.models import Counts

QUOTED = 160  #: characters of a quoted passage

COUNTS = {
    Counts.best: _("The best of your attempts counts."),
    Counts.last: _("Your last attempt counts."),
    Counts.first: _("Your first attempt counts."),
    Counts.average: _("The mean of your attempts counts."),
}
MENDED = _("Two had the same place, or some had none. What you moved comes first; look once more.")
CLOSED = _("This attempt is already submitted. What you changed after that is kept, and does not count.")
WAITING = _("Waits for a tutor to mark it")
LEFT_OUT = _("Not marked, and no part of the result: there is no tutor here. Compare it with the model answer.")


def amount(points: float) -> str:
    """Return an amount with two digits at most and none that say nothing: 7, 7.5, 6.67."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def of_points(points: float) -> str:
    """Return "1 point", "2 points", "0.5 points"."""
    return _("1 point") if points == 1 else _("{amount} points").format(amount=amount(points))


def verdict(score: float | None, response: Response | None) -> str:
    """Return how an answer came out: right, part, wrong or blank."""
    if response is None or score is None:
        return "blank"
    return "right" if score >= 1 else "wrong" if score <= 0 else "part"


def score_words(score: float | None, response: Response | None, weight: float | None) -> str:
    """Return "Partly right, 0.67 of 1 point", without the points where WEIGHT is not to be said."""
    return points_words(verdict(score, response), score or 0.0, weight)


def points_words(how: str, score: float, weight: float | None) -> str:
    """Return the same for an answer that came out as HOW (see `verdict`) and is worth SCORE."""
    words = {"right": _("Right"), "part": _("Partly right"), "wrong": _("Not right"), "blank": _("No answer")}
    if weight is None:
        return words[how]
    return _("{how}, {got} of {points}").format(how=words[how], got=amount(score * weight), points=of_points(weight))


def in_tries(words: str, count: int) -> str:
    """Return WORDS on a score with how many tries it took, if more than one."""
    return words if count < 2 else _("{words}, in {n} tries").format(words=words, n=count)


def combined(data: ItemData, how: str) -> list[str]:
    """Return what the item says of the whole of an answer that came out so: right, part or wrong."""
    said = data.combined
    words = {"right": said.right, "part": said.partly, "wrong": said.wrong}.get(how) if said else None
    return [words] if words else []


def quote(plain: str) -> str:
    """Return the beginning of a passage, cut between words."""
    words = " ".join(plain.split())
    return words if len(words) <= QUOTED else words[:QUOTED].rsplit(" ", 1)[0].rstrip(",;:–— ") + " …"


def in_plain_words(data: ItemData, response: Response | None) -> str:
    """Return RESPONSE as plain text, for where no mark-up can stand."""
    says = type_of(data).says(data, response)
    return "; ".join(Markup(to_inline_html(line)).striptags() for line in says) or _("no answer")  # noqa: S704 (only text is left)


def overtaken(data: ItemData, counting: Response | None, *, kept: bool) -> str:
    """Return what to say where another page saved this question later: what counts, what became of this one."""
    counts = _("This question was saved elsewhere in the meantime. What counts is: {words}.").format(
        words=in_plain_words(data, counting)
    )
    if kept:
        return counts + " " + _("What you gave here is kept too, and does not count until you choose it.")
    return counts + " " + _("Load the page again to see it.")


def listed(numbers: Sequence[int]) -> str:
    """Return "Question 2" or "Questions 2, 5 and 7"."""
    *most, last = [str(number) for number in numbers]
    words = _("{most} and {last}").format(most=", ".join(most), last=last) if most else last
    return plural("Question", "Questions", len(numbers)) + " " + words
