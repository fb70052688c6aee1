"""Pages on the wire: smaller than they are, and of no length that tells anything."""

import gzip

from flask.testing import FlaskClient

from course.base.compressing import FILLING, compressed
from course.base.db import Database
from tests import factories

TAKES = {"Accept-Encoding": "gzip, br"}


def test_a_page_is_compressed_for_a_browser_that_takes_it(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        address = f"/courses/{factories.make_empty_course(session).ident}"
    plain, packed = client.get(address), client.get(address, headers=TAKES)
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (None, "gzip")
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert all("Accept-Encoding" in answer.vary and "Cookie" in answer.vary for answer in (plain, packed))


def test_what_is_small_or_was_compressed_before_is_left_as_it_is(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers=TAKES).headers
    style = client.get("/static/kruzhok.css", headers=TAKES)
    assert b"@font-face" in gzip.decompress(style.data)


def test_the_length_of_a_page_says_nothing_of_what_is_in_it() -> None:
    lengths = {len(compressed(b"the same page " * 200)) for _try in range(200)}
    assert len(lengths) > 40
    assert max(lengths) - min(lengths) <= FILLING
