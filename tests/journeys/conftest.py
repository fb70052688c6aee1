"""A real server and a real browser for the journeys: with scripts on one database, without on the other."""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from werkzeug.serving import make_server

from course.base.db import Database
from course.base.web import Application
from kruzhok.completions import rebuild_course
from kruzhok.config import SHIPPED_COURSE
from kruzhok.curriculum.loading import load_course
from kruzhok.curriculum.reading import read_folder
from tests import browser as chromium

#: Milliseconds: a busy machine is slow, and what never comes is found out late enough.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}

#: A journey that is walked twice: on either database, with scripts and without, on either size of window.
ON_BOTH = pytest.mark.parametrize(
    ("database", "scripts", "viewport"),
    [("sqlite", True, DESKTOP), ("postgresql", False, PHONE)],
    indirect=["database"],
    ids=["sqlite with scripts, desktop", "postgresql without scripts, phone"],
)

#: The same with the windows changed about.
ON_BOTH_CHANGED_ABOUT = pytest.mark.parametrize(
    ("database", "scripts", "viewport"),
    [("sqlite", True, PHONE), ("postgresql", False, DESKTOP)],
    indirect=["database"],
    ids=["sqlite with scripts, phone", "postgresql without scripts, desktop"],
)


@pytest.fixture
def bare_site(app: Application) -> Iterator[str]:
    """Give the address of a running site without a course."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(bare_site: str, database: Database) -> str:
    """Return the address of a running site with the shipped course."""
    load_shipped_course(database)
    return bare_site


def load_shipped_course(database: Database) -> None:
    """Put the course that comes with Kruzhok into DATABASE."""
    load_course(database, read_folder(SHIPPED_COURSE), now=datetime.now(UTC), after=rebuild_course)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Give the browser's driver, once; skip where it or Chromium is missing, for the driver itself may not start."""
    if chromium.executable() is None or not chromium.driver_runs():
        pytest.skip("no Chromium on this machine, or its driver does not run")
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Give a running Chromium."""
    browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
    yield browser
    browser.close()


def new_context(browser: Browser, *, scripts: bool, viewport: dict[str, int]) -> BrowserContext:
    """Return a fresh browser window, so to speak: no cookies, nothing kept."""
    context = browser.new_context(java_script_enabled=scripts, viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context


class Watched:
    """A page that notes what a browser complains about: errors, refused by the policy, addresses elsewhere."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda said: said.type in {"error", "warning"} and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda sent: None if sent.url.startswith(site) else self.complaints.append(sent.url))
