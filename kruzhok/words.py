"""How times and amounts are said on a page: filters of the templates, in the zone of whoever reads."""

import unicodedata
from datetime import UTC, date, datetime
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from flask import Flask
from flask_login import current_user
from markupsafe import Markup

from course.base.markdown import to_html, to_inline_html
from course.base.words import plural
from course.groups.models import StudyGroup
from lessons.pace import at_pace

LOCALE = "en_GB"


def reader_zone() -> ZoneInfo:
    """Return the zone of whoever reads, UTC for a visitor."""
    return ZoneInfo(getattr(current_user, "zone", None) or "UTC")


def is_elsewhere(group: StudyGroup | None, now: datetime) -> bool:
    """Return whether the clocks of whoever reads show another time NOW than those of GROUP, if there is one."""
    if group is None:
        return False
    return now.astimezone(reader_zone()).utcoffset() != now.astimezone(ZoneInfo(group.zone)).utcoffset()


def clock(moment: datetime) -> str:
    """Return "14:02"."""
    return format_time(moment.astimezone(UTC), "HH:mm", tzinfo=reader_zone(), locale=LOCALE)


def day(moment: datetime | date) -> str:
    """Return "21 November 2026"."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(reader_zone()).date()
    return format_date(moment, "d MMMM y", locale=LOCALE)


def weekday_and_day(when: date) -> str:
    """Return "Thursday 3 December"."""
    return format_date(when, "EEEE d MMMM", locale=LOCALE)


def weekday_name(when: date) -> str:
    """Return "Thursday"."""
    return format_date(when, "EEEE", locale=LOCALE)


def month_and_year(when: date) -> str:
    """Return "December 2026"."""
    return format_date(when, "LLLL y", locale=LOCALE)


def month_name(when: date) -> str:
    """Return "December"."""
    return format_date(when, "MMMM", locale=LOCALE)


@lru_cache(maxsize=1000)
def short_day(when: date) -> str:
    """Return "3 Dec"."""
    return format_date(when, "d MMM", locale=LOCALE)


def moment_in_words(moment: datetime, zone: ZoneInfo | None = None) -> str:
    """Return "21 November 2026, 14:31", by the clocks of ZONE, else of whoever reads."""
    return _moment_in(zone or reader_zone(), moment.astimezone(UTC))


@lru_cache(maxsize=4000)
def _moment_in(zone: ZoneInfo, moment: datetime) -> str:
    return format_datetime(moment, "d MMMM y, HH:mm", tzinfo=zone, locale=LOCALE)


def minutes(count: int) -> str:
    """Return "8 min", "1 h", "1 h 20 min"."""
    hours, rest = divmod(count, 60)
    if not hours:
        return plural("{n} min", "{n} min", rest)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def host(address: str) -> str:
    """Return whose site an address is on, as people say it."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def points(amount: float) -> str:
    """Return an amount of points with two digits at most and none that say nothing: 7, 7.5, 6.67."""
    return f"{amount:.2f}".rstrip("0").rstrip(".")


def size(count: int) -> str:
    """Return how much COUNT bytes are: "0.4 MiB", "1,024.0 MiB" and no other unit, so that they can be compared."""
    return f"{count / 1024**2:,.1f} MiB"


def tongue(words: str) -> str:
    """Return the code of the language of WORDS, a name in its own letters: empty where many languages share these."""
    name = unicodedata.name(next(filter(str.isalpha, words), " "))
    return "ru" if name.startswith("CYRILLIC") else "zh" if name.startswith("CJK") else ""


def init_words(app: Flask) -> None:
    """Give the templates of APP these filters, and the two that make safe HTML of Markdown."""
    app.jinja_env.filters |= {
        "clock": clock,
        "day": day,
        "weekday": weekday_and_day,
        "weekday_name": weekday_name,
        "month_and_year": month_and_year,
        "month_name": month_name,
        "short_day": short_day,
        "moment": moment_in_words,
        "minutes": minutes,
        "at_pace": at_pace,
        "host": host,
        "points": points,
        "size": size,
        "tongue": tongue,
        "md": lambda text: Markup(to_html(text)),  # noqa: S704 (sanitised there)
        "inline_md": inline_md,
    }


#: Longer ones are made anew each time: what is kept has to fit.
SHORT = 1000
_short_inline_html = lru_cache(maxsize=5000)(to_inline_html)


def inline_md(text: str) -> Markup:
    """Return the safe HTML of a title, a stem or an option. Short ones, which stand on page after page, are kept."""
    html = _short_inline_html(text) if len(text) <= SHORT else to_inline_html(text)
    return Markup(html)  # noqa: S704 (sanitised there)
