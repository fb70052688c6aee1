"""A tree of elements as blocks of words: paragraphs, headings, lists, quotations, tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lessons.importing.imported import direction_of, language_of
from lessons.importing.tree import BLOCKS, HEADINGS, Node

#: A quotation with more characters than this that has headings is only the margin of a page.
LARGE_QUOTE = 20_000

#: A cell with more characters than this is no cell: the table was made for the looks of the page.
LARGE_CELL = 3_000

#: What stands in no cell of a table, and what has no words but in cells.
_LARGER = HEADINGS | {"table", "hr"}
_OF_TABLES = frozenset(("table", "thead", "tbody", "tfoot", "tr"))

Content = Node | str


class Tongue(NamedTuple):
    """The language and the direction in which something is written, empty where it is not said."""

    language: str = ""
    direction: str = ""

    def of(self, node: Node) -> "Tongue":
        """Return that of NODE in something of this."""
        language = language_of(node.attrs.get("lang", "")) or self.language
        return Tongue(language, direction_of(node.attrs.get("dir", "")) or self.direction)


NOTHING_SAID = Tongue()


@dataclass(slots=True)
class Part:
    """An item of a list or a cell of a table: its element and what stands in it."""

    node: Node
    blocks: list["Block"]


@dataclass(slots=True)
class Block:
    """A block of words. `kind` is that of a passage.

    A heading has its `rank` (1 to 6), a list its items in one row of `parts` and a table its cells in rows; a quotation
    has `blocks`; all others have the `content` of their lines. `bare` are words in no element of their own."""

    kind: str
    content: Sequence[Content] = ()
    rank: int = 0
    tag: str = ""
    start: int = 1
    blocks: list["Block"] = field(default_factory=list)
    parts: list[list[Part]] = field(default_factory=list)
    caption: "Block | None" = None
    tongue: Tongue = NOTHING_SAID
    idents: list[str] = field(default_factory=list)
    bare: bool = False
    counted: int = -1

    def inner(self) -> Iterable["Block"]:
        """Return the blocks that stand in it."""
        yield from self.blocks
        if self.caption:
            yield self.caption
        for row in self.parts:
            for part in row:
                yield from part.blocks

    def all_idents(self) -> list[str]:
        """Return the idents of all elements in it, to which a link may lead."""
        return self.idents + [ident for block in self.inner() for ident in block.all_idents()]

    def size(self) -> int:
        """Return about how many characters of words are in it."""
        if self.counted < 0:  # counted once, or what is deep is counted once for each level
            self.counted = length(self.content) + sum(block.size() for block in self.inner())
        return self.counted


class _Flow:
    """Gathers blocks in their order; words outside of any block become a paragraph."""

    def __init__(self, tongue: Tongue) -> None:
        self.tongue = tongue
        self.blocks: list[Block] = []
        self.run: list[Content] = []
        self.waiting: list[str] = []

    def add(self, block: Block) -> None:
        self.end_run()
        block.idents = [*self.waiting, *block.idents]
        self.waiting = []
        self.blocks.append(block)

    def end_run(self) -> None:
        run, self.run = self.run, []
        if run:
            block = Block("paragraph", run, tongue=self.tongue, idents=_idents_in(run), bare=True)
            if block.size():
                self.add(block)
            else:
                self.waiting += block.idents

    def end(self) -> list[Block]:
        """Return the blocks; an ident after the last word belongs to the last block."""
        self.end_run()
        if self.waiting and self.blocks:
            self.blocks[-1].idents += self.waiting
            self.waiting = []
        return self.blocks


def blocks_in(node: Node, tongue: Tongue) -> list[Block]:
    """Return the blocks of NODE, a tree that is pruned already, written in TONGUE if it does not say otherwise."""
    flow = _Flow(tongue)
    _take_all(node, flow)
    return flow.end()


def _take_all(node: Node, flow: _Flow) -> None:
    for child in node.children:
        if isinstance(child, str) or (child.tag not in BLOCKS and not child.has_blocks):
            flow.run.append(child)
        else:
            _take(child, flow)


def _take(node: Node, flow: _Flow) -> None:
    flow.end_run()
    flow.waiting += _own_idents(node)
    around, flow.tongue = flow.tongue, flow.tongue.of(node)
    block = _block_of(node, flow)
    if block is None:
        _take_all(node, flow)
        flow.end_run()
    elif block.kind == "rule" or block.size():
        flow.add(block)
    else:
        flow.waiting += block.all_idents()
    flow.tongue = around


def _block_of(node: Node, flow: _Flow) -> Block | None:
    """Return NODE as one block, or None where it only holds others."""
    if maker := _MAKERS.get(node.tag):
        return maker(node, flow.tongue)
    if node.has_blocks or node.tag not in {*HEADINGS, "p", "pre"}:
        return None
    kind = "code" if node.tag == "pre" else "paragraph" if node.tag == "p" else "heading"
    rank = int(node.tag[1]) if kind == "heading" else 0
    return Block(kind, node.children, rank=rank, tongue=flow.tongue, idents=_idents_in(node.children))


def _heading_of(node: Node, tongue: Tongue) -> Block | None:
    """Return the lines of a group of headings as one heading."""
    ranks = [int(inner.tag[1]) for inner in node.nodes() if inner.tag in HEADINGS]
    if not ranks or any(inner.tag in {"table", "ul", "ol", "dl", "blockquote", "hr"} for inner in node.nodes()):
        return None
    lines: list[Content] = []
    for child in node.children:
        if length([child]):
            lines += [Node("br"), child] if lines else [child]
    return Block("heading", lines, rank=min(ranks), tongue=tongue, idents=_idents_in(node.children))


def _quote_of(node: Node, tongue: Tongue) -> Block | None:
    """Return a quotation; one that holds a long text with headings is only the margin of a page."""
    if node.has_headings and longer_than(LARGE_QUOTE, node.children):
        return None
    return Block("quote", blocks=blocks_in(Node("", {}, node.children), tongue), tongue=tongue)


def _list_of(node: Node, tongue: Tongue) -> Block:
    items: list[Part] = []
    loose: list[Content] = []  # words in a list that are in no item of it
    for child in [*node.children, Node("li")]:
        if isinstance(child, str) or (child.tag not in BLOCKS and not child.has_blocks):
            loose.append(child)
            continue
        items.append(Part(Node("li"), blocks_in(Node("", {}, loose), tongue)))
        items += _items_of(child, tongue.of(child))
        loose = []
    start = node.attrs.get("start", "")
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1
    tag = node.tag if node.tag in {"ol", "dl"} else "ul"
    return Block("list", tag=tag, start=first, parts=[[item for item in items if item.blocks]], tongue=tongue)


def _items_of(node: Node, tongue: Tongue) -> list[Part]:
    """Return NODE as an item, or the terms and explanations that are grouped in it."""
    inner = [child for child in node.children if isinstance(child, Node) or child.strip()]
    if node.tag == "div" and inner and all(isinstance(child, Node) and child.tag in {"dt", "dd"} for child in inner):
        return [Part(child, _blocks_of_part(child, tongue)) for child in inner if isinstance(child, Node)]
    return [Part(node, _blocks_of_part(node, tongue))]


def _blocks_of_part(node: Node, tongue: Tongue) -> list[Block]:
    """Return what stands in an item or a cell; nested lists come in a list by themselves too, with no item around."""
    inner = Node("", {}, [node] if node.tag not in {"li", "dt", "dd", "td", "th"} else node.children)
    blocks = blocks_in(inner, tongue.of(node))
    if blocks and inner.children is node.children:
        blocks[0].idents = [*_own_idents(node), *blocks[0].idents]
    return blocks


def _table_of(node: Node, tongue: Tongue) -> Block | None:
    """Return a table; None for one that only lays out the page."""
    if _is_layout(node):
        return None
    table = Block("table", tongue=tongue)
    for child in _rows_in(node):
        if child.tag == "tr":
            cells = [one for one in child.children if isinstance(one, Node)]
            row = [Part(cell, _blocks_of_part(cell, tongue.of(child))) for cell in cells]
            table.parts += [row] if row else []
            table.idents += _own_idents(child)
        elif length(child.children):
            table.caption = Block("paragraph", child.children, tongue=tongue, idents=_idents_in([child]))
    return table


def _rows_in(table: Node) -> Iterable[Node]:
    """Yield the rows and captions of TABLE, with all else that stands between them."""
    for child in table.children:
        if isinstance(child, Node) and child.tag in {"thead", "tbody", "tfoot"}:
            yield from (inner for inner in child.children if isinstance(inner, Node))
        elif isinstance(child, Node):
            yield child


def _is_layout(table: Node) -> bool:
    """Return whether a table has something in it that no table of words has, or has only one column.

    This is asked of the elements before any block is made, or tables in tables would be read again and again."""
    rows = list(_rows_in(table))
    cells = [[one for one in row.children if isinstance(one, Node)] for row in rows if row.tag == "tr"]
    return (
        any(node.tag in _LARGER for node in table.nodes() if node is not table)
        or any(_has_loose_words(node) for node in table.nodes() if node.tag in _OF_TABLES)
        or any(row.tag not in {"tr", "caption"} and longer_than(0, [row]) for row in rows)
        or sum(row.tag == "caption" and longer_than(0, [row]) for row in rows) > 1
        or any(cell.tag not in {"td", "th"} or longer_than(LARGE_CELL, [cell]) for row in cells for cell in row)
        or max((len(row) for row in cells), default=0) < 2
    )


def _has_loose_words(node: Node) -> bool:
    return any(isinstance(child, str) and child.strip() for child in node.children)


_MAKERS: dict[str, Callable[[Node, Tongue], Block | None]] = {
    **dict.fromkeys(("ul", "ol", "menu", "dir", "dl"), _list_of),
    "blockquote": _quote_of,
    "hgroup": _heading_of,
    "hr": lambda _node, tongue: Block("rule", tongue=tongue),
    "table": _table_of,
}


def length(content: Iterable[Content]) -> int:
    """Return how many characters of words are in CONTENT, white space around them left out."""
    total, waiting = 0, list(content)
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            total += len(one.strip())
        else:
            waiting += one.children
    return total


def longer_than(most: int, content: Iterable[Content]) -> bool:
    """Return whether CONTENT has more than MOST characters of words; it is not read further than need be."""
    total, waiting = 0, list(content)
    while waiting and total <= most:
        one = waiting.pop()
        if isinstance(one, str):
            total += len(one.strip())
        else:
            waiting += one.children
    return total > most


def _idents_in(content: Iterable[Content]) -> list[str]:
    return [ident for one in content if isinstance(one, Node) for node in one.nodes() for ident in _own_idents(node)]


def _own_idents(node: Node) -> list[str]:
    named = [node.attrs["name"]] if node.tag == "a" and "name" in node.attrs else []
    return [node.attrs["id"], *named] if "id" in node.attrs else named
