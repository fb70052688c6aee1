"""What is in a digest: what is due, what is new, nothing that its reader may not see."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from course.base.web import Application
from course.groups.models import Enrolment, Role
from course.notices import records as kinds
from course.notices.models import Notice
from course.notices.records import mark_seen, tell
from course.outline.models import Activity, ActivityKind
from course.users.models import DigestKind, User
from kruzhok.digest import words
from kruzhok.digest.contents import DigestOf, digest_of
from kruzhok.digest.writing import reading_as
from kruzhok.today.news import NEWS
from kruzhok.today.today import today_of
from kruzhok.today.words import review_takes
from lessons.discussion.models import Discussion, Post
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.review.make import know


class Circle:
    """A group that writes before it sees, with a reader who gets weekly letters, and Nadezhda."""

    def __init__(self, session: Session, app: Application) -> None:
        self.session, self.app = session, app
        course = factories.make_bare_course(session)
        self.group = factories.make_group(session, course, name="The Thursday circle")
        self.place = factories.make_enrolment(session, factories.make_user(session, name="Anna"), group=self.group)
        nadezhda = factories.make_user(session, name="Nadezhda")
        self.other = factories.make_enrolment(session, nadezhda, group=self.group, role=Role.tutor)
        self.lesson, self.prompt = (
            factories.activity_of(session, course, kind) for kind in (ActivityKind.lesson, ActivityKind.prompt)
        )
        self.talk = factories.make_discussion(session, self.group, self.prompt)

    @property
    def user(self) -> User:
        return self.place.user

    def post(self, by: Enrolment | None = None, talk: Discussion | None = None) -> Post:
        return factories.make_post(self.session, talk or self.talk, by or self.other)

    def tell(self, kind: str, ref: str, **columns: object) -> None:
        tell(self.session, [self.user.id], kind, ref, now=NOW)
        if columns:
            self.session.execute(update(Notice).where(Notice.ref == ref).values(columns))

    def give(self, activity: Activity | None = None, **columns: object) -> None:
        factories.make_assignment(self.session, self.group, activity or self.lesson, **columns)

    def digest(self) -> DigestOf | None:
        with self.reading():
            return digest_of(self.session, self.user, NOW)

    def news(self) -> list[str]:
        found = self.digest()
        return [one.words for one in found.news] if found else []

    @contextmanager
    def reading(self) -> Iterator[None]:
        self.session.flush()
        self.session.expire_all()
        with reading_as(self.app, self.user):
            yield


@pytest.fixture
def circle(session: Session, app: Application) -> Circle:
    return Circle(session, app)


def test_who_has_nothing_due_and_nothing_new_has_no_digest(circle: Circle):
    assert circle.digest() is None


@pytest.mark.parametrize(
    ("kind", "days", "there"),
    [("daily", 1, True), ("daily", 2, False), ("weekly", 7, True), ("weekly", 8, False), ("none", 7, True)],
)
def test_soon_is_until_the_next_letter(circle: Circle, kind: str, days: int, there: bool):
    circle.user.digest = DigestKind(kind)
    circle.give(due_at=NOW + timedelta(days=days))
    assert (circle.digest() is not None) is there


def test_what_is_due_is_said_with_its_day_and_group(circle: Circle):
    circle.give(due_at=NOW.replace(hour=23, minute=59) + timedelta(days=2))
    with circle.reading():
        (due,) = digest_of(circle.session, circle.user, NOW).due
        said = (words.what_is(due), words.when_is(due), words.where_is(due))
    assert said == (circle.lesson.title, "Wednesday 25 November", "The Thursday circle")


def test_what_is_due_at_an_hour_is_said_by_the_clock_of_the_reader(circle: Circle):
    circle.user.zone = "Asia/Tokyo"
    circle.give(due_at=NOW.replace(hour=18, minute=0))
    with circle.reading():
        (due,) = digest_of(circle.session, circle.user, NOW).due
        assert words.when_is(due) == "Tuesday 24 November, 03:00"


def test_what_is_late_is_one_line_and_alone_no_reason_to_write(circle: Circle):
    circle.give(due_at=NOW - timedelta(days=1))
    assert circle.digest() is None
    circle.tell(kinds.REPLIED, f"post:{circle.post().id}")
    found = circle.digest()
    assert found is not None
    assert words.late_in_words(found) == "Something from before is still open"


def test_a_meeting_that_is_cancelled_is_no_date(circle: Circle):
    meeting = factories.make_meeting(circle.session, circle.group)
    assert circle.digest() is not None
    meeting.cancelled_at = NOW
    assert circle.digest() is None


@pytest.mark.parametrize(
    "columns", [{"seen_at": NOW}, {"mailed_in": "<one@example.org>"}, {"at": NOW - NEWS - timedelta(days=1)}]
)
def test_what_was_seen_or_mailed_or_is_old_is_not_new(circle: Circle, columns: dict[str, object]):
    circle.tell(kinds.JOINED, f"enrolment:{circle.other.id}")
    assert circle.news() == ["Nadezhda joined The Thursday circle."]
    circle.session.execute(update(Notice).values(columns))
    assert circle.news() == []


def test_posts_that_one_follows_are_counted_by_discussion_and_answers_are_not(circle: Circle):
    other_prompt = factories.make_prompt(circle.session, circle.lesson, title="Another question")
    talk = factories.make_discussion(circle.session, circle.group, other_prompt)
    for mine in (circle.talk, talk):
        circle.post(circle.place, mine)
    for _number in range(3):
        circle.tell(kinds.POSTED, f"post:{circle.post().id}")
    circle.tell(kinds.POSTED, f"post:{circle.post(talk=talk).id}")
    circle.tell(kinds.MENTIONED, f"post:{circle.post().id}")
    title = circle.prompt.title
    assert circle.news() == [
        f"Nadezhda mentioned you on “{title}”.",
        f"4 new posts on “{title}”.",
        "1 new post on “Another question”.",
    ]


def test_of_a_post_that_is_not_open_yet_it_says_only_that_there_is_one(circle: Circle):
    circle.group.write_first = True
    circle.tell(kinds.REPLIED, f"post:{circle.post().id}")
    (said,) = circle.news()
    assert said == f"Somebody has posted on “{circle.prompt.title}”. You read it once you have written yourself."


def test_what_is_no_longer_open_is_not_told_and_not_marked(circle: Circle):
    post = circle.post()
    circle.tell(kinds.REPLIED, f"post:{post.id}")
    circle.tell(kinds.JOINED, f"enrolment:{circle.other.id}")
    post.hidden_at, post.hidden_why = NOW, "It is rude."
    found = circle.digest()
    assert found is not None
    assert [one.words for one in found.news] == ["Nadezhda joined The Thursday circle."]
    joined = circle.session.scalars(select(Notice.id).where(Notice.kind == kinds.JOINED)).one()
    assert list(found.notice_ids) == [joined]


def test_of_a_group_that_one_has_left_nothing_is_told(circle: Circle):
    circle.give()
    circle.tell(kinds.REPLIED, f"post:{circle.post().id}")
    assert circle.digest() is not None
    circle.place.left_at = NOW
    assert circle.digest() is None


def test_the_same_words_are_said_once(circle: Circle):
    items = factories.make_attempt(circle.session, circle.place, submitted_at=NOW).items
    for item in items[:2]:
        circle.tell(kinds.MARKED, f"attempt_item:{item.id}")
    found = circle.digest()
    assert found is not None
    assert (len(found.news), len(found.notice_ids)) == (1, 2)
    assert (found.news[0].address or "").endswith(f"#q{items[0].slot}")


def test_what_is_seen_on_the_page_is_in_no_letter(circle: Circle):
    circle.tell(kinds.JOINED, f"enrolment:{circle.other.id}")
    mark_seen(circle.session, circle.user.id, now=NOW)
    assert circle.digest() is None


def test_a_name_makes_no_lines_of_its_own(circle: Circle):
    circle.group.name = "Circle\nBcc: all@example.org"
    circle.tell(kinds.JOINED, f"enrolment:{circle.other.id}")
    assert circle.news() == ["Nadezhda joined Circle Bcc: all@example.org."]


def test_much_that_is_new_is_cut_short_and_all_of_it_counts_as_told(circle: Circle):
    for number in range(40):
        user = factories.make_user(circle.session, name=f"Member {number}")
        place = factories.make_enrolment(circle.session, user, group=circle.group)
        circle.tell(kinds.JOINED, f"enrolment:{place.id}")
    found = circle.digest()
    assert found is not None
    assert (len(found.news), found.more_news, len(found.notice_ids)) == (12, 28, 40)


def test_it_says_where_to_go_on(circle: Circle):
    circle.give(due_at=NOW + timedelta(days=1))
    found = circle.digest()
    assert found is not None
    assert found.go_on is not None
    assert found.go_on.task.ident == circle.lesson.ident


def test_review_is_a_line_of_a_letter_and_no_reason_for_one(circle: Circle):
    check = factories.make_check(circle.session, factories.notes_of(circle.session, circle.lesson))
    know(circle.session, circle.user, [check.item_id], due=NOW.date())
    assert circle.digest() is None
    circle.tell(kinds.JOINED, f"enrolment:{circle.other.id}")
    found = circle.digest()
    assert found is not None
    assert review_takes(found.today.review) == "1 question, about 1 minute"


def test_it_draws_the_object_of_the_page_of_the_day(circle: Circle):
    circle.give(due_at=NOW + timedelta(days=1))
    found = circle.digest()
    assert found is not None
    with circle.reading():
        today = today_of(circle.session, circle.user, NOW)
    assert found.today.dates == today.dates
    assert found.today.here is not None
    assert today.here is not None
    assert found.go_on == today.here.go_on
