"""What was read once of a version, kept in this process for as long as that version is what pages are made of.

A course changes only when it is loaded, and is read at each request. What is read of it is kept under a key that names
the version: whoever loads a course changes its version in the same transaction, so no process and no server can show
what was before, and none has to be told. It is there for who only looks: a transaction that writes reads anew, for what
it sees may never be committed.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy.orm import Session

T = TypeVar("T")

#: Where a session that only looks says what its database holds.
HELD = "held"


class Held:
    """So many things at the most, by key; what was not asked for longest goes first."""

    def __init__(self, most: int = 400) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is held under KEY, else what MAKE returns, to be held from here on.

        Two who ask at once may both make it: making is slow, and nobody waits for it."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]  # type: ignore[no-any-return]
        made = make()
        with self._lock:
            self._things[key] = made
            if len(self._things) > self._most:
                self._things.popitem(last=False)
        return made


def held(session: Session, key: Hashable, make: Callable[[], T]) -> T:
    """Return what MAKE reads with SESSION, or what it returned when KEY was asked for before.

    KEY says what it is and names the version of all that it is made of. What comes back is shared by all who ask:
    nobody changes it, and no row of the database is in it. In a transaction that writes it is made anew, not kept."""
    kept: Held | None = session.info.get(HELD)
    return make() if kept is None else kept.get(key, make)


def once(session: Session, key: Hashable, make: Callable[[], T]) -> T:
    """Return what MAKE reads with SESSION, asked once while one page is made: whoever only looks changes nothing.

    In a transaction that writes it is asked each time."""
    if HELD not in session.info:
        return make()
    if key not in session.info:
        session.info[key] = make()
    return session.info[key]  # type: ignore[no-any-return]
