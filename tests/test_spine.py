"""The database refuses nonsense, whatever the code does: every key and check of the spine, on both kinds of database.

A case names the key, says what is wrong, and gives the columns in which the wrong row differs from a right one. The
test first shows that the right one is accepted, so nothing else can be the reason; then that the key refuses the other.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Enum,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
    inspect,
    literal_column,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.db import Base, Database, make_engine
from lessons.search.models import COLUMN_OF
from tests.conftest import _run_sql as run_sql
from tests.scene import LINKING_TABLES, MODELS, Scene
from tests.spine_cases import CASES, Case

Key = CheckConstraint | UniqueConstraint | ForeignKeyConstraint | Index


def named_keys() -> dict[str, tuple[Table, Key]]:
    """Return every check, unique key and compound foreign key of all tables by its name.

    Without the unique keys that hold the primary key: they cannot be broken, and exist to be referred to. The words of
    enums have a test of their own."""
    found: dict[str, tuple[Table, Key]] = {}
    for table in Base.metadata.tables.values():
        unique = [index for index in table.indexes if index.unique]
        for key in (*table.constraints, *unique):
            if isinstance(key, CheckConstraint) and str(key.name) in enum_checks(table):
                continue
            compound = isinstance(key, ForeignKeyConstraint) and len(key.columns) > 1
            breakable = isinstance(key, UniqueConstraint | Index) and "id" not in key.columns
            if compound or breakable or isinstance(key, CheckConstraint):
                found[str(key.name)] = (table, key)
    return found


def enum_checks(table: Table) -> dict[str, str]:
    """Return the name of the check -> the column, of the columns of TABLE that hold one word of a few."""
    return {
        f"ck_{table.name}_{column.type.name}": column.name for column in table.columns if isinstance(column.type, Enum)
    }


def is_named(error: IntegrityError, table: Table, key: Key) -> bool:
    """Return whether ERROR says that it is KEY that was broken, as far as the database tells."""
    if hasattr(error.orig, "diag"):
        return bool(error.orig.diag.constraint_name == key.name)
    said = str(error.orig)
    if isinstance(key, CheckConstraint):
        return said == f"CHECK constraint failed: {key.name}"
    if isinstance(key, ForeignKeyConstraint):
        return said == "FOREIGN KEY constraint failed"
    return said == "UNIQUE constraint failed: " + ", ".join(f"{table.name}.{column.name}" for column in key.columns)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.key}: {case.says}")
def test_the_database_refuses(session: Session, case: Case) -> None:
    table, key = named_keys()[case.key]
    scene = Scene(session)
    wrong, right = case.wrong(scene), case.right(scene)
    columns = scene.columns(table.name)

    with session.begin_nested() as accepted:
        scene.add(table.name, columns | right)
        accepted.rollback()
    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        scene.add(table.name, columns | wrong)

    assert is_named(refused.value, table, key), str(refused.value.orig)


def test_every_key_has_a_case() -> None:
    assert {case.key for case in CASES} == set(named_keys())


#: Columns that are empty in the first row of their table -> a row where they are not, or where no other check speaks.
FILLED = {
    "activity.kind": "lesson of the group",
    "agenda_item.text_id": "passage on the agenda",
    "article.group_id": "article of a group",
    "calendar_feed.group_id": "feed of a group",
    "complaint.note_id": "complaint about a note",
    "complaint.note_reply_id": "complaint about a reply",
    "completion.state": "completion of what is begun",
    "enrolment.role": "member",
    "exception.subgroup_id": "exception of a subgroup",
    "item.group_id": "item of the group",
    "report.outcome": "closed report",
    "report.passage_id": "report of a passage",
    "reading.text_id": "reading in the house",
    **{f"search_entry.{column}": f"entry of a {kind.value}" for kind, column in COLUMN_OF.items()},
    "search_entry.version_id": "entry of a passage",
    "text.enrolment_id": "text of a reader",
    "text.group_id": "text of the group",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Give one empty database of each kind for all tests here: they undo what they do."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("spine") / "kruzhok.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgres_server")
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        run_sql(server, f"DROP DATABASE IF EXISTS spine_{worker} WITH (FORCE)")
        run_sql(server, f"CREATE DATABASE spine_{worker} TEMPLATE template_{worker}")
        url = server.replace("/postgres?", f"/spine_{worker}?")
    database = Database(make_engine(url))
    yield database
    database.engine.dispose()


def row_with(scene: Scene, table: Table, column: str) -> int:
    """Return the key of a row of TABLE in which COLUMN may be anything that is right."""
    return scene(FILLED.get(f"{table.name}.{column}", table.name))


def refusal(session: Session, table: Table, row_id: int, **columns: Any) -> IntegrityError | None:
    """Return what the database says to a row whose COLUMNS are changed to nonsense, None where it takes it."""
    try:
        with session.begin_nested():
            session.execute(update(table).where(table.c.id == row_id).values(columns))
    except IntegrityError as error:
        return error
    return None


@pytest.fixture
def scene(session: Session) -> Scene:
    """Return a scene with a row in every table."""
    scene = Scene(session)
    scene.fill()
    return scene


def test_the_database_refuses_what_refers_to_nothing(scene: Scene) -> None:
    taken = []
    for name in MODELS:
        table = Base.metadata.tables[name]
        for key in table.foreign_key_constraints:
            if len(key.columns) == 1:
                [column] = key.columns
                error = refusal(scene.session, table, row_with(scene, table, column.name), **{column.name: 0})
                if error is None or "foreign key" not in str(error.orig).lower():
                    taken.append(f"{name}.{column.name}")
    assert taken == []


def test_the_database_refuses_a_link_to_nothing(scene: Scene) -> None:
    for table, other in LINKING_TABLES.items():
        for column in ("lesson_id", f"{other}_id"):
            with pytest.raises(IntegrityError), scene.session.begin_nested():
                scene.session.execute(update(table).values({column: 0}))


def test_the_database_refuses_a_link_twice(scene: Scene) -> None:
    for table, other in LINKING_TABLES.items():
        with pytest.raises(IntegrityError), scene.session.begin_nested():
            scene.session.execute(table.insert().values({"lesson_id": scene("lesson"), f"{other}_id": scene(other)}))


def test_the_database_refuses_what_must_not_be_missing(scene: Scene) -> None:
    taken = []
    for name in MODELS:
        table = Base.metadata.tables[name]
        required = [column.name for column in table.columns if not column.nullable and not column.primary_key]
        taken += [f"{name}.{one}" for one in required if not refusal(scene.session, table, scene(name), **{one: None})]
    assert taken == []


def test_the_database_refuses_a_word_that_is_not_one(scene: Scene) -> None:
    taken = []
    for name in MODELS:
        table = Base.metadata.tables[name]
        for check, column in enum_checks(table).items():
            row_id = row_with(scene, table, column)
            error = refusal(scene.session, table, row_id, **{column: literal_column("'nonsense'")})
            if error is None or check not in str(error.orig):
                taken.append(f"{name}.{column}")
    assert taken == []


def test_every_foreign_key_begins_an_index(session: Session) -> None:
    """What refers to a row is found by an index, so that deleting it does not read whole tables."""
    inspector = inspect(session.connection())
    missing = []
    for name in Base.metadata.tables:
        whole = [index for index in inspector.get_indexes(name) if not is_partial(index)]
        begins = {index["column_names"][0] for index in whole}
        begins |= {unique["column_names"][0] for unique in inspector.get_unique_constraints(name)}
        begins |= set(inspector.get_pk_constraint(name)["constrained_columns"][:1])
        for key in inspector.get_foreign_keys(name):
            if key["constrained_columns"][0] not in begins:
                missing.append(f"{name}.{key['constrained_columns'][0]}")
    assert sorted(set(missing)) == []


def is_partial(index: Any) -> bool:
    """Return whether INDEX holds some rows only. Without the empty ones it still finds every row that refers."""
    without_empty = f"{index['column_names'][0]} IS NOT NULL"
    where = [value for name, value in index.get("dialect_options", {}).items() if name.endswith("_where")]
    return any(str(value).strip("()") != without_empty for value in where)
