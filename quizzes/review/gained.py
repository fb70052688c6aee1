"""What a day of review came to: which items were known, and until when they hold; which were missed."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from course.groups.models import StudyGroup
from course.outline.models import Activity, Course
from course.texts.models import Passage, Text
from quizzes.attempts.places import Place, joined_to_places, place_of
from quizzes.models import Item, ItemVersion
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.scheduling import Rating


class Gained(NamedTuple):
    """An item reviewed on one day: how its last review came out, until when it holds, and the passage it hangs on."""

    item_id: int
    stem: str
    rating: int
    last_on: date
    due_on: date
    course: str
    place: Place | None

    @property
    def missed(self) -> bool:
        """Whether it was not known."""
        return self.rating == Rating.Again

    @property
    def days(self) -> int:
        """How many days it holds, as far as one can say."""
        return (self.due_on - self.last_on).days


class Day(NamedTuple):
    """The items reviewed on one day, in the order of their last reviews, and how many seconds all reviews took."""

    items: Sequence[Gained]
    reviews: int
    seconds: float

    @property
    def missed(self) -> list[Gained]:
        """What was not known at the last."""
        return [one for one in self.items if one.missed]

    @property
    def known(self) -> list[Gained]:
        """What was known at the last, what holds longest first."""
        return sorted((one for one in self.items if not one.missed), key=lambda one: -one.days)


def gained_on(session: Session, user_id: int, day: date, closed: Collection[int]) -> Day:
    """Return what a user reviewed on that DAY of study, without what was taken back or did not count.

    What is withheld from them (CLOSED) is not told of. One query."""
    reviewed = (
        select(ReviewLog, Card, ItemVersion.data, Course.ident, Passage, Text, Activity.ident)
        .join(Card, Card.id == ReviewLog.card_id)
        .join(Item, Item.id == Card.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .outerjoin(StudyGroup, StudyGroup.id == Item.group_id)
        .join(Course, or_(Course.id == Item.course_id, Course.id == StudyGroup.course_id))
        .where(Card.user_id == user_id, ReviewLog.day == day, ReviewLog.source == ReviewSource.review)
        .where(ReviewLog.counts, ReviewLog.taken_back_at.is_(None), Card.last_on.is_not(None))
        .order_by(ReviewLog.at, ReviewLog.id)
    )
    rows = session.execute(joined_to_places(reviewed)).all()
    last: dict[int, Gained] = {}
    for log, card, data, course, passage, text, slug in rows:
        if card.item_id in closed:
            continue
        assert card.last_on is not None
        assert card.due_on is not None  # both are there after a review
        last.pop(card.item_id, None)
        place = place_of(passage, text, slug)
        last[card.item_id] = Gained(card.item_id, data["stem"], log.rating, card.last_on, card.due_on, course, place)
    return Day(list(last.values()), len(rows), sum(row[0].milliseconds or 0 for row in rows) / 1000)
