"""Two who act on one study group at the same moment: no limit is passed, no place is doubled, no key is lost."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.errors import DomainError
from course.groups.invitations import LinkGone, find_invitation, make_invitation
from course.groups.joining import DecidedAlready, ask_to_join, decide, join
from course.groups.members import LastOrganiser, leave, take_keys
from course.groups.models import Enrolment, Invitation, JoinRequest, Role
from course.users.models import User
from kruzhok.completions import rebuild
from tests import factories
from tests.conftest import NOW


def at_once(database: Database, *acts: Callable[[Session], object]) -> list[type[DomainError] | None]:
    """Do each of ACTS in a transaction of its own, all at the same moment; return what each raised."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[Session], object]) -> type[DomainError] | None:
        barrier.wait()
        try:
            with database.transaction() as session:
                act(session)
        except DomainError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def organiser(database: Database) -> Enrolment:
    with database.transaction() as session:
        course = factories.make_empty_course(session)
        mine = factories.make_enrolment(session, group=factories.make_group(session, course), organiser=True)
        assert mine.group.course is mine.course  # at hand when the session is closed
        return mine


def link_into(database: Database, organiser: Enrolment, *, uses: int | None = None, by_approval: bool = False) -> str:
    with database.transaction() as session:
        told = {"role": Role.student, "by_approval": by_approval, "uses_allowed": uses, "days": None}
        return make_invitation(session, organiser, **told, now=NOW)


def users(database: Database, count: int) -> list[int]:
    with database.transaction() as session:
        return [factories.make_user(session).id for _ in range(count)]


def joining(token: str, user_id: int, *, bring: bool = False) -> Callable[[Session], object]:
    def act(session: Session) -> object:
        invitation = find_invitation(session, token)
        return join(session, session.get_one(User, user_id), invitation, bring=bring, rebuild=rebuild, now=NOW)

    return act


def asking(token: str, user_id: int) -> Callable[[Session], object]:
    def act(session: Session) -> object:
        invitation = find_invitation(session, token)
        return ask_to_join(session, session.get_one(User, user_id), invitation, bring=False, words="", now=NOW)

    return act


def uses_of(session: Session) -> list[int]:
    return list(session.scalars(select(Invitation.uses).order_by(Invitation.id)))


def members(session: Session) -> int:
    live = select(func.count(Enrolment.id)).where(Enrolment.group_id.is_not(None), Enrolment.left_at.is_(None))
    return session.scalars(live).one()


def test_a_link_for_two_lets_two_of_six_in(database: Database, organiser: Enrolment):
    token = link_into(database, organiser, uses=2)
    raised = at_once(database, *(joining(token, user_id) for user_id in users(database, 6)))
    assert sorted(raised, key=str) == [LinkGone] * 4 + [None] * 2
    with database.transaction(writing=False) as session:
        assert (uses_of(session), members(session)) == ([2], 3)


def test_who_joins_twice_at_once_has_one_place_and_used_the_link_once(database: Database, organiser: Enrolment):
    token, (user_id,) = link_into(database, organiser, uses=1), users(database, 1)
    assert at_once(database, *[joining(token, user_id)] * 4) == [None] * 4
    with database.transaction(writing=False) as session:
        assert (uses_of(session), members(session)) == ([1], 2)


def test_who_joins_by_two_links_at_once_has_one_place(database: Database, organiser: Enrolment):
    (user_id,) = users(database, 1)
    with database.transaction() as session:
        course = organiser.course
        factories.make_enrolment(session, session.get_one(User, user_id), course)
    tokens = [link_into(database, organiser) for _ in range(4)]
    brought = [joining(token, user_id, bring=True) for token in tokens]
    assert at_once(database, *brought) == [None] * 4
    with database.transaction(writing=False) as session:
        assert members(session) == 2


def test_who_asks_twice_at_once_has_asked_once(database: Database, organiser: Enrolment):
    token, (user_id,) = link_into(database, organiser, uses=1, by_approval=True), users(database, 1)
    assert at_once(database, *[asking(token, user_id)] * 4) == [None] * 4
    with database.transaction(writing=False) as session:
        assert uses_of(session) == [1]
        assert session.scalar(select(func.count(JoinRequest.id))) == 1


def test_two_who_answer_a_request_at_once_give_one_answer(database: Database, organiser: Enrolment):
    token, (user_id,) = link_into(database, organiser, by_approval=True), users(database, 1)
    with database.transaction() as session:
        asking(token, user_id)(session)

    def answering(accept: bool) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            request = session.scalars(select(JoinRequest)).one()
            return decide(session, request, accept=accept, by_id=organiser.user_id, rebuild=rebuild, now=NOW)

        return act

    raised = at_once(database, answering(True), answering(False))
    assert sorted(raised, key=str) == [DecidedAlready, None]
    with database.transaction(writing=False) as session:
        accepted = session.scalars(select(JoinRequest.accepted)).one()
        assert members(session) == (2 if accepted else 1)


@pytest.mark.parametrize("way", ["leave", "take_keys"])
def test_two_organisers_who_go_at_once_leave_one_with_the_keys(database: Database, organiser: Enrolment, way: str):
    with database.transaction() as session:
        other = factories.make_enrolment(session, group=organiser.group, organiser=True)

    def going(enrolment_id: int) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            member = session.get_one(Enrolment, enrolment_id)
            return leave(session, member, now=NOW) if way == "leave" else take_keys(session, member)

        return act

    raised = at_once(database, going(organiser.id), going(other.id))
    assert sorted(raised, key=str) == [LastOrganiser, None]
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count(Enrolment.id)).where(Enrolment.organiser)) == 1
