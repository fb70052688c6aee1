"""What was read as a tree of elements, no deeper and no larger than can be worked with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lessons.importing.decoding import tidy
from lessons.importing.tally import Tally

#: What is deeper stands beside its ancestor at this depth. All that follows may recurse.
MOST_DEPTH = 64

#: The longest value of an attribute; a longer description is cut, a longer address is none.
MOST_IN_ATTRIBUTE = 2000

_BLOCKS_WORDS = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav noscript ol optgroup
    option p pre section summary table tbody td tfoot th thead title tr ul
"""
BLOCKS = frozenset(_BLOCKS_WORDS.split())
"""Elements that begin on a new line."""

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

#: Elements whose content is no words of the text.
SILENT = frozenset(("script", "style", "template"))

_KEPT_WORDS = """
    algorithm alt alttext charset colspan content dir epub:type fallback full-path href id idref lang linear
    media-type name properties property rel role rowspan src start title toc uri version
"""
_KEPT = frozenset(_KEPT_WORDS.split())
_CUT = frozenset(("alt", "alttext", "content", "title"))
_NAMES = {
    "{http://www.w3.org/XML/1998/namespace}lang": "lang",
    "{http://www.idpf.org/2007/ops}type": "epub:type",
    "xml:lang": "lang",
    "xlink:href": "href",
}
#: Unicode marks that are put over, under and through a letter; no writing has as many on one.
_PILE = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
    "{16})[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]+"
)


@dataclass(slots=True, eq=False)
class Node:
    """An element. `has_blocks` and `has_headings` say whether one of BLOCKS, of HEADINGS is inside."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)
    has_blocks: bool = False
    has_headings: bool = False

    def nodes(self) -> Iterator["Node"]:
        """Yield this node and all in it, in the order of the document."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(child for child in reversed(node.children) if isinstance(child, Node))

    def find(self, *tags: str) -> "Node | None":
        """Return the first node in it that has one of TAGS."""
        return next((node for node in self.nodes() if node.tag in tags), None)

    def words(self) -> str:
        """Return all words in it on one line."""
        parts: list[str] = []
        waiting: list[Node | str] = [self]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                parts.append(one)
            else:
                parts.extend(" " if one.tag in BLOCKS or one.tag == "br" else "")
                waiting.extend(reversed(one.children))
        return " ".join("".join(parts).split())

    def is_a(self, *types: str) -> bool:
        """Return whether the file says of the element that it is one of TYPES, as EPUB or as ARIA calls them."""
        if not ("epub:type" in self.attrs or "role" in self.attrs):
            return False
        said = f"{self.attrs.get('epub:type', '')} {self.attrs.get('role', '')}".lower().replace("doc-", "").split()
        return any(name in types for name in said)


class Tree:
    """Builds the tree of one document. It is a target of `course.base.hardened_xml.feed_xml`."""

    def __init__(self, tally: Tally) -> None:
        self.root = Node("")
        self.tally = tally
        self._open = [self.root]

    def start(self, tag: str, attrs: dict[str, str]) -> Node:
        """Open an element."""
        self.tally.element()
        node = Node(tag.rpartition("}")[2].lower(), self._wanted(attrs))
        self._parent().children.append(node)
        if len(self._open) == MOST_DEPTH:
            self.tally.left_out("deep")
        if node.tag in BLOCKS:
            is_heading = node.tag in HEADINGS
            for around in reversed(self._open):
                if around.has_blocks and (around.has_headings or not is_heading):
                    break
                around.has_blocks = True
                around.has_headings |= is_heading
        self._open.append(node)
        return node

    def end(self, _tag: str) -> None:
        """Close the element that was opened last."""
        if len(self._open) > 1:
            self._open.pop()

    def data(self, words: str) -> None:
        """Add words where they stand."""
        if self._open[-1].tag in SILENT:
            return
        self.tally.words(len(words))
        kept, piles = _PILE.subn(r"\1", tidy(words))
        self.tally.left_out("marks", count=piles)
        self._parent().children.append(kept)

    def close(self) -> None:
        """Do nothing: the root is there from the beginning."""

    def _parent(self) -> Node:
        return self._open[min(len(self._open), MOST_DEPTH) - 1]

    def _wanted(self, attrs: dict[str, str]) -> dict[str, str]:
        wanted: dict[str, str] = {}
        for written, value in attrs.items():
            name = _NAMES.get(written) or written.rpartition("}")[2].lower()
            if name.startswith("on"):
                self.tally.left_out("script")
            elif name in _KEPT and (name in _CUT or len(value) <= MOST_IN_ATTRIBUTE):
                wanted.setdefault(name, tidy(value[:MOST_IN_ATTRIBUTE]))
        return wanted
