"""A figure where a text shows it."""

from markupsafe import Markup

from lessons.figures.showing import Drawn, figures_named, with_drawings
from lessons.notes.marking import Span, marked

HTML = '<figure><a href="/courses/c/figures/city">Where it was</a></figure>'
CITY = Drawn("city", "The city", Markup('<svg role="img"></svg>'), Markup("Drawn for the test."))
SHOWN = with_drawings(HTML, {"city": CITY})


def test_figures_are_known_by_the_links_that_stand_for_them() -> None:
    assert figures_named([HTML, f"<p>a</p>{HTML}", '<p><a href="/courses/c/figures/other">x</a></p>']) == ["city"]


def test_the_drawing_stands_in_the_place_of_its_link() -> None:
    assert '<svg role="img"></svg>' in SHOWN
    assert "<strong>Where it was</strong>" in SHOWN
    assert "Drawn for the test." in SHOWN


def test_it_leads_to_its_page() -> None:
    assert '<a class="on-screen" href="/courses/c/figures/city">Larger, and in words</a>' in SHOWN


def test_its_title_stands_once() -> None:
    assert '<strong class="drawn head">The city</strong>' in SHOWN
    assert (
        "drawn"
        not in with_drawings(HTML.replace("Where it was", "The city"), {"city": CITY}).split("figcaption")[1][:9]
    )


def test_it_can_be_scrolled_by_the_keyboard() -> None:
    assert 'role="region" tabindex="0" aria-label="Drawing: The city"' in SHOWN


def test_one_wider_than_a_phone_says_that_it_can_be_moved() -> None:
    wide = Drawn("city", "The city", Markup('<svg class="drawing wide"></svg>'), Markup("Drawn for the test."))
    assert "move it sideways" in with_drawings(HTML, {"city": wide})
    assert "move it sideways" not in SHOWN


def test_one_that_is_not_there_stays_a_link() -> None:
    assert with_drawings(HTML, {}) == HTML


def test_words_that_a_note_is_on_stay_marked() -> None:
    noted = marked(HTML, "Where it was", [Span(0, 5, True)])
    assert '<strong><mark class="hl">Where</mark> it was</strong>' in with_drawings(noted, {"city": CITY})


def test_addresses_of_passages_that_lead_here_stay() -> None:
    led = HTML.replace("<figure>", '<figure><span id="old"></span>')
    assert '<figure><span id="old"></span><div class="drawn' in with_drawings(led, {"city": CITY})


def test_a_title_is_no_markup() -> None:
    bad = CITY._replace(title='"><script>')
    assert "<script>" not in with_drawings(HTML, {"city": bad})
