"""Nobody is led off the site by a link to it: every road that goes back or on, with every trick known."""

from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from course.base.db import Database
from course.base.web import Application, is_local_path
from tests.test_access import World, browser_of, filled, make_world
from tests.web import post

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ASTRAY = (
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example/",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "/\r\nLocation: https://evil.example",
    "/\r\n\r\n<script>1</script>",
    "https:evil.example",
    "https:/evil.example",
    "http://localhost@evil.example/",
    "//localhost@evil.example/",
    "//localhost\\@evil.example/",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "JaVaScRiPt:alert(1)//",
    "data:text/html,<script>1</script>",
    "evil.example",
    "?next=//evil.example",
    "..//evil.example",
    "\uff0f\uff0fevil.example",
)
#: On the site, whatever they look like.
AT_HOME = ("/", "/me", "/today?group=a&x=//evil.example", "/courses/x#p-1", "/%0d%0aX-Evil:1", "/%2f%2fevil.example")

#: Where something asks to be led on or back afterwards: the role that may, the address, what else is sent, the field.
ROADS = (
    ("visitor", "/reading-settings", {"theme": "dark"}, "next"),
    ("student", "/reading-settings", {"theme": "dark"}, "next"),
    ("student", "/me/merge", {"answer": "add"}, "next"),
    ("student", "/sign-up", {}, "next"),
    (
        "student",
        "/courses/{course}/lessons/{lesson}/readings/{reading}/tick",
        {"done": "1", "group": "{circle}"},
        "back",
    ),
    ("student", "/groups/{circle}/readings/{group_reading}/tick", {"done": "1"}, "back"),
    ("student", "/groups/{circle}/meetings/{led}/agenda/passage", {"text": "{notes_id}", "passage": "p-2"}, "back"),
)


@pytest.fixture
def world(database: Database) -> World:
    """Return two study groups and somebody of each role."""
    with database.transaction() as session:
        return make_world(session)


@pytest.mark.parametrize("target", ASTRAY)
def test_what_leads_off_the_site_is_no_path_on_it(target: str) -> None:
    assert not is_local_path(target)


@pytest.mark.parametrize("target", AT_HOME)
def test_a_path_on_the_site_is_one(target: str) -> None:
    assert is_local_path(target)


def leads_astray(location: str | None) -> bool:
    """Return whether a browser at this site that follows LOCATION leaves it, or takes another header for it."""
    parts = urlsplit(location or "/")
    return bool(parts.netloc or parts.scheme or not parts.path.startswith("/") or set("\\\r\n\t") & set(location or ""))


@ONE_DATABASE
@pytest.mark.parametrize(("role", "address", "fields", "name"), ROADS, ids=lambda value: str(value)[:40])
def test_no_road_leads_astray(
    app: Application, database: Database, world: World, role: str, address: str, fields: dict[str, str], name: str
) -> None:
    client = browser_of(app, database, world.users[role])
    to = filled(address, world.names)
    sent = {key: filled(value, world.names) for key, value in fields.items()}
    home = post(client, to, sent | {name: "/me/notes"})
    assert (home.status_code, home.location) == (303, "/me/notes")  # it is a road
    for target in ASTRAY:
        answer = post(client, to, sent | {name: target})
        assert answer.status_code == 303
        assert not leads_astray(answer.location), (target, answer.location)


@ONE_DATABASE
def test_whoever_signs_in_stays_on_the_site(app: Application, database: Database, world: World) -> None:
    for target in ASTRAY:
        page = app.test_client().get("/sign-in", query_string={"next": target}).text
        assert 'name="next" value="/"' in page, target


@ONE_DATABASE
@pytest.mark.parametrize(
    "referrer",
    ["https://evil.example/x", "http://localhost//evil.example", "http://localhost/\\evil.example", "http://[::1"],
)
def test_where_one_came_from_is_gone_back_to_only_on_the_site(client: FlaskClient, referrer: str) -> None:
    page = client.get("/reading-settings", headers={"Referer": referrer})
    assert page.status_code == 200
    assert "evil.example" not in page.text


@ONE_DATABASE
@pytest.mark.parametrize(
    "path", ["//evil.example/today", "//evil.example/%2e%2e", "/\\evil.example/today", "///evil.example"]
)
def test_an_address_of_two_strokes_leads_nowhere_else(client: FlaskClient, path: str) -> None:
    answer = client.get("/", environ_overrides={"PATH_INFO": path})
    assert answer.status_code in {308, 404}
    assert not leads_astray((answer.location or "").removeprefix("http://localhost"))
