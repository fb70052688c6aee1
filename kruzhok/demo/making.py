"""Making the demo: the script played through the functions of the rooms, in the order in which it would have happened.

Everything is dated back from now, so that the group stands before its sixth meeting of some twelve.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from course.completion.looks import note_look
from course.groups.invitations import make_invitation
from course.groups.models import Role
from course.groups.opening import open_group
from course.outline.models import Activity, Course
from course.syllabus.giving import Terms
from course.syllabus.meetings import today_of
from course.syllabus.models import Pacing
from course.syllabus.planning import lay_out
from course.texts.models import Passage, Text
from course.users.accounts import change_digest, create_user
from course.users.models import DigestKind, User
from kruzhok.demo.reviewing import Reviews
from kruzhok.demo.script import (
    Brought,
    Framed,
    Noted,
    Opening,
    Person,
    Reply,
    Script,
    Wished,
    Written,
    Wrong,
)
from kruzhok.demo.stage import Act, bound
from kruzhok.demo.studying import HELD
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
from lessons.models import Document, Prompt
from lessons.notes.choosing import Chosen
from lessons.notes.models import Note
from lessons.notes.noting import Said, make_note, reply_to
from lessons.readings import tick_reading
from lessons.reports.models import Outcome
from lessons.reports.reports import Meant, close_report, make_report
from quizzes.models import AttemptItem

#: The addresses of the demo's people; the ending is kept for examples (RFC 2606), so no letter ever reaches anybody.
AT = "@circle.example"

#: How many days ago the group was opened.
OPENED = 50


class Made(NamedTuple):
    """The demo as it was made: the names to sign in with, each with what it shows, and of whoever studies alone."""

    group: str
    tutor: tuple[str, str]
    students: Sequence[tuple[str, str]]
    alone: tuple[str, str]


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
    return Made(
        play.group.slug, _told(script.tutor), [_told(person) for person in script.students], _told(script.alone)
    )


def _told(person: Person) -> tuple[str, str]:
    return person.email + AT, person.shows


class _Play(Reviews):
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
            yield from self._reviews(person)
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
