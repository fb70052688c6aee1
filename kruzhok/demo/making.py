"""Making the demo: the script played through the functions of the rooms, in the order in which it would have happened.

Everything is dated back from now, so that the group stands before its sixth meeting of some twelve.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from course.completion.looks import note_look
from course.groups.enrolments import enrol_alone
from course.groups.invitations import make_invitation, open_invitation
from course.groups.joining import join
from course.groups.members import leave
from course.groups.models import Role
from course.groups.opening import open_group
from course.outline.models import Activity, ActivityKind, Course
from course.syllabus.giving import Terms
from course.syllabus.meetings import today_of
from course.syllabus.models import Pacing
from course.syllabus.planning import lay_out
from course.texts.models import Passage, Text
from course.users.accounts import change_digest, create_user
from course.users.models import DigestKind, User
from kruzhok.completions import rebuild
from kruzhok.courses.following import follow
from kruzhok.demo.answers import right_answer, wrong_answer
from kruzhok.demo.script import (
    Brought,
    Essayed,
    Framed,
    Habit,
    Noted,
    Opening,
    Person,
    Reply,
    Script,
    Wished,
    Written,
    Wrong,
)
from kruzhok.demo.stage import Act, Stage, bound
from lessons.agenda.items import put_passage, put_words
from lessons.agenda.minutes import write_minutes
from lessons.articles.keeping import keep as keep_articles
from lessons.articles.pasted import read_list
from lessons.discussion.models import Post
from lessons.discussion.posts import edit_post, reply, write_post
from lessons.discussion.seeds import put_seed
from lessons.frames.frames import write_frame
from lessons.group_readings.making import Told, make_reading
from lessons.imports.keeping import about_of, bring, keep, read_file
from lessons.journal import write_entry
from lessons.models import Document, Lesson, Prompt
from lessons.notes.choosing import Chosen
from lessons.notes.models import Note
from lessons.notes.noting import Said, make_note, reply_to
from lessons.readings import tick_reading
from lessons.reports.models import Outcome
from lessons.reports.reports import Meant, close_report, make_report
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.saving import Sent, save_responses
from quizzes.attempts.starting import start_attempt
from quizzes.items import Response, parse_data
from quizzes.items.essay import Criterion, Essay
from quizzes.marking.drafting import Mark, save_draft, sheet_of
from quizzes.marking.releasing import release
from quizzes.models import Attempt, AttemptItem

#: The addresses of the demo's people; the ending is kept for examples (RFC 2606), so no letter ever reaches anybody.
AT = "@circle.example"

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

#: How many days ago the group was opened, and how many days before its meeting somebody is ahead.
OPENED = 50
AHEAD = 15

#: How many questions of a quiz are answered before they are saved.
AT_ONCE = 5


class Made(NamedTuple):
    """The demo as it was made: the names to sign in with, the tutor's first, and of whoever studies alone."""

    group: str
    emails: Sequence[str]
    alone: str


def demo_tutor(session: Session, script: Script) -> User | None:
    """Return the tutor of the demo, None where it has not been made."""
    return session.scalar(select(User).where(User.email == script.tutor.email + AT))


def make_demo(session: Session, course: Course, script: Script, password: str, *, now: datetime) -> Made:
    """Make the demo's group on COURSE, whose people all sign in with PASSWORD, whole or not at all."""
    play = _Play(session, course, script, password, now)
    play.open()
    # A list that is played in order of time: replies come after what they reply to, attempts after joining.
    acts = sorted(play.acts(), key=lambda act: act[0])
    for at, act in acts:
        act(at)
    emails = [person.email + AT for person in (script.tutor, *script.students)]
    return Made(play.group.slug, emails, script.alone.email + AT)


def level_of(criterion: Criterion, levels: Mapping[str, str]) -> str:
    """Return the level that LEVELS give for CRITERION, its best where they know none of it."""
    known = {level.ident for level in criterion.levels}
    said = levels.get(criterion.ident)
    return said if said in known else max(criterion.levels, key=lambda level: level.score).ident


