"""Reading SVG that somebody else made: what may stand in a drawing, and that nothing else comes through."""

import re
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kruzhok.config import ROOT
from kruzhok.curriculum.drawings import CLASSES, DEEPEST, MOST_ELEMENTS, MOST_PROBLEMS, read_drawing

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 500">'


def drawn(inside: str) -> str:
    """Return what comes of a drawing with INSIDE in it, which has nothing wrong."""
    drawing = read_drawing(f"{HEAD}{inside}</svg>", "map", "A map")
    assert not drawing.problems
    return drawing.svg


def refused(inside: str) -> list[str]:
    """Return why a drawing with INSIDE in it is refused; nothing of it comes out."""
    drawing = read_drawing(f"{HEAD}{inside}</svg>", "map", "A map")
    assert not drawing.svg
    return [problem.message for problem in drawing.problems]


def test_a_drawing_is_a_picture_with_the_title_of_its_figure():
    assert drawn("") == '<svg viewBox="0 0 760 500" class="drawing wide" role="img" aria-label="A map"></svg>'


def test_a_narrow_one_need_not_be_scrolled_on_a_phone():
    narrow = HEAD.replace("760", "360") + "</svg>"
    assert 'class="drawing"' in read_drawing(narrow, "map", "A map").svg


def test_shapes_words_and_classes_come_through():
    inside = '<g class="land" transform="translate(3 4)"><path d="M1 2L3 4Z"></path></g>'
    words = '<text x="1" y="2" class="label halo" text-anchor="end">A &amp; B <tspan lang="ru">да</tspan></text>'
    said = (inside + words).replace("land", "d-land").replace("label halo", "d-label d-halo")
    assert drawn(inside + words).endswith(f">{said}</svg>")


def test_ids_are_those_of_the_figure_and_what_refers_to_them_follows():
    arrow = '<defs><marker id="tip" refX="5"><path d="M0 0L5 5"/></marker></defs><line x2="9" marker-end="url(#tip)"/>'
    assert 'id="drawing-map-tip"' in drawn(arrow)
    assert 'marker-end="url(#drawing-map-tip)"' in drawn(arrow)


def test_a_shape_of_defs_can_be_used_again():
    assert '<use href="#drawing-map-dot" x="3">' in drawn(
        '<defs><circle id="dot" r="4"/></defs><use href="#dot" x="3"/>'
    )


def test_titles_and_descriptions_in_the_file_are_for_who_opens_it():
    assert "Neva" not in drawn("<title>Neva</title><desc>The Neva</desc>")


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<script>alert(1)</script>", "<script> may not stand in a drawing."),
        ("<foreignObject/>", "<foreignObject> may not stand in a drawing."),
        ("<image href='a.png'/>", "<image> may not stand in a drawing."),
        ("<style>a{}</style>", "<style> may not stand in a drawing."),
        ("<a href='#x'/>", "<a> may not stand in a drawing."),
        ("<animate/>", "<animate> may not stand in a drawing."),
        ("<g xmlns='http://www.w3.org/1999/xhtml'/>", "<g> may not stand in a drawing."),
        ("<svg/>", "One <svg> holds all the rest."),
        ("<g onload='x()'/>", "<g> may not have `onload`."),
        ("<g style='fill:url(http://example.org)'/>", "<g> may not have `style`."),
        ("<rect fill='red'/>", "<rect> may not have `fill`."),
        ("<text font-family='x'>a</text>", "<text> may not have `font-family`."),
        ("<g class='button'/>", "There is no class `button` for drawings."),
        ("<use href='https://example.org/#a'/>", "“https://example.org/#a” is no value that `href` may have."),
        ("<use href='javascript:alert(1)'/>", "“javascript:alert(1)” is no value that `href` may have."),
        ("<use href='data:image/svg+xml,x'/>", "“data:image/svg+xml,x” is no value that `href` may have."),
        ("<line marker-end='url(http://a/#b)'/>", "“url(http://a/#b)” is no value that `marker-end` may have."),
        ("<rect width='100%'/>", "“100%” is no value that `width` may have."),
        ("<rect width='99999'/>", "“99999” is no value that `width` may have."),
        ("<path d='M0 0L1e9 0'/>", "“M0 0L1e9 0” is no value that `d` may have."),
        ("<path d='M0 0 url(x)'/>", "“M0 0 url(x)” is no value that `d` may have."),
        ("<g transform='matrix(1 2 3 4 5 6)'/>", "“matrix(1 2 3 4 5 6)” is no value that `transform` may have."),
        ("<g>words</g>", "Words cannot stand here."),
        ("<text><rect/></text>", "Only <tspan> may stand in <text>."),
        ("<g id='A b'/>", "“A b” is no id, or stands here twice."),
        ("<g id='a'/><g id='a'/>", "“a” is no id, or stands here twice."),
        ("<use href='#gone'/>", "Nothing in <defs> of this drawing has the id `gone`."),
        ("<g id='a'/><use href='#a'/>", "Nothing in <defs> of this drawing has the id `a`."),
    ],
)
def test_what_may_not_stand_in_a_drawing_is_named(inside, message):
    assert refused(inside) == [message]


