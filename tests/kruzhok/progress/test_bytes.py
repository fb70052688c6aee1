"""What a page of the table of progress weighs, with sixty parts and more students than stand on one page."""

import gzip

import pytest

from benchmarks.progress_table import KINDS, LESSONS, fill
from course.base.db import Database
from course.base.web import Application
from kruzhok.progress.table import PAGE
from tests.test_access import browser_of

#: Bytes for a browser that takes gzip alone; with Brotli it is a fifth less.
MOST = 20_000


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_page_is_small_on_the_wire(app: Application, database: Database) -> None:
    [(slug, tutor, _names)] = fill(database, [PAGE + 1])
    client = browser_of(app, database, tutor)
    answer = client.get(f"/groups/{slug}/progress", headers={"Accept-Encoding": "gzip"})
    page = gzip.decompress(answer.data).decode()
    assert page.count('tabindex="-1" class="is-') == PAGE * LESSONS * len(KINDS)
    assert len(answer.data) <= MOST
