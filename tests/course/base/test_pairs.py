"""Rows by pairs of two columns (`course.base.db.among`)."""

import pytest
from sqlalchemy import select

from course.base.db import Database, among
from course.notices.models import Notice
from tests import factories
from tests.conftest import NOW


def test_rows_are_found_whose_two_columns_are_one_of_the_pairs_and_no_others(database: Database) -> None:
    with database.transaction() as session:
        ada, kenji = factories.make_user(session), factories.make_user(session)
        rows = [(user.id, ref) for user in (ada, kenji) for ref in ("post:1", "post:2")]
        session.add_all(Notice(user_id=user_id, kind="reply", ref=ref, at=NOW) for user_id, ref in rows)
        session.flush()
        pairs = [(ada.id, "post:1"), (kenji.id, "post:2"), (kenji.id, "post:3")]
        found = session.execute(select(Notice.user_id, Notice.ref).where(among(Notice.user_id, Notice.ref, pairs)))
        assert sorted((user_id, ref) for user_id, ref in found) == pairs[:2]
        assert not session.scalars(select(Notice).where(among(Notice.user_id, Notice.ref, []))).all()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_index_of_the_first_column_is_used_for_them(database: Database) -> None:
    statement = select(Notice.id).where(among(Notice.user_id, Notice.ref, [(1, "post:1"), (2, "post:2")]))
    said = statement.compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")]
    assert plan[0].startswith("SEARCH notice")
