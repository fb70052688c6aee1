"""What a poster says of a course: its title in lines, and how what is told about it begins. Pure."""

from markupsafe import Markup


def poster_lines(title: str, lines: int = 3) -> list[str]:
    """Return TITLE broken between words into at most LINES lines, the longest of them as short as may be."""
    words = title.split()
    if len(words) <= 1 or lines <= 1:
        return [" ".join(words)] if words else []
    ways = [
        [" ".join(words[:cut]), *poster_lines(" ".join(words[cut:]), lines - 1)] for cut in range(1, len(words) + 1)
    ]
    return min(ways, key=lambda way: (max(map(len, way)), len(way)))


def at_the_door(html: str, paragraphs: int = 2) -> Markup:
    """Return the first PARAGRAPHS of HTML, blocks that a curriculum says; all of it where other blocks come first."""
    told = html.split("</p>")
    if len(told) <= paragraphs or not all(one.lstrip().startswith("<p>") for one in told[:paragraphs]):
        return Markup(html)  # noqa: S704 (made safe when it was loaded)
    return Markup("</p>".join(told[:paragraphs]) + "</p>")  # noqa: S704 (the same)
