"""The questions of a source frame in words, each with a hint at what a good answer looks for."""

from typing import NamedTuple

from course.base.words import _
from lessons.frames.models import QUESTIONS


class Asked(NamedTuple):
    """A question of the frame, and a hint."""

    ident: str
    words: str
    hint: str


_WORDS = {
    "who": (
        _("Who speaks?"),
        _("Name and position, and for whom: in whose name does the text say “we”? Who may have had a hand in it?"),
    ),
    "when": (
        _("When, and at what moment?"),
        _("The date, in which calendar, and what had just happened. What did nobody know yet?"),
    ),
    "to_whom": (
        _("To whom?"),
        _("Whom it addresses, who would really read or hear it, and who was not meant to."),
    ),
    "to_what_end": (
        _("To what end?"),
        _("What its readers are to think or do afterwards. Quote the words that show it."),
    ),
    "left_out": (
        _("What is left out?"),
        _("What somebody there at the time would have missed: a person, an event, a figure, another view."),
    ),
}
ASKED = [Asked(ident, *_WORDS[ident]) for ident in QUESTIONS]
