"""What may be said of several members together: one place that decides (docs/decisions/0021). Pure.

A figure stands for five members or more, or is not shown. It goes by fives in a fixed order, so that nobody who comes
sixth can be read off as the difference of two looks; and it is said in five coarse steps, of which no one means
"nobody" or "everybody", so that it tells of no single member what they did."""

import enum
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

from course.base.words import _

#: How many members must stand behind a figure.
FEWEST = 5

One = TypeVar("One")


class Share(enum.Enum):
    """How large a share is, in words. The larger ones come later."""

    few = _("few or none")
    third = _("about a third")
    half = _("about half")
    most = _("about two thirds")
    nearly = _("most or all")

    @property
    def size(self) -> int:
        """Its place among the steps, from 0."""
        return list(Share).index(self)


#: Below which share each step ends; with five members these are 0 or 1, 2, never, 3, and 4 or 5 of them.
_STEPS = (
    (Fraction(1, 4), Share.few),
    (Fraction(9, 20), Share.third),
    (Fraction(11, 20), Share.half),
    (Fraction(3, 4), Share.most),
)


def in_fives(count: int) -> int:
    """Return how many of COUNT members, in their fixed order, a figure is of: full fives."""
    return count - count % FEWEST


def first_fives(members: Sequence[One]) -> Sequence[One]:
    """Return those of MEMBERS, in their fixed order, of whom a figure is."""
    return members[: in_fives(len(members))]


def share_of(part: int, whole: int, *, members: int) -> Share | None:
    """Return what is said of PART of WHOLE, to which so many MEMBERS have added; None where it must not be said."""
    if members < FEWEST or members % FEWEST or whole <= 0:
        return None
    share = Fraction(part, whole)
    return next((step for end, step in _STEPS if share < end), Share.nearly)