def test_a_few_lines_cannot_ask_for_a_billion_shapes():
    level = "".join(f'<g id="l{n}">' + f'<use href="#l{n - 1}"/>' * 10 + "</g>" for n in range(1, 9))
    bomb = f'<defs><rect id="l0"/>{level}</defs><use href="#l8"/>'
    assert "In <defs> nothing may refer to anything." in refused(bomb)


def test_a_problem_has_its_line_column_and_hint():
    [problem] = read_drawing(f"{HEAD}\n  <rect\n style='x'/></svg>", "map", "A map").problems
    assert (problem.line, problem.column) == (2, 3)
    assert "docs/curriculum.md lists the classes" in problem.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "It is not well formed in line 1."),
        ("<svg", "It is not well formed in line 1."),
        ('<!DOCTYPE a [<!ENTITY b "c">]><svg>&b;</svg>', "It defines entities, which is not allowed here."),
        (
            '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg>&b;</svg>',
            "It defines entities, which is not allowed here.",
        ),
        ("<svg/>", "<svg> may not stand in a drawing."),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "The drawing does not say how large it is."),
        (HEAD.replace("760", "9999") + "</svg>", "The drawing does not say how large it is."),
    ],
)
def test_what_is_no_drawing_is_said(text, message):
    assert [problem.message for problem in read_drawing(text, "map", "A map").problems] == [message]


def test_size_and_depth_are_bounded():
    message = "This drawing has too many elements, or too many in each other."
    assert refused("<g/>" * MOST_ELEMENTS) == [message]
    assert refused("<g>" * DEEPEST + "</g>" * DEEPEST) == [message]


def test_problems_are_not_a_flood():
    assert len(refused("<script/>" * 1000)) <= MOST_PROBLEMS + 1


def test_titles_cannot_break_out():
    drawing = read_drawing(f"{HEAD}</svg>", "map", '"><script>alert(1)</script>')
    assert "<script" not in drawing.svg


_TAGS = st.sampled_from(["g", "path", "text", "tspan", "use", "script", "style", "title", "marker", "defs", "svg", "a"])
_NAMES = st.sampled_from(["d", "x", "class", "id", "href", "onload", "style", "transform", "viewBox", "marker-end"])
_VALUES = st.one_of(st.text(max_size=20), st.sampled_from(["#a", "url(#a)", "land", "M0 0", "1", "a", "1e5"]))


def plain(text: str) -> str:
    """Return TEXT without what XML cannot hold."""
    return re.sub(r"[^\t\n\x20-\uD7FF\uE000-\uFFFD]", "", text)


@st.composite
def _elements(draw: st.DrawFn, depth: int = 3) -> str:
    tag = draw(_TAGS)
    given_ = draw(st.dictionaries(_NAMES, _VALUES, max_size=3))
    attributes = "".join(f" {name}={quoteattr(plain(value))}" for name, value in given_.items())
    inside = draw(st.lists(_elements(depth - 1), max_size=3)) if depth else []
    return f"<{tag}{attributes}>{escape(plain(draw(st.text(max_size=10))))}{''.join(inside)}</{tag}>"


@given(inside=_elements())
def test_whatever_is_read_nothing_comes_out_that_is_not_allowed(inside):
    svg = read_drawing(f"{HEAD}{inside}</svg>", "map", "A map").svg
    if svg:
        for element in fromstring(svg).iter():
            assert element.tag in {"svg", "g", "path", "text", "tspan", "use", "marker", "defs"}
            assert not {name for name in element.attrib if name.startswith("on") or name == "style"}
            assert re.fullmatch("#drawing-map-[a-z0-9-]+", element.get("href", "#drawing-map-a"))
            assert set(element.get("class", "").split()) <= {f"d-{name}" for name in CLASSES} | {"drawing", "wide"}


@given(text=st.text())
def test_any_text_is_read_without_breaking(text):
    read_drawing(text, "map", "A map")
    read_drawing(HEAD + text, "map", "A map")


def test_the_style_sheet_knows_every_class():
    sheet = (ROOT / "kruzhok/static/kruzhok.css").read_text()
    assert {name for name in CLASSES if f".drawing .d-{name} {{" not in sheet} == set()


def test_the_guide_says_what_every_class_is_for():
    guide = (ROOT / "docs/curriculum.md").read_text()
    assert {name for name in CLASSES if f"`{name}`" not in guide} == set()
