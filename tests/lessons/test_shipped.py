"""The pages of the shipped course: every address within a page leads somewhere on it."""

import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from course.base.db import Database
from kruzhok.config import SHIPPED_COURSE
from kruzhok.curriculum.loading import load_course

COURSE = "/courses/why-study-the-russian-revolution"
PAGES = (
    "",
    "/lessons/why-study-the-russian-revolution",
    "/lessons/legacy-of-1905",
    "/lessons/lenins-return-april-theses",
    "/lessons/lenins-return-april-theses?from=attempt-1-2",
    "/texts/april-theses",
    "/reference",
    "/timeline",
    "/timeline?list=1",
    "/timeline?at=1917-04",
    "/people",
    "/people/vladimir-lenin",
    "/terms",
    "/terms/dual-power",
    "/sources",
    "/sources/sukhanov-1955",
    "/events/lenin-arrives-in-petrograd",
    "/lessons/lenins-return-april-theses/prompts/break-or-continuity",
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_link_within_a_page_or_the_site_is_dead(client: FlaskClient, database: Database) -> None:
    files = {
        path.relative_to(SHIPPED_COURSE).as_posix(): path.read_bytes()
        for path in SHIPPED_COURSE.rglob("*")
        if path.is_file()
    }
    load_course(database, files, now=datetime.now(UTC))
    known: dict[str, set[str]] = {}
    links: set[tuple[str, str]] = set()
    for page in PAGES:
        answer = client.get(COURSE + page)
        assert answer.status_code == 200, page
        idents = re.findall(r'\sid="([^"]+)"', answer.text)
        assert [ident for ident, count in Counter(idents).items() if count > 1] == [], page
        wanted = re.findall(r'(?:href="#|popovertarget=")([^"]+)"', answer.text)
        assert set(wanted) <= set(idents), page
        known[COURSE + page.partition("?")[0]] = set(idents)
        links |= {(link, page) for link in re.findall(r'href="(/courses/[^"]+)"', answer.text)}
    for link, page in links:
        address, _mark, anchor = link.replace("&amp;", "&").partition("#")
        # Some pages are for members, and ask who one is.
        assert client.get(address).status_code in {200, 401}, (link, page)
        if anchor and address in known:
            assert anchor in known[address], (link, page)