class _Play(Stage):
    """The play of the script: who is who by now, and what is still to happen."""

    def open(self) -> None:
        """Make the accounts, the group and the link."""
        self._date_back()
        self.written: dict[tuple[str, str], AttemptItem] = {}
        for person in (self.script.tutor, *self.script.students, self.script.alone):
            self.users[person.email] = create_user(
                self.session, email=person.email + AT, name=person.name, password=self.password, now=self.ago(OPENED)
            )
            self.users[person.email].zone = self.script.group.zone
            change_digest(self.users[person.email], DigestKind.none)  # nobody reads mail at these addresses
        told = self.script.group
        tutor = open_group(
            self.session,
            self.users[self.script.tutor.email],
            self.course,
            name=told.name,
            about=told.about,
            zone=told.zone,
            role=Role.tutor,
            now=self.ago(OPENED),
        )
        assert tutor.group is not None
        self.places[self.script.tutor.email], self.group = tutor, tutor.group
        self.token = make_invitation(
            self.session, tutor, role=Role.student, by_approval=False, uses_allowed=30, days=90, now=self.ago(OPENED)
        )

    def _date_back(self) -> None:
        """Let what the course began with be there since before the play, or it would be new to those who were done.

        For others nothing changes: no one can have been done with a lesson before it was there."""
        its = (Activity.course_id == self.course.id, Activity.group_id.is_(None))
        begins = self.session.scalar(select(func.min(Activity.added_at)).where(*its))
        before = self.ago(OPENED + 1)
        if begins is not None and begins > before:
            self.session.execute(update(Activity).where(*its, Activity.added_at == begins).values(added_at=before))

    def acts(self) -> Iterator[tuple[datetime, Act]]:
        """Yield what happens and when."""
        yield self.ago(44), self._plan
        for person in self.script.students:
            yield from self._of(person)
        yield from self._alone(self.script.alone)
        yield from self._answers()
        yield from self._on_texts()
        yield from self._meet()
        for days, email in ((4, "ada"), (3, "grace"), (1, "grace"), (1, "kenji")):
            yield self.ago(days - 0.2), bound(self._look, email)

    def _answers(self) -> Iterator[tuple[datetime, Act]]:
        """Yield what is written on prompts, and said of what was written on essay questions."""
        for one in self.script.posts:
            prompt = self.prompt(one.lesson, one.prompt)
            if prompt is not None:
                for opening in one.discussion:
                    yield from self._discuss(prompt, opening)
        for act, entries in ((self._seed, self.script.seeds), (self._note, self.script.journals)):
            for entry in entries:
                if (prompt := self.prompt(entry.lesson, entry.prompt)) is not None:
                    yield self.ago(entry.ago - 0.4), bound(act, entry.by, prompt, entry.text)
        for essay in self.script.essays:
            if essay.mark is not None:
                yield self.ago(essay.mark.ago), bound(self._mark, essay)

    def _on_texts(self) -> Iterator[tuple[datetime, Act]]:
        """Yield what is said of texts and their passages, and which the tutor brings along."""
        for noted in self.script.notes:
            yield from self._notes(noted)
        for framed in self.script.frames:
            if (text := self.text("", framed.text)) is not None:
                yield self.ago(framed.ago - 0.5), bound(self._frame, framed, text)
        for brought in self.script.texts:
            yield from self._texts(brought)
        for wrong in self.script.reports:
            if (passage := self.passage(self.text(wrong.lesson), wrong.passage)) is not None:
                yield self.ago(wrong.ago), bound(self._report, wrong, passage)

    def _meet(self) -> Iterator[tuple[datetime, Act]]:
        """Yield what is done for meetings, and is left of them."""
        yield self.ago(self.script.articles.ago), self._list_articles
        for written in self.script.minutes:
            yield self.ago(written.ago), bound(self._minute, written)
        for wished in self.script.wishes:
            if wished.passage and self.passage(self.text(wished.lesson), wished.passage) is None:
                continue
            yield self.ago(wished.ago - 0.7), bound(self._wish, wished)

    def _plan(self, at: datetime) -> None:
        """Lay out a meeting for each week of the course, so many of them before now."""
        tutor = self.places[self.script.tutor.email]
        told = self.script.group
        pacing = Pacing(
            start=today_of(self.group, self.now) - timedelta(weeks=HELD),
            weekdays=[told.weekday],
            begins=told.begins,
            lasts=told.lasts,
            where=told.where,
        )
        titles = [title for title, _lessons in self.weeks]
        lessons = [[lesson.activity_id for lesson in week] for _title, week in self.weeks]
        lay_out(self.session, self.group, pacing, (), lessons, by_id=tutor.user_id, now=at, titles=titles)

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

    def _discuss(self, prompt: Prompt, opening: Opening) -> Iterator[tuple[datetime, Act]]:
        made: list[Post] = []

        def post(at: datetime) -> None:
            text = opening.text
            for now, before in opening.before.items():
                text = text.replace(now, before)
            made.append(self._post(opening.by, prompt, text, at))

        yield self.ago(opening.ago - 0.5), post
        if opening.before:

            def edit(at: datetime) -> None:
                edit_post(self.session, self.as_(opening.by, at), made[0], opening.text, base=1, now=at)

            yield self.ago(opening.ago - 1.2), edit
        for number, answer in enumerate(opening.replies):

            def respond(at: datetime, answer: Reply = answer) -> None:
                reply(self.session, self.as_(answer.by, at), made[0], answer.text, once=secrets.token_hex(8), now=at)

            yield self.ago(answer.ago - 0.6 - 0.02 * number), respond

    def _post(self, by: str, prompt: Prompt, text: str, at: datetime) -> Post:
        return write_post(self.session, self.as_(by, at), prompt, text, once=secrets.token_hex(8), base=0, now=at)

    def _seed(self, by: str, prompt: Prompt, text: str, at: datetime) -> None:
        put_seed(self.session, self.as_(by, at), prompt.activity, text, number=0, draft=0, now=at)

    def _note(self, by: str, prompt: Prompt, text: str, at: datetime) -> None:
        write_entry(self.session, self.as_(by, at), prompt, text, base=0, now=at)

    def _notes(self, noted: Noted) -> Iterator[tuple[datetime, Act]]:
        made: list[Note] = []
        text = self.text(noted.lesson, noted.document)
        if text is None or self.passage(text, noted.passage, noted.quote) is None:
            return

        def note(at: datetime) -> None:
            chosen, said = [Chosen(noted.passage, noted.quote)], Said(noted.text, tuple(noted.tags))
            place = self.as_(noted.by, at)
            made.append(make_note(self.session, place, text, chosen, said, shared=noted.shared, once=None, now=at))

        yield self.ago(noted.ago - 0.45), note
        for number, answer in enumerate(noted.replies):

            def respond(at: datetime, answer: Reply = answer) -> None:
                reply_to(self.session, self.as_(answer.by, at), made[0], answer.text, once=None, now=at)

            yield self.ago(answer.ago - 0.65 - 0.02 * number), respond

    def _frame(self, framed: Framed, text: Text, at: datetime) -> None:
        write_frame(self.session, self.as_(framed.by, at), text, framed.answers, base=0, share=framed.shared, now=at)

    def _texts(self, brought: Brought) -> Iterator[tuple[datetime, Act]]:
        made: list[Activity] = []

        def give(at: datetime) -> None:
            tutor = self.places[self.script.tutor.email]
            content = brought.text.encode()
            read = read_file(brought.name, content)
            about = about_of(read)._replace(
                title=brought.title,
                by=self.script.tutor.name,
                licence=brought.licence,
                origin=brought.origin,
                language="en",
            )
            text = keep(
                self.session, tutor, bring(self.session, tutor, brought.name, content, now=at), read, about, now=at
            )
            document = self.session.scalars(select(Document).where(Document.text_id == text.id)).one()
            told = Told(brought.title, about.by, "", "", document.about["minutes"], brought.look_for)
            terms, once = Terms(self.meeting(brought.meeting).id, None, True), "1917" * 3
            made.append(make_reading(self.session, tutor, document, told, terms, once=once, now=at))

        yield self.ago(brought.ago), give
        for number, email in enumerate(brought.read_by, 1):

            def tick(at: datetime, email: str = email) -> None:
                tick_reading(self.session, self.as_(email, at), made[0], done=True, now=at)

            yield self.ago(brought.ago - 0.4 * number), tick

    def _list_articles(self, at: datetime) -> None:
        found = read_list(self.script.articles.words).articles
        by_id = self.places[self.script.tutor.email].user_id
        keep_articles(self.session, self.group, found, by_id=by_id, now=at)

    def _minute(self, written: Written, at: datetime) -> None:
        meeting, chair = self.meeting(written.meeting), self.as_(written.by, at)
        meeting.chair_id = chair.id
        write_minutes(self.session, meeting, chair, written.words, number=0, base=0, now=at)

    def _wish(self, wished: Wished, at: datetime) -> None:
        meeting, place = self.meeting(wished.meeting), self.as_(wished.by, at)
        if wished.words:
            put_words(self.session, meeting, place, wished.words, base=0, now=at)
            return
        text = self.text(wished.lesson)
        assert text is not None
        put_passage(self.session, meeting, place, text, wished.passage, now=at)

    def _report(self, wrong: Wrong, passage: Passage, at: datetime) -> None:
        user, place = self.users[wrong.by], self.as_(wrong.by, at)
        made = make_report(self.session, self.course, user, place, Meant(passage=passage), wrong.words, now=at)
        tutor = self.places[self.script.tutor.email].user_id
        answered = at + timedelta(days=1)
        close_report(self.session, made, outcome=Outcome.right, answer=wrong.answer, by_id=tutor, now=answered)

    def _look(self, email: str, at: datetime) -> None:
        tutor = self.places[self.script.tutor.email]
        note_look(self.session, self.places[email].id, tutor.user_id, now=at)

    def _leave(self, person: Person, at: datetime) -> None:
        leave(self.session, self.places[person.email], now=at)
