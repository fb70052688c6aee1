"""How the people of the demo review: on most evenings what the plan of that day gave them, and what seldom happens."""

import random
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from course.users.models import User
from kruzhok.calendar.dates import dates_of
from kruzhok.demo.answers import right_answer, wrong_answer
from kruzhok.demo.script import Person, Reviewing
from kruzhok.demo.stage import Act, bound
from kruzhok.demo.studying import WAYS, Studies
from kruzhok.review.plan import review_of
from quizzes.items.essay import Essay
from quizzes.review.answering import Given, answer_review, card_of, recall_essay, suspend, take_back
from quizzes.review.asking import Asked, asked
from quizzes.review.candidates import SECONDS
from quizzes.review.models import Card, ReviewLog
from quizzes.scheduling import Rating, study_day

#: When they sit down to it, by the clock of where they are.
EVENING = time(20)

A_WEEK = 7

#: How sure somebody is who is right, and who is wrong: 1 to 3, the likelier the more often it stands here.
SURE = {True: (3, 3, 3, 2, 2, 1), False: (1, 1, 2, 2, 3)}


class Reviews(Studies):
    """What is reviewed, evening by evening, each with chances of its own: what else is played changes nothing in it."""

    def _reviews(self, person: Person) -> Iterator[tuple[datetime, Act]]:
        """Yield the evenings on which somebody reviews; before the first of them they set their minutes."""
        told = person.reviews
        if told is None:
            return
        zone = ZoneInfo(self.script.group.zone)
        today = study_day(self.now, zone)
        # What somebody stumbles over is the same question on all of the last days.
        stumbled: list[int] = []
        for days in range(told.begins, told.ends - 1, -1):
            at = datetime.combine(today - timedelta(days=days), EVENING, zone)
            if days == told.begins:
                yield at - timedelta(minutes=1), bound(self._set_minutes, person, told)
            if days % A_WEEK < told.days:
                yield at, bound(self._review, person, told, days, stumbled)

    def _set_minutes(self, person: Person, told: Reviewing, _at: datetime) -> None:
        self.users[person.email].review_minutes = told.minutes

    def _review(self, person: Person, told: Reviewing, days: int, stumbled: list[int], at: datetime) -> None:
        """Let PERSON answer what comes on an evening so many DAYS ago."""
        user, rng = self.users[person.email], random.Random(f"{person.email} {days}")  # noqa: S311 (a play)
        queue = review_of(self.session, user, dates_of(self.session, user, at), at).queue
        if days <= told.stumbles and not stumbled:
            stumbled += [one.item_id for one in queue if one.memory is not None and not one.memory.misses][:1]
        chances = {one.item_id: WAYS[person.habit].knows if one.recall is None else one.recall for one in queue}
        # This one is asked for where it does not come.
        chances |= dict.fromkeys(stumbled, 0.0)
        others = [item_id for item_id in chances if item_id not in stumbled]
        seen = self._seen(user, chances)
        for item_id, chance in chances.items():
            if days == told.rests and item_id == others[-1]:
                suspend(self.session, card_of(self.session, user, item_id, now=at), now=at)
                continue
            question = asked(self.session, item_id, seen.get(item_id, 0))
            assert question is not None  # the plan has nothing that is gone
            takes_back = days == told.takes_back and item_id == others[0]
            is_known = rng.random() < chance and not takes_back
            given = Given(None, None, seen.get(item_id, 0), None, at)
            at += timedelta(seconds=round(SECONDS[question.data.type] * told.pace * rng.uniform(0.7, 1.2), 1))
            log = self._say(user, question, is_known, given, rng, at)
            if takes_back:
                take_back(self.session, log, now=at)
                again = Given(None, None, log.number, None, at)
                at += timedelta(seconds=8)
                self._say(user, question, True, again, rng, at)

    def _say(
        self, user: User, question: Asked, is_known: bool, given: Given, rng: random.Random, at: datetime
    ) -> ReviewLog:
        """Answer a question as somebody does to whom it IS KNOWN or not."""
        if isinstance(question.data, Essay):
            rating = Rating.Hard if is_known else Rating.Again
            return recall_essay(self.session, user, question, rating, given, now=at)
        response = right_answer(question.data) if is_known else wrong_answer(question.data, rng)
        given = given._replace(response=response, certainty=rng.choice(SURE[is_known]))
        return answer_review(self.session, user, question, given, now=at)

    def _seen(self, user: User, item_ids: Collection[int]) -> Mapping[int, int]:
        """Return item -> the number of the last row of USER's log of it, for those of ITEM_IDS that have one."""
        rows = (
            select(Card.item_id, func.max(ReviewLog.number))
            .join(ReviewLog, ReviewLog.card_id == Card.id)
            .where(Card.user_id == user.id, Card.item_id.in_(item_ids))
            .group_by(Card.item_id)
        )
        return {item_id: number or 0 for item_id, number in self.session.execute(rows)}
