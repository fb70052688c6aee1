"""Today: one object from all rooms. The page draws it, and the letter that says what is new and due draws the same.

Where to go on; what one's places need by when, and how long it takes; the minutes of review; what is new in the talks
one takes part in; what came back. Nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from course.completion.models import State
from course.completion.progress import Progress
from course.groups.enrolments import choose, places_of
from course.groups.models import Enrolment
from course.users.models import User
from kruzhok.calendar.dates import Dated, Known, dates_known
from kruzhok.review.plan import Review, review_of
from kruzhok.today.acts import last_acts
from kruzhok.today.asking import Asked, Elsewhere, asked_in, elsewhere
from kruzhok.today.lines import lines_of
from kruzhok.today.news import CAME_BACK, AllNews, News, news_of
from kruzhok.today.plan import BEGIN, GoOn, go_on_after
from kruzhok.today.tasks import LessonTasks, tasks_of
from kruzhok.today.week import weeks
from lessons.acts import Place
from lessons.discussion.unread import Unread, unread_of
from quizzes.marking.queue import waiting_in


@dataclass(frozen=True, slots=True)
class Here:
    """The place that is looked at: where one goes on in it, and what it asks."""

    place: Enrolment
    progress: Progress
    go_on: GoOn | None
    #: Where in a text something was done last, while reading it is not done.
    read_on: Place | None
    asked: Asked

    @property
    def is_begun(self) -> bool:
        """Whether anything was done in it, or is asked by a meeting: else there is nothing to go on with."""
        return self.go_on is not None and (self.go_on.reason != BEGIN or self.read_on is not None)


@dataclass(frozen=True, slots=True)
class Today:
    """What one user has to do today, and what came. HERE is None where they have no place, or not the one named."""

    here: Here | None
    others: Sequence[Elsewhere]
    #: What has a date in all places that are not archived, the earliest first: that of the calendar.
    dates: Sequence[Dated]
    review: Review
    talk: Sequence[Unread]
    news: AllNews

    @property
    def came_back(self) -> list[News]:
        """What came back to the user on what they did or wrote, the newest first."""
        came = [one for one in self.news.news if one.came_back]
        return sorted(came, key=lambda one: one.at, reverse=True)


def today_of(session: Session, user: User, now: datetime, named: str | None = None, *, whole: bool = True) -> Today:
    """Return what USER has to do today, with the place NAMED (a group's slug, ALONE) first, else the one last used.
    Not WHOLE, of the news there is what came back to them, and nothing else is asked for: a talk that goes on for weeks
    has hundreds of them.

    As many queries for many places and cards as for few."""
    places, unseen = places_of(session, user.id)
    place = choose(places, named)
    live = [one for one in places if one.group is None or one.group.archived_at is None]
    shown = live if place is None or place in live else [*live, place]
    # Of all of them, for what was reached in a group that is archived stays reached.
    known = Known.read(session, places, lines_of(session, places)) if places else None
    dates = dates_known(live, known, now) if known else []
    to_mark = waiting_in(session, shown)
    return Today(
        here=_here(session, place, known, dates, now, to_mark.get(place.group_id or 0, 0)) if place and known else None,
        others=elsewhere([one for one in live if one is not place], dates, to_mark, now),
        dates=dates,
        review=review_of(session, user, dates, now),
        talk=unread_of(session, shown),
        news=news_of(session, user, places, now, of_kinds=None if whole else CAME_BACK) if unseen else AllNews(),
    )


def _here(
    session: Session, place: Enrolment, known: Known, dates: Sequence[Dated], now: datetime, to_mark: int
) -> Here:
    standing, syllabus = known.standings[place.id], known.syllabus(place)
    tasks = tasks_of(session, place, standing, syllabus, now, place.user.pace, known.lines)
    group = weeks(place, syllabus, tasks, now) if place.group else None
    acts = last_acts(session, place)
    go_on = go_on_after(acts, place, tasks.lessons, group)
    lesson = next((one for one in tasks.lessons if go_on and one.task.ident == go_on.task.lesson_ident), None)
    return Here(
        place,
        standing.progress,
        go_on,
        _still_read(acts.place, tasks.lessons),
        asked_in(place, group, lesson, dates, now, to_mark),
    )


def _still_read(place: Place | None, lessons: Iterable[LessonTasks]) -> Place | None:
    """Return PLACE where its text is a lesson, or a reading of one, that is not done."""
    if place is None or place.ident is None:
        return place
    tasks = [one.task for one in lessons] if place.is_lesson else [part for one in lessons for part in one.parts]
    open_ones = {task.text_ident or task.lesson_ident for task in tasks if task.state is not State.done}
    return place if place.text_ident in open_ones else None
