"""Limits on how often something may be tried, counted in the database so that all processes count together."""

import hashlib
import math
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import UniqueConstraint, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from course.base.db import Base
from course.base.errors import TooMany
from course.base.words import _

WINDOW = timedelta(minutes=15)

#: What grows slower with each try is counted for so long.
SLOW_WINDOW = timedelta(hours=1)

#: Of an IPv6 address this much is of the house it stands in: the rest everybody chooses as they like.
HOUSE = 64


class TryCount(Base):
    """How often one thing was tried in one stretch of time. The key is hashed: no address or name is kept."""

    __tablename__ = "try_count"
    __table_args__ = (UniqueConstraint("key", "begins_at"),)

    key: Mapped[str]
    begins_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int]
    #: When it was last tried, where the next try has to wait for that.
    last_at: Mapped[datetime | None]


class TooSoon(TooMany):
    """A try that has to wait a little, after many that went wrong."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = self.retry_after = max(1, round(wait.total_seconds()))
        words = (
            _("Please wait {n} seconds and try again. Nothing is lost.").format(n=self.seconds)
            if self.seconds < 90
            else _("Please wait {n} minutes and try again. Nothing is lost.").format(n=-(-self.seconds // 60))
        )
        super().__init__(words)


def network_of(address: str) -> str:
    """Return the network that ADDRESS is counted with: an IPv4 address is one by itself, an IPv6 address its /64."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or IPv6Address(int(ip) >> (128 - HOUSE) << (128 - HOUSE))
    return str(ip)


def count_try(session: Session, what: str, who: str, *, most: int, now: datetime) -> None:
    """Count one try of WHAT by WHO; raise TooMany where there were MOST in this quarter of an hour already."""
    here = (TryCount.key == _key(what, who), TryCount.begins_at == _begin(now, WINDOW))
    if not session.execute(update(TryCount).where(*here).values(tries=TryCount.tries + 1)).rowcount:  # type: ignore[attr-defined]
        try:
            with session.begin_nested():
                session.add(TryCount(key=_key(what, who), begins_at=_begin(now, WINDOW), tries=1))
        except IntegrityError:  # somebody else was first
            session.execute(update(TryCount).where(*here).values(tries=TryCount.tries + 1))
    if (session.scalar(select(func.max(TryCount.tries)).where(*here)) or 0) > most:
        left = _begin(now, WINDOW) + WINDOW - now
        raise TooMany(
            _("Please wait a quarter of an hour and try again. Nothing is lost."),
            retry_after=math.ceil(left.total_seconds()),
        )


def count_slowly(session: Session, what: str, who: str, *, free: int, now: datetime) -> int:
    """Count one try of WHAT by WHO and return how many there were in this hour; raise TooSoon, and count nothing,
    where it comes too soon.

    FREE tries come as they like; each one after these has to wait from the one before: 1 second, 2, 4, 8…"""
    key, begins = _key(what, who), _begin(now, SLOW_WINDOW)
    here = select(TryCount).where(TryCount.key == key, TryCount.begins_at == begins)
    found = session.scalar(here.with_for_update(), execution_options={"populate_existing": True})
    if found is None:
        try:
            with session.begin_nested():
                session.add(TryCount(key=key, begins_at=begins, tries=1, last_at=now))
        except IntegrityError:  # somebody else was first
            return count_slowly(session, what, who, free=free, now=now)
        return 1
    # Of those that are free, several may come at once, and one that came first be counted after another.
    if found.tries >= free and found.last_at is not None:
        may_come = found.last_at + timedelta(seconds=2 ** min(found.tries - free, 12))
        if now < may_come:
            raise TooSoon(may_come - now)
    found.tries, found.last_at = found.tries + 1, now
    session.flush()
    return found.tries


def take_back_try(session: Session, what: str, who: str, *, now: datetime) -> None:
    """Count one try less of WHAT by WHO: it went right after all."""
    here = (TryCount.key == _key(what, who), TryCount.begins_at == _begin(now, SLOW_WINDOW), TryCount.tries > 0)
    session.execute(update(TryCount).where(*here).values(tries=TryCount.tries - 1))


def forget_tries(session: Session, *, now: datetime) -> None:
    """Delete the counts of stretches that are over."""
    session.execute(delete(TryCount).where(TryCount.begins_at <= now - SLOW_WINDOW))


def _key(what: str, who: str) -> str:
    return hashlib.sha256(f"{what}:{who}".encode()).hexdigest()


def _begin(now: datetime, window: timedelta) -> datetime:
    """Return when the stretch of time began that NOW is in."""
    seconds = window.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, tz=now.tzinfo)
