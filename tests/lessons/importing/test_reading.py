"""Any bytes that somebody brings become a text, or a sentence that says why not: nothing else, in bounded time."""

import io
import random
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.base.errors import DomainError
from lessons.importing.imported import Imported, Unreadable, one_line
from lessons.importing.reading import read_text
from tests.lessons.importing.samples import NAV, epub, nav, package, page, passages, words, zipped

NAMES = st.one_of(
    st.sampled_from(
        ["a.html", "a.xhtml", "a.md", "a.txt", "a.epub", "a", "", "A.HTM", "a.pdf", "../x.html", "a\u202e.txt"]
    ),
    st.text(max_size=12),
)
_TAGS = (
    "<p> </p> </div> <svg> <script> <table> <tr> <td> <li> <blockquote> <pre> <h1> <math> <!-- --> <![CDATA[ ]]> <?xml"
)
_SIGNS = "< > & ' # - [^1] [^1]: ``` ![ ]( | ** &#x202e; &#0; שלום п"
PIECES = st.one_of(
    st.sampled_from(_TAGS.split()),
    st.sampled_from(_SIGNS.split()),
    st.sampled_from(
        ["word ", '"', "\r", "\n\n", "|a|b|\n|-|-|\n", "CHAPTER I\n\n", "---\n", "\ufeff", "\u202e", "\u0301" * 30]
    ),
    st.sampled_from(
        ["<a href=#x id=x>", "<!DOCTYPE html [<!ENTITY a 'b'>]>", "<a href='javascript:x'>", "<p dir=rtl lang=he>"]
    ),
).map(str.encode) | st.sampled_from([b"\xff\xfe", b"\0", b"\xe9"])
CONTENTS = st.one_of(
    st.binary(max_size=400), st.lists(PIECES, max_size=40).map(b"".join), st.text(max_size=200).map(str.encode)
)
GOOD = epub(
    {
        "a.xhtml": page("<h2>A</h2><p>a <a href='b.xhtml#x'>b</a></p>"),
        "b.xhtml": page("<p id='x'>b</p>"),
        "nav.xhtml": nav(("a.xhtml", "A")),
    },
    package(["a.xhtml", "b.xhtml"], manifest=NAV),
)


def read_or_refuse(name: str, content: bytes) -> None:
    """Read CONTENT and check what comes of it; anything but a text or a refusal fails the test."""
    try:
        text = read_text(name, content)
    except DomainError as error:
        refusal = error
    else:
        check(text)
        return
    assert refusal.message.endswith(".")
    assert refusal.status == 422


def check(text: Imported) -> None:
    """Check what holds for any text that was read."""
    assert text.title
    assert text.title == one_line(text.title)
    assert text.understood
    found = passages(text)
    assert found
    idents = [passage.ident for passage in found]
    assert len(set(idents)) == len(idents)
    for passage in found:
        assert passage.plain.strip() or passage.kind == "rule"
        assert not re.search(
            r"<(?:script|style|iframe|form|input|img|svg|object)|<[^>]*(?:\son\w+=|javascript:)", passage.html
        )
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", passage.html + passage.plain)
        (passage.html + passage.plain).encode()


@settings(max_examples=400)
@given(name=NAMES, content=CONTENTS)
def test_any_bytes_are_a_text_or_a_refusal(name: str, content: bytes) -> None:
    read_or_refuse(name, content)


@settings(max_examples=200)
@given(seed=st.integers(0, 10**9))
def test_a_damaged_book_is_a_text_or_a_refusal(seed: int) -> None:
    rng = random.Random(seed)
    damaged = bytearray(GOOD)
    for _change in range(rng.randint(1, 8)):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    read_or_refuse("book.epub", bytes(damaged[: rng.choice([len(damaged), rng.randrange(len(damaged))])]))


@settings(max_examples=200)
@given(
    part=st.sampled_from(["META-INF/container.xml", "OEBPS/book.opf", "OEBPS/nav.xhtml", "OEBPS/a.xhtml"]),
    content=CONTENTS,
)
def test_a_book_with_any_bytes_for_a_part_is_a_text_or_a_refusal(part: str, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    read_or_refuse("book.epub", zipped(files | {part: content}))


def test_the_same_bytes_come_to_the_same() -> None:
    assert read_text("a.epub", GOOD) == read_text("a.epub", GOOD)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("x.bin", b"<!DOCTYPE html><p>a", "HTML"),
        ("x", b"  <html><p>a", "HTML"),
        ("x", "\ufeff<?xml version='1.0'?><html><body><p>a</p></body></html>".encode(), "HTML"),
        ("x.MD", b"# a\n\nb", "Markdown"),
        ("x", b"# a\n\nb", "plain"),
        ("x.txt", b"<html> is a word", "plain"),
        ("x.zip", GOOD, "EPUB"),
    ],
)
def test_what_a_file_is_is_seen_from_its_bytes_and_its_name(name: str, content: bytes, kind: str) -> None:
    assert kind in read_text(name, content).understood[0].message


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 x", "PDF"),
        (b"{\\rtf1 x}", "RTF"),
        (b"\xd0\xcf\x11\xe0 x", "office"),
        (b"\x1f\x8b\x08x", "compressed"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no file of words"),
        (b"\x7fELF\2\1\1\0\0", "no file of words"),
        (b" \n\t ", "no words"),
        (b"<?xml version='1.0'?><quiz><text>a</text></quiz>", "a file of data .“quiz”."),
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "a file of data .“x”."),
        (b"a" * (8 * 2**20 + 1), "8 MiB: bring it in parts"),
    ],
)
def test_what_is_no_text_is_refused_with_advice(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_text("file", content)


@pytest.mark.parametrize(
    ("content", "read_as", "said"),
    [
        ("Революция".encode("cp1251"), "Революция", "windows-1251"),
        ("Une révolution à Paris, déjà".encode("cp1252"), "Une révolution à Paris, déjà", "windows-1252"),
        ("“Что делать?” ".encode() * 20 + b"\xff", None, "damaged"),
        ("Широко".encode("utf-16"), "Широко", ""),
        ("wide".encode("utf-16-le"), "wide", ""),
        ("\ufeffmark".encode(), "mark", ""),
        (b"word " * 20 + b"a\r\nb\rc\x07d", "word " * 20 + "a b cd", ""),
    ],
)
def test_letters_are_read_as_they_are_written_and_a_guess_is_told(
    content: bytes, read_as: str | None, said: str
) -> None:
    text = read_text("a.txt", content)
    assert read_as is None or words(text) == [read_as]
    doubts = " ".join(notice.message for notice in text.understood[2:])
    assert said in doubts
    assert bool(said) == bool(doubts)


def test_an_encoding_that_python_knows_and_no_text_has_is_not_asked() -> None:
    page_of = b"<?xml version='1.0' encoding='%s'?><html><body><p>a</p></body></html>"
    for encoding in (b"zip", b"idna", b"unicode_escape", b"rot13", b"utf-7", b"bogus", b"punycode", b"mbcs"):
        assert words(read_text("a.html", page_of % encoding)) == ["a"]
