"""What is found in pasted lists and in the files of feeds."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.articles.feeds import MOST_BYTES, NoFeed, read_feed
from lessons.articles.found import MOST_ARTICLES, Found, title_of, whole_address
from lessons.articles.pasted import read_list

LINES = {
    "https://example.org/a": Found("https://example.org/a", "Example.org"),
    "https://example.org/lessons-of-october.html": Found(
        "https://example.org/lessons-of-october.html", "Lessons of october"
    ),
    "Lessons of October: https://example.org/a": Found("https://example.org/a", "Lessons of October"),
    "- Lessons of October by Leon Trotsky, https://example.org/a": Found(
        "https://example.org/a", "Lessons of October", "Leon Trotsky"
    ),
    "3. Lessons of October | Leon Trotsky | https://example.org/a": Found(
        "https://example.org/a", "Lessons of October", "Leon Trotsky"
    ),
    "https://example.org/a Lessons of October – Leon Trotsky": Found(
        "https://example.org/a", "Lessons of October", "Leon Trotsky"
    ),
    "Lessons of October https://example.org/a by Leon Trotsky": Found(
        "https://example.org/a", "Lessons of October", "Leon Trotsky"
    ),
    "* [Lessons of October](https://example.org/a_(1)) by Leon Trotsky": Found(
        "https://example.org/a_(1)", "Lessons of October", "Leon Trotsky"
    ),
    "Lessons (https://example.org/a).": Found("https://example.org/a", "Lessons"),
    "Lessons <https://example.org/a>": Found("https://example.org/a", "Lessons"),
    "2026-11-20 Lessons https://example.org/2025-01-01/a": Found(
        "https://example.org/2025-01-01/a", "Lessons", published=date(2026, 11, 20)
    ),
    "HTTPS://Example.org/A#part": Found("https://example.org/A", "Example.org"),
    "Уроки Октября — https://example.org/а": Found("https://example.org/а", "Уроки Октября"),
}


@pytest.mark.parametrize(("line", "article"), LINES.items())
def test_a_line_is_an_article(line: str, article: Found) -> None:
    assert read_list(line).articles == [article]


def test_a_line_without_an_address_is_the_title_of_one_that_is_an_address_alone() -> None:
    found = read_list("Lessons of October – Leon Trotsky\nhttps://example.org/a\n")
    assert found.articles == [Found("https://example.org/a", "Lessons of October", "Leon Trotsky")]
    assert found.problems == []


def test_a_heading_says_what_those_under_it_appeared_in() -> None:
    found = read_list("# November\nhttps://example.org/the-war\n\n## December\nhttps://example.org/the-peace")
    assert [(one.title, one.of) for one in found.articles] == [("The war", "November"), ("The peace", "December")]


def test_what_is_no_article_is_told_of_with_its_line() -> None:
    found = read_list("Only words\n\nA https://example.org/a\nhttps://user:word@example.org/b\nOnly words again")
    assert [one.address for one in found.articles] == ["https://example.org/a"]
    assert [one.line for one in found.problems] == [1, 4, 5]


def test_an_address_is_found_once() -> None:
    assert len(read_list("A https://example.org/a\nB https://example.org/a#two").articles) == 1


def test_a_list_has_an_end() -> None:
    found = read_list("\n".join(f"https://example.org/{n}" for n in range(MOST_ARTICLES + 3)))
    assert (len(found.articles), found.left_out) == (MOST_ARTICLES, 3)


RSS = """<?xml version="1.0" encoding="windows-1251"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Журнал &amp; газета</title><link>https://example.org</link><description>x</description>
<image><title>not this</title></image>
<item><title>На пути к &lt;i&gt;Октябрю&lt;/i&gt;</title><link> https://example.org/a </link>
<dc:creator>А. Автор</dc:creator><pubDate>Mon, 06 Nov 2017 23:30:00 -0500</pubDate></item>
<item><guid>https://example.org/why-read</guid><author>ed@example.org (An Editor)</author></item>
<item><title>Nowhere</title></item>
</channel></rss>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Old</title></channel>
<item><title>A</title><link>https://example.org/a</link><dc:date>2017-11-06T10:00:00+01:00</dc:date></item></rdf:RDF>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Essays</title>
<entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>bold</b> title</div></title>
<link rel="self" href="https://example.org/self"/><link href="https://example.org/a"/>
<author><name>A. Writer</name><email>a@example.org</email></author>
<updated>2026-11-21T00:00:00Z</updated><published>2026-11-20T00:00:00Z</published></entry></feed>"""

OPML = """<opml version="2.0"><head><title>Links</title></head><body><outline text="All">
<outline text="A page" type="link" url="https://example.org/a"/>
<outline text="A feed" type="rss" xmlUrl="https://example.org/feed.xml" htmlUrl="https://example.org"/>
</outline></body></opml>"""


def test_rss_is_read_as_it_is_written() -> None:
    found = read_feed(RSS.encode("windows-1251"))
    assert found.articles == [
        Found("https://example.org/a", "На пути к Октябрю", "А. Автор", "Журнал & газета", date(2017, 11, 6)),
        Found("https://example.org/why-read", "Why read", "An Editor", "Журнал & газета"),
    ]
    assert [one.message for one in found.problems] == ["“Nowhere” has no address."]


def test_old_rss_is_read() -> None:
    assert read_feed(RDF.encode()).articles == [Found("https://example.org/a", "A", "", "Old", date(2017, 11, 6))]


def test_atom_is_read_with_the_link_that_is_for_people() -> None:
    day = date(2026, 11, 20)
    assert read_feed(ATOM.encode()).articles == [
        Found("https://example.org/a", "A bold title", "A. Writer", "Essays", day)
    ]


def test_the_links_of_opml_are_articles_and_its_feeds_are_told_of() -> None:
    found = read_feed(OPML.encode("utf-16"))
    assert found.articles == [Found("https://example.org/a", "A page", "", "Links")]
    assert "https://example.org/feed.xml" in found.problems[0].message


REFUSED = {
    b"": "does not begin",
    b"https://example.org/a": "does not begin",
    b"<html><body>Hello</body></html>": "begins with",
    b"<rss><channel>": "line 1",
    b'<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><title>&a;</title></channel></rss>': "entities",
    b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss>&a;</rss>': "entities",
    b"<rss>" + b"<a>" * 200 + b"</a>" * 200 + b"</rss>": "too deep",
    b"<rss>" + b" " * MOST_BYTES + b"</rss>": "larger than 2 MiB",
}


@pytest.mark.parametrize(("content", "why"), REFUSED.items(), ids=[str(key[:30]) for key in REFUSED])
def test_what_is_no_feed_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(NoFeed, match=why):
        read_feed(content)


def test_an_empty_feed_says_so() -> None:
    assert [one.message for one in read_feed(b"<rss><channel/></rss>").problems] == ["There is no article in it."]


@given(st.text(st.sampled_from("htps:/[]()<> .-–|#\n2019by\tж\u202e"), max_size=200) | st.text(max_size=200))
def test_whatever_is_pasted_what_is_found_are_whole_addresses_with_a_title(words: str) -> None:
    for article in read_list(words).articles:
        assert whole_address(article.address) == article.address
        assert article.title
        assert "\n" not in article.title + article.by + article.of


@given(st.binary(max_size=300) | st.text(st.sampled_from('<>/rsitemlnk="&;a:.'), max_size=200).map(str.encode))
def test_whatever_is_brought_is_read_or_refused(content: bytes) -> None:
    try:
        found = read_feed(b"<rss>" + content + b"</rss>")
    except NoFeed:
        return
    assert all(whole_address(one.address) for one in found.articles)


def test_a_title_is_made_of_the_address_where_there_is_none() -> None:
    assert title_of("https://www.example.org/2017/11/08/why_study%20it.html") == "Why study it"
    assert title_of("https://www.example.org/7/") == "Www.example.org"
