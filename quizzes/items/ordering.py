"""Entries to be put in order, earliest first.

The form has a place (1 … n) for each entry, and works without scripts. Whoever moves one entry up by writing another
number makes a tie; a tie is mended as the writer meant it, not refused.
"""

import math
import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, field_validator

from course.base.words import _
from quizzes.items.common import (
    BLANK,
    BadResponse,
    Ident,
    ItemData,
    Names,
    Raw,
    Response,
    Scored,
    Strict,
    Words,
    answered,
    check_distinct,
    check_known,
    one_value,
    pick,
)
from quizzes.scoring import ORDER_METHODS, OrderMethod, places_right, share_of_pairs


class Entry(Strict):
    """One thing that has its place in the order."""

    ident: Ident
    text: Words


class Ordering(ItemData):
    """Three or more entries, written down in the right order."""

    type: Literal["ordering"]
    entries: Annotated[list[Entry], Field(min_length=3)]
    method: OrderMethod = "pairwise"

    @field_validator("entries")
    @classmethod
    def _tell_apart(cls, entries: list[Entry]) -> list[Entry]:
        check_distinct((entry.ident for entry in entries), (entry.text for entry in entries))
        return entries


Data = Ordering
kind_words = _("Put in order, earliest first")
is_complete = answered


def _key(data: Ordering) -> list[str]:
    return [entry.ident for entry in data.entries]


def shown(data: Ordering, rng: random.Random) -> list[str]:
    """Return the entries' idents in any order but the right one, each as likely as the next."""
    rest, order = _key(data), []
    number = rng.randrange(1, math.factorial(len(rest)))  # in the factorial number system, where 0 is the right order
    while rest:
        index, number = divmod(number, math.factorial(len(rest) - 1))
        order.append(rest.pop(index))
    return order


def parse(data: Ordering, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    """Return {"order": all idents}, None where every place was left blank.

    Fields: a place for each entry, "1" … "n" or blank, under its ident; or `order`, all idents with commas between,
    from a script; and besides, from a button, `move`: "ident:up" or "ident:down", which swaps the entry with its
    neighbour (in the order that was sent, else in that of PREVIOUS, else in that SHOWN: what was typed before the
    button was pressed is not lost). Entries without a place fill the places that remain, in the order in which they
    stood."""
    order, _mended = _read(data, raw, shown, previous)
    return None if order is None else {"order": order}


def repaired(data: Ordering, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> bool:
    """Say whether `parse` had to mend the places sent: two were the same, or some were blank. Raise as it does."""
    return _read(data, raw, shown, previous)[1]


def score(data: Ordering, response: Response | None, *, names: Names = ()) -> Scored:
    """Return the score by the item's method; a part is the share of an entry's pairs that are right (`pairwise`), or 1
    where it stands in its place."""
    if response is None:
        return BLANK
    order, key = response["order"], _key(data)
    parts = share_of_pairs(order, key) if data.method == "pairwise" else places_right(order, key)
    return Scored(ORDER_METHODS[data.method](order, key), parts=parts)


def says(data: Ordering, response: Response | None) -> list[str]:
    """Return the words of the entries in the order of RESPONSE."""
    order = [] if response is None else response["order"]
    return [pick(ident, data.entries, lambda entry: entry.ident).text for ident in order]


def key_says(data: Ordering) -> list[str]:
    """Return the words of the entries in the right order."""
    return [entry.text for entry in data.entries]


def _read(data: Ordering, raw: Raw, shown: Sequence[str], previous: Response | None) -> tuple[list[str] | None, bool]:
    """Return the order that was meant, and whether its places had to be mended."""
    current = list(previous["order"] if previous else shown)
    order, mended = _from_script(data, raw), False
    if order is None and (places := _places(data, raw)):
        order = _placed(places, current)
        mended = any(order.index(ident) + 1 != places.get(ident) for ident in order)
    if (move := one_value(_with("move", ":", raw))) is not None:
        order = _moved(data, order or current, move)
    return order, mended


def _with(name: str, mark: str, raw: Raw) -> Raw:
    """Return the values of the field NAME that have MARK in them.

    An entry may be called `move` or `order` as well: what is sent for its place has no such mark."""
    return {"": [value for value in raw.get(name, ()) if mark in value]}


def _from_script(data: Ordering, raw: Raw) -> list[str] | None:
    sent = one_value(_with("order", ",", raw))
    if sent is None:
        return None
    order = sent.split(",")
    if sorted(order) != sorted(_key(data)):
        raise BadResponse(_("That order does not name every entry once. Put each entry in one place."))
    return order


def _places(data: Ordering, raw: Raw) -> dict[str, int]:
    """Return entry -> place for the entries that were given one."""
    known = {str(place): place for place in range(1, len(data.entries) + 1)}
    places = {}
    for ident in _key(data):
        mark = {"move": ":", "order": ","}.get(ident)
        values = [value for value in raw.get(ident, ()) if mark is None or mark not in value]
        if (sent := one_value({"": values})) is None:
            continue
        if (place := known.get(sent.strip())) is None:
            message = _("A place is a number from 1 to {most}. Write one of these.")
            raise BadResponse(message.format(most=len(known)))
        places[ident] = place
    return places


def _placed(places: Mapping[str, int], current: Sequence[str]) -> list[str]:
    """Return CURRENT with the entries of PLACES at theirs, as near as may be.

    Of two at one place the one that moved up comes first and the one that moved down last."""
    stood = {ident: place for place, ident in enumerate(current, 1)}

    def rank(ident: str) -> tuple[int, int, int]:
        place = places[ident]
        return place, (place > stood[ident]) - (place < stood[ident]), stood[ident]

    wanted = sorted(places, key=rank)
    taken: dict[int, str] = {}
    slot = 0
    for index, ident in enumerate(wanted):
        # Not before its place and the one in front of it, but so early that those behind it fit in.
        slot = min(max(places[ident], slot + 1), len(current) - (len(wanted) - 1 - index))
        taken[slot] = ident
    rest = iter(ident for ident in current if ident not in places)
    return [taken.get(place) or next(rest) for place in range(1, len(current) + 1)]


def _moved(data: Ordering, order: Sequence[str], move: str) -> list[str]:
    """Return ORDER after MOVE; the first entry stays where it is when moved up, as does the last when moved down."""
    ident, _colon, way = move.partition(":")
    if way not in {"up", "down"}:
        raise BadResponse(_("An entry moves up or down, nowhere else."))
    here = order.index(check_known(ident, _key(data)))
    there = min(max(here + (1 if way == "down" else -1), 0), len(order) - 1)
    moved = list(order)
    moved[here], moved[there] = moved[there], moved[here]
    return moved
