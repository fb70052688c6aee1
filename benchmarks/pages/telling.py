"""What was measured, told: as a table for the terminal or for a document, as JSON, as a plot."""

import json
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from benchmarks.pages import figures, ours
from benchmarks.pages.figures import APART, FLOOR_PAGE, FLOOR_SAVE, Figure, Spread, kept, over, spread
from benchmarks.pages.targets import Result, Size, growth_of, targets

HEADS = (
    "page", "ms", "p95", "pages/s of 16", "p95 of 16", "processor ms", "KB", "queries", "x floor", "Kolibri ms",
    "its processor ms", "x faster", "x pages/s",
)  # fmt: skip


def markdown(result: Result) -> str:
    """Return everything as Markdown."""
    return "\n".join([*_lines(result), ""])


def _lines(result: Result) -> Iterator[str]:
    yield from ("# Pages, measured", "", "Written by `benchmarks.pages`; what it means is in performance.md.", "")
    yield f"{result.machine}."
    for one in result.sizes:
        yield from _of_size(one)
    yield from (
        "",
        "## All in all",
        "",
        "Growth with the users (cost ~ users^k, as a ratio to the floor; 0: none):",
        "",
    )
    grown = ((page, growth_of(result, page)) for page in ours.names(result.sizes[0].seeded))
    yield ", ".join(f"{page} {'-' if k is None else f'{k:.2f}'}" for page, k in grown) + "."
    yield from ("", *_of_machine(result), "")
    yield from _rows(("target", "bound", "found", ""), _judged(result))


def _of_size(size: Size) -> Iterator[str]:
    seeded, rounds = size.seeded, kept(size.rounds)
    yield from ("", f"## {seeded.users:,} users", "")
    rows = sum(seeded.rows.values())
    quiet = sum(one.apart <= APART for one in size.rounds)
    yield (
        f"Groups of {seeded.members:,}; {seeded.responses:,} responses, {rows:,} rows made in {seeded.seconds:.0f} s. "
        f"{quiet} of {len(size.rounds)} rounds were quiet"
        + (": the figures are of them." if quiet else ", so all are shown, and say little.")
    )
    yield ""
    floors = [_row(name, [one.floor[name] for one in rounds], []) for name in (FLOOR_PAGE, FLOOR_SAVE)]
    yield from _rows(HEADS, [*floors, *(_page_row(size, name) for name in ours.names(seeded))])


def _page_row(size: Size, page: str) -> Sequence[str]:
    rounds = kept(size.rounds)
    peers = [one.peer[page] for one in rounds if page in one.peer]
    peer, its_processor = spread(one.median for one in peers), spread(one.processor for one in peers)
    more = [
        "+".join(str(count) for count in size.queries[page]),
        _with_ends(over(rounds, figures.times_the_floor(page))),
        _number(peer.median if peer else None),
        _number(its_processor.median if its_processor else None),
        _with_ends(over(rounds, figures.times_faster(page))),
        _with_ends(over(rounds, figures.times_as_many(page))),
    ]
    return _row(page, [one.ours[page] for one in rounds], more)


def _row(name: str, found: Sequence[Figure], more: Sequence[str]) -> Sequence[str]:
    columns: Sequence[Callable[[Figure], float | None]] = (
        lambda one: one.median, lambda one: one.p95, lambda one: one.per_second, lambda one: one.p95_of_16,
        lambda one: one.processor, lambda one: one.size / 1000,
    )  # fmt: skip
    medians = [spread(column(one) for one in found) for column in columns]
    said = [_number(one.median if one else None) for one in medians]
    return [name, *said, *more, *[""] * (len(HEADS) - len(said) - len(more) - 1)]


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if value == int(value):
        return f"{value:.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _with_ends(found: Spread | None) -> str:
    if found is None:
        return ""
    return f"{_number(found.median)} ({_number(found.least)}-{_number(found.most)})"


