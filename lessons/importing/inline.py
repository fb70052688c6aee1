"""The words in a line, as HTML and plain: each made anew from what it means, no markup passed through."""

import re
from collections.abc import Iterable
from html import escape

from lessons.importing.imported import direction_of, language_of
from lessons.importing.tree import Node

#: Elements that mean something in a line -> what they are written as. All others are their words.
_TAGS = {
    **dict.fromkeys(("em", "cite", "dfn", "var"), "em"),
    **dict.fromkeys(("strong", "b"), "strong"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
    **dict.fromkeys(("s", "del", "strike"), "s"),
    **{tag: tag for tag in ("sup", "sub", "ruby", "rt", "rp")},
}
_SPACE = re.compile(r"[ \t\n\r\f]+")
_TURN = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CLOSING = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}


class Line:
    """Gathers a line of words. A link is written as `<a href="@n">`, n its place in `addresses`."""

    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses
        self._html: list[str] = []
        self._plain: list[str] = []
        self._gap = False  # white space came last and is not written yet
        self._waiting: list[str] = []  # tags that are written once words come
        self._open: list[str] = []  # the direction marks that are not closed
        self._in_link = self._raised = False

    def add(self, content: Iterable[Node | str]) -> "Line":
        """Add CONTENT, white space as one space."""
        for one in content:
            if isinstance(one, str):
                self._words(one)
            elif one.tag == "br":
                self._break()
            elif one.tag == "q":
                self._words("“")
                self._element(one)
                self._words("”")
            else:
                self._element(one)
        return self

    def end(self) -> tuple[str, str]:
        """Return the HTML and the plain words, without breaks at the end, all turns of direction turned back."""
        while self._plain and self._plain[-1] == "\n":
            self._plain.pop()
            del self._html[len(self._html) - 1 - self._html[::-1].index("<br>")]
        if self._open:
            closing = "".join(reversed(self._open))
            self._html.append(closing)
            self._plain.append(closing)
        return "".join(self._html), "".join(self._plain)

    def _words(self, words: str) -> None:
        kept = _SPACE.sub(" ", words)
        self._gap |= kept.startswith(" ")
        inner = self._turned(kept.strip(" "))
        if inner:
            self._fill()
            self._html += [*self._waiting, escape(inner, quote=False)]
            self._plain.append(inner)
            self._waiting = []
            self._gap = kept.endswith(" ")

    def _fill(self) -> None:
        if self._gap and self._plain and self._plain[-1] != "\n":
            self._html.append(" ")
            self._plain.append(" ")

    def _break(self) -> None:
        self._gap = False
        if self._plain:
            self._html.append("<br>")
            self._plain.append("\n")

    def _turned(self, words: str) -> str:
        """Return WORDS; take note of the marks in them that turn the direction, or they reach over what follows."""
        marks = _TURN.findall(words)
        if len(self._open) + len(marks) > 60:
            return _TURN.sub("", words)
        for mark in marks:
            if mark in _CLOSING:
                self._open.append(_CLOSING[mark])
            elif self._open[-1:] == [mark]:
                self._open.pop()
        return words

    def _element(self, node: Node) -> None:
        starts, ends = self._tags_of(node)
        before = len(self._waiting)
        self._waiting += starts
        around = self._in_link, self._raised
        self._in_link |= any(start.startswith("<a ") for start in starts)
        self._raised |= "<sup>" in starts
        self.add(node.children)
        self._in_link, self._raised = around
        if len(self._waiting) > before:
            del self._waiting[before:]  # there was nothing in it
        else:
            self._html += ends

    def _tags_of(self, node: Node) -> tuple[list[str], list[str]]:
        """Return the tags to write before and after what is in NODE."""
        tags: list[str] = []
        starts: list[str] = []
        written = attributes(node)
        if node.tag == "a" and "href" in node.attrs and not self._in_link:
            if not self._raised and node.is_a("noteref"):
                tags, starts = ["sup"], ["<sup>"]
            tags.append("a")
            starts.append(f'<a href="@{len(self.addresses)}">')
            self.addresses.append(node.attrs["href"])
        elif node.tag == "i":
            tags, starts = (["i"], [f"<i{written}>"]) if "lang" in node.attrs and written else (["em"], ["<em>"])
        elif node.tag in _TAGS:
            tags, starts = [_TAGS[node.tag]], [f"<{_TAGS[node.tag]}{written}>"]
        elif written:
            tags, starts = ["span"], [f"<span{written}>"]
        return starts, [f"</{tag}>" for tag in reversed(tags)]


def attributes(node: Node) -> str:
    """Return the language and direction that NODE says it has, as attributes."""
    language, direction = language_of(node.attrs.get("lang", "")), direction_of(node.attrs.get("dir", ""))
    return (f' lang="{language}"' if language else "") + (f' dir="{direction}"' if direction else "")
