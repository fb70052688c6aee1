"""Reads HTML as it is written by hand and by machines: nothing is refused, no word is lost, in time of its length.

The reader of the standard library takes the square of the length for some inputs (until 3.11.13), and a full HTML
parser multiplies elements that are never closed. What comes of this reader is written anew and cleaned, so that it
need not agree with a browser in what it makes of bad markup."""

import html
import re
from collections.abc import Collection

from lessons.importing.tree import BLOCKS, HEADINGS, Node, Tree

_VOID_WORDS = """
    area base basefont bgsound br col embed frame hr img image input keygen link meta param source track wbr
"""
_VOID = frozenset(_VOID_WORDS.split())
#: What follows is no markup until the element ends.
_RAW_WORDS = """
    iframe noembed noframes script style textarea title xmp
"""
_RAW = frozenset(_RAW_WORDS.split())

_NAME = re.compile(r"</?([A-Za-z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"""([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?""")
_HUGE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")

#: An element that begins -> those it ends, and those across which it ends nothing.
_TABLE_PARTS = frozenset(("table", "tbody", "tfoot", "thead"))
_ENDS: dict[str, tuple[Collection[str], Collection[str]]] = {
    "li": (("li",), ("ul", "ol", "menu", "dir")),
    "dt": (("dt", "dd"), ("dl",)),
    "dd": (("dt", "dd"), ("dl",)),
    "tr": (("tr",), ("table",)),
    "td": (("td", "th"), ("tr", "table")),
    "th": (("td", "th"), ("tr", "table")),
    "tbody": (("tbody", "thead", "tfoot"), ("table",)),
    "thead": (("tbody", "thead", "tfoot"), ("table",)),
    "tfoot": (("tbody", "thead", "tfoot"), ("table",)),
    "option": (("option",), ("select", "optgroup")),
}
_OF_TABLES = _TABLE_PARTS | {"td", "th", "tr"}

_BUT_P = BLOCKS - {"p"}
_BUT_HEADINGS = BLOCKS - HEADINGS
_CELLS = frozenset(("td", "th"))
_TABLE = frozenset(("table",))

#: So far up is looked for the element that an end tag ends.
_LOOK = 64


def read_tags(text: str, tree: Tree) -> Node:
    """Return the root of TREE with all that is in TEXT."""
    _Reader(text, tree).read()
    return tree.root


def unescaped(words: str) -> str:
    """Return WORDS with characters for their names and numbers."""
    return html.unescape(_HUGE.sub("\ufffd", words)) if "&" in words else words


class _Reader:
    def __init__(self, text: str, tree: Tree) -> None:
        self.text, self.tree, self.at = text, tree, 0
        self.open = [tree.root]
        self.last = text.rfind(">") + 1  # no tag ends after that
        self.last_comment = len(text)
        self.typed = False  # whether a document type was met

    def read(self) -> None:
        text = self.text
        while (start := text.find("<", self.at, self.last)) >= 0:
            self._words(start)
            self.at = start
            if text.startswith("<!--", start):
                self._comment()
            elif text.startswith("<![CDATA[", start):
                self.at += 9
                end = text.find("]]>", self.at)
                self._words(end if end >= 0 else len(text), escaped=False)
                self.at = min(self.at + 3, len(text))
            elif text.startswith(("<!", "<?"), start):
                self._declaration()
            elif found := _NAME.match(text, start):
                self._tag(found)
            else:
                self.tree.data("<")
                self.at += 1
        self._words(len(text))

    def _words(self, end: int, *, escaped: bool = True) -> None:
        if end > self.at:
            words = self.text[self.at : end]
            self.tree.data(unescaped(words) if escaped else words)
            self.at = end

    def _comment(self) -> None:
        """Go on after a comment; one that never ends is none, or all that follows would be lost."""
        start = self.at + (2 if self.text.startswith(("<!-->", "<!--->"), self.at) else 4)
        end = self.text.find("-->", start) if start <= self.last_comment else -1
        if end < 0:
            self.last_comment = -1  # not to be looked for again
        self.at = end + 3 if end >= 0 else self.at + 4

    def _declaration(self) -> None:
        start = self.at
        end = self.text.find(">", start)
        inside = self.text.find("[", start, end)
        if inside >= 0 and not self.typed and self.text[start + 2 : start + 9].lower() == "doctype":
            self.typed = True
            closing = self.text.find("]", inside)
            end = max(end, self.text.find(">", closing)) if closing >= 0 else end
        self.at = end + 1

    def _tag(self, found: re.Match[str]) -> None:
        name = found[1].lower()
        closing = found[0][1] == "/"
        attrs, empty = self._attributes(found.end())
        if closing and name != "br":  # that is a break, too
            self._end(name)
            return
        self._start(name, attrs, empty=empty or name in _VOID)
        if name in _RAW and not empty:
            end = re.compile(f"</{name}", re.IGNORECASE).search(self.text, self.at)
            self._words(end.start() if end else len(self.text), escaped=name in {"textarea", "title"})
            if not end:
                self._end(name)

    def _attributes(self, at: int) -> tuple[dict[str, str], bool]:
        """Return the attributes that begin AT, and whether the tag ends with a slash; go on after the tag."""
        text, attrs, empty = self.text, dict[str, str](), False
        while at < len(text) and text[at] != ">":
            if found := _ATTRIBUTE.match(text, at):
                value = next((one for one in found.groups()[1:] if one is not None), "")
                if len(attrs) < 100:
                    attrs.setdefault(found[1].lower(), unescaped(value[:5000]))
                else:
                    self.tree.tally.element()  # or one tag could be as much work as all others
                at, empty = found.end(), False
            else:
                empty = text[at] == "/" or (empty and text[at].isspace())
                at += 1
        self.at = at + 1
        return attrs, empty

    def _start(self, name: str, attrs: dict[str, str], *, empty: bool) -> None:
        if name in BLOCKS:
            self._close(("p",), _BUT_P)
        if name in HEADINGS:
            self._close(HEADINGS, _BUT_HEADINGS)
        if name in _ENDS:
            self._close(*_ENDS[name])
        node = self.tree.start(name, attrs)
        if empty:
            self.tree.end(name)
        else:
            self.open.append(node)

    def _end(self, name: str) -> None:
        if name in _OF_TABLES:
            barriers = frozenset() if name == "table" else _TABLE
        elif name in BLOCKS and name != "p":
            barriers = _CELLS
        else:
            barriers = _BUT_P if name == "p" else BLOCKS
        if not self._close((name,), barriers):
            self.tree.tally.element()

    def _close(self, names: Collection[str], barriers: Collection[str]) -> bool:
        """Close the nearest open element with one of NAMES and all in it, if no barrier stands between; say whether."""
        for index in range(len(self.open) - 1, max(0, len(self.open) - 1 - _LOOK), -1):
            tag = self.open[index].tag
            if tag in names:
                for _node in self.open[index:]:
                    self.tree.end("")
                del self.open[index:]
                return True
            if tag in barriers:
                break
        return False
