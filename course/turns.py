"""Who leads which meeting, where a study group takes turns. Pure.

Next is who led least, then whose turn is longest ago, then who joined first. Over a season of members who neither come
nor go that differs by one turn at the most; who joined later catches up, but nobody leads twice running while there is
somebody else."""

from collections.abc import Sequence


def in_turn(members: Sequence[int], season: Sequence[int | None], at: int) -> list[int]:
    """Return MEMBERS, in the order in which they joined, in the order in which it is their turn to lead the meeting AT.

    SEASON says of each meeting in order who leads it, None where nobody does; who leads the meeting AT is left out of
    account, so that the order is the same whoever of them declines."""
    others = [leader for place, leader in enumerate(season) if place != at]
    beside = {season[place] for place in (at - 1, at + 1) if 0 <= place < len(season)}

    def standing(member: int) -> tuple[bool, int, int]:
        last = next((place for place in range(at - 1, -1, -1) if season[place] == member), -1)
        return member in beside, others.count(member), last

    return sorted(members, key=standing)


def take_turns(members: Sequence[int], season: Sequence[int | None], begin: int = 0) -> list[int | None]:
    """Return SEASON with somebody of MEMBERS at each meeting from BEGIN on that has nobody. What is there stays."""
    filled = list(season)
    for at in range(begin, len(filled)):
        if filled[at] is None:
            filled[at] = next(iter(in_turn(members, filled, at)), None)
    return filled


def after(members: Sequence[int], season: Sequence[int | None], at: int) -> int | None:
    """Return who of MEMBERS comes next where the one who leads the meeting AT cannot; None where there is nobody else.

    The turn goes round: who declined is asked again when all have."""
    order = in_turn(members, season, at)
    declining = season[at]
    if declining not in order:
        return order[0] if order else None
    following = order[(order.index(declining) + 1) % len(order)]
    return None if following == declining else following
