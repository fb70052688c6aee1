"""Whether dates are dates, in both calendars, and addresses addresses."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from course.base.words import _
from course.chronology import BadDate, parse_date
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum, Sheet
from kruzhok.curriculum.places import Path
from kruzhok.curriculum.tables import ADDRESSES, DATES, DATES_IN_BOTH, DAYS, found, words_at


def value_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield what is wrong with the dates and addresses of CURRICULUM."""
    for sheet in curriculum.sheets():
        for pattern in DATES.get(sheet.kind, ()):
            for at, text in words_at(sheet.raw, pattern):
                yield from _date(sheet, at, text, None)
        for pattern in DAYS.get(sheet.kind, ()):
            for at, text in words_at(sheet.raw, pattern):
                yield from _date(sheet, at, text, None, a_day=True)
        for pattern in DATES_IN_BOTH.get(sheet.kind, ()):
            for at, both in found(sheet.raw, pattern):
                if isinstance(both, dict) and isinstance(both.get("date"), str):
                    old_style = both["old_style"] if isinstance(both.get("old_style"), str) else None
                    yield from _date(sheet, (*at, "date"), both["date"], old_style)
        for pattern in ADDRESSES.get(sheet.kind, ()):
            for at, address in words_at(sheet.raw, pattern):
                if not is_web_address(address):
                    message = _("“{address}” is no address on the web.").format(address=address)
                    yield sheet.finding(at, message, _("Write it in full, with https:// or http:// before it."))


def _date(sheet: Sheet[Any], at: Path, text: str, old_style: str | None, *, a_day: bool = False) -> Iterator[Finding]:
    hint = _("Dates are New Style: '1917-04-16', '1917-04', '1917', 'c. 1917' or '1914..1918'.")
    try:
        when = parse_date(text)
        if a_day and when.earliest != when.latest:
            raise BadDate(_("“{text}” is not a single day.").format(text=text))
    except BadDate as error:
        yield sheet.finding(at, str(error), hint)
        return
    if old_style is not None:
        try:
            parse_date(text, old_style=old_style)
        except BadDate as error:
            hint = _("The Old Style day is twelve days earlier in the 19th century, thirteen in the 20th.")
            yield sheet.finding((*at[:-1], "old_style"), str(error), hint)


def is_web_address(address: str) -> bool:
    """Say whether ADDRESS leads to a page of the web."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and not any(char.isspace() for char in address)
