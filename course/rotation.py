"""Who is with whom when a study group is parted into subgroups once more, so that people meet. Pure.

It is the "social golfer" problem, for which no quick way to the best answer is known. What is here is quick, and has a
bound that is proved and not only observed. It is never worse than drawing lots: see `divide` and `most_meetings`.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from random import Random

#: A pair of members, the smaller id first.
Pair = tuple[int, int]

#: Up to so many members what was seated is bettered by exchanging two; with more there are many who never met anyway.
MOST_EXCHANGED = 120

#: So often all pairs are gone through for an exchange that betters.
_ROUNDS = 12


def sizes(count: int, size: int) -> list[int]:
    """Return how many are in each subgroup when COUNT members are parted into subgroups of about SIZE, larger first.

    They differ by one at the most, and nobody is alone who need not be: of three there is one subgroup."""
    if size < 2:
        raise ValueError(f"nobody is to be alone: {size}")
    parts = max(1, min((2 * count + size) // (2 * size), count // 2))
    return [count // parts + (at < count % parts) for at in range(parts)] if count else []


def pairs_in(parts: Iterable[Collection[int]]) -> list[Pair]:
    """Return the pairs of those who are together in one of PARTS."""
    return [pair for part in parts for pair in combinations(sorted(part), 2)]


def meetings(divisions: Iterable[Iterable[Collection[int]]]) -> Counter[Pair]:
    """Return how often each pair was together in DIVISIONS."""
    return Counter(pair for parts in divisions for pair in pairs_in(parts))


def together(sizes: Collection[int]) -> Fraction:
    """Return how likely two members are together in subgroups of SIZES that are drawn by lot: p of the bounds."""
    everybody = math.comb(sum(sizes), 2)
    return Fraction(sum(math.comb(size, 2) for size in sizes), everybody) if everybody else Fraction(0)


def most_meetings(pairs: int, likely: Iterable[Fraction]) -> float:
    """Return how often no two members are together, at the most, after divisions made by `divide`.

    PAIRS is the number of pairs there ever were, LIKELY says for each division how likely two are `together` when lots
    are drawn. It is log2(PAIRS) + the sum of log2(1 + p): the meetings that cannot be avoided, times 1.45 at the most,
    and a few. Proof: let F be the sum of 2^m over all pairs, m being how often they met; it is PAIRS to begin with. A
    division adds to F the sum of 2^m over the pairs that are together in it, which `divide` holds to p F. So F is never
    more than PAIRS times the product of all (1 + p), and 2^m of one pair is never more than F. Who joins later brings
    pairs that count from the beginning; who leaves takes nothing out that the bound would need."""
    return math.log2(max(pairs, 1)) + sum(math.log2(1 + p) for p in likely)


def divide(members: Collection[int], size: int, met: Mapping[Pair, int], lot: Random) -> list[list[int]]:
    """Return MEMBERS parted into subgroups of about SIZE, who is in each in the order of ids; MET says how often pairs
    were together before, LOT decides where nothing else does. The same input and the same lot give the same parts.

    The bound: the sum of 2^m - 1 over the pairs that are together, m being how often they met, is no more than p times
    that sum over all pairs of MEMBERS, p being how likely two are together when lots are drawn. So while nobody has met
    twice, no more pairs meet again than by lot on the average, and as sure as that. What that holds the meetings
    of two to is in `most_meetings`.

    Proof: drawn by lot the sum is p times that of all on the average. Members are seated one after the other, each
    where the average over all ways to seat those who are left is least; the least is no more than the mean, so the
    average never rises, and once all are seated it is the sum itself (the method of conditional expectations: Erdős
    and Selfridge 1973; Spencer, "Ten Lectures on the Probabilistic Method"). Exchanges are made only where the sum
    falls."""
    places = sizes(len(members), size)
    order = sorted(members)
    lot.shuffle(order)
    weights = _weights(order, met)
    parts = _seated(order, places, weights)
    if len(order) <= MOST_EXCHANGED:
        _exchange(parts, weights)
    return [sorted(part) for part in parts]


_Weights = Mapping[int, Mapping[int, int]]


def _weights(members: Collection[int], met: Mapping[Pair, int]) -> _Weights:
    """Return member -> other member -> 2^m - 1, without those who never met."""
    found: dict[int, dict[int, int]] = {member: {} for member in members}
    for (one, other), times in met.items():
        if times and one in found and other in found:
            found[one][other] = found[other][one] = 2**times - 1
    return found


def _seated(order: Sequence[int], places: Sequence[int], weights: _Weights) -> list[list[int]]:
    """Return parts of as many PLACES, members seated in this ORDER, each where the average of what is open is least."""
    parts: list[list[int]] = [[] for _place in places]
    free = list(places)
    seat: dict[int, int] = {}
    #: What those who wait weigh with each other, and with those who sit in each part.
    waiting = sum(sum(row.values()) for row in weights.values()) // 2
    with_part = [0] * len(places)
    for at, member in enumerate(order):
        left = len(order) - at - 1
        here = [0] * len(places)
        for other, weight in weights[member].items():
            if other in seat:
                here[seat[other]] += weight
        open_weight = sum(weights[member].values()) - sum(here)
        waiting -= open_weight
        with_part = [all_of_it - its for all_of_it, its in zip(with_part, here, strict=True)]
        best = _best(free, here, with_part, open_weight, waiting, left)
        parts[best].append(member)
        seat[member] = best
        free[best] -= 1
        with_part[best] += open_weight
    return parts


def _best(
    free: Sequence[int], here: Sequence[int], with_part: Sequence[int], open_weight: int, waiting: int, left: int
) -> int:
    """Return the part in which one more member leaves the least average, as a whole number so that nothing is rounded.

    HERE is what the member weighs with those who sit in each part, OPEN_WEIGHT with those who wait, LEFT in number;
    WITH_PART is what these weigh with each part, WAITING with each other. What is alike for all parts is left out."""
    once, twice = max(left - 1, 1), max(left, 1) * max(left - 1, 1)

    def average(part: int) -> int:
        still = free[part] - 1
        # One seat less in this part: those who wait come here less, and two of them together less.
        sits = twice * here[part] + once * (open_weight * still - with_part[part])
        return sits - waiting * 2 * still

    return min((part for part in range(len(free)) if free[part]), key=lambda part: (average(part), part))


def _exchange(parts: list[list[int]], weights: _Weights) -> None:
    """Exchange two members of PARTS as long as that lets fewer meet again, the one after the other."""
    seat = {member: at for at, part in enumerate(parts) for member in part}
    with_part = {member: [0] * len(parts) for member in seat}
    for member, row in weights.items():
        for other, weight in row.items():
            with_part[member][seat[other]] += weight
    for _round in range(_ROUNDS):
        if not sum(_bettered(pair, seat, with_part, weights) for pair in combinations(sorted(seat), 2)):
            break
    for at, part in enumerate(parts):
        part[:] = [member for member in seat if seat[member] == at]


def _bettered(pair: Pair, seat: dict[int, int], with_part: Mapping[int, list[int]], weights: _Weights) -> bool:
    """Exchange the two of PAIR where that lets fewer meet again; say whether it did."""
    one, other = pair
    here, there = seat[one], seat[other]
    if here == there:
        return False
    ones, others = with_part[one], with_part[other]
    if ones[here] + others[there] <= ones[there] + others[here] - 2 * weights[one].get(other, 0):
        return False
    seat[one], seat[other] = there, here
    for member, left, entered in ((one, here, there), (other, there, here)):
        for known, weight in weights[member].items():
            with_part[known][left] -= weight
            with_part[known][entered] += weight
    return True
