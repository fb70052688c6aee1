"""Whatever is answered, taken back and brought together, a card is what its log comes to."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from course.users.models import User
from kruzhok.merging import merge
from quizzes.items import Response
from quizzes.models import Attempt
from quizzes.review.answering import Given, NotToBeTakenBack, answer_review, take_back
from quizzes.review.recording import rebuild, set_retention
from tests.conftest import NOW
from tests.factories import make_enrolment, make_guest
from tests.quizzes.review.make import MEMORY, RIGHT, WRONG, Study, cards_of, check_replayed

responses = st.sampled_from([RIGHT, WRONG])

#: An act: what is done, with which response, so many hours after the one before. Only a sitting answers both items.
acts = st.lists(
    st.tuples(
        st.sampled_from(["check", "sit", "review", "review late", "take back", "retention", "zone"]),
        responses,
        st.integers(0, 60),
    ),
    max_size=8,
)


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Undo what the block does: each example begins with nothing."""
    nested = session.begin_nested()
    try:
        yield
    finally:
        nested.rollback()
        session.expunge_all()


def do(study: Study, kind: str, response: Response, hours: int) -> None:
    """Do one act of that KIND, so many HOURS after NOW."""
    at = NOW + timedelta(hours=hours)
    if kind == "check":
        study.check(response, hours % 4 or None, at=at)
    elif kind == "sit":
        study.sit(response, WRONG, at=at)
    elif kind == "review":
        study.review(response, at=at, shown_at=at - timedelta(seconds=hours))
    elif kind == "review late":
        study.review(response, at=at, seen=max(study.seen() - 1, 0))
    elif kind == "take back" and (log := study.log()):
        with suppress(NotToBeTakenBack):
            take_back(study.session, log[-1], now=at)
    elif kind == "retention":
        set_retention(study.session, study.user, 0.7 + hours % 28 / 100)
    elif kind == "zone":
        study.user.zone = ["UTC", "Pacific/Auckland", "Pacific/Honolulu"][hours % 3]


@given(acts=acts)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_replaying_the_log_gives_the_stored_card(session: Session, acts: list[tuple[str, Response, int]]) -> None:
    with undone(session):
        study, hours = Study(session, "single single"), 0
        for kind, response, after in acts:
            hours += after
            do(study, kind, response, hours)
            check_replayed(session, study.user)
        for card in cards_of(session, study.user):
            before = [getattr(card, name) for name in (*MEMORY, "due_on")]
            rebuild(session, card, study.user)
            assert [getattr(card, name) for name in (*MEMORY, "due_on")] == before
            assert [row.number for row in study.log()] == list(range(1, len(study.log()) + 1))


@given(acts=acts, theirs=acts)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_guest_and_an_account_answered_is_one_memory(
    session: Session, acts: list[tuple[str, Response, int]], theirs: list[tuple[str, Response, int]]
) -> None:
    with undone(session):
        study, guest = Study(session, "single single"), make_guest(session)
        own, place = (study.user, study.place), make_enrolment(session, guest, study.house.course)
        for (user, there), done in ((own, acts), ((guest, place), theirs)):
            study.user, study.place, hours = user, there, 0
            for kind, response, after in done:
                hours += after
                do(study, kind, response, hours)
        logged = sum(len(card.log) for user in (own[0], guest) for card in cards_of(session, user))
        guest_id = guest.id
        assert merge(session, guest, own[0], now=NOW + timedelta(days=60))
        study.user, study.place = own
        check_replayed(session, own[0])
        session.expire_all()
        cards = cards_of(session, own[0])
        assert len({card.item_id for card in cards}) == len(cards)
        assert sum(len(card.log) for card in cards) == logged
        for card in cards:
            assert [row.number for row in card.log] == list(range(1, len(card.log) + 1))
            assert [row.at for row in card.log] == sorted(row.at for row in card.log) or len(card.log) < 2
        assert session.get(User, guest_id) is None


@given(answers=st.lists(st.tuples(st.booleans(), responses, st.integers(0, 40)), min_size=1, max_size=6))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_devices_lose_nothing_and_count_once(session: Session, answers: list[tuple[bool, Response, int]]) -> None:
    """Each pair of devices shows the question on the same page; each answers it, or only one does."""
    with undone(session):
        study, at = Study(session), NOW
        for both, response, hours in answers:
            at, seen = at + timedelta(hours=hours), study.seen()
            for device in ("phone", "laptop")[: 1 + both]:
                given = Given(response, seen=seen, once=f"{device} {at} {seen}")
                first = answer_review(session, study.user, study.question(), given, now=at)
                assert answer_review(session, study.user, study.question(), given, now=at) is first
        log = study.log()
        assert len(log) == session.query(Attempt).count() == sum(1 + both for both, *_rest in answers)
        assert sum(row.counts for row in log) == study.card().reviews == len(answers)
        check_replayed(session, study.user)
