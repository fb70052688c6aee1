"""A book in EPUB becomes sections in its order of reading, and whatever is wrong with it is told or refused."""

import pytest

from course.base.archives import BadArchive
from course.base.errors import DomainError
from lessons.importing.imported import Imported, Unreadable
from lessons.importing.reading import read_text
from tests.lessons.importing.samples import NAV, XHTML, epub, left_out, nav, package, page, passages, words, zipped

NCX = """<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>
<navPoint><navLabel><text>Part</text></navLabel><content src="a.xhtml"/>
<navPoint><navLabel><text>Chapter &amp; verse</text></navLabel><content src="b.xhtml#x"/></navPoint></navPoint>
</navMap></ncx>"""


def read(content: bytes) -> Imported:
    return read_text("book.epub", content)


def test_sections_stand_in_the_order_of_reading_and_not_of_names_or_of_the_manifest() -> None:
    files = {name: page(f"<p>{name}</p>", name) for name in ("a.xhtml", "b.xhtml", "c.xhtml")}
    text = read(epub(files, package(["c.xhtml", "a.xhtml", "b.xhtml"])))
    assert [section.title for section in text.sections] == ["c.xhtml", "a.xhtml", "b.xhtml"]


def test_titles_and_levels_are_those_of_the_list_of_contents() -> None:
    files = {
        "a.xhtml": page("<h1>A</h1>"),
        "b.xhtml": page("<p>b</p>"),
        "nav.xhtml": nav(("a.xhtml", "First"), ("b.xhtml", "Second")),
    }
    text = read(epub(files, package(["a.xhtml", "b.xhtml"], manifest=NAV)))
    assert [section.title for section in text.sections] == ["First", "Second"]
    assert words(text) == ["A", "Second", "b"]  # a section without a heading of its own begins with its title


def test_an_older_book_has_its_contents_in_another_file() -> None:
    opf = package(
        ["a.xhtml", "b.xhtml"],
        manifest='<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
        toc=' toc="ncx"',
    )
    text = read(epub({"a.xhtml": page("<p>a"), "b.xhtml": page("<p>b</p>"), "toc.ncx": NCX}, opf))
    assert [(section.title, section.level) for section in text.sections] == [("Part", 1), ("Chapter & verse", 2)]


def test_the_facts_of_the_book_are_read() -> None:
    metadata = (
        '<dc:title dir="rtl">ספר</dc:title><dc:title>Other</dc:title><dc:creator>A. One</dc:creator>'
        "<dc:creator>B. Two</dc:creator><dc:language>ru_RU</dc:language><dc:rights>CC0</dc:rights>"
        "<dc:source>https://example.org/1</dc:source>"
    )
    text = read(epub({"a.xhtml": page("<p>Слово</p>")}, package(["a.xhtml"], metadata=metadata)))
    assert (text.title, text.title_direction, text.author) == ("ספר", "rtl", "A. One, B. Two")
    assert (text.language, text.licence, text.source) == ("ru-RU", "CC0", "https://example.org/1")


def test_notes_lead_to_their_passages_over_files_and_back() -> None:
    files = {
        "text/a.xhtml": page('<p>Text<a epub:type="noteref" id="r1" href="../notes.xhtml#n1">1</a>.</p><p>Other</p>'),
        "notes.xhtml": page(
            '<section epub:type="endnotes"><h2>Notes</h2><ol><li id="n1"><p>First <a href="text/a.xhtml#r1">↩</a></p>'
            '</li><li id="n2"><p>Second</p></li></ol></section>'
        ),
    }
    first, _other, _heading, note, second = passages(read(epub(files)))
    assert f'<sup><a href="#{note.ident}"' in first.html
    assert f'href="#{first.ident}"' in note.html
    assert second.plain == "Second"


