"""Erasing: no row names them but those that stay and why, none of their words is left, and nobody else's changes."""

from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from course.users.models import User
from kruzhok.models import ALL_TABLES
from kruzhok.privacy.erasing import erase
from kruzhok.privacy.named import NAMED, Fate
from kruzhok.privacy.rows import is_own, names, own_tables
from lessons.search.models import SearchEntry
from tests.conftest import NOW
from tests.kruzhok.privacy.whole import EMAIL, MARK, NAME, all_rows, all_words, make_whole


def naming(session: Session, user_id: int) -> set[str]:
    """Return the columns by which some row names the user."""
    return {
        key
        for key in NAMED
        if session.execute(select(1).select_from(ALL_TABLES[key.partition(".")[0]]).where(names(key, user_id))).first()
    }


def test_every_column_that_names_a_user_or_a_place_is_named_and_no_other():
    naming_columns = {
        f"{table.name}.{column.name}"
        for table in ALL_TABLES.values()
        for key in table.foreign_key_constraints
        if key.referred_table.name in {"user", "enrolment"}
        for column in key.columns
        if any(element.parent is column and element.column.name == "id" for element in key.elements)
    }
    assert naming_columns == NAMED.keys()
    assert all(named.why for named in NAMED.values())


#: What the index of words has of MARK.
STEM = "zinnob"


def found_by_search(session: Session) -> int:
    """Return how many things the index of words finds by the word that stands in all that somebody wrote."""
    if session.get_bind().dialect.name == "sqlite":
        index = text("SELECT count(*) FROM search_index WHERE search_index MATCH :form")
        return session.scalar(index.bindparams(form=STEM)) or 0
    return session.scalar(select(func.count(SearchEntry.id)).where(SearchEntry.words.contains(STEM))) or 0


def test_who_is_named_everywhere_is_named_nowhere_but_where_it_is_said_why(session: Session):
    whole = make_whole(session)
    assert naming(session, whole.user_id) == NAMED.keys()
    assert all(word in all_words(session) for word in (EMAIL, NAME, MARK))
    assert found_by_search(session) > 0

    assert erase(session, whole.user_id, {}, now=NOW)
    assert naming(session, whole.user_id) == {"look.by_id"}  # nobody answered anything
    assert NAMED["look.by_id"].fate is Fate.nameless
    left = session.get_one(User, whole.user_id)
    assert (left.email, left.name, left.password_hash, left.erased_at) == (None, "A former member", None, NOW)
    words = all_words(session)
    assert [line for line in words.splitlines() if MARK in line] == []
    assert found_by_search(session) == 0
    assert EMAIL not in words
    assert NAME not in words
    assert not erase(session, whole.user_id, {}, now=NOW)


def ids_of(session: Session, table: str, condition: Any) -> set[int]:
    """Return the keys of the rows of a table that are so."""
    its = ALL_TABLES[table]
    return set(session.scalars(select(its.c.id).where(condition)))


def test_of_what_is_not_theirs_nothing_changes_but_that_it_names_them(session: Session):
    whole = make_whole(session)
    theirs = {name: ids_of(session, name, is_own(ALL_TABLES[name], whole.user_id)) for name in own_tables()}
    forgotten = {key: ids_of(session, key.partition(".")[0], names(key, whole.user_id)) for key in NAMED}
    before = all_rows(session)
    alone = {row["assignment_id"] for row in before["assignment_target"] if row["id"] in theirs["assignment_target"]}
    tied = {
        row["anchor_id"]
        for name in ("note_place", "post_quotation")
        for row in before[name]
        if row["id"] in theirs[name]
    }
    assert erase(session, whole.user_id, {}, now=NOW)
    after = all_rows(session)
    for name, rows in before.items():
        left = {row["id"]: row for row in after[name] if "id" in row}
        for row in rows:
            if "id" not in row or row["id"] in theirs.get(name, ()) or (name, row["id"]) == ("user", whole.user_id):
                continue
            if name in TIED and any(row[column] in theirs[table] for column, table in TIED[name] if row[column]):
                continue
            if (name == "anchor" and row["id"] in tied) or (name == "assignment" and row["id"] in alone):
                continue
            known = {
                key.partition(".")[2]
                for key, ids in forgotten.items()
                if key.startswith(f"{name}.") and row["id"] in ids
            }
            expected = row | {column: left[row["id"]][column] for column in known}
            assert left.get(row["id"]) == expected, name


#: What goes with what it is of -> by which columns, of which tables.
WRITTEN = ("note", "post", "note_reply", "seed", "frame", "journal_entry", "text")
TIED = {"search_entry": [(f"{name}_id", name) for name in WRITTEN]}
