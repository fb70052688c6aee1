"""What attempts say of the questions of a quiz, and of the quiz: item analysis (RULES, section 3). Pure.

Source: Moodle question/classes/statistics/questions/calculator.php, mod/quiz/report/statistics/classes/calculator.php.
One attempt is a mapping of question -> points, a blank being nought; its total is their sum. Of a question its rest is
the total without it. Sums of squares are divided by n - 1. What cannot be said is None: of one attempt alone, and
wherever all are alike, so that there is nothing that could go together with anything."""

import math
from collections.abc import Hashable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)

#: Less than this is a rounding of floats, and nothing.
HAIR = 1e-12


class ItemFigures(NamedTuple):
    """What is known of one question: how many had it and what they got of it, and the rest in percent.

    FACILITY is the mean share of its points. DISCRIMINATION is the correlation of its points with those of the rest,
    EFFICIENCY what it comes to of the most that could be had with the same points, WEIGHT its share in what makes
    totals differ."""

    n: int
    mean: float
    facility: float
    discrimination: float | None
    efficiency: float | None
    weight: float | None


class WholeFigures(NamedTuple):
    """What is known of the totals. CONSISTENCY (Cronbach's alpha) and ERROR_RATIO are in percent; they and the
    STANDARD_ERROR, in points, are only known where all had the same questions, two at least."""

    n: int
    mean: float
    median: float
    deviation: float | None
    skewness: float | None
    kurtosis: float | None
    consistency: float | None
    error_ratio: float | None
    standard_error: float | None


def item_figures(attempts: Sequence[Mapping[Key, float]], most: Mapping[Key, float]) -> dict[Key, ItemFigures]:
    """Return what ATTEMPTS say of each question that stands in one of them; MOST are the points that it is out of."""
    totals = [math.fsum(attempt.values()) for attempt in attempts]
    keys = dict.fromkeys(chain.from_iterable(attempts))
    pairs = {key: _pairs(key, attempts, totals) for key in keys}
    with_total = {
        key: _covariance(xs, [x + rest for x, rest in zip(xs, ys, strict=True)]) for key, (xs, ys) in pairs.items()
    }
    roots = {key: math.sqrt(found) for key, found in with_total.items() if found is not None and found >= 0}
    sum_of_roots = math.fsum(roots.values())
    figures = {}
    for key, (xs, ys) in pairs.items():
        together, widest = _covariance(xs, ys), _covariance(sorted(xs), sorted(ys))
        spread = math.sqrt((_covariance(xs, xs) or 0) * (_covariance(ys, ys) or 0))
        figures[key] = ItemFigures(
            n=len(xs),
            mean=_mean(xs),
            facility=100 * _mean(xs) / most[key],
            discrimination=None if together is None or spread < HAIR else 100 * together / spread,
            efficiency=None if together is None or widest is None or widest < HAIR else 100 * together / widest,
            weight=100 * roots[key] / sum_of_roots if key in roots and sum_of_roots > 0 else None,
        )
    return figures


def whole_figures(attempts: Sequence[Mapping[Key, float]]) -> WholeFigures | None:
    """Return what ATTEMPTS say of the quiz as a whole; None where there are none."""
    if not attempts:
        return None
    totals = [math.fsum(attempt.values()) for attempt in attempts]
    k2 = _covariance(totals, totals)
    consistency = _consistency(attempts, k2)
    deviation = None if k2 is None else math.sqrt(k2)
    # An alpha is below nought where questions pull against each other: the error is then more than the whole spread.
    ratio = None if consistency is None else 100 * math.sqrt(max(1 - consistency / 100, 0))
    return WholeFigures(
        n=len(totals),
        mean=_mean(totals),
        median=_median(totals),
        deviation=deviation,
        skewness=_skewness(totals, k2),
        kurtosis=_kurtosis(totals, k2),
        consistency=consistency,
        error_ratio=ratio,
        standard_error=None if ratio is None or deviation is None else ratio * deviation / 100,
    )


def _pairs(
    key: Key, attempts: Sequence[Mapping[Key, float]], totals: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Return the points of the question KEY in those attempts that have it, and beside each what the rest got."""
    had = [(attempt[key], total) for attempt, total in zip(attempts, totals, strict=True) if key in attempt]
    return [x for x, _total in had], [total - x for x, total in had]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _median(values: Sequence[float]) -> float:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _covariance(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    if len(xs) < 2:
        return None
    x_mean, y_mean = _mean(xs), _mean(ys)
    found = math.fsum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True)) / (len(xs) - 1)
    return 0.0 if abs(found) < HAIR else found


def _moment(values: Sequence[float], power: int) -> float:
    mean = _mean(values)
    return math.fsum((value - mean) ** power for value in values) / len(values)


def _skewness(values: Sequence[float], k2: float | None) -> float | None:
    n = len(values)
    if n < 3 or not k2:
        return None
    k3 = n * n * _moment(values, 3) / ((n - 1) * (n - 2))
    return k3 / float(k2**1.5)


def _kurtosis(values: Sequence[float], k2: float | None) -> float | None:
    n = len(values)
    if n < 4 or not k2:
        return None
    m2, m4 = _moment(values, 2), _moment(values, 4)
    k4 = n * n * ((n + 1) * m4 - 3 * (n - 1) * m2 * m2) / ((n - 1) * (n - 2) * (n - 3))
    return k4 / (k2 * k2)


def _consistency(attempts: Sequence[Mapping[Key, float]], k2: float | None) -> float | None:
    keys = attempts[0].keys()
    if len(attempts) < 3 or len(keys) < 2 or not k2 or any(attempt.keys() != keys for attempt in attempts):
        return None
    columns = ([attempt[key] for attempt in attempts] for key in keys)
    variances = math.fsum(_covariance(column, column) or 0 for column in columns)
    return 100 * len(keys) / (len(keys) - 1) * (1 - variances / k2)