def test_a_page_outside_the_order_is_read_if_a_link_leads_there() -> None:
    files = {
        "a.xhtml": page('<p><a href="b.xhtml">on</a></p>'),
        "b.xhtml": page('<p>b <a href="c.xhtml">on</a></p>'),
        "c.xhtml": page("<p>c</p>"),
        "d.xhtml": page("<p>d</p>"),
    }
    aside = "".join(f'<itemref idref="{name}" linear="no"/>' for name in ("c.xhtml", "b.xhtml", "d.xhtml"))
    manifest = "".join(
        f'<item id="{name}" href="{name}" media-type="{XHTML}"/>' for name in ("b.xhtml", "c.xhtml", "d.xhtml")
    )
    text = read(epub(files, package(["a.xhtml"], manifest=manifest, spine=aside)))
    assert [(section.passages[-1].plain[0], section.aside) for section in text.sections] == [
        ("o", False),
        ("b", True),
        ("c", True),
    ]
    assert "OEBPS/d.xhtml" in left_out(text)


def test_a_list_of_contents_is_no_page_of_the_reading() -> None:
    files = {"a.xhtml": page("<p>a"), "nav.xhtml": nav(("a.xhtml", "A"))}
    text = read(epub(files, package(["a.xhtml"], manifest=NAV, spine='<itemref idref="nav"/>')))
    assert len(text.sections) == 1
    assert "list of contents" in left_out(text)


def test_a_page_that_the_contents_do_not_name_goes_on_with_the_one_before() -> None:
    files = {f"{name}.xhtml": page(f"<p>{name}</p>") for name in "abcd"}
    files["b.xhtml"] = page("<h2>A heading</h2><p>b</p>")
    files["nav.xhtml"] = nav(("a.xhtml", "A"), ("d.xhtml", "D"), ("x.xhtml", "X"))
    text = read(epub(files, package(["a.xhtml", "b.xhtml", "c.xhtml", "d.xhtml"], manifest=NAV)))
    assert [section.title for section in text.sections] == ["A", "A heading", "D"]


def test_one_page_that_is_the_whole_book_is_parted_by_its_headings() -> None:
    body = "".join(f"<h2>Chapter {number}</h2><p>{'word ' * 9_000}</p>" for number in range(3))
    text = read(epub({"a.xhtml": page(f"<h1>Book</h1>{body}")}))
    assert [section.title for section in text.sections] == ["Book", "Chapter 0", "Chapter 1", "Chapter 2"]


def test_pictures_are_told_by_path_the_absent_ones_apart() -> None:
    files = {
        "t/a.xhtml": page('<p>a</p><img src="../i/x.png" alt="X"/><img src="../../../../i/y.png" alt=""/>'),
        "i/x.png": b"x",
    }
    pictures = "".join(f'<item id="p{name}" href="i/{name}.png" media-type="image/png"/>' for name in "xz")
    text = read(epub(files, package(["t/a.xhtml"], manifest=pictures)))
    assert words(text) == ["a", "[Picture: X]"]
    absent = next(notice for notice in text.left_out if "is not in it" in notice.message)
    assert absent.names == ("OEBPS/i/z.png",)
    assert "i/y.png" in left_out(text)


@pytest.mark.parametrize(
    "href", ["../../../../etc/passwd", "http://127.0.0.1:9/c.xhtml", "//host/x.xhtml", "gone.xhtml", ""]
)
def test_a_page_that_is_not_in_the_book_is_told_and_the_others_are_read(href: str) -> None:
    manifest = f'<item id="away" href="{href}" media-type="{XHTML}"/>'
    text = read(
        epub(
            {"b.xhtml": page("<p>Kept text.</p>")},
            package(["b.xhtml"], manifest=manifest, spine='<itemref idref="away"/>'),
        )
    )
    assert words(text)[-1] == "Kept text."
    assert "A page of the book cannot be read" in left_out(text)


def test_a_page_of_another_kind_is_replaced_by_the_one_named_for_it_and_circles_end() -> None:
    manifest = (
        '<item id="x" href="x.dmg" media-type="x/y" fallback="y"/>'
        '<item id="y" href="y.psd" media-type="x/y" fallback="a.xhtml"/>'
        '<item id="o" href="o.dmg" media-type="x/y" fallback="o"/>'
    )
    opf = package(
        [],
        manifest=f'{manifest}<item id="a.xhtml" href="a.xhtml" media-type="{XHTML}"/>',
        spine='<itemref idref="x"/><itemref idref="o"/>',
    )
    text = read(epub({"a.xhtml": page("<p>a")}, opf))
    assert words(text)[-1] == "a"
    assert "o.dmg" in left_out(text)


