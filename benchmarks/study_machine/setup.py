"""Who is there when a run begins: two study groups, one with a tutor and one without, and somebody alone."""

import re
from datetime import UTC, datetime

from benchmarks.study_machine.browser import Browser, Page
from benchmarks.study_machine.site import Site

BEGIN = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)  #: a Monday

COURSE = "/courses/the-machine"

PASSWORD = "peace, land and bread"

LINK = re.compile(r'value="http://[^/"]+(/join/[^"]+)"')

#: Who is in which group: person, group, role. Of each group the first opened it and holds the keys.
MEMBERS = (
    ("ada", "circle", "tutor"),
    ("ben", "circle", "student"),
    ("cid", "circle", "student"),
    ("eve", "round", "student"),
    ("cid", "round", "student"),
)
PEOPLE = ("ada", "ben", "cid", "dee", "eve")

#: Who has ticked the last lesson alone before, and joins afresh.
TICKED = ("ben", "cid")


def settle_in(site: Site) -> None:
    """Sign everybody up, open the groups and let their members in, by the pages of SITE."""
    for person in PEOPLE:
        browser = site.browser(person)
        form = browser.get("/sign-up").form("/sign-up")
        for name, value in {"email": f"{person}@example.org", "name": person.title(), "password": PASSWORD}.items():
            form.fill(name, value)
        _hold(browser.send(form))
    for person in TICKED:
        browser = site.browser(person)
        _hold(browser.send(browser.get(f"{COURSE}/lessons/fourth").form("/lessons/fourth/tick")))
    for person, group, role in MEMBERS:
        browser = site.browser(person)
        if group not in site.links:
            site.links[group] = _open(browser, group, role)
        else:
            form = browser.get(site.links[group]).form(site.links[group])
            if form.has("bring"):
                form.fill("bring", "afresh")
            _hold(browser.send(form))


def _open(browser: Browser, group: str, role: str) -> str:
    """Open GROUP and return the address of a link into it."""
    form = browser.get(f"{COURSE}/groups/new").form("/groups/new")
    form.fill("name", group.title())
    form.fill("role", role)
    form.fill("zone", "Europe/Berlin")
    page = browser.send(form)
    form = page.form("/invitations", "days")
    form.fill("days", "")
    link = LINK.search(browser.send(form).html)
    assert link is not None
    return link[1]


def _hold(page: Page) -> None:
    if page.status != 200:
        raise AssertionError(f"{page.url} answered {page.status}: {page.words}")
