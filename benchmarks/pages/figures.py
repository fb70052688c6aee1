"""The arithmetic: what a page took, in which rounds, as ratios within each; what of it counts, and how it grows."""

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

#: A round whose two floors are further apart than this share says nothing: something else ran.
APART = 0.15

FLOOR_PAGE, FLOOR_SAVE = "floor: a page", "floor: a durable save"


class Figure(NamedTuple):
    """What one page cost in one round: milliseconds over one connection; pages in a second and milliseconds over
    sixteen, None where that was not asked; milliseconds of processor, and those of the client;
    bytes of its bodies over the line."""

    median: float
    p95: float
    per_second: float | None
    p95_of_16: float | None
    processor: float
    client: float
    size: int


class Round(NamedTuple):
    """What was measured next to each other: page -> figure; of the floor once more at the end."""

    ours: Mapping[str, Figure]
    peer: Mapping[str, Figure]
    floor: Mapping[str, Figure]
    floor_after: Mapping[str, Figure]

    @property
    def apart(self) -> float:
        """By which share the slower of its two floors was slower."""
        first, last = self.floor[FLOOR_PAGE].median, self.floor_after[FLOOR_PAGE].median
        return max(first, last) / min(first, last) - 1

    def floor_of(self, name: str) -> float:
        """Return the milliseconds of a floor, the mean of before and after."""
        return (self.floor[name].median + self.floor_after[name].median) / 2


class Spread(NamedTuple):
    """The median of several rounds, with the least and the most of them."""

    median: float
    least: float
    most: float


def percentile(values: Iterable[float], share: float) -> float:
    """Return the least of VALUES that is not exceeded by SHARE (0 to 1) of them."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def kept(rounds: Sequence[Round]) -> Sequence[Round]:
    """Return those of ROUNDS that were quiet; all of them where none was, which `report` says."""
    return [one for one in rounds if one.apart <= APART] or rounds


def spread(values: Iterable[float | None]) -> Spread | None:
    """Return the spread of VALUES that are there; None without any."""
    found = [value for value in values if value is not None]
    return Spread(statistics.median(found), min(found), max(found)) if found else None


def over(rounds: Sequence[Round], value: Callable[[Round], float | None]) -> Spread | None:
    """Return the spread of VALUE over the rounds that count; None where no round has it."""
    return spread(value(one) for one in kept(rounds))


def times_faster(page: str) -> Callable[[Round], float | None]:
    """Return what says how many times longer PAGE takes the peer."""
    return lambda one: one.peer[page].median / one.ours[page].median if page in one.peer else None


def times_as_many(page: str) -> Callable[[Round], float | None]:
    """Return what says how many times as often PAGE is had from us, over sixteen connections."""

    def ratio(one: Round) -> float | None:
        peer = one.peer.get(page)
        ours = one.ours[page].per_second
        return ours / peer.per_second if ours and peer is not None and peer.per_second else None

    return ratio


def times_the_floor(page: str) -> Callable[[Round], float | None]:
    """Return what says how many times as long as the floor's page PAGE takes."""
    return lambda one: one.ours[page].median / one.floor_of(FLOOR_PAGE)


def share_of_floor_saves(page: str) -> Callable[[Round], float | None]:
    """Return what says which share of the floor's saves in a second PAGE comes to."""

    def ratio(one: Round) -> float | None:
        ours, floor = one.ours[page].per_second, one.floor[FLOOR_SAVE].per_second
        return ours / floor if ours and floor else None

    return ratio


def growth(points: Sequence[tuple[float, float]]) -> float | None:
    """Return the exponent k for which cost ~ size^k fits POINTS (size, cost) best, by least squares of the logarithms:
    0 where it does not grow, 1 where it grows as the size does. None where there are fewer than two sizes."""
    logs = [(math.log(size), math.log(cost)) for size, cost in points if cost > 0]
    if len({size for size, _cost in logs}) < 2:
        return None
    sizes, costs = zip(*logs, strict=True)
    return statistics.linear_regression(sizes, costs).slope
