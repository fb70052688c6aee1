"""How the page of the day, and the letter, say what review takes, and what another place needs first."""

from course.base.words import _, plural
from course.groups.models import Enrolment
from kruzhok.review.needs import order
from kruzhok.review.plan import Review
from kruzhok.review.words import need_words
from kruzhok.words import weekday_and_day


def review_takes(review: Review) -> str:
    """Return "9 questions, about 6 minutes" of what is to be reviewed today; nothing where nothing is."""
    if not review.queue:
        return ""
    questions = plural(_("{n} question"), _("{n} questions"), len(review.queue))
    minutes = plural(_("about {n} minute"), _("about {n} minutes"), review.minutes)
    return _("{questions}, {minutes}").format(questions=questions, minutes=minutes)


def review_for(review: Review) -> str:
    """Return "4 of them are needed for Tuesday’s meeting"; nothing where none of them is needed for anything."""
    needs = [one.need for one in review.queue if one.need is not None]
    if not needs:
        return ""
    first = min(needs, key=order)
    count = sum(order(need) == order(first) for need in needs)
    needed = plural(_("One of them is needed"), _("{n} of them are needed"), count)
    if count == len(review.queue):
        needed = _("It is needed") if count == 1 else _("All of them are needed")
    return _("{needed} for {what}").format(needed=needed, what=need_words(first, review.today))


def review_none(review: Review) -> str:
    """Return what is said where nothing is left to review today."""
    if not review.set_minutes:
        return _("You set no minutes for it, so nothing comes by itself.")
    next_on = (
        _("The next questions come on {day}.").format(day=weekday_and_day(review.next_on)) if review.next_on else ""
    )
    if review.done_today:
        done = plural(_("Done for today: {n} question."), _("Done for today: {n} questions."), review.done_today)
        return _("{done} {next}").format(done=done, next=next_on).strip()
    if next_on:
        return _("Nothing to review today. {next}").format(next=next_on)
    return _("Each question you answer comes back here before you would forget it, in the minutes a day that you set.")


def place_name(place: Enrolment) -> str:
    """Return what PLACE is called beside the others: its group, or alone on which course."""
    if place.group is not None:
        return place.group.name
    return _("Alone: {course}").format(course=place.course.title)
