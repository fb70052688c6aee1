"""Words of notes marked in the HTML of a passage: nothing else changes, and just those words are marked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from course.base.markdown import blocks
from kruzhok.config import SHIPPED_COURSE
from lessons.importing.reading import read_text
from lessons.notes.marking import Span, letters, marked

MARK = re.compile(r'</?mark[^>]*>|<span id="[^"]*"></span>')

#: What Markdown of a passage is put together from: words, emphasis, links, code, entities, line ends, lists, tables.
FRAGMENTS = st.sampled_from(
    ["power ", "*dual* ", "**both *of* them** ", "[soviets](https://a.example/?a=1&b=\"2\") ", "`a < b` ", "A&B ",
     "\n", "  \n", "\n- one\n- two *more*\n", "\n| a | b |\n|---|---|\n| c & d | *e* |\n\n", "> said\n> he\n", "мир ",
     "é́ ", "< "]
)  # fmt: skip
PASSAGES = st.lists(FRAGMENTS, min_size=1, max_size=12).map("".join)


def said(html: str) -> str:
    return letters(str(Markup(html).striptags()))


def marked_letters(html: str) -> str:
    return "".join(said(run) for run in re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.DOTALL))


@given(PASSAGES, st.data())
def test_only_marks_are_added_and_the_words_of_all_notes_are_in_them(source: str, data: st.DataObject) -> None:
    for block in blocks(source)[0]:
        place = st.integers(0, len(block.plain))
        pairs = data.draw(st.lists(st.tuples(place, place, st.booleans()), max_size=5))
        spans = [Span(min(a, b), max(a, b), mine, f"words-{n}") for n, (a, b, mine) in enumerate(pairs)]
        html = marked(block.html, block.plain, spans)

        assert MARK.sub("", html) == block.html
        covered = {at for span in spans for at in range(span.start, span.end)}
        assert marked_letters(html) == letters("".join(block.plain[at] for at in sorted(covered)))
        begun = [span.ident for span in spans if letters(block.plain[span.start : span.end])]
        assert sorted(re.findall(r'<span id="([^"]*)">', html)) == sorted(begun)


@given(PASSAGES, st.data())
def test_a_mark_holds_words_and_no_other_element(source: str, data: st.DataObject) -> None:
    for block in blocks(source)[0]:
        ends = sorted(data.draw(st.tuples(*[st.integers(0, len(block.plain))] * 2)))
        html = marked(block.html, block.plain, [Span(ends[0], ends[1], True)])
        assert all("<" not in words for words in re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.DOTALL))


def test_words_that_reach_over_elements_are_several_marks() -> None:
    html = "<p>There was <em>dual</em> power.</p>"
    assert marked(html, "There was dual power.", [Span(6, 20, True, "words-1")]) == (
        '<p>There <mark class="hl"><span id="words-1"></span>was </mark>'
        '<em><mark class="hl">dual</mark></em><mark class="hl"> power</mark>.</p>'
    )


def test_where_two_notes_meet_ones_own_is_shown_and_both_begin() -> None:
    html = marked("<p>dual power</p>", "dual power", [Span(0, 10, False, "words-1"), Span(5, 10, True, "words-2")])
    assert html == (
        '<p><mark class="hl theirs"><span id="words-1"></span>dual </mark>'
        '<mark class="hl"><span id="words-2"></span>power</mark></p>'
    )


def test_the_space_between_the_parts_of_a_list_is_no_words() -> None:
    html = "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"
    marks = marked(html, "one\ntwo", [Span(0, 7, True)])
    assert marks == '<ul>\n<li><mark class="hl">one</mark></li>\n<li><mark class="hl">two</mark></li>\n</ul>'


def test_the_description_of_a_picture_counts_as_its_words() -> None:
    html = '<figure><img src="/a.webp" alt="A crowd"><figcaption>July 1917</figcaption></figure>'
    marks = marked(html, "A crowd\nJuly 1917", [Span(8, 12, True)])
    assert '<figcaption><mark class="hl">July</mark> 1917</figcaption>' in marks


def test_html_that_says_something_else_is_left_as_it_is() -> None:
    assert marked("<p>other words</p>", "dual power", [Span(0, 4, True)]) == "<p>other words</p>"


@pytest.mark.parametrize("path", sorted(SHIPPED_COURSE.glob("*/*.md")), ids=lambda path: path.stem)
def test_every_passage_of_the_shipped_course_can_be_marked(path: object) -> None:
    source = path.read_text().rpartition("\n---\n")[2]  # type: ignore[attr-defined]
    for block in blocks(source, address=lambda _scheme, target: f"/{target}")[0]:
        if letters(block.plain):
            assert marked_letters(marked(block.html, block.plain, [Span(0, len(block.plain), True)]))


def test_a_passage_of_an_imported_text_can_be_marked() -> None:
    page = (
        "<title>T</title><h1>T</h1><p>A&nbsp;<b>b</b><br>c <bdo dir=rtl>שלום</bdo> x<sub>2</sub></p>"
        "<table><tr><td><p>one</p><p>two</p></td><td>three</td></tr></table>"
        "<dl><dt>term</dt><dd>said</dd></dl><pre>a  b\n</pre>"
    )
    for section in read_text("a.html", page.encode()).sections:
        for passage in section.passages:
            whole = marked(passage.html, passage.plain, [Span(0, len(passage.plain), True)])
            assert marked_letters(whole) == letters(passage.plain) or passage.kind == "rule"
