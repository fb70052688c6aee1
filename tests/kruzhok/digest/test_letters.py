"""The worker makes a letter for each reader and morning, and sends it once, as far as anybody can."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from course.base.db import Database
from course.base.jobs import Job, add_job, run_due_jobs
from course.base.mail import MailServer
from course.groups.models import Enrolment, StudyGroup
from course.notices.models import Digest, Notice
from course.notices.records import JOINED, tell
from course.users.models import DigestKind, User
from kruzhok.config import Config
from kruzhok.digest import letters, writing
from kruzhok.digest.sending import KEPT
from kruzhok.digest.tokens import unsubscribe_token
from kruzhok.worker import work_for
from quizzes.review.models import Card
from tests import factories
from tests.conftest import NOW
from tests.sink import Sink, sink

__all__ = ["sink"]

EVENING = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)  #: a Sunday
MONDAY = date(2026, 11, 30)
MORNING = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)


class Post:
    """A site with a mail server, a group, and a worker whose clock stands where it is put."""

    def __init__(self, config: Config, database: Database, server: MailServer, kept: Sink) -> None:
        self.database, self.kept = database, kept
        self.config = dataclasses.replace(
            config, smtp_url=server.url, mail_from="Kruzhok <kruzhok@example.org>", site_url="https://example.org/k"
        )
        self.work = work_for(self.config)
        with database.transaction() as session:
            course = factories.make_bare_course(session)
            group = factories.make_group(session, course, name="The Thursday circle")
            self.group = group.id
            self.joined = factories.make_enrolment(
                session, factories.make_user(session, name="Nadezhda"), group=group
            ).id
            session.execute(update(User).values(digest=DigestKind.none))
            add_job(session, "letters", {"since": EVENING.isoformat()}, run_at=EVENING, key="letters")

    def reader(self, name: str = "Anna", *, told: bool = True, **columns: object) -> int:
        """Return a new member of the group who has something new, if they were told."""
        with self.database.transaction() as session:
            user = factories.make_user(session, **{"name": name, "email": f"{name.lower()}@example.org"} | columns)
            factories.make_enrolment(session, user, group=session.get_one(StudyGroup, self.group))
            if told:
                tell(session, [user.id], JOINED, f"enrolment:{self.joined}", now=EVENING)
            return user.id

    def run(self, now: datetime = MORNING) -> None:
        """Do all that is due, until nothing is."""
        while run_due_jobs(self.database, self.work, now=lambda: now):
            pass

    def to(self) -> list[str]:
        """Return to whom letters went, in order."""
        return [str(letter["To"]) for letter in self.kept.letters]

    def digests(self) -> list[Digest]:
        with self.database.transaction(writing=False) as session:
            return list(session.scalars(select(Digest).order_by(Digest.id)))

    def jobs(self, kind: str = "letter") -> list[Job]:
        with self.database.transaction(writing=False) as session:
            return list(session.scalars(select(Job).where(Job.kind == kind).order_by(Job.id)))

    def change(self, user_id: int, **columns: object) -> None:
        with self.database.transaction() as session:
            session.execute(update(User).where(User.id == user_id).values(columns))


@pytest.fixture
def post(config: Config, database: Database, sink: tuple[MailServer, Sink]) -> Post:
    return Post(config, database, *sink)


def test_on_a_monday_morning_a_letter_says_what_is_new(post: Post):
    user_id = post.reader()
    post.run()
    (letter,) = post.kept.letters
    plain, html = letter.iter_parts()
    assert (letter["To"], letter["Subject"]) == ("anna@example.org", "Kruzhok: 1 new thing")
    assert "Hello Anna," in plain.get_content()
    assert "- Nadezhda joined The Thursday circle.\r\n  https://example.org/k/groups/" in plain.get_content()
    assert "Nadezhda joined The Thursday circle.</a>" in html.get_content()
    (digest,) = post.digests()
    assert (digest.user_id, digest.day, digest.sent_at) == (user_id, MONDAY, MORNING)
    with post.database.transaction(writing=False) as session:
        assert session.scalars(select(Notice.mailed_in)).all() == [digest.message_id]


def test_at_the_head_of_a_letter_stands_what_mail_programs_ask(post: Post):
    user_id = post.reader()
    post.run()
    (letter,) = post.kept.letters
    address = f"https://example.org/k/unsubscribe/{unsubscribe_token(post.config.secret, user_id)}"
    assert letter["List-Unsubscribe"] == f"<{address}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == MORNING
    assert letter["Message-ID"] == f"<digest.20261130.{user_id}@example.org>"
    assert all(address in part.get_content() for part in letter.iter_parts())


def test_a_letter_fetches_nothing_and_shows_no_tag_that_somebody_wrote(post: Post):
    post.reader("<img src=x>", email="anna@example.org")
    post.run()
    plain, html = (part.get_content() for part in post.kept.letters[0].iter_parts())
    assert "Hello <img src=x>," in plain
    assert "<img" not in html
    assert "src=" not in html.replace("&lt;img src=x&gt;", "")


def test_before_the_morning_and_on_other_days_no_weekly_letter_goes(post: Post):
    post.reader()
    post.run(MORNING - timedelta(minutes=1))
    assert post.to() == []
    post.run(MORNING + timedelta(days=1))  # the worker stood still on Monday
    assert post.to() == ["anna@example.org"]
    assert post.digests()[0].day == MONDAY


def test_a_daily_letter_goes_each_day_that_has_something_to_say(post: Post):
    user_id = post.reader(digest=DigestKind.daily)
    post.run(MORNING - timedelta(days=1) + timedelta(days=1))
    post.run(MORNING + timedelta(days=1))
    assert post.to() == ["anna@example.org"]
    with post.database.transaction() as session:
        tell(session, [user_id], JOINED, f"enrolment:{post.joined + 1}", now=NOW + timedelta(days=8))
    post.run(MORNING + timedelta(days=2))
    assert [digest.day for digest in post.digests()] == [MONDAY, MONDAY + timedelta(days=2)]


def test_it_is_morning_where_the_reader_is(post: Post):
    post.reader("Tokyo", zone="Asia/Tokyo")
    post.reader("Lima", zone="America/Lima")
    post.run(datetime(2026, 11, 29, 22, 0, tzinfo=UTC))
    assert post.to() == ["tokyo@example.org"]
    post.run(datetime(2026, 11, 30, 12, 0, tzinfo=UTC))
    assert post.to() == ["tokyo@example.org", "lima@example.org"]


def test_who_has_nothing_to_be_told_gets_nothing(post: Post):
    post.reader(told=False)
    post.run()
    assert (post.to(), post.digests()) == ([], [])


@pytest.mark.parametrize(
    "columns", [{"digest": DigestKind.none}, {"email": None}, {"email": None, "erased_at": NOW}], ids=str
)
def test_who_wants_none_and_who_is_a_guest_or_erased_gets_none(post: Post, columns: dict[str, object]):
    post.reader(**columns)
    post.run()
    assert (post.to(), post.digests()) == ([], [])


def test_a_former_member_gets_none(post: Post):
    user_id = post.reader()
    with post.database.transaction() as session:
        session.execute(update(Enrolment).where(Enrolment.user_id == user_id).values(left_at=NOW))
    post.run()
    assert post.to() == []


def test_all_get_theirs_however_many_pieces_it_takes(post: Post, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(letters, "PIECE", 2)
    names = ["Anna", "Boris", "Clara", "Dora", "Emma"]
    for name in names:
        post.reader(name)
    post.run()
    assert sorted(post.to()) == [f"{name.lower()}@example.org" for name in names]
    (round_,) = post.jobs("letters")
    assert (round_.run_at, round_.done_at) == (MORNING + timedelta(minutes=15), None)


def test_a_letter_that_cannot_be_made_keeps_back_no_other(post: Post):
    post.reader("Anna")
    post.reader("Boris", zone="Europe/Atlantis")
    post.reader("Clara")
    post.run()
    assert post.to() == ["anna@example.org", "clara@example.org"]


def test_a_database_that_does_not_answer_is_asked_again(post: Post, monkeypatch: pytest.MonkeyPatch):
    post.reader()

    def busy(*_arguments: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(writing, "digest_of", busy)
        run_due_jobs(post.database, post.work, now=lambda: MORNING)
    assert post.to() == []
    post.run(MORNING + timedelta(minutes=1))
    assert post.to() == ["anna@example.org"]


def test_a_morning_that_is_gone_through_twice_makes_one_letter(post: Post):
    post.reader()
    post.run()
    with post.database.transaction() as session:
        session.execute(update(Job).where(Job.kind == "letters").values(payload={"since": EVENING.isoformat()}))
        session.execute(update(Notice).values(mailed_in=None))
    post.run(MORNING + timedelta(minutes=15))
    assert post.to() == ["anna@example.org"]


def test_a_letter_that_is_sent_again_after_a_kill_is_the_same(post: Post, monkeypatch: pytest.MonkeyPatch):
    user_id = post.reader()
    killed_once: list[int] = []

    def kill(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE digest") and not killed_once:
            killed_once.append(1)
            raise KeyboardInterrupt

    event.listen(post.database.engine, "before_cursor_execute", kill)
    with pytest.raises(KeyboardInterrupt):
        post.run()
    event.remove(post.database.engine, "before_cursor_execute", kill)
    post.change(user_id, name="Another name")
    post.run(MORNING + timedelta(minutes=5))
    once, again = post.kept.raw
    assert once == again
    post.run(MORNING + timedelta(hours=5))
    assert len(post.kept.raw) == 2


def test_what_is_known_to_be_sent_is_not_sent_again(post: Post):
    post.reader()
    post.run()
    with post.database.transaction() as session:
        payload = {"digest": post.digests()[0].id, "to": "anna@example.org"}
        add_job(session, "letter", payload, run_at=MORNING)
    post.run()
    assert len(post.kept.letters) == 1


@pytest.mark.parametrize("columns", [{"digest": DigestKind.none}, {"email": None, "erased_at": NOW}], ids=str)
def test_a_letter_that_waits_is_not_sent_to_who_wants_none_by_then(post: Post, columns: dict[str, object]):
    user_id = post.reader()
    post.kept.refused["anna@example.org"] = "450 come again"
    post.run()
    assert len(post.jobs()) == 1
    post.kept.refused.clear()
    post.change(user_id, **columns)
    post.run(MORNING + timedelta(hours=1))
    assert post.to() == []
    (job,) = post.jobs()
    assert (job.done_at, job.payload) == (MORNING + timedelta(hours=1), {})


def test_an_address_that_is_refused_for_good_is_given_up_and_blocks_no_other(post: Post):
    post.reader("Anna")
    post.reader("Boris")
    post.kept.refused["anna@example.org"] = "550 no such user"
    post.run()
    assert post.to() == ["boris@example.org"]
    post.run(MORNING + timedelta(days=2))
    anna = post.jobs()[0]
    assert (anna.tries, anna.failed_at) == (1, MORNING)
    assert "550 no such user" in (anna.error or "")


def test_a_server_that_is_away_is_not_asked_with_every_letter_and_gets_all_when_it_is_back(
    post: Post, monkeypatch: pytest.MonkeyPatch
):
    for name in ("Anna", "Boris", "Clara"):
        post.reader(name)
    asked = []
    with monkeypatch.context() as patched:

        def away(*_arguments: object, **_more: object) -> None:
            asked.append(1)
            raise ConnectionRefusedError

        patched.setattr("kruzhok.worker.send_mail", away)
        post.run()
    assert len(asked) == 1
    post.run(MORNING + timedelta(hours=1))
    assert len(post.to()) == 3


def test_without_a_server_no_letters_are_made_and_later_none_for_the_time_before(
    post: Post, config: Config, caplog: pytest.LogCaptureFixture
):
    post.reader()
    without = work_for(config)
    run_due_jobs(post.database, without, now=lambda: MORNING)
    assert (post.digests(), caplog.text) == ([], "")
    post.run(MORNING + timedelta(minutes=30))
    assert post.to() == []
    post.run(MORNING + timedelta(days=7))
    assert post.to() == ["anna@example.org"]


def test_the_worker_forgets_after_a_time_that_letters_went(post: Post):
    post.reader()
    post.run()
    daily: Callable[..., object] = post.work["daily"]
    daily(post.database, {}, MORNING + KEPT)
    assert len(post.digests()) == 1
    daily(post.database, {}, MORNING + KEPT + timedelta(seconds=1))
    assert post.digests() == []


def test_what_is_sent_again_says_the_review_it_said_though_less_is_left(post: Post):
    """The words were made with the letter; what was reviewed between its making and its sending changes nothing."""
    user_id = post.reader()
    with post.database.transaction() as session:
        user = session.get_one(User, user_id)
        remembered = {"stability": 2, "difficulty": 5, "last_on": date(2026, 11, 20), "due_on": date(2026, 11, 22)}
        for _card in range(3):
            factories.make_card(session, user, seconds=20, **remembered)
    post.change(user_id, digest=DigestKind.daily)
    writer = writing.writer_for(post.config, post.database)
    assert letters.make_letter(writer.write, post.database, user_id, MONDAY, MORNING)
    with post.database.transaction() as session:
        session.execute(update(Card).values(suspended_at=MORNING))
    post.run()
    plain, html = (part.get_content() for part in post.kept.letters[0].iter_parts())
    assert "Review: 3 questions, about 1 minute: https://example.org/k/review" in plain
    assert "3 questions, about 1 minute." in html
