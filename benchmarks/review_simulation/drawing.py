"""The plot: for each family and each number of minutes, what is known on the day and four weeks on, by way."""

from collections.abc import Mapping, Sequence
from html import escape

#: (family, minutes) -> way -> (day, later), in per cent.
Known = Mapping[tuple[str, float], Mapping[str, tuple[float, float]]]

LEFT, WIDE, ROW, HEAD, GAP = 150, 560, 22, 46, 26


def plot(known: Known) -> str:
    """Return the plot of what is KNOWN as SVG: a ring for the day of the final, a disc for four weeks after."""
    y, parts = 40, [_legend()]
    for (family, minutes), ways in known.items():
        parts.append(_text(0, y, f"{family}, {minutes:g} minutes a day", "head"))
        y += HEAD - 20
        parts += _scale(y, len(ways))
        for way, (day, later) in ways.items():
            parts += _row(y, way, day, later)
            y += ROW
        y += GAP + 14
    style = (
        "text{font:14px sans-serif;fill:#1a1714}.head{font-weight:600}.small{font-size:12px}"
        "line{stroke:#1a1714}.faint{stroke:#cfc6b8}.bar{stroke-width:2}.ring{fill:#fbf7ef;stroke:#1a1714;stroke-width:2}"
        ".disc{fill:#1a1714}.ours .disc,.ours .bar{fill:#b3261e;stroke:#b3261e}.ours .ring{stroke:#b3261e}"
        ".ours text{font-weight:600}"
    )
    size = f"-12 -8 {LEFT + WIDE + 64} {y + 8}"
    title = "<title>What is known on the day of the final and four weeks after, by way of reviewing</title>"
    background = f'<rect x="-12" y="-8" width="{LEFT + WIDE + 64}" height="{y + 8}" fill="#fbf7ef"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" role="img">{title}<style>{style}</style>{background}'
        + "".join(parts)
        + "</svg>\n"
    )


def _x(share: float) -> float:
    return round(LEFT + WIDE * share / 100, 1)


def _text(x: float, y: float, words: str, name: str = "", anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" class="{name}" text-anchor="{anchor}">{escape(words)}</text>'


def _legend() -> str:
    ring, disc = '<circle class="ring" cx="8" cy="12" r="5"/>', '<circle class="disc" cx="190" cy="12" r="5"/>'
    return ring + _text(20, 17, "on the day of the final") + disc + _text(202, 17, "four weeks after, without review")


def _scale(y: float, rows: int) -> Sequence[str]:
    lines = []
    for share in (0, 25, 50, 75, 100):
        x, end = _x(share), y + rows * ROW
        lines.append(f'<line class="faint" x1="{x}" y1="{y - 8}" x2="{x}" y2="{end - 6}"/>')
        lines.append(_text(x, end + 8, f"{share} %", "small", "middle"))
    return lines


def _row(y: float, way: str, day: float, later: float) -> Sequence[str]:
    name = ' class="ours"' if way == "ours" else ""
    return [
        f"<g{name}>",
        _text(LEFT - 10, y + 5, way, "", "end"),
        f'<line class="bar" x1="{_x(later)}" y1="{y}" x2="{_x(day)}" y2="{y}"/>',
        f'<circle class="disc" cx="{_x(later)}" cy="{y}" r="5"/>',
        f'<circle class="ring" cx="{_x(day)}" cy="{y}" r="5"/>',
        "</g>",
    ]