def _rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table that reads well in a terminal, too."""
    widths = [max(len(row[at]) for row in [heads, *rows]) for at in range(len(heads))]
    for row in [heads, ["-" * width for width in widths], *rows]:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield f"| {' | '.join(cells)} |"


def _of_machine(result: Result) -> Iterator[str]:
    starts, peer = result.starts, result.peer_starts
    said = f"From nothing to the first page: {starts.from_nothing:.1f} s; start of what is installed: "
    yield (
        said
        + f"{starts.again:.2f} s"
        + (f" (Kolibri: {peer.from_nothing:.1f} s and {peer.again:.2f} s)." if peer else ".")
    )
    client = [one.floor[FLOOR_PAGE].client for size in result.sizes for one in kept(size.rounds)]
    yield f"The client had {statistics.median(client):.2f} ms of processor itself for each page of the floor."
    for one in result.sizes:
        memory = one.memory
        said = f"Memory after the load of {one.seeded.users:,} users: {memory.ours:.0f} MiB in all"
        said += f", {memory.web:.0f} of them in two web processes"
        yield said + (f" (Kolibri: {memory.peer:.0f})." if memory.peer else ".")
    for name, visit in (("A first visit of a lesson", result.visit), ("Kolibri's", result.peer_visit)):
        if visit is not None:
            yield f"{name}: {visit.requests} requests, {visit.size / 1000:.0f} KB."


def _judged(result: Result) -> Sequence[Sequence[str]]:
    said = {True: "met", False: "not met", None: "not measured"}
    rows = []
    for target in targets(result):
        found = ", ".join(f"{f'{int(at):,}: ' if at else ''}{_number(value)}" for at, value in target.found.items())
        rows.append([target.what, target.bound, found, said[target.is_met]])
    return rows


def summary(result: Result) -> Mapping[str, Any]:
    """Return in short which targets are met, and which not."""
    met: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for target in targets(result):
        met[target.is_met].append(target.what)
    return {"met": len(met[True]), "not met": met[False], "not measured": len(met[None])}


def as_json(result: Result) -> str:
    """Return everything as JSON: every round with every figure, and the targets."""
    return json.dumps({"result": _plain(result), "targets": [_plain(one) for one in targets(result)]}, indent=1)


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {name: _plain(one) for name, one in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return round(value, 3) if isinstance(value, float) else value


# The plot

LEFT, WIDE, ROW, TOP = 190, 520, 26, 56
#: The ends of the scale in milliseconds: each step is ten times the one before.
LEAST, MOST = 1, 10_000


def plot(result: Result) -> str:
    """Return the medians of all pages as SVG: a row for each, a disc for each number of users (the larger the more),
    rings for Kolibri's, a line for the floor's page; the scale is logarithmic."""
    pages = ours.names(result.sizes[0].seeded)
    height, parts = TOP + ROW * len(pages), []
    for step in range(5):
        x = _x(LEAST * 10**step)
        parts.append(f'<line class="faint" x1="{x}" y1="{TOP - 14}" x2="{x}" y2="{height}"/>')
        parts.append(_text(x, height + 18, f"{LEAST * 10**step:,} ms", "small", "middle"))
    floor = spread(one.floor_of(FLOOR_PAGE) for size in result.sizes for one in kept(size.rounds))
    if floor is not None:
        x = _x(floor.median)
        parts.append(f'<line class="floor" x1="{x}" y1="{TOP - 14}" x2="{x}" y2="{height}"/>')
        parts.append(_text(x, TOP - 20, "the floor's page", "small", "middle"))
    for number, page in enumerate(pages):
        y = TOP + ROW * number
        parts.append(_text(LEFT - 12, y + 5, page, "", "end"))
        for place, size in enumerate(result.sizes):
            rounds = kept(size.rounds)
            if peer := spread(one.peer[page].median for one in rounds if page in one.peer):
                parts.append(f'<circle class="ring" cx="{_x(peer.median)}" cy="{y}" r="{4 + 1.5 * place}"/>')
            if found := spread(one.ours[page].median for one in rounds):
                parts.append(f'<circle class="disc" cx="{_x(found.median)}" cy="{y}" r="{3 + 1.5 * place}"/>')
    users = ", ".join(f"{one.seeded.users:,}" for one in result.sizes)
    legend = f"discs: Kruzhok; rings: Kolibri; the larger, the more users: {users}"
    style = (
        "text{font:14px sans-serif;fill:#1a1714}.small{font-size:12px}.faint{stroke:#cfc6b8}"
        ".floor{stroke:#1a1714;stroke-dasharray:4 3}.ring{fill:none;stroke:#1a1714;stroke-width:2}"
        ".disc{fill:#b3261e;fill-opacity:.7}"
    )
    box = f"-12 -8 {LEFT + WIDE + 64} {height + 44}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img"><title>What a page takes</title>'
        f'<style>{style}</style><rect x="-12" y="-8" width="{LEFT + WIDE + 64}" height="{height + 44}" fill="#fbf7ef"/>'
        + _text(0, 12, legend, "small")
        + "".join(parts)
        + "</svg>\n"
    )


def _x(milliseconds: float) -> float:
    share = math.log10(min(max(milliseconds, LEAST), MOST) / LEAST) / math.log10(MOST / LEAST)
    return round(LEFT + WIDE * share, 1)


def _text(x: float, y: float, words: str, name: str = "", anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" class="{name}" text-anchor="{anchor}">{escape(words)}</text>'
