"""Links in stored HTML."""

from lessons.markup import first_mentions, for_print, led_to, named_in, unlinked, with_slips


def test_a_link_to_a_term_is_a_button_and_holds_the_comma_after_it() -> None:
    button = '<button type="button" class="term" popovertarget="term-soviet">Soviet</button>'
    shown = with_slips('<p><a href="#term-soviet">Soviet</a>, a council</p>')
    assert shown == f'<p><span class="unbroken">{button},</span> a council</p>'


def test_what_was_drawn_for_a_page_can_be_drawn_for_print_and_is_no_text_by_that() -> None:
    shown = with_slips('A <a href="#term-soviet">soviet</a>, a council')
    assert for_print(shown) == (
        'A <span class="unbroken"><a class="term" href="#term-soviet">soviet</a>,</span> a council'
    )


def test_who_and_what_is_named_is_met_once() -> None:
    first = '<a href="#person-lenin">Lenin</a> <button popovertarget="term-soviet">soviet</button>'
    second = '<a class="cite" href="#source-lih">Lih</a> on <a href="#person-lenin">Lenin</a>'
    assert named_in(second) == [("source", "lih"), ("person", "lenin")]
    assert first_mentions([("a", first), ("b", second)]) == {
        "a": [("person", "lenin"), ("term", "soviet")],
        "b": [("source", "lih")],
    }


def test_links_to_persons_terms_and_sources_can_lead_to_their_own_pages() -> None:
    html = (
        '<a href="#person-lenin">Lenin</a>, <a href="#term-soviet">a</a>, '
        '<a class="cite" href="#source-lih-2015">Lih</a>, <a href="#x">x</a>'
    )
    assert led_to(html, lambda kind, ident: f"/{kind}/{ident}?a&b") == (
        '<a href="/person/lenin?a&amp;b">Lenin</a>, <a href="/term/soviet?a&amp;b">a</a>, '
        '<a class="cite" href="/source/lih-2015?a&amp;b">Lih</a>, <a href="#x">x</a>'
    )


def test_words_can_do_without_their_links() -> None:
    html = (
        'In <a href="#person-x"><em>Pravda</em></a> <button type="button" class="term">soviets</button> <abbr>b</abbr>'
    )
    assert unlinked(html) == "In <em>Pravda</em> soviets <abbr>b</abbr>"
    assert unlinked(None) == ""
