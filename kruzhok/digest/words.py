"""How a letter and its page say what is in a digest: each thing on one line, in the time of whoever reads."""

from course.base.words import _, plural
from kruzhok.calendar.dates import CLOSES, MEETING, OPENS, REPLIES, Dated
from kruzhok.digest.contents import DigestOf
from kruzhok.today.news import one_line
from kruzhok.words import clock, reader_zone, weekday_and_day

#: The last minute of a day: what is due then is due by that day, and no hour need be said.
LAST_MINUTE = "23:59"

TITLES = {
    OPENS: _("{title} opens"),
    REPLIES: _("{title}: reply to the others"),
    CLOSES: _("{title} closes"),
}


def what_is(one: Dated) -> str:
    """Return what has that date."""
    if one.kind != MEETING:
        return one_line(TITLES.get(one.kind, "{title}").replace("{title}", one.title))
    words = _("Meeting {number}: {title}") if one.title else _("Meeting {number}")
    return one_line(words.replace("{number}", str(one.number)).replace("{title}", one.title))


def when_is(one: Dated) -> str:
    """Return "Thursday 3 December", with the hour where it is not the end of that day."""
    if one.whole_day:
        return weekday_and_day(one.day)
    day, at = weekday_and_day(one.moment.astimezone(reader_zone()).date()), clock(one.moment)
    return day if at == LAST_MINUTE and one.kind != MEETING else f"{day}, {at}"


def where_is(one: Dated) -> str:
    """Return the study group it is a date of, and where one meets; nothing of who studies alone."""
    place = one.where if one.kind == MEETING else ""
    return one_line(", ".join(filter(None, (one.group, place))))


def late_in_words(digest: DigestOf) -> str:
    """Return that something was due before and is not done, in one calm line without a number; nothing where nothing
    was."""
    return _("Something from before is still open") if digest.is_late else ""


def subject_of(digest: DigestOf) -> str:
    """Return what the letter is about in numbers: no name stands on a locked screen."""
    due, new = len(digest.due) + digest.more_due, len(digest.news) + digest.more_news
    told = [plural(_("{n} date"), _("{n} dates"), due)] if due else []
    told += [plural(_("{n} new thing"), _("{n} new things"), new)] if new else []
    return _("Kruzhok: {what}").format(what=_(" and ").join(told))
