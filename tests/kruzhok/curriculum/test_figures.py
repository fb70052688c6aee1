"""Maps and diagrams: what the check says of them, and what loading makes of them."""

import pytest
from sqlalchemy import select

from course.reference.models import Figure
from course.texts.models import TextVersion
from kruzhok.curriculum.reading import read_curriculum
from tests.kruzhok.curriculum.small import LESSON, Files, changed, load, messages, small

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 500"><path d="M1 1L2 2" class="land"/></svg>'
SAYS = "All that the map says, " + "in more words than that, " * 6
SHOWN = "\n![Where it was](figure:city) {#map}\n"
YAML = f"""figures:
  - ident: city
    title: The city
    file: images/city.svg
    caption: Drawn for the test, after [Lenin](source:lenin-1917-to-the-citizens).
    says: {SAYS}
    sources: [lenin-1917-to-the-citizens]
"""


def with_map(yaml: str = YAML, svg: bytes = SVG, shown: str = SHOWN) -> Files:
    """Return the small course with a map in its lesson."""
    files = {**small(), "figures.yaml": yaml.encode(), "images/city.svg": svg}
    return {**files, LESSON: files[LESSON] + shown.encode()}


def figures(database) -> list[Figure]:
    with database.transaction(writing=False) as session:
        return list(session.scalars(select(Figure).order_by(Figure.position)))


def test_a_figure_that_is_shown_has_nothing_wrong():
    assert messages(with_map()) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("images/city.svg", "images/town.svg", "There is no drawing `images/town.svg`."),
        ("images/city.svg", "images/city.png", "`images/city.png` is no drawing."),
        ("[lenin-1917-to-the-citizens]", "[]", "This figure has no source."),
        ("[lenin-1917-to-the-citizens]", "[nobody]", "There is no source `nobody` in sources.yaml."),
        (f"says: {SAYS}", "says: A map.", "This is too short to stand for a drawing."),
        ("ident: city", "ident: town", "There is no figure `city` in figures.yaml."),
    ],
)
def test_what_a_figure_lacks_is_found(old, new, message):
    assert message in messages(with_map(YAML.replace(old, new)))


def test_without_its_words_it_is_none():
    assert "`says` is missing." in " ".join(messages(with_map(YAML.replace(f"    says: {SAYS}\n", ""))))


def test_a_figure_that_nothing_names_is_a_warning():
    assert messages(with_map(shown="")) == ["Nothing names `city`."]


def test_a_drawing_that_no_figure_shows_is_a_warning():
    assert messages({**small(), "images/city.svg": SVG}) == ["No figure shows this drawing."]


def test_a_drawing_is_not_shown_past_its_figure():
    assert "A drawing is shown as a figure." in messages(with_map(shown=f"{SHOWN}\n![A map](images/city.svg)\n"))


def test_what_is_wrong_in_a_drawing_is_found_there():
    [finding] = read_curriculum(with_map(svg=SVG.replace(b"class", b"\nonclick"))).errors
    assert tuple(finding)[:4] == ("images/city.svg", 1, 63, "<path> may not have `onclick`.")


def test_what_is_no_svg_at_all_is_no_picture():
    assert "This is no picture of the kind its name says." in messages(with_map(svg=b"\x89PNG\r\n\x1a\n"))


def test_a_drawing_is_bounded():
    assert "This file is larger than 256 kB." in messages(with_map(svg=SVG + b" " * 300_000))


def test_loading_makes_a_row_of_each_figure(database):
    assert load(database, with_map()).added["figure"] == 1
    [figure] = figures(database)
    assert (figure.ident, figure.position, figure.title) == ("city", 1, "The city")
    assert figure.svg.startswith('<svg viewBox="0 0 760 500" class="drawing wide" role="img" aria-label="The city">')
    assert '<a class="cite" href="#source-lenin-1917-to-the-citizens">' in figure.caption_html
    assert figure.sources == ["lenin-1917-to-the-citizens"]


def test_loading_twice_is_once(database):
    load(database, with_map())
    assert not load(database, with_map(), days=1)


def test_a_better_drawing_changes_the_figure_and_no_text(database):
    load(database, with_map())
    changes = load(database, with_map(svg=SVG.replace(b"L2 2", b"L3 3")), days=1)
    assert (changes.changed["figure"], changes.changed["lesson"]) == (1, 0)
    assert "L3 3" in figures(database)[0].svg
    with database.transaction(writing=False) as session:
        assert {version.number for version in session.scalars(select(TextVersion))} == {1}


def test_a_figure_that_vanished_is_gone(database):
    load(database, with_map())
    assert load(database, small(), days=1).retired["figure"] == 1
    assert figures(database) == []


def test_a_caption_can_be_changed_alone(database):
    load(database, with_map())
    load(database, changed(with_map(), "figures.yaml", "Drawn for the test", "Drawn anew"), days=1)
    assert figures(database)[0].caption_html.startswith("Drawn anew")
