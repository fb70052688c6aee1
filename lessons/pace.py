"""How many minutes a text takes at a reader's own pace, and how many from somewhere in it to the end. Pure."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

#: Words a minute for which a course gives its minutes, and which hold for who set no pace.
USUAL = 200


def at_pace(minutes: int, pace: int | None) -> int:
    """Return how long a reader of PACE takes for what a course says takes so many MINUTES.

    They are not counted anew from the words: an author gives a dense text more time than a plain one."""
    return max(1, round(Fraction(minutes * USUAL, pace))) if minutes and pace else minutes


def minutes_of(words: int, pace: int | None) -> int:
    """Return how long a reader of PACE takes for so many WORDS, of which nobody said how long they take."""
    return ceil(words / (pace or USUAL))


def minutes_left(words: Sequence[int], minutes: int) -> list[int]:
    """Return for each passage the minutes from it to the end, of the MINUTES that all take; WORDS are theirs."""
    total = sum(words)
    left, found = total, []
    for count in words:
        found.append(ceil(Fraction(minutes * left, total)) if total else 0)
        left -= count
    return found
