"""How the people of the demo study: week by week what they read and answer, and how their essays are marked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from course.groups.enrolments import enrol_alone
from course.groups.invitations import open_invitation
from course.groups.joining import join
from course.groups.members import leave
from course.outline.models import Activity, ActivityKind
from kruzhok.completions import rebuild
from kruzhok.courses.following import follow
from kruzhok.demo.answers import right_answer, wrong_answer
from kruzhok.demo.script import Essayed, Habit, Person
from kruzhok.demo.stage import Act, Stage, bound
from lessons.models import Lesson
from lessons.readings import tick_reading
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.saving import Sent, save_responses
from quizzes.attempts.starting import start_attempt
from quizzes.items import Response, parse_data
from quizzes.items.essay import Criterion, Essay
from quizzes.marking.drafting import Mark, save_draft, sheet_of
from quizzes.marking.releasing import release
from quizzes.models import Attempt, AttemptItem

#: How many meetings of the group are over.
HELD = 5


class Way(NamedTuple):
    """How somebody of a habit studies: up to the lessons of which meeting; how much of those of other meetings, and of
    those of the one at hand; how much of a quiz they get right; how many days ago they joined."""

    reach: int
    done: float
    at_hand: float
    knows: float
    joined: int = 45


#: Who knows more than this reads what need not be read as well.
KNOWS_WELL = 0.8

WAYS: dict[Habit, Way] = {
    "ahead": Way(HELD + 3, 1.0, 1.0, 0.9, 46),
    "keen": Way(HELD + 1, 1.0, 0.7, 0.9, 46),
    "steady": Way(HELD + 1, 1.0, 0.3, 0.75),
    "late": Way(HELD - 2, 1.0, 0.0, 0.6),
    "new": Way(1, 0.4, 0.0, 0.5, 6),
    "gone": Way(2, 0.6, 0.0, 0.7),
}

#: How many days before its meeting somebody is ahead.
AHEAD = 15

#: How many questions of a quiz are answered before they are saved.
AT_ONCE = 5


def level_of(criterion: Criterion, levels: Mapping[str, str]) -> str:
    """Return the level that LEVELS give for CRITERION, its best where they know none of it."""
    known = {level.ident for level in criterion.levels}
    said = levels.get(criterion.ident)
    return said if said in known else max(criterion.levels, key=lambda level: level.score).ident


class Studies(Stage):
    """What is done alone: joining, reading, answering, handing in; and the marks for it."""

    written: dict[tuple[str, str], AttemptItem]

    def _of(self, person: Person) -> Iterator[tuple[datetime, Act]]:
        """Yield what one student does beside discussing."""
        begins = WAYS[person.habit].joined
        if person.brings:
            # A reading ticked alone, before there was anything to join.
            yield self.ago(begins + 1.5), bound(self._study_alone, person)
        yield self.ago(begins), bound(self._join, person)
        yield from self._weeks(person, self.weeks)
        if person.habit == "new":  # an attempt begun and not handed in
            quiz = next(part for part in self.lessons[0].activity.parts if part.kind is ActivityKind.quiz)
            yield self.ago(1.2), bound(self._begin, person, quiz)
        if person.habit == "gone":
            yield self.ago(25), bound(self._leave, person)

    def _alone(self, person: Person) -> Iterator[tuple[datetime, Act]]:
        """Yield what somebody does who follows a path alone."""
        yield self.ago(WAYS[person.habit].joined), bound(self._follow, person)
        yield from self._weeks(person, self.weeks_along(person.path))

    def _follow(self, person: Person, at: datetime) -> None:
        place = self.places[person.email] = enrol_alone(self.session, self.users[person.email], self.course, now=at)
        follow(place, person.path, {path["ident"] for path in self.course.paths})

    def _weeks(self, person: Person, weeks: Sequence[tuple[str, Sequence[Lesson]]]) -> Iterator[tuple[datetime, Act]]:
        """Yield what somebody studies, week by week: in the days before a meeting, and not before they joined."""
        way, before = WAYS[person.habit], 0
        for number, (_title, lessons) in enumerate(weeks[: way.reach], 1):
            share = way.at_hand if number == HELD + 1 else way.done
            lead = 3 + 7 * (HELD + 1 - number) + (AHEAD if person.habit == "ahead" else 0)
            for place, lesson in enumerate(lessons):
                if number not in person.missed:
                    since = min(lead - 1.2 * place, way.joined - 1 - 1.2 * before)
                    yield from self._study(person, lesson, share, since=since)
                before += 1

    def _join(self, person: Person, at: datetime) -> None:
        user = self.users[person.email]
        invitation = open_invitation(self.session, self.token, now=at)
        self.places[person.email] = join(self.session, user, invitation, bring=person.brings, rebuild=rebuild, now=at)

    def _study_alone(self, person: Person, at: datetime) -> None:
        place = enrol_alone(self.session, self.users[person.email], self.course, now=at)
        reading = next(part for part in self.lessons[0].activity.parts if part.kind is ActivityKind.reading)
        tick_reading(self.session, place, reading, done=True, now=at)

    def _study(self, person: Person, lesson: Lesson, share: float, *, since: float) -> Iterator[tuple[datetime, Act]]:
        """Yield the readings and the quiz of LESSON, as far as SHARE goes, from SINCE days ago on."""
        parts = [part for part in lesson.activity.parts if part.kind is not ActivityKind.prompt and not part.retired_at]
        parts = [part for part in parts if part.required or WAYS[person.habit].knows > KNOWS_WELL]
        some = parts[: round(share * len(parts))]
        for number, part in enumerate(some):
            at = self.ago(since - 0.2 * number)
            if part.kind is ActivityKind.quiz:
                yield at, bound(self._sit, person, part, WAYS[person.habit].knows)
                if person.habit == "keen" and lesson in self.lessons[:2]:
                    yield at + timedelta(hours=5), bound(self._sit, person, part, 1.0)
            else:
                yield at, bound(self._read, person, part)

    def _read(self, person: Person, reading: Activity, at: datetime) -> None:
        tick_reading(self.session, self.as_(person.email, at), reading, done=True, now=at)

    def _begin(self, person: Person, quiz: Activity, at: datetime) -> None:
        self._answer(person, quiz, 0.5, at, some=4)

    def _sit(self, person: Person, quiz: Activity, knows: float, at: datetime) -> None:
        attempt = self._answer(person, quiz, knows, at)
        submit_attempt(self.session, attempt, now=at + timedelta(minutes=14))

    def _answer(self, person: Person, quiz: Activity, knows: float, at: datetime, some: int | None = None) -> Attempt:
        """Return an attempt with answers to all items, or to the first SOME; the share KNOWS of them right.

        An essay is left blank, but where the script says what somebody wrote."""
        place = self.as_(person.email, at)
        attempt = start_attempt(self.session, place, quiz, now=at, rng=self.rng)
        items = attempt.items[:some]
        for first in range(0, len(items), AT_ONCE):
            answers = {item.id: self._response(person, item, knows) for item in items[first : first + AT_ONCE]}
            sent = {item_id: Sent(response) for item_id, response in answers.items() if response is not None}
            save_responses(self.session, attempt, sent, by=place.user_id, now=at + timedelta(minutes=first + 1))
        return attempt

    def _response(self, person: Person, item: AttemptItem, knows: float) -> Response | None:
        data = parse_data(item.version.data)
        if not isinstance(data, Essay):
            return right_answer(data) if self.rng.random() < knows else wrong_answer(data, self.rng)
        ours = (one for one in self.script.essays if (one.by, one.item) == (person.email, data.ident))
        if (essay := next(ours, None)) is None:
            return None
        self.written[essay.by, essay.item] = item
        return {"text": essay.words}

    def _mark(self, essay: Essayed, at: datetime) -> None:
        """Mark what was written; where the course has not the question (any longer), nothing was."""
        if essay.mark is None or (item := self.written.get((essay.by, essay.item))) is None:
            return
        sheet, by = sheet_of(self.session, item), self.places[self.script.tutor.email].user_id
        said = Mark({one.ident: level_of(one, essay.mark.levels) for one in sheet.essay.rubric}, essay.mark.comment)
        save_draft(self.session, item, said, sheet.seen, by=by, now=at)
        if not essay.mark.draft:
            release(self.session, [item.id], by=by, now=at)

    def _leave(self, person: Person, at: datetime) -> None:
        leave(self.session, self.places[person.email], now=at)
