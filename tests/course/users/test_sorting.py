"""By what people are sorted follows their name, whoever sets it."""

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from course.users.accounts import change_profile
from course.users.models import User
from tests import factories
from tests.conftest import NOW


def sorted_by(session: Session, user: User) -> str | None:
    """Return what stands in the database."""
    session.flush()
    return session.scalar(select(User.sort_name).where(User.id == user.id))


def test_it_follows_a_name_that_is_given_and_one_that_is_changed(session: Session) -> None:
    user = factories.make_user(session, name="ÅSA Straße")
    assert sorted_by(session, user) == "åsa strasse"
    change_profile(session, user, name="Ян", zone="UTC")
    assert sorted_by(session, user) == "ян"
    user.name = ""
    assert sorted_by(session, user) == ""


def test_it_follows_where_nothing_is_said_and_where_many_rows_are_written_at_once(session: Session) -> None:
    user = User(created_at=NOW, active_on=NOW.date())
    session.add(user)
    assert sorted_by(session, user) == ""
    told = {"created_at": NOW, "active_on": NOW.date()}
    session.execute(insert(User), [told | {"name": "Ada"}, told | {"name": "Žofia"}])
    names = select(User.sort_name).where(User.name.in_(["Ada", "Žofia"])).order_by(User.sort_name)
    assert session.scalars(names).all() == ["ada", "žofia"]
