"""What the pages of review say: how far one is, why a question comes, when it comes back."""

from datetime import date

from course.base.words import _, plural
from kruzhok.review.needs import Need
from kruzhok.review.plan import Queued, Reason, Review, Short
from kruzhok.words import day, weekday_and_day, weekday_name
from quizzes.review.models import ReviewSource
from quizzes.review.showing import Met

#: How an answer came out, as far as memory goes.
CAME_OUT = {1: _("missed"), 2: _("known, with effort"), 3: _("known"), 4: _("known")}

#: So many days ahead a day is called by its weekday, and so many without its year.
A_WEEK, A_YEAR = 7, 300

_CHANCE = {
    Reason.fallen: _("By now you would still know it in about {chance} of 100 cases, and you asked for {share}."),
    Reason.needed: _("You would still know it in about {chance} of 100 cases."),
    Reason.ahead: _("You would still know it in about {chance} of 100 cases. It would come soon, and there is time."),
}


def how_far(review: Review) -> str:
    """Return "3 of about 9, about 6 minutes left"."""
    left = plural("about {n} minute left", "about {n} minutes left", review.minutes)
    count = review.done_today + len(review.queue)
    return _("{n} of about {all}, {left}").format(n=review.done_today + 1, all=count, left=left)


def need_words(need: Need, today: date) -> str:
    """Return what an item is needed for: "Tuesday’s meeting", "“July Days”, due on Friday"."""
    is_near = (need.day - today).days < A_WEEK
    if need.kind != "meeting":
        when = weekday_name(need.day) if is_near else weekday_and_day(need.day)
        return _("“{title}”, due on {day}").format(title=need.title, day=when)
    if is_near:
        return _("{weekday}’s meeting").format(weekday=weekday_name(need.day))
    return _("the meeting on {day}").format(day=weekday_and_day(need.day))


def why(queued: Queued, today: date, retention: float) -> list[str]:
    """Return why an item comes now, in a sentence or two."""
    said = []
    if queued.recall is None:
        said.append(_("You have come as far as this, and it was not reviewed yet."))
    elif queued.reason in _CHANCE:
        chance, share = round(queued.recall * 100), round(retention * 100)
        said.append(_CHANCE[queued.reason].format(chance=chance, share=share))
    if queued.need is not None:
        told = _("You need it for {what}, with {group}.") if queued.need.group else _("You need it for {what}.")
        said.append(told.format(what=need_words(queued.need, today), group=queued.need.group))
    return said


def short_words(short: Short, today: date) -> str:
    """Return "To be ready for Tuesday’s meeting takes 25 minutes a day; you set 15"."""
    minutes = plural("{n} minute", "{n} minutes", short.minutes_a_day)
    said = _("To be ready for {what} takes {minutes} a day; you set {set}.")
    return said.format(what=need_words(short.need, today), minutes=minutes, set=short.set_minutes)


def comes_back(due_on: date, today: date, need: Need | None) -> str:
    """Return "Comes back within 11 days, by 11 December; before Tuesday’s meeting": DUE_ON is when at the latest by the
    memory alone, NEED what it is needed for, and by when, if for anything. It may come earlier, where there is time."""
    if need is None or not today < need.by <= due_on:
        return _("{when}.").format(when=_in_days(due_on, today))
    return _("{when}; before {what}.").format(when=_in_days(need.by, today), what=need_words(need, today))


def _in_days(when: date, today: date) -> str:
    days = (when - today).days
    if days <= 1:
        return _("Comes back tomorrow") if days == 1 else _("Comes back today")
    return _("Comes back within {n} days, by {day}").format(n=days, day=near_day(when, today))


def near_day(when: date, today: date) -> str:
    """Return "11 December", with the year where that is not plain."""
    said = day(when)
    return said.rsplit(" ", 1)[0] if (when - today).days < A_YEAR else said


def where_met(met: Met) -> str:
    """Return where an item was answered."""
    if met.source is ReviewSource.quiz:
        return _("in the quiz “{title}”").format(title=met.title or "")
    if met.source is ReviewSource.check:
        return _("beside the text of “{title}”").format(title=met.title) if met.title else _("beside a text")
    return _("in review")
