"""Blocks as HTML and plain words, in the shape that passages of a curriculum have."""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from course.base.words import _
from lessons.importing.blocks import Block, Part, Tongue
from lessons.importing.inline import Line
from lessons.importing.tree import Node


class Rendered(NamedTuple):
    """A block as HTML, in which the links are numbered (`inline.Line`), and its words.

    Of a heading the HTML is what stands in it: its level is known only with its section."""

    html: str
    plain: str


def render(block: Block, around: Tongue, addresses: list[str]) -> Rendered:
    """Return BLOCK, which stands in a text written as AROUND; its links are added to ADDRESSES."""
    return _Renderer(addresses).block(block, around)


def tongue_attributes(tongue: Tongue, around: Tongue) -> str:
    """Return the attributes of what is written in TONGUE in a text written as AROUND."""
    other = tongue.language and tongue.language.lower() != around.language.lower()
    turned = tongue.direction and tongue.direction != (around.direction or "ltr")
    return (f' lang="{tongue.language}"' if other else "") + (f' dir="{tongue.direction}"' if turned else "")


class _Renderer:
    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses

    def block(self, block: Block, around: Tongue) -> Rendered:
        said = tongue_attributes(block.tongue, around) if block.kind != "rule" else ""
        if block.kind == "rule":
            return Rendered("<hr>", "")
        if block.kind == "code":
            words = _as_written(block.content)
            return Rendered(f"<pre{said}><code>{escape(words, quote=False)}\n</code></pre>", words)
        if block.kind == "list":
            return self._list(block, said)
        if block.kind == "quote":
            inner = self._inside(block.blocks, block.tongue)
            return Rendered(f"<blockquote{said}>\n{inner.html}\n</blockquote>", inner.plain)
        if block.kind == "table":
            return self._table(block, said)
        html, plain = Line(self.addresses).add(block.content).end()
        return Rendered(html if block.kind == "heading" else f"<p{said}>{html}</p>", plain)

    def _inside(self, blocks: Iterable[Block], around: Tongue) -> Rendered:
        """Return BLOCKS one after the other, each on lines of its own; a heading there is a strong line."""
        made = []
        for block in blocks:
            one = self.block(block, around)
            html = f"<p><strong>{one.html}</strong></p>" if block.kind == "heading" else one.html
            made.append(Rendered(html, one.plain))
        return Rendered("\n".join(one.html for one in made), "\n".join(one.plain for one in made if one.plain))

    def _part(self, part: Part, around: Tongue) -> Rendered:
        """Return what stands in an item or a cell; words that stand in no paragraph there get none."""
        html, plain = [], []
        for block in part.blocks:
            one = self.block(block, around)
            bare = block.kind == "paragraph" and block.bare and not one.html.startswith("<p ")
            inner = one.html.removeprefix("<p>").removesuffix("</p>") if bare else one.html
            html.append(f"<p><strong>{inner}</strong></p>" if block.kind == "heading" else inner)
            plain += [one.plain] if one.plain else []
        return Rendered("\n".join(html), "\n".join(plain))

    def _list(self, block: Block, said: str) -> Rendered:
        html, plain = [], []
        for part in (part for row in block.parts for part in row):
            one = self._part(part, block.tongue)
            tag = "li" if block.tag != "dl" else "dt" if part.node.tag == "dt" else "dd"
            html.append(f"<{tag}>{one.html}</{tag}>")
            plain += [one.plain] if one.plain else []
        start = f' start="{block.start}"' if block.tag == "ol" and block.start != 1 else ""
        inner = "\n".join(html)
        return Rendered(f"<{block.tag}{start}{said}>\n{inner}\n</{block.tag}>", "\n".join(plain))

    def _table(self, block: Block, said: str) -> Rendered:
        rows: dict[str, list[str]] = {"thead": [], "tbody": []}
        caption, plain = "", []
        if block.caption:
            one = self.block(block.caption, block.tongue)
            caption = f"<caption>{one.html.removeprefix('<p>').removesuffix('</p>')}</caption>\n"
            plain.append(one.plain)
        for row in block.parts:
            html, words = self._row(row, block.tongue)
            is_head = not rows["tbody"] and all(part.node.tag == "th" for part in row)
            rows["thead" if is_head else "tbody"].append(html)
            plain.append(words)
        inner = "\n".join(f"<{tag}>\n{_lines(html)}\n</{tag}>" for tag, html in rows.items() if html)
        region = f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(_("Table"))}">'
        return Rendered(f"{region}<table{said}>\n{caption}{inner}\n</table></div>", "\n".join(plain))

    def _row(self, row: Iterable[Part], around: Tongue) -> Rendered:
        html, plain = [], []
        for part in row:
            tag = "th" if part.node.tag == "th" else "td"
            cell = self._part(part, around)
            html.append(f"<{tag}{_spans(part.node)}>{cell.html}</{tag}>")
            plain.append(" ".join(cell.plain.split("\n")))
        return Rendered(f"<tr>\n{_lines(html)}\n</tr>", "\t".join(plain))


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(parts)


def _spans(cell: Node) -> str:
    spans = ""
    for name in ("colspan", "rowspan"):
        value = cell.attrs.get(name, "").strip()
        if value.isascii() and value.isdigit() and len(value) < 3 and int(value) > 1:
            spans += f' {name}="{int(value)}"'
    return spans


def _as_written(content: Iterable[Node | str]) -> str:
    """Return the words of CONTENT with all their white space."""
    parts: list[str] = []
    waiting = list(reversed(list(content)))
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            parts.append(one)
        elif one.tag == "br":
            parts.append("\n")
        else:
            waiting += reversed(one.children)
    return "".join(parts).strip("\n").rstrip()
