"""What a browser fetches that has never been here, to show one page: with everything that the page names."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

from tests import browser


class Visit(NamedTuple):
    """How many requests a first visit makes, and how many bytes come over the line, headers and all."""

    requests: int
    size: int


def first_visit(address: str, path: str, cookie: str) -> Visit | None:
    """Return the visit of who is signed in by COOKIE to the page at PATH; None where there is no browser."""
    if browser.executable() is None or not browser.driver_runs():
        return None
    asked: dict[str, Mapping[str, Any]] = {}
    sizes: dict[str, float] = {}
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser.executable(), args=browser.FLAGS)
        context = chromium.new_context(viewport={"width": 390, "height": 844})
        pairs = [one.partition("=") for one in cookie.split("; ")]
        context.add_cookies([{"name": name, "value": value, "url": address} for name, _equals, value in pairs])
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", lambda told: asked.update({told["requestId"]: told["request"]}))
        wire.on("Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}))
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1500)  # what scripts fetch after all seemed quiet
        chromium.close()
    # What it has by then (the icons, which are also the mark in its tab) comes from its own memory, and is nothing.
    came = [sizes[key] for key, request in asked.items() if request["url"].startswith(address) and sizes.get(key)]
    return Visit(len(came), round(sum(came)))
