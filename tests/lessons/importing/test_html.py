"""A page of HTML becomes passages, whatever is in it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.base.markdown import blocks
from lessons.importing.imported import Imported, Unreadable
from lessons.importing.reading import read_text
from tests.lessons.importing.samples import left_out, passages, shown, words


def read(html: str, name: str = "page.html") -> Imported:
    return read_text(name, html.encode())


def html_of(html: str) -> str:
    """Return the HTML of the passages that HTML becomes."""
    return "\n".join(passage.html for passage in passages(read(html)))


def test_blocks_become_passages_of_the_kinds_that_a_curriculum_has() -> None:
    text = read(
        "<h2>H</h2><p>P</p><ul><li>L</ul><blockquote>Q</blockquote><table><tr><th>A<td>B</table><pre>C</pre><hr>"
    )
    kinds = [passage.kind for passage in passages(text)]
    assert kinds == ["heading", "paragraph", "list", "quote", "table", "code", "rule"]


def test_a_passage_has_the_ident_that_a_curriculum_gives_to_the_same_words() -> None:
    text = read("<h2>Dual power</h2><p>Two <em>powers</em> at\n once.</p><p>Two powers at once.</p><ul><li>a<li>b</ul>")
    found, _problems = blocks("## Dual power\n\nTwo *powers* at\nonce.\n\nTwo powers at once.\n\n- a\n- b\n")
    assert [passage.ident for passage in passages(text)] == [block.ident for block in found]
    assert words(text) == [block.plain for block in found]


def test_headings_part_the_text_and_the_only_first_one_is_its_title() -> None:
    text = read(
        "<title>Site</title><h1>April Theses</h1><p>a</p><h2>One</h2><p>b</p><h3>Sub</h3><p>c</p><h2>Two</h2><p>d"
    )
    assert text.title == "April Theses"
    assert [(section.title, section.level) for section in text.sections] == [
        ("", 1),
        ("One", 1),
        ("Sub", 2),
        ("Two", 1),
    ]
    assert "April Theses" not in words(text)


def test_a_page_without_headings_has_the_title_of_its_head_else_of_its_file() -> None:
    assert read("<title>On a  page</title><p>a").title == "On a page"
    assert read("<p>a", name="what_is-done.html").title == "what is done"


def test_the_levels_of_headings_begin_under_the_title() -> None:
    assert [passage.html[:4] for passage in passages(read("<h3>A</h3><p>b<h4>C</h4><p>d<h6>E</h6><p>f"))][::2] == [
        "<h2>",
        "<h3>",
        "<h4>",
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<style>p{position:fixed}</style>",
        "<iframe src='https://example.org'>x</iframe>",
        "<p onclick='alert(1)' style='color:red' class='x'>",
        "<a href='javascript:alert(1)'>go</a>",
        "<a href=' java\nscript:alert(1)'>go</a>",
        "<a href='&#106;avascript:alert(1)'>go</a>",
        "<a href='data:text/html,x'>go</a>",
        "<a href='vbscript:x'>go</a>",
        "<a href='//evil.example/x'>go</a>",
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
        "<form action='https://example.org'><input name=a value=b><button>send</button></form>",
        "<object data='x.swf'></object><embed src='x'>",
        "<base href='https://evil.example/'>",
        "<meta http-equiv='refresh' content='0;url=https://evil.example'>",
        "<p><noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<p lang='x\" onclick=\"alert(1)'>",
        "<td background='javascript:alert(1)'>",
        "<p id='x' popovertarget='term-x'><button popovertarget=x>y</button>",
        "<textarea></p><script>alert(1)</script></textarea>",
    ],
)
def test_nothing_that_acts_comes_through(hostile: str) -> None:
    made = html_of(f"<p>before</p>{hostile}<p>after</p>")
    assert "after" in made
    assert not re.search(r"<(script|style|iframe|form|input|button|object|embed|base|meta|svg|img|math)", made)
    assert not re.search(
        r"<[^>]*(\son\w+=|style=|class=(?!\"scroll)|javascript:|vbscript:|data:|evil\.example|popover)", made
    )


def test_the_words_of_a_link_that_may_not_stand_are_kept() -> None:
    text = read("<p>Press <a href='javascript:alert(1)'>this <b>link</b></a> now.</p>")
    assert passages(text)[0].html == "<p>Press this <strong>link</strong> now.</p>"
    assert "javascript:alert(1)" in left_out(text)


def test_links_to_the_web_and_to_letters_are_kept() -> None:
    made = html_of(
        "<p><a href='https://example.org/?a=1&amp;b=2' target=_blank>web</a> <a href=mailto:a@b.org>letter</a>"
    )
    assert 'href="https://example.org/?a=1&amp;b=2" rel="nofollow noopener ugc"' in made
    assert 'href="mailto:a@b.org"' in made


def test_a_link_to_a_place_in_the_page_leads_to_its_passage() -> None:
    text = read(
        "<p>See<a href='#n1'>[1]</a><p id=x>Text<ol><li id=n1>A note <a href='#x'>back</a><li id=n2>Another</ol>"
    )
    first, second, note, other = passages(text)
    assert f'href="#{note.ident}"' in first.html
    assert f'href="#{second.ident}"' in note.html
    assert (note.plain, other.plain) == ("A note back", "Another")
    assert 'start="2"' in other.html


def test_an_anchor_between_blocks_belongs_to_the_next_one() -> None:
    text = read("<p><a href='#here'>go</a></p><div><a name=here></a></div><p>There</p>")
    assert f'href="#{passages(text)[1].ident}"' in passages(text)[0].html


def test_a_picture_leaves_its_description_and_its_name_is_told() -> None:
    text = read("<p>a</p><figure><img src='a/pic.png' alt='A  crowd'><figcaption>July 1917</figcaption></figure>")
    assert words(text) == ["a", "[Picture: A crowd]", "July 1917"]
    assert "a/pic.png" in left_out(text)


def test_a_picture_in_the_address_itself_is_not_named() -> None:
    assert "base64" not in left_out(read("<p>a<img src='data:image/png;base64,AAAA'>"))


def test_navigation_and_what_stands_around_the_main_part_are_left_out_and_told() -> None:
    text = read("<nav><a href=/>Home</a></nav><header>Shop</header><main><p>The text.</p></main><footer>Foot</footer>")
    assert words(text) == ["The text."]
    assert "navigation" in left_out(text)
    assert "main part" in left_out(text)


def test_a_table_keeps_its_cells_and_one_that_lays_out_a_page_its_words() -> None:
    table = passages(
        read("<table><caption>Wages</caption><tr><th>Trade<th>1914<tr><td>Mason<td colspan=2>1.70</table>")
    )[0]
    assert table.plain == "Wages\nTrade\t1914\nMason\t1.70"
    assert '<td colspan="2">1.70</td>' in table.html
    layout = read("<table><tr><td><h2>Menu</h2><td><p>One</p><p>Two</p></table>")
    assert [passage.kind for passage in passages(layout)] == ["heading", "paragraph", "paragraph"]


def test_lines_in_a_paragraph_stay_lines_and_white_space_does_not() -> None:
    passage = passages(read("<p> A\n\tline<br>and  <b> another </b>one<br> </p>"))[0]
    assert passage.plain == "A line\nand another one"
    assert passage.html == "<p>A line<br>and <strong>another</strong> one</p>"


def test_code_keeps_its_white_space() -> None:
    assert passages(read("<pre>\n  a\n    b &lt;\n</pre>"))[0].html == "<pre><code>  a\n    b &lt;\n</code></pre>"


def test_languages_and_directions_are_kept() -> None:
    text = read("<html lang=en><p>The <i lang=ru>Советы</i>.</p><p dir=rtl lang=he>שלום <bdo dir=ltr>a</bdo></p>")
    assert text.language == "en"
    assert passages(text)[0].html == '<p>The <i lang="ru">Советы</i>.</p>'
    assert passages(text)[1].html == '<p lang="he" dir="rtl">שלום <span dir="ltr">a</span></p>'


def test_a_page_in_letters_from_the_right_says_so() -> None:
    assert read("<p>שלום עולם, CSS</p>").direction == "rtl"
    assert read("<p>Hello שלום, world of ours</p>").direction == ""


def test_marks_that_turn_the_direction_end_with_their_line() -> None:
    passage = passages(read("<p>a \u202e reversed \u2067 and isolated</p><p>b</p>"))[0]
    assert passage.plain == "a \u202e reversed \u2067 and isolated\u2069\u202c"
    assert passage.html.endswith("\u2069\u202c</p>")


def test_combining_marks_are_kept_but_no_tower_of_them() -> None:
    text = read("<p>Влади\u0301мир a" + "\u0300" * 60 + " b</p>")
    assert words(text) == ["Влади\u0301мир a" + "\u0300" * 16 + " b"]
    assert "lost the others" in left_out(text)


def test_a_formula_stands_in_words() -> None:
    text = read(
        "<p>Let <math alttext='x+1'><mi>x</mi></math> and <math><mi>y</mi><annotation>Y</annotation></math>.</p>"
    )
    assert words(text) == ["Let x+1 and y."]


def test_elements_that_nobody_closes_end_where_they_must() -> None:
    assert words(read("<ul><li>a<li>b</ul><p>c<p>d<dl><dt>e<dd>f</dl><table><tr><td>g<td>h<tr><td>i<td>j</table>")) == [
        "a\nb",
        "c",
        "d",
        "e\nf",
        "g\th\ni\tj",
    ]


@pytest.mark.parametrize(
    ("written", "read_as"), [("a < b", "a < b"), ("a &lt;b&gt; &eacute; &#x41; &bogus;", "a <b> é A &bogus;")]
)
def test_signs_and_their_names_are_words(written: str, read_as: str) -> None:
    assert words(read(f"<p>{written}</p>")) == [read_as]


@pytest.mark.parametrize(
    "html",
    ["a <!-- b", "a <c and b", "a <!b", "a <a href='x b", "a <![CDATA[ b", "<p title='>a b", "a <!-->b", "a <?b"],
)
def test_what_is_opened_and_never_closed_swallows_no_words(html: str) -> None:
    assert "".join(words(read(f"<p>{html}"))).endswith("b")


def test_a_number_of_a_character_with_thousands_of_digits_is_no_fault() -> None:
    assert words(read("<p>a &#" + "9" * 6000 + "; b</p>")) == ["a \ufffd b"]


def test_twenty_thousand_levels_keep_their_words_in_order() -> None:
    text = read("<div>" * 20_000 + "<script>no</script>one<b>two</b>three" + "</div>" * 20_000 + "<p>four</p>")
    assert " ".join(" ".join(words(text)).split()) == "onetwothree four"
    assert "too deep" in left_out(text)


@pytest.mark.parametrize(
    "nested", ["<blockquote>a", "<table><tr><td>a", "<ul><li>a", "<b id=x>a", "<a href=#x>a", "<q>a"]
)
def test_what_nests_without_end_is_read_without_haste(nested: str) -> None:
    """Each of these took a full parser, or a first draft of this one, the square of the length."""
    text = read(nested * 4_000)
    assert sum(plain.count("a") for plain in words(text)) == 4_000


def test_a_giant_paragraph_is_cut_between_words() -> None:
    text = read("<p>" + "word " * 40_000)
    assert {len(plain) <= 20_000 for plain in words(text)} == {True}
    assert " ".join(words(text)).split() == ["word"] * 40_000
    assert "too long" in left_out(text)


def test_a_long_quotation_of_many_paragraphs_is_a_passage_for_each() -> None:
    text = read("<blockquote>" + "<p>word " * 6_000 + "</blockquote><p>end")
    assert {passage.kind for passage in passages(text)[:-1]} == {"quote"}
    assert len(passages(text)) == 6_001


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<p>a" * 35_000, "paragraphs: bring it in parts"),
        ("<b>a</b>" * 120_000, "elements: bring it in parts"),
        ("<p>" + "word " * 1_300_000, "characters: bring it in parts"),
        ("<script>a</script>", "no words in this file"),
        ("<p> <img src=x>", "no words in this file"),
    ],
)
def test_what_is_too_much_or_nothing_is_refused_with_a_reason(html: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(html)


def test_xhtml_that_is_not_well_formed_is_repaired_and_that_is_told() -> None:
    text = read('<html xmlns="http://www.w3.org/1999/xhtml"><body><p>a &nbsp;&foo;</p><p>b</body></html>')
    assert words(text) == ["a \xa0&foo;", "b"]
    assert "page.html: It is not well formed in line 1." in left_out(text)


@pytest.mark.parametrize(
    "definitions",
    [
        '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY b SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p; <!ENTITY b "x">',
    ],
)
def test_entities_are_never_expanded_or_fetched(definitions: str) -> None:
    text = read(
        f'<!DOCTYPE html [{definitions}]><html xmlns="http://www.w3.org/1999/xhtml"><body><p>a &b;</p></body></html>'
    )
    assert words(text) == ["a &b;"]


# What holds for any page

INLINE = st.sampled_from(["b", "i", "a", "span", "sup", "q", "code", "ruby"])
OUTER = st.sampled_from(
    ["p", "div", "ul", "ol", "li", "blockquote", "table", "tr", "td", "h2", "h3", "dl", "dd", "pre", "section"]
)
COUNTED = st.integers(0, 10**6).map(lambda number: f" w{number} ")
TREES = st.recursive(
    COUNTED,
    lambda inner: st.builds(
        lambda tag, parts, closed: f"<{tag}>{''.join(parts)}" + (f"</{tag}>" if closed else ""),
        st.one_of(INLINE, OUTER),
        st.lists(inner, max_size=4),
        st.booleans(),
    ),
    max_leaves=25,
)


@settings(max_examples=150)
@given(tree=TREES)
def test_no_word_is_lost_and_none_changes_its_place(tree: str) -> None:
    expected = re.findall(r"w\d+", tree)
    assert re.findall(r"w\d+", " ".join(words(read(f"<p>w</p>{tree}")))) == expected


@settings(max_examples=150)
@given(tree=TREES)
def test_the_words_of_a_passage_are_what_its_html_shows(tree: str) -> None:
    for passage in passages(read(f"<p>w</p>{tree}")):
        assert shown(passage.html).replace(" ", "") == "".join(passage.plain.split())


@settings(max_examples=100)
@given(tree=TREES, tags=st.text("<>/!-[]&;\"'= abpscript", max_size=60))
def test_idents_are_unique_and_links_inside_lead_to_them(tree: str, tags: str) -> None:
    found = passages(read(f"<p id=a>w <a href=#a>x</a><a href='#b'>y</a></p>{tree}<p id=b>z</p>{tags}"))
    idents = [passage.ident for passage in found]
    assert len(set(idents)) == len(idents)
    assert {lead for passage in found for lead in re.findall(r'href="#([^"]*)"', passage.html)} <= set(idents)
