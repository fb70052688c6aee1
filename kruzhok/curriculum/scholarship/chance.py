"""Whether keys betray themselves: by where they stand and how long they are. Pure."""

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from typing import NamedTuple

#: How many points of a hundred a blind rule may be better than chance.
MARGIN = 0.05
#: From so many questions on the margin is strict; of fewer one may be over it.
MANY = 20


class Choice(NamedTuple):
    """A question with one right option: the lengths of the options in characters, and which is right, from 0."""

    lengths: Sequence[int]
    right: int


class Rule(NamedTuple):
    """What a blind rule gets right of so many questions, and what choosing blindly would."""

    of: int
    right: float
    by_chance: float

    @property
    def share(self) -> float:
        """Return the share that the rule gets right, 0 to 1."""
        return self.right / self.of if self.of else 0.0

    @property
    def tells(self) -> bool:
        """Say whether the rule is better than chance by more than may be."""
        return self.right > self.by_chance + MARGIN * self.of + (0 if self.of >= MANY else 1)


def longest(choices: Iterable[Choice]) -> Rule:
    """Return what it brings to choose the longest option, of several as long any."""
    return _rule(choices, max)


def shortest(choices: Iterable[Choice]) -> Rule:
    """Return what it brings to choose the shortest option, of several as short any."""
    return _rule(choices, min)


def _rule(choices: Iterable[Choice], most: Callable[[Sequence[int]], int]) -> Rule:
    choices = list(choices)
    right = 0.0
    for lengths, key in choices:
        best = most(lengths)
        right += (lengths[key] == best) / list(lengths).count(best)
    return Rule(len(choices), right, sum(1 / len(lengths) for lengths, _key in choices))


def positions(choices: Iterable[Choice]) -> tuple[list[int], list[float]]:
    """Return how often the right option stands first, second and so on, and how often it would by chance."""
    choices = list(choices)
    places = range(max((len(choice.lengths) for choice in choices), default=0))
    there = [sum(choice.right == place for choice in choices) for place in places]
    expected = [sum(1 / len(choice.lengths) for choice in choices if len(choice.lengths) > place) for place in places]
    return there, expected


def is_even(counts: Sequence[int], expected: Sequence[float]) -> bool:
    """Say whether COUNTS are near what is EXPECTED: Pearson's chi-square, which chance exceeds once in twenty times.

    The bound is that of Wilson and Hilferty (1931). Where next to nothing is expected everything is near."""
    if len(counts) < 2 or sum(counts) < 3:
        return True
    found = sum((count - wanted) ** 2 / wanted for count, wanted in zip(counts, expected, strict=True))
    free = len(counts) - 1
    spread = 2 / (9 * free)
    return found <= free * (1 - spread + 1.645 * sqrt(spread)) ** 3