def test_fonts_may_be_obscured() -> None:
    encryption = encrypted("http://www.idpf.org/2008/embedding", "OEBPS/font.otf")
    assert read(epub({"a.xhtml": page("<p>a</p>")}, extra={"META-INF/encryption.xml": encryption})).sections


def encrypted(algorithm: str, path: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
        f'xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="{algorithm}"/>'
        f'<CipherData><CipherReference URI="{path}"/></CipherData></EncryptedData></encryption>'
    )


BOMB = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            epub(
                {"a.xhtml": b"\1\2"},
                extra={"META-INF/encryption.xml": encrypted("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "a.xhtml")},
            ),
            "“a.xhtml” is encrypted.*bring an edition that is not",
        ),
        (epub({"a.xhtml": page("<p>a")}, extra={"META-INF/encryption.xml": "<x>"}), "encryption.xml.*line 1"),
        (epub({}, BOMB + package(["a.xhtml"])[21:]), "book.opf.*defines entities"),
        (epub({}, "<package>"), "book.opf.*not well formed in line 1"),
        (epub({}, package([])), "no words"),
        (epub({"a.xhtml": page("<img src='x'/>")}), "no words"),
        (epub({}, package(["foo.dmg"])), "foo.dmg"),
        (zipped({"META-INF/container.xml": "<container/>"}), "does not say where its contents are"),
        (zipped({"META-INF/container.xml": '<rootfile full-path="../../etc/passwd"/>'}), "does not say where"),
        (zipped({"a.html": "<p>a"}), "no EPUB book; unpack it"),
        (zipped({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), "save it as a web page"),
        (b"no archive", "not a zip"),
        (epub({"a.xhtml": page("<p>a</p>")})[:-30], "cut short"),
        (epub({"a.xhtml": page("<p>" + "a" * 30_000_000 + "</p>")}), "200 times"),
        (epub({f"{n}.txt": b"" for n in range(4_100)}), "more than 4000 entries"),
        (epub({"../../x": b"a", "a.xhtml": page("<p>a")}), "not safe"),
        (epub({"a.xhtml": page("<p>a" * 35_000)}), "paragraphs: bring it in parts"),
        (epub({f"{n}.xhtml": page("<b>a</b>" * 1_100) for n in range(100)}), "elements: bring it in parts"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_book_that_cannot_be_read_is_refused_with_a_reason(content: bytes, why: str) -> None:
    with pytest.raises((Unreadable, BadArchive), match=f"(?s){why}") as refusal:
        read(content)
    assert issubclass(refusal.type, DomainError)
    assert refusal.value.hint


def test_a_page_that_defines_entities_is_read_with_their_names() -> None:
    text = read(epub({"a.xhtml": f"{BOMB}<html><body><p>a &b;</p></body></html>"}))
    assert words(text) == ["a &b;"]
    assert "defines entities" in left_out(text)


def test_deep_contents_and_deep_pages_are_no_fault() -> None:
    deep_nav = page(f'<nav epub:type="toc">{"<ol><li>" * 5_000}<a href="a.xhtml">Deep</a>{"</li></ol>" * 5_000}</nav>')
    deep = page("<div>" * 20_000 + "deep" + "</div>" * 20_000)
    text = read(epub({"a.xhtml": deep, "nav.xhtml": deep_nav}, package(["a.xhtml"], manifest=NAV)))
    assert words(text) == ["deep"]
    assert text.sections[0].level < 10


def test_a_page_in_another_encoding_is_read_as_it_says() -> None:
    koi = '<?xml version="1.0" encoding="koi8-r"?><html><body><p>Слово</p></body></html>'.encode("koi8-r")
    wide = page("<p>Широко</p>").replace('encoding="utf-8"', 'encoding="utf-16"').encode("utf-16")
    assert words(read(epub({"a.xhtml": koi, "b.xhtml": wide}))) == ["Слово", "Широко"]
