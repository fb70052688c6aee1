"""How often somebody may try to get into an account, so that guessing is slow and nobody can be locked out by others.

A browser in which somebody signed in to the account before has tries of its own: who hammers on an account from
elsewhere uses up nothing of them. All other browsers share what is counted for their network and for the account."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from course.base.limits import count_slowly, take_back_try

#: Tries in an hour that need not wait: of a browser that is known to the account; of a network (a school is one) to all
#: accounts; of a network to one account; of all networks to one account.
OF_KNOWN_BROWSER, OF_NETWORK, OF_NETWORK_TO_ONE, TO_ONE = 10, 60, 10, 30


class Comer(NamedTuple):
    """Who tries to get in, as far as that can be told: to which account, from which network, and the word by which
    their browser is known to that account, if it is. Account and network are keyed: nobody is read from them."""

    account: str
    network: str
    browser: str | None


def count_entry(session: Session, what: str, comer: Comer, *, now: datetime) -> int:
    """Count a try of COMER at WHAT (the password, the code); return how many it was in this hour from there.

    Raise TooSoon where it has to wait."""
    return min(count_slowly(session, *counted, free=free, now=now) for *counted, free in _counts(what, comer))


def take_back_entry(session: Session, what: str, comer: Comer, *, now: datetime) -> None:
    """Count the last try of COMER at WHAT no more, since it went right: only what goes wrong makes slow."""
    for key, who, _free in _counts(what, comer):
        take_back_try(session, key, who, now=now)


def _counts(what: str, comer: Comer) -> Iterator[tuple[str, str, int]]:
    """Yield what a try is counted as, under whom, and how many are free."""
    if comer.browser is not None:
        yield f"{what}, known browser", f"{comer.account} {comer.browser}", OF_KNOWN_BROWSER
        return
    yield f"{what}, network", comer.network, OF_NETWORK
    yield f"{what}, network and account", f"{comer.network} {comer.account}", OF_NETWORK_TO_ONE
    yield f"{what}, account", comer.account, TO_ONE
