"""XML of strangers is read, or refused with the line; nothing in it is expanded or fetched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.base.hardened_xml import BadXml, feed_xml
from course.base.markdown.safe import clean_imported


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self.told.append(f"<{tag} {attrs}>")

    def end(self, tag: str) -> None:
        self.told.append(f"</{tag}>")

    def data(self, data: str) -> None:
        self.told.append(data)

    def close(self) -> None:
        self.told.append("end")


def told(text: str) -> list[str]:
    target = Told()
    feed_xml(text, target)
    return target.told


def test_elements_and_words_are_told_in_their_order() -> None:
    assert told('<a xmlns="n" b="c">d<e/>&amp;</a>') == [
        "<{n}a {'b': 'c'}>",
        "d",
        "<{n}e {}>",
        "</{n}e>",
        "&",
        "</{n}a>",
        "end",
    ]


def test_a_document_type_may_stand_there_and_what_it_names_is_not_looked_up() -> None:
    assert told('<!DOCTYPE a PUBLIC "x" "http://127.0.0.1:9/x.dtd"><a>b</a>')[1] == "b"


def test_an_encoding_that_is_declared_does_not_matter_to_what_is_decoded() -> None:
    assert told('<?xml version="1.0" encoding="bogus"?><a>ж</a>')[1] == "ж"


@pytest.mark.parametrize(
    "definition",
    [
        '<!ENTITY b "c">',
        '<!ENTITY b SYSTEM "file:///etc/passwd">',
        '<!ENTITY % b SYSTEM "http://127.0.0.1:9/x"> %b;',
        '<!ENTITY x "y"><!ENTITY b "&x;&x;&x;&x;&x;&x;&x;&x;">',
    ],
)
def test_a_definition_of_an_entity_is_refused(definition: str) -> None:
    with pytest.raises(BadXml, match="defines entities"):
        told(f"<!DOCTYPE a [{definition}]><a>&b;</a>")


@pytest.mark.parametrize(
    ("text", "line"),
    [("", 1), ("<a>\n<b>\n</a>", 3), ("<a>&nbsp;</a>", 1), ("<a>\n\0</a>", 2), ("<a/><b/>", 1), ("<p::p/>", 1)],
)
def test_what_is_not_well_formed_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(BadXml, match=f"not well formed in line {line}"):
        told(text)


@given(text=st.text(st.sampled_from("<>/!?&;[]-\"'= ab\n:x"), max_size=60))
def test_any_text_is_told_or_refused(text: str) -> None:
    try:
        assert told(text)[-1] == "end"
    except BadXml as bad:
        refusal = bad
    else:
        return
    assert refusal.message.endswith(".")


def test_the_gate_of_imported_texts_lets_through_what_they_are_made_of_and_nothing_else() -> None:
    made = '<p lang="ru" dir="rtl"><sup><a href="#p-1">1</a></sup> <a href="https://a.org/">b</a></p>'
    assert clean_imported(made) == made.replace('">1', '" rel="nofollow noopener ugc">1').replace(
        '">b', '" rel="nofollow noopener ugc">b'
    )
    for bad in ("javascript:x", "page.html", "#Term", "//host/x", "/courses", "#a b"):
        assert "href" not in clean_imported(f'<p><a href="{bad}">x</a></p>')
    assert (
        clean_imported('<p id="x" class="y" style="z" onclick="w">a<img src="x"><button>b</button></p>') == "<p>ab</p>"
    )
    assert clean_imported('<table><tr><td colspan="2" rowspan="999">a</td></tr></table>').count("span") == 1
