"""Markdown: passages with idents, links of the course, and nothing unsafe whatever is typed."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.base.markdown import Block, TooLong, blocks, plain, slug_of, to_html, to_inline_html, write_idents

MARKS = st.text(st.sampled_from("ab <>&\"'[]()!#*_`{}|-:/\\\n\t1.jkscriptonerxy="), max_size=120)


def one(source: str) -> Block:
    found, problems = blocks(source)
    assert problems == []
    (block,) = found
    return block


def messages(source: str) -> list[tuple[int, int, str]]:
    return [(problem.line, problem.column, problem.message) for problem in blocks(source)[1]]


class Sieve(HTMLParser):
    """Fails on anything a browser would run."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {
            "script",
            "iframe",
            "object",
            "embed",
            "style",
            "form",
            "input",
            "svg",
            "base",
            "meta",
            "link",
        }
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in {"style", "srcdoc", "formaction"}
            if name in {"href", "src"}:
                assert not (value or "").strip().lower().startswith(("javascript:", "data:", "vbscript:", "//"))


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("Two powers stood side by side. {#two}", "paragraph"),
        ("- peace\n- land {#two}", "list"),
        ("1. peace\n2. land {#two}", "list"),
        ("> All power. {#two}", "quote"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n\n{#two}", "table"),
        ("```\ncode\n```\n\n{#two}", "code"),
        ("![A crowd](images/crowd.webp) {#two}", "figure"),
        ("## February {#two}", "heading"),
    ],
)
def test_an_ident_at_the_end_of_a_block_or_right_after_it_is_its_ident(source: str, kind: str) -> None:
    block = one(source)
    assert (block.kind, block.ident, block.written) == (kind, "two", True)
    assert "{#" not in block.html + block.plain


def test_a_block_without_an_ident_has_one_made_from_its_words_alone() -> None:
    first, second = blocks("Peace, land  and bread.\n\nSomething else.")[0]
    assert first.ident == blocks("Before.\n\nPeace, land and\nbread.")[0][1].ident
    assert first.ident.startswith("p-")
    assert first.ident != second.ident


def test_a_repeated_text_gets_a_number() -> None:
    idents = [block.ident for block in blocks("Bread.\n\nBread.\n\nBread.")[0]]
    assert idents == [idents[0], idents[0] + "-2", idents[0] + "-3"]


def test_an_ident_that_stands_twice_is_a_problem_at_the_second() -> None:
    assert messages("One. {#a}\n\nTwo. {#a}") == [(3, 6, "The ident “a” stands twice in this text.")]


def test_an_ident_in_the_middle_is_a_problem_at_its_place() -> None:
    assert messages("One {#a} two.") == [(1, 5, "An ident cannot stand in the middle of a block.")]


def test_an_ident_of_other_signs_is_a_problem() -> None:
    assert messages("One. {#Ä b}") == [(1, 6, "“Ä b” is no ident.")]


def test_an_ident_that_follows_nothing_is_a_problem() -> None:
    assert messages("{#a}\n\nOne.") == [(1, 1, "This ident belongs to nothing.")]


def test_lines_are_counted_from_the_first_line_of_the_file() -> None:
    found, problems = blocks("One.\n\nTwo [x](ftp://y).", first_line=10)
    assert [block.line for block in found] == [10, 12]
    assert problems[0].line == 12


def test_links_of_the_course_are_drawn_and_told() -> None:
    block = one("[dual power](term:dual-power) and [Lenin](person:vladimir-lenin) [двоевластие](lang:ru) {#a}")
    assert 'popovertarget="term-dual-power"' in block.html
    assert 'href="#person-vladimir-lenin"' in block.html
    assert '<i lang="ru">двоевластие</i>' in block.html
    assert [(link.scheme, link.target) for link in block.links] == [
        ("term", "dual-power"),
        ("person", "vladimir-lenin"),
    ]


def test_a_link_to_a_text_is_resolved_by_the_caller() -> None:
    found, _problems = blocks(
        "[theses](text:april-theses#thesis-2)", address=lambda scheme, target: f"/{scheme}/{target}"
    )
    assert 'href="/text/april-theses#thesis-2"' in found[0].html


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example", "x"]
)
def test_an_address_that_may_not_stand_is_a_problem_in_a_curriculum_and_words_for_users(address: str) -> None:
    assert len(messages(f"[here]({address})")) == 1
    assert to_html(f"[here]({address})") == "<p>here</p>\n"


def test_raw_html_is_shown_as_text() -> None:
    assert "<script>" not in to_html("<script>alert(1)</script>")
    assert "&lt;script&gt;" in one("a <script>alert(1)</script> {#a}").html


def test_a_user_s_headings_are_small_and_its_links_marked() -> None:
    html = to_html("# Big\n\n[there](https://example.org)")
    assert "<h4>Big</h4>" in html
    assert 'rel="nofollow noopener ugc"' in html


def test_a_million_characters_are_the_most() -> None:
    with pytest.raises(TooLong):
        to_html("a" * 1_000_001)


def test_deep_nesting_is_refused_and_not_dropped() -> None:
    with pytest.raises(TooLong):
        to_html("> " * 200 + "deep")


def test_inline_markdown_makes_no_blocks() -> None:
    assert to_inline_html("*Pravda*, no. 26") == "<em>Pravda</em>, no. 26"


def test_plain_is_the_words_alone() -> None:
    assert plain("*Pravda* [printed](https://x.y) it") == "Pravda printed it"


def test_a_slug_is_made_of_the_first_words_in_latin_letters() -> None:
    assert slug_of("1917: Lenin’s return to Zürich and so on") == "lenins-return-to-zurich-and-so"
    assert slug_of("двоевластие") == "passage"


def test_writing_idents_adds_them_and_changes_nothing_else() -> None:
    source = "## Head\n\nOne of them.\n\n- a\n- b\n\nKept. {#kept}\n"
    assert write_idents(source) == "## Head\n\nOne of them. {#one-of-them}\n\n- a\n- b {#a-b}\n\nKept. {#kept}\n"


@given(MARKS)
def test_nothing_typed_ever_comes_out_unsafe(source: str) -> None:
    sieve = Sieve()
    for html in (to_html(source), to_inline_html(source), *(block.html for block in blocks(source)[0])):
        sieve.feed(html)


@given(MARKS)
def test_idents_are_unique_whatever_is_written(source: str) -> None:
    idents = [block.ident for block in blocks(source)[0]]
    assert len(idents) == len(set(idents))


PARAGRAPHS = st.lists(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=20), min_size=1, max_size=6)


@given(PARAGRAPHS)
def test_writing_idents_twice_is_once_and_keeps_every_word(paragraphs: list[str]) -> None:
    source = "\n\n".join(paragraphs)
    written = write_idents(source)
    assert write_idents(written) == written
    assert [block.plain for block in blocks(written)[0]] == [block.plain for block in blocks(source)[0]]
    assert all(block.written for block in blocks(written)[0])
