"""Pages on the wire: smaller than they are, and of no length that tells anything."""

import gzip
import re
from collections.abc import Callable

import brotli
import pytest
from flask.testing import FlaskClient

from course.base.compressing import FILLING, brotlied, gzipped
from course.base.db import Database
from kruzhok.config import ROOT
from tests import factories

STATIC = ROOT / "kruzhok" / "static"

TAKES = {"Accept-Encoding": "gzip"}
TAKES_BOTH = {"Accept-Encoding": "gzip, deflate, br, zstd"}


def test_a_page_is_compressed_for_a_browser_that_takes_it(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        address = f"/courses/{factories.make_empty_course(session).ident}"
    plain, packed = client.get(address), client.get(address, headers=TAKES)
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (None, "gzip")
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert all("Accept-Encoding" in answer.vary and "Cookie" in answer.vary for answer in (plain, packed))


def test_a_browser_that_takes_brotli_gets_that_and_less(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        address = f"/courses/{factories.make_empty_course(session).ident}"
    plain, old, new = (client.get(address, headers=takes) for takes in ({}, TAKES, TAKES_BOTH))
    assert new.headers["Content-Encoding"] == "br"
    assert brotli.decompress(new.data) == plain.data
    assert len(new.data) < len(old.data) + FILLING  # of a page as short as this the filling may be more than is saved
    old, new = (client.get("/static/kruzhok.js", headers=takes) for takes in (TAKES, TAKES_BOTH))
    assert brotli.decompress(new.data) == gzip.decompress(old.data) == (STATIC / "kruzhok.js").read_bytes()
    assert len(new.data) < len(old.data)


def test_the_stylesheet_leaves_without_what_is_for_those_who_write_it(client: FlaskClient) -> None:
    written = (STATIC / "kruzhok.css").read_text(encoding="utf-8")
    style = gzip.decompress(client.get("/static/kruzhok.css", headers=TAKES).data).decode()
    assert "/*" not in style
    assert style.split() == re.sub(r"/\*.*?\*/", "", written, flags=re.DOTALL).split()


def test_what_is_small_or_was_compressed_before_is_left_as_it_is(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers=TAKES).headers
    style = client.get("/static/kruzhok.css", headers=TAKES)
    assert b"@font-face" in gzip.decompress(style.data)


@pytest.mark.parametrize("compressed", [gzipped, brotlied])
def test_the_length_of_a_page_says_nothing_of_what_is_in_it(compressed: Callable[[bytes], bytes]) -> None:
    lengths = {len(compressed(b"the same page " * 200)) for _try in range(200)}
    assert len(lengths) > 40
    assert max(lengths) - min(lengths) <= FILLING
