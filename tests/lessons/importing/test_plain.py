"""Plain text becomes paragraphs and sections, however its lines are broken."""

import pytest

from lessons.importing.imported import Imported
from lessons.importing.reading import read_text
from tests.lessons.importing.samples import left_out, passages, words

PROSE = (
    "It was the best of times and it was the worst of times, as somebody said who\nwas not there, and many believed it."
)


def read(text: str) -> Imported:
    return read_text("text.txt", text.encode())


def test_lines_that_were_broken_by_hand_are_joined() -> None:
    assert words(read(f"{PROSE}\n\n\n{PROSE} Twice.\n")) == [
        PROSE.replace("\n", " "),
        PROSE.replace("\n", " ") + " Twice.",
    ]


def test_short_lines_stay_lines() -> None:
    passage = passages(read(f"{PROSE}\n\n  Arise, ye workers\n  from your slumber\n"))[1]
    assert passage.html == "<p>Arise, ye workers<br>from your slumber</p>"
    assert passage.plain == "Arise, ye workers\nfrom your slumber"


def test_long_lines_are_a_paragraph_each() -> None:
    assert len(words(read("\n".join(["word " * 40] * 3)))) == 3


def test_indented_lines_begin_paragraphs_where_no_blank_lines_do() -> None:
    one, two = f"{PROSE} And one.", f"{PROSE} And two."
    assert words(read(f"  {one}\n  {two}\n")) == [one.replace("\n", " "), two.replace("\n", " ")]


@pytest.mark.parametrize("heading", ["CHAPTER I", "Chapter 12. On the Eve", "IV.", "Preface", "Глава 2"])
def test_headings_are_known(heading: str) -> None:
    text = read(f"{PROSE}\n\n\n{heading}\n\n{PROSE} More.")
    assert [section.title for section in text.sections] == ["", heading]


def test_parts_hold_chapters() -> None:
    text = read(f"{PROSE}\n\nPART ONE\n\nCHAPTER I\n\n{PROSE} a\n\nCHAPTER II\n\n{PROSE} b")
    assert [(section.title, section.level) for section in text.sections][1:] == [
        ("PART ONE", 1),
        ("CHAPTER I", 2),
        ("CHAPTER II", 2),
    ]


def test_a_list_of_contents_makes_no_sections() -> None:
    contents = "\n\n".join(f"CHAPTER {number}" for number in ("I", "II", "III", "IV"))
    text = read(f"{PROSE}\n\n{contents}\n\n{PROSE} a\n\nCHAPTER I\n\n{PROSE} b")
    assert [section.title for section in text.sections] == ["", "CHAPTER I"]


def test_a_first_line_alone_is_the_title() -> None:
    text = read(f"The April Theses\n\n{PROSE}")
    assert (text.title, words(text)) == ("The April Theses", [PROSE.replace("\n", " ")])


def test_what_project_gutenberg_puts_around_is_left_out_and_read() -> None:
    text = read(
        "The Project Gutenberg eBook of Ten Days\n\nThis ebook is for the use of anyone anywhere.\n\n"
        "Title: Ten Days That Shook\n   the World\n\nAuthor: John Reed\n\n"
        f"*** START OF THE PROJECT GUTENBERG EBOOK TEN DAYS ***\n\n{PROSE}\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK TEN DAYS ***\n\nTHE FULL LICENSE\n"
    )
    assert (text.title, text.author) == ("Ten Days That Shook the World", "John Reed")
    assert words(text) == [PROSE.replace("\n", " ")]
    assert "Project Gutenberg" in left_out(text)


def test_markup_in_it_is_words() -> None:
    passage = passages(read("Say <b>this</b> & <script>that</script>"))[0]
    assert passage.html == "<p>Say &lt;b&gt;this&lt;/b&gt; &amp; &lt;script&gt;that&lt;/script&gt;</p>"


def test_a_line_of_stars_is_a_rule() -> None:
    assert [passage.kind for passage in passages(read(f"{PROSE}\n\n* * *\n\n{PROSE}"))] == [
        "paragraph",
        "rule",
        "paragraph",
    ]
