"""Every address by every method, with another's things in it, and without its token: no side door into any of them.

Who may pass where the address is right is said in the table of tests/test_access.py; the cases here are made from it
and from the map of the site, so that an address, or a name in one, that nobody thought of makes a test fail."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from course.base.db import Base, Database
from course.base.web import Application
from tests.rows import Rows, differing, rows_of
from tests.test_access import ACTING, LOOKING, World, browser_of, filled, make_world
from tests.web import token_of

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def names(*lines: str) -> frozenset[str]:
    """Return the names that stand in LINES."""
    return frozenset(name for line in lines for name in line.split())


#: Names of what is of the curriculum, and so open to everybody.
PUBLIC = names(
    "course unit lesson quiz prompt reading text notes notes_id check check_of_text person term event source figure",
    "version to_review essay course_article",
)
#: Names of what belongs to a study group or to a person.
OWNED = names(
    "circle member former elsewhere organiser subgroup readers subgroup_elsewhere exception attempt result item post",
    "report sign_in notice note private_note note_reply meeting message invitation request sent roster led wish",
    "complaint waiting own_text own_text_id group_text group_reading assigned assigned_activity date_exception",
    "own_prompt article answer reviewed given_up given_up_too",
)
#: Names of links that whoever holds them may follow.
SECRETS = frozenset({"token", "no_more", "feed"})

#: Columns that say which course something is of: another course is open to everybody.
OF_A_COURSE = frozenset({"enrolment.course_id"})

#: What takes no token: a mail program sends the first for its reader, by a link that is signed; a browser reports by
#: itself.
WITHOUT_TOKEN = frozenset({"digest.end_letters", "violations.take"})

NAME = re.compile(r"{(\w+)}")


class Case(NamedTuple):
    """A request with one name of another's in it."""

    method: str
    address: str
    form: Mapping[str, Any]
    name: str


def cases(mine: World, theirs: World) -> list[Case]:
    """Return each row of the table once for each name in it, with that name as it is in the world of THEIRS."""
    found = []
    rows: list[tuple[str, str, Mapping[str, Any]]] = [("GET", address, {}) for _endpoint, address, _statuses in LOOKING]
    rows += [("POST", address, fields) for _endpoint, address, fields, _statuses in ACTING]
    for method, address, fields in rows:
        said = " ".join([address, *(str(part) for pair in fields.items() for part in pair)])
        for name in dict.fromkeys(NAME.findall(said)):
            if mine.names[name] != theirs.names[name] and name not in SECRETS:
                mixed = {**mine.names, name: theirs.names[name]}
                form = {filled(key, mixed): filled(value, mixed) for key, value in fields.items()}
                found.append(Case(method, filled(address, mixed), form, name))
    return list({(case.method, case.address, str(case.form)): case for case in found}.values())


def pointing(rows: Rows, known: Rows, to: Rows) -> set[str]:
    """Return the columns by which those of ROWS that are not KNOWN point at rows that are in TO."""
    return {
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        for row in set(rows[table.name]) - set(known[table.name])
        if table.primary_key.columns.keys() == ["id"] and key.column.name == "id"
        if (getattr(rows[table.name][row], column.name),) in to[key.column.table.name]
    }


@ONE_DATABASE
def test_every_name_in_an_address_is_public_somebodys_or_secret(database: Database) -> None:
    with database.transaction() as session:
        told = make_world(session).names
    assert set(told) == PUBLIC | OWNED | SECRETS


@ONE_DATABASE
@pytest.mark.parametrize("role", ["student", "tutor", "organiser"])
def test_with_anothers_thing_in_an_address_or_a_form_nothing_is_shown_and_nothing_done(
    app: Application, database: Database, role: str
) -> None:
    with database.transaction() as session:
        mine = make_world(session)
    known = rows_of(database)
    with database.transaction() as session:
        theirs = make_world(session)
    before = rows_of(database)
    of_theirs = {table: {key: rows[key] for key in set(rows) - set(known[table])} for table, rows in before.items()}
    client = browser_of(app, database, mine.users[role])
    token = token_of(client)
    passed = []
    for case in cases(mine, theirs):
        sent = {"csrf_token": token, **case.form} if case.method == "POST" else None
        if client.open(case.address, method=case.method, data=sent).status_code < 400 and case.name != "course":
            passed.append(case)  # another course is open to everybody, what is another's in it is not
    after = rows_of(database)
    assert passed == []
    assert [
        (table, key) for table, rows in of_theirs.items() for key in rows if after[table].get(key) != rows[key]
    ] == []
    assert pointing(after, before, of_theirs) - OF_A_COURSE == set()


@ONE_DATABASE
def test_no_other_method_does_anything(app: Application, database: Database) -> None:
    with database.transaction() as session:
        world = make_world(session)
    client = browser_of(app, database, world.users["tutor"])
    token = token_of(client)
    there = app.url_map.bind("localhost")
    before = rows_of(database)
    wrong = {}
    for path in dict.fromkeys(str(row[1]).partition("?")[0] for row in (*LOOKING, *ACTING)):
        address = filled(path, world.names)
        taken = set(there.allowed_methods(address))
        for method in METHODS - taken:
            answer = client.open(address, method=method, data={"csrf_token": token})
            if answer.status_code != 405 or set(answer.headers.get("Allow", "").split(", ")) != taken:
                wrong[address, method] = (answer.status_code, answer.headers.get("Allow"))
        if client.options(address).status_code != 200:
            wrong[address, "OPTIONS"] = (0, None)
    assert wrong == {}
    assert differing(before, rows_of(database)) == set()


@ONE_DATABASE
def test_of_every_page_the_head_alone_says_what_the_page_would(app: Application, database: Database) -> None:
    with database.transaction() as session:
        world = make_world(session)
    client = browser_of(app, database, world.users["tutor"])
    wrong = {}
    for _endpoint, address, statuses in {row[0]: row for row in LOOKING}.values():
        with client.head(filled(address, world.names)) as answer:
            if (answer.status_code, answer.data) != (statuses["tutor"], b""):
                wrong[address] = answer.status_code
    assert wrong == {}


@ONE_DATABASE
@pytest.mark.parametrize("role", ["visitor", "guest", "student", "organiser"])
def test_without_its_own_token_no_act_is_done(app: Application, database: Database, role: str) -> None:
    with database.transaction() as session:
        world = make_world(session)
    client = browser_of(app, database, world.users[role])
    anothers = token_of(app.test_client())
    token_of(client)  # the session has one by now
    before = rows_of(database)
    wrong = {}
    for endpoint, address, fields, _statuses in ACTING:
        form = {filled(name, world.names): filled(value, world.names) for name, value in fields.items()}
        for token in ({}, {"csrf_token": anothers}):
            answer = client.post(filled(address, world.names), data=form | token)
            if answer.status_code != 400 and endpoint not in WITHOUT_TOKEN:
                wrong[address, str(token)] = answer.status_code
    assert wrong == {}
    # Who follows the link that ends letters gets no more of them, and a sign-in is used once a day.
    assert differing(before, rows_of(database)) <= {"user", "sign_in"}
