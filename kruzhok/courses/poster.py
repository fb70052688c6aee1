"""The title of a course as a poster sets it. Pure."""


def poster_lines(title: str, lines: int = 3) -> list[str]:
    """Return TITLE broken between words into at most LINES lines, the longest of them as short as may be."""
    words = title.split()
    if len(words) <= 1 or lines <= 1:
        return [" ".join(words)] if words else []
    ways = [
        [" ".join(words[:cut]), *poster_lines(" ".join(words[cut:]), lines - 1)] for cut in range(1, len(words) + 1)
    ]
    return min(ways, key=lambda way: (max(map(len, way)), len(way)))
