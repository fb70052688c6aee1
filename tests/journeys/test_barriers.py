"""No page of the site has a barrier that axe can find, by day and by night, nor is one wider than a small phone."""

from collections.abc import Mapping
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from playwright.sync_api import Browser, BrowserContext, Page

from course.base.db import Database
from course.base.web import Application
from tests.journeys.conftest import PHONE, load_shipped_course, new_context
from tests.journeys.pages import NEW_SITE, NO_PAGE, PAGES, Shown
from tests.journeys.people import House, make_house, make_new_house
from tests.web import post, token_of

NARROW = {"width": 320, "height": 640}

SEND = """([address, fields]) => {
  const form = Object.assign(document.createElement("form"), {method: "post", action: address});
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("textarea"), {name, value}));
  }
  document.body.append(form);
  form.submit();
}"""

#: All rules by day; by night those that look at colours, for the rest of the page is the same.
RULES: Mapping[str, dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["cat.color"]}}

LOOK = """options => axe.run({...options, resultTypes: ["violations"]}).then(found => found.violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(" ")}`)))"""


class Onlooker:
    """One person's browser, which opens pages of SITE and tells what stands in the way on each."""

    def __init__(self, browser: Browser, site: str, client: FlaskClient) -> None:
        self.site = site
        self.token = token_of(client)
        self.context: BrowserContext = new_context(browser, scripts=True, viewport=PHONE)
        cookie = client.get_cookie(client.application.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
        self.context.add_init_script(Axe().axe_script)
        self.page: Page = self.context.new_page()

    def open(self, shown: Shown, names: Mapping[str, str]) -> None:
        """Go to the page, by its form where it answers one."""
        address = self.site + shown.address.format_map(names)
        if shown.sent is None:
            answer = self.page.goto(address)
        else:
            fields = {field.format_map(names): typed.format_map(names) for field, typed in shown.sent.items()}
            self.page.goto(f"{self.site}/healthz")
            with self.page.expect_navigation() as moved:
                self.page.evaluate(SEND, [address, {"csrf_token": self.token} | fields])
            answer = moved.value
        assert answer is not None
        assert (self.page.url, answer.status) == (address, shown.status), shown

    def barriers(self) -> list[str]:
        """Return what axe finds on the page at hand, and whether it scrolls sideways on a small phone."""
        found = []
        for scheme, options in RULES.items():
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += [f"{scheme}: {violation}" for violation in self.page.evaluate(LOOK, options)]
        self.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        return [*found, f"{wide} px wide"] if wide > NARROW["width"] else found


def barriers_on(pages: list[Shown], browser: Browser, site: str, house: House) -> dict[str, list[str]]:
    """Return page -> what stands in the way on it, where anything does."""
    onlookers = {person: Onlooker(browser, site, client) for person, client in house.people.items()}
    found = {}
    for shown in pages:
        onlookers[shown.person].open(shown, house.names)
        if barriers := onlookers[shown.person].barriers():
            found[f"{shown.person} at {shown.address}, {shown.status}"] = barriers
    for onlooker in onlookers.values():
        onlooker.context.close()
    return found


@pytest.mark.browser
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("half", [0, 1])
def test_no_page_has_a_barrier(app: Application, database: Database, site: str, browser: Browser, half: int) -> None:
    house = make_house(app, database)
    assert barriers_on(PAGES[half::2], browser, site, house) == {}


@pytest.mark.browser
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_new_site_has_no_barrier(app: Application, database: Database, bare_site: str, browser: Browser) -> None:
    house = make_new_house(app, database)
    assert barriers_on(NEW_SITE, browser, bare_site, house) == {}


class _Any(dict[str, str]):
    """Names for addresses where none are made: a number fits every part of an address."""

    def __missing__(self, _name: str) -> str:
        return "1"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_table_names_every_page(app: Application) -> None:
    site = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in {"GET", "POST"} & (rule.methods or set())
    }
    urls = app.url_map.bind("site.example")
    looked_at = set()
    for shown in (*PAGES, *NEW_SITE):
        if shown.status in {200, 422}:  # else it is the page of an error
            method = "GET" if shown.sent is None else "POST"
            path = shown.address.format_map(_Any()).partition("?")[0]
            looked_at.add((urls.match(path, method)[0], method))
    assert site - looked_at - set(NO_PAGE) == set(), "put it into tests/journeys/pages.py"
    assert set(NO_PAGE) - site == set()
    assert set(NO_PAGE) & looked_at == set()


def templates_of_pages(app: Application) -> set[str]:
    """Return the templates that are pages: whatever extends another, layouts aside (their names begin with a line)."""
    environment = app.jinja_env
    assert environment.loader is not None
    return {
        name
        for name in environment.list_templates()
        if not name.rsplit("/", 1)[-1].startswith("_")
        and environment.loader.get_source(environment, name)[0].startswith("{% extends")
    }


def visit(pages: list[Shown], house: House) -> None:
    """Ask for PAGES without a browser."""
    for shown in pages:
        client, address = house.people[shown.person], shown.address.format_map(house.names)
        if shown.sent is None:
            client.get(address)
        else:
            post(client, address, {field.format_map(house.names): typed for field, typed in shown.sent.items()})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_table_shows_every_template(app: Application, database: Database) -> None:
    drawn = set()

    def note(_sender: Flask, template: Template, **_more: Any) -> None:
        drawn.add(template.name)

    with template_rendered.connected_to(note, app):
        visit(NEW_SITE, make_new_house(app, database))
        load_shipped_course(database)
        visit(PAGES, make_house(app, database))
    assert templates_of_pages(app) - drawn == set(), "put it into tests/journeys/pages.py"
