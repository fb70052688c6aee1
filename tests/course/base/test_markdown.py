"""Markdown: passages with idents, links of the course, and nothing unsafe whatever is typed."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.base.markdown import (
    LONGEST,
    Block,
    TooLong,
    blocks,
    inline_block,
    plain,
    slug_of,
    to_html,
    to_inline_html,
    write_idents,
)

MARKS = st.text(st.sampled_from("ab <>&\"'[]()!#*_`{}|-:/\\\n\t1.jkscriptonerxy="), max_size=120)
BLOCKS = [
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "- ",
    "1. ",
    "> ",
    "## ",
    "# ",
    "***",
    "---",
    "===",
    "```",
    "~~~",
    "    ",
    "\t",
    "  ",
]
INLINE = [
    "a",
    "b c",
    " ",
    "1917",
    "é",
    "`",
    "*",
    "**",
    "\\",
    "[",
    "](",
    ")",
    "[a](b)",
    "[a]: b",
    "<",
    ">",
    "&nbsp;",
    "{#",
    "}",
]
OTHERS = ["| a | b |", "|---|---|", "|", "{#x}", "{#y}", "![a](images/b.webp)", "\u00a0", "\u2028", "\x0c", "\0"]
HOSTILE = [
    "<script>",
    "onerror=",
    "javascript:",
    "](javascript:a)",
    "](data:text/html,a)",
    "](//a)",
    "<img src=x onload=y>",
]
HOSTILE += ['](https://a.b/"onclick=)', "](term:a)", "](lang:ru)", "](mailto:a@b)", "![", "&#106;"]
SOURCES = st.lists(st.sampled_from([*BLOCKS, *INLINE, *OTHERS, *HOSTILE]), max_size=25).map("".join)


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
        ("February {#two}\n---\n", "heading"),
        ("Two powers stood\nside by side.\n{#two}", "paragraph"),
        ("Two powers stood side by side.\r\n\r\n{#two}\r\n", "paragraph"),
        ("- peace\n- land\n\n  {#two}", "list"),
        ("> All power.\n{#two}", "quote"),
        ("| a | b |\n|---|---|\n| 1 | 2 | {#two}", "table"),
        ("| a | b |\n|---|---|\n| 1 | 2 {#two}", "table"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n{#two}", "table"),
        ("| a |\n|---|\n{#two}", "table"),
        ("    code\n\n{#two}", "code"),
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


def test_a_passage_whose_ident_is_refused_has_one_made_from_its_words() -> None:
    twice = blocks("One. {#a}\n\nTwo. {#a}")[0][1]
    assert (twice.ident, twice.written) == (blocks("Two.")[0][0].ident, False)


def test_a_second_ident_of_one_passage_is_a_problem() -> None:
    assert messages("One. {#a}\n\n{#b}") == [(3, 1, "This passage has an ident already, in line 1.")]


def test_an_ident_that_looks_made_from_words_is_a_problem() -> None:
    assert messages("One. {#p-0123456789-2}") == [(1, 6, "“p-0123456789-2” looks like an ident made from words.")]


def test_an_ident_in_the_middle_is_a_problem_at_its_place() -> None:
    assert messages("One {#a} two.") == [(1, 5, "An ident cannot stand in the middle of a block.")]


@pytest.mark.parametrize("source", ["- a {#x}\n- b", "> a {#x}\n>\n> b", "- a {#x}\n\n  ```\n  b\n  ```", "*a {#x}*"])
def test_an_ident_of_a_part_of_a_block_is_a_problem(source: str) -> None:
    assert [message for _line, _column, message in messages(source)] == [
        "An ident cannot stand in the middle of a block."
    ]


@pytest.mark.parametrize("source", ["`{#a}` is written so", "at the end \\{#a}", "    {#a}", "```\n{#a}\n```"])
def test_an_ident_in_code_or_after_a_backslash_is_text(source: str) -> None:
    block = one(source)
    assert (block.written, "{#a}" in block.plain) == (False, True)


def test_an_ident_of_other_signs_is_a_problem() -> None:
    assert messages("One. {#Ä b}") == [(1, 6, "“Ä b” is no ident.")]


def test_an_ident_that_follows_nothing_is_a_problem() -> None:
    assert messages("{#a}\n\nOne.") == [(1, 1, "This ident belongs to nothing.")]


def test_an_ident_after_a_rule_belongs_to_nothing() -> None:
    assert messages("One.\n\n***\n\n{#a}") == [(5, 1, "This ident belongs to nothing.")]


def test_a_block_of_code_that_is_never_closed_is_a_problem() -> None:
    assert messages("One.\n\n```\ncode") == [(3, 1, "This block of code is never closed.")]


def test_a_heading_of_the_first_level_is_a_problem_and_shown_as_the_second() -> None:
    (block,), problems = blocks("# Title")
    assert (block.level, block.html, len(problems)) == (2, "<h2>Title</h2>", 1)


def test_lists_too_deep_to_be_read_are_a_problem() -> None:
    assert messages("".join("  " * n + "- a\n" for n in range(30)))[0][2].endswith("too deeply here.")


def test_lines_are_counted_from_the_first_line_of_the_file() -> None:
    found, problems = blocks("One.\n\nTwo [x](ftp://y).", first_line=10)
    assert [block.line for block in found] == [10, 12]
    assert problems[0].line == 12


def test_a_block_ends_with_its_last_line_of_words() -> None:
    found, _problems = blocks("- a\n- b\n\n\n```\nc\n```\n\n{#c}\n")
    assert [(block.line, block.end_line) for block in found] == [(1, 2), (5, 7)]


def test_a_problem_with_a_link_is_told_at_the_link() -> None:
    assert [place[:2] for place in messages("> one\n> and [x](ftp://y) [x](ftp://y)")] == [(2, 7), (2, 20)]


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


def test_a_link_to_what_is_not_there_is_a_problem_and_words() -> None:
    (block,), problems = blocks("[theses](text:april)", address=lambda _scheme, _target: None)
    assert block.html == "<p>theses</p>"
    assert [problem.message for problem in problems] == ["There is no text “april”."]


def test_a_link_that_nobody_resolves_is_words_and_told_all_the_same() -> None:
    block = one("[theses](text:april) and ![crowd](images/crowd.webp)")
    assert block.html == "<p>theses and crowd</p>"
    assert [(link.scheme, link.target) for link in block.links] == [("text", "april"), ("image", "images/crowd.webp")]


def test_a_picture_alone_is_a_figure_with_its_title_below() -> None:
    (block,), problems = blocks(
        '![A crowd](images/crowd.webp "July 1917")', address=lambda _scheme, target: f"/{target}"
    )
    assert problems == []
    assert block.html == (
        '<figure><img src="/images/crowd.webp" alt="A crowd" loading="lazy"><figcaption>July 1917</figcaption></figure>'
    )
    assert block.plain == "A crowd\nJuly 1917"


@pytest.mark.parametrize("source", ["https://evil.example/a.png", "images/../../etc", "/images/a.webp", "images/"])
def test_a_picture_from_elsewhere_is_a_problem_and_words(source: str) -> None:
    (block,), problems = blocks(f"![crowd]({source})", address=lambda _scheme, target: target)
    assert (block.html, len(problems)) == ("<p>crowd</p>", 1)


@pytest.mark.parametrize("link", ["[](term:a)", "![](images/a.webp)", "[x](term:A)", "[x](term:a#b)", "[x](text:a#)"])
def test_a_link_without_words_or_with_a_bad_ident_is_a_problem(link: str) -> None:
    assert len(messages(f"Here {link} it is.")) == 1


@pytest.mark.parametrize(
    ("source", "html", "words"),
    [
        (
            "It fell. [Established](claim:established) Then",
            'It fell. <span class="claim is-established">[Established]</span> Then',
            "It fell. [Established] Then",
        ),
        (
            "It *fell*[Disputed](claim:disputed)",
            'It <em>fell</em> <span class="claim is-disputed">[Disputed]</span>',
            "It fell [Disputed]",
        ),
        (
            "It fell.\n[North’s view](claim:view)",
            'It fell.\n<span class="claim is-view">[North’s view]</span>',
            "It fell. [North’s view]",
        ),
    ],
)
def test_the_label_of_a_claim_is_told_from_the_sentence_in_its_words_too(source: str, html: str, words: str) -> None:
    [block], problems = blocks(source)
    assert problems == []
    assert block.html == f"<p>{html}</p>"
    assert " ".join(block.plain.split()) == words


def test_a_label_of_no_known_kind_is_a_problem() -> None:
    _blocks, [problem] = blocks("It fell. [Sure](claim:sure)")
    assert problem.message == "“sure” is no label of a claim."
    assert "claim:disputed" in problem.hint


def test_a_user_s_label_is_words_alone() -> None:
    assert "claim" not in to_html("It fell. [Established](claim:established)")


def test_a_list_keeps_its_first_number() -> None:
    assert one("3. three\n4. four").html.startswith('<ol start="3">')


def test_a_table_can_be_scrolled_and_keeps_its_columns_aligned() -> None:
    html = one("| a | b |\n|---|--:|\n| 1 | 2 |").html
    assert html.startswith('<div class="scroll" role="region" tabindex="0" aria-label="Table">')
    assert '<td class="right">2</td>' in html
    assert "style" not in html


def test_the_words_of_a_table_stand_between_tabs_and_lines() -> None:
    assert one("| a | b |\n|---|---|\n| 1 | *2* |").plain == "a\tb\n1\t2"


def test_inline_markdown_of_a_curriculum_has_its_links_and_problems() -> None:
    block, problems = inline_block("See [Lih](source:lih-2015) and [x](ftp://y).", first_line=7)
    assert block.html == 'See <a class="cite" href="#source-lih-2015">Lih</a> and x.'
    assert [(link.scheme, link.target, link.line) for link in block.links] == [("source", "lih-2015", 7)]
    assert [(problem.line, problem.column) for problem in problems] == [(7, 32)]


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


def test_a_user_s_pictures_and_idents_are_words() -> None:
    assert to_html("![crowd](images/a.webp) {#a}") == "<p>crowd {#a}</p>\n"


def test_a_text_that_is_too_long_is_refused() -> None:
    assert to_html("a" * LONGEST)
    with pytest.raises(TooLong):
        to_html("a" * (LONGEST + 1))


@pytest.mark.parametrize(
    "unit", ["[", "![", "[a](", "*a ", "`", "<a:", "a|", "> a\n\n", "- a\n", "[a]: b\n", "{#", "{#a} ", "_a __", "&#"]
)
def test_no_text_takes_longer_than_its_length_allows(unit: str) -> None:
    source = unit * (20_000 // len(unit))
    began = time.process_time()
    to_html(source)
    blocks(source)
    assert time.process_time() - began < 15  # the slowest take a second or two, a quadratic one would take minutes


def test_half_a_character_is_shown_as_a_sign_and_breaks_nothing() -> None:
    assert to_html("a \ud800") == "<p>a \ufffd</p>\n"
    assert blocks("a \ud800")[0][0].plain == "a \ufffd"


def test_deep_nesting_is_refused_and_not_dropped() -> None:
    with pytest.raises(TooLong):
        to_html("> " * 200 + "deep")


def test_inline_markdown_makes_no_blocks() -> None:
    assert to_inline_html("*Pravda*, no. 26") == "<em>Pravda</em>, no. 26"


def test_plain_is_the_words_alone() -> None:
    assert (
        plain("*Pravda* [printed](https://x.y) it {#a}\n\n***\n\n- in\n- Petrograd")
        == "Pravda printed it\n\nin\nPetrograd"
    )


def test_inline_markdown_may_leave_out_links_where_it_stands_in_one() -> None:
    assert to_inline_html("*a* [b](https://c.d) [е](lang:ru)", links=False) == '<em>a</em> b <i lang="ru">е</i>'


def test_a_slug_is_made_of_the_first_words_in_latin_letters() -> None:
    assert slug_of("1917: Lenin’s return to Zürich and so on") == "lenins-return-to-zurich-and-so"
    assert slug_of("двоевластие") == "passage"


def test_writing_idents_adds_them_and_changes_nothing_else() -> None:
    source = "## Head\n\nOne of them.\n\n- a\n- b\n\nKept. {#kept}\n"
    assert write_idents(source) == "## Head\n\nOne of them. {#one-of-them}\n\n- a\n- b {#a-b}\n\nKept. {#kept}\n"


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("```\ncode\n```\ntext\n", "```\ncode\n```\n\n{#code}\n\ntext {#text}\n"),
        ("| a |\n|---|\n| 1 |\n", "| a |\n|---|\n| 1 |\n\n{#a-1}\n"),
        ("One.  \r\n\r\n    two\r\n", "One. {#one}  \r\n\r\n    two\r\n\r\n{#two}\r\n"),
        ("[a]:", "[a]:\n\n{#a}"),
        ("- \na", "- \n\n{#passage}\n\na {#a}"),
        ("Same.\n\nSame.\n\nOther. {#same}\n", "Same. {#same-2}\n\nSame. {#same-3}\n\nOther. {#same}\n"),
        ("Bad. {#Bad Ident}\n\n## Head\n\n***\n", "Bad. {#Bad Ident}\n\n## Head\n\n***\n"),
    ],
)
def test_an_ident_is_written_where_it_alters_nothing(source: str, written: str) -> None:
    assert write_idents(source) == written


def test_a_slug_has_at_most_forty_characters_with_its_number_too() -> None:
    source = ("Extraordinarily congregational representatives.\n\n") * 12
    idents = [block.ident for block in blocks(write_idents(source))[0]]
    assert len(set(idents)) == 12
    assert max(len(ident) for ident in idents) <= 40


@given(st.one_of(MARKS, SOURCES, st.text()))
def test_nothing_typed_ever_comes_out_unsafe(source: str) -> None:
    sieve = Sieve()
    in_blocks = [block.html for block in blocks(source, address=lambda _scheme, target: target)[0]]
    for html in (to_html(source), to_inline_html(source), inline_block(source)[0].html, *in_blocks):
        sieve.feed(html)


@given(SOURCES)
def test_idents_are_unique_whatever_is_written(source: str) -> None:
    idents = [block.ident for block in blocks(source)[0]]
    assert len(idents) == len(set(idents))


@given(SOURCES)
def test_writing_idents_twice_is_once(source: str) -> None:
    written = write_idents(source)
    assert write_idents(written) == written


@given(SOURCES)
def test_writing_idents_only_adds(source: str) -> None:
    rest = iter(write_idents(source))
    assert all(character in rest for character in source)


@given(SOURCES)
def test_writing_idents_leaves_every_block_as_it_was(source: str) -> None:
    def read(text: str) -> list[tuple[str, str, str]]:
        return [(block.kind, block.html, block.plain) for block in blocks(text)[0]]

    assert read(write_idents(source)) == read(source)


@given(SOURCES)
def test_where_nothing_is_wrong_every_passage_then_has_a_written_ident(source: str) -> None:
    found, problems = blocks(write_idents(source))
    assert problems or all(block.written or block.kind in {"heading", "rule"} for block in found)
