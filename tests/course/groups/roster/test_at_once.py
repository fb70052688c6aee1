"""Two presses at the same moment: nobody is invited twice."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.csv_files import read_csv
from course.base.db import Database
from course.base.jobs import Job
from course.groups.models import Enrolment, Invitation, Roster, StudyGroup
from course.groups.roster.comparing import compare
from course.groups.roster.reading import read_people
from course.groups.roster.taking import Changed, Sender, Wanted, bring, take_over
from tests import factories
from tests.conftest import NOW
from tests.course.groups.test_at_once import at_once

WORDS = "rosa@example.org\nada@example.org\n"


def make(database: Database) -> tuple[int, int, str]:
    """Return the place of an organiser, a roster of their group, and the mark of what it would do."""
    with database.transaction() as session:
        mine = factories.make_enrolment(
            session, group=factories.make_group(session, factories.make_empty_course(session)), organiser=True
        )
        roster = bring(session, mine, "roster.csv", WORDS.encode(), now=NOW)
        group = session.get_one(StudyGroup, mine.group_id)
        mark = compare(session, group, read_people(read_csv(WORDS)).entries, now=NOW).mark
        return mine.id, roster.id, mark


def taking(mine_id: int, roster_id: int, mark: str) -> Callable[[Session], object]:
    def act(session: Session) -> object:
        mine, roster = session.get_one(Enrolment, mine_id), session.get_one(Roster, roster_id)
        entries = read_people(read_csv(WORDS)).entries
        sender = Sender("https://example.org/join/{}".format, letters=True)
        return take_over(session, mine, roster, entries, Wanted(), sender, mark=mark, now=NOW)

    return act


def counts(database: Database) -> tuple[int | None, int | None]:
    with database.transaction(writing=False) as session:
        return session.scalar(select(func.count(Invitation.id))), session.scalar(select(func.count(Job.id)))


def test_two_presses_at_once_invite_once(database: Database) -> None:
    mine_id, roster_id, mark = make(database)
    press = taking(mine_id, roster_id, mark)
    assert at_once(database, press, press) == [None, None]
    assert counts(database) == (2, 2)


def test_of_two_rosters_at_once_the_second_is_looked_at_again(database: Database) -> None:
    mine_id, first_id, mark = make(database)
    with database.transaction() as session:
        second_id = bring(session, session.get_one(Enrolment, mine_id), "again.csv", WORDS.encode(), now=NOW).id
    raised = at_once(database, taking(mine_id, first_id, mark), taking(mine_id, second_id, mark))
    assert sorted(raised, key=str) == sorted([None, Changed], key=str)
    assert counts(database) == (2, 2)
