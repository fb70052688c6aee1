"""A curriculum's Markdown as blocks: passages with their idents, and headings."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from markdown_it.token import Token

from course.base.markdown.html import WORDS_ONLY, Drawn, is_outside, language_of, redraw_links, sieve
from course.base.markdown.model import IDENT, Block, Link, Problem
from course.base.markdown.parser import CURRICULUM, inline_plain, plain_of, too_deep, trim_end
from course.base.words import _

#: (scheme, target) -> the address of a text, lesson or picture of the course; None where there is none.
Address = Callable[[str, str], str | None]

KINDS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "quote",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
    "hr": "rule",
}
DERIVED = re.compile(r"[ph]-[0-9a-f]{10}(-[0-9]+)?")
OURS = frozenset({"term", "person", "source", "text", "lesson"})


def derived_ident(kind: str, plain: str) -> str:
    """Return the ident of a block that has none written: made from its words alone."""
    folded = " ".join(unicodedata.normalize("NFKC", plain).split())
    return ("h-" if kind == "heading" else "p-") + hashlib.sha256(folded.encode()).hexdigest()[:10]


def blocks(
    source: str, *, first_line: int = 1, address: Address | None = None
) -> tuple[list[Block], list[Problem]]:
    """Return the blocks of SOURCE in order, and everything that is wrong in it.

    FIRST_LINE is the line of the file that SOURCE begins on. ADDRESS resolves links to texts, lessons and pictures; without it
    they stay words and are reported in `Block.links` alone."""
    reader = _Reader(source, first_line, address)
    found = list(reader.read())
    return _with_idents(found), reader.problems


def _with_idents(found: list[Block]) -> list[Block]:
    """Give derived idents to the blocks without one; a repeated text gets -2, -3."""
    taken = {block.ident for block in found if block.written}
    seen: Counter[str] = Counter()
    done = []
    for block in found:
        if not block.written:
            ident = derived_ident(block.kind, block.plain)
            seen[ident] += 1
            if seen[ident] > 1 or ident in taken:
                ident = f"{ident}-{seen[ident] + (ident in taken)}"
            block = replace(block, ident=ident)  # noqa: PLW2901
        done.append(block)
    return done


class _Reader:
    def __init__(self, source: str, first_line: int, address: Address | None) -> None:
        self.lines = source.split("\n")
        self.offset = first_line
        self.address = address
        self.problems: list[Problem] = []
        self.tokens = CURRICULUM.parse(source)
        self.written: set[str] = set()
        self.links: list[Link] = []
        if (deep := too_deep(self.tokens)) is not None:
            self.problem(deep, "", _("Lists and quotations stand in each other too deeply here."), _("Write it flatter."))

    def problem(self, token: Token, snippet: str, message: str, hint: str = "") -> None:
        """Note a problem at SNIPPET in the lines of TOKEN."""
        first, last = token.map or [0, 1]
        for number in range(first, min(max(last, first + 1), len(self.lines))):
            column = self.lines[number].find(snippet) if snippet else 0
            if column >= 0:
                self.problems.append(Problem(number + self.offset, column + 1, message, hint))
                return
        self.problems.append(Problem(first + self.offset, 1, message, hint))

    def read(self) -> Iterator[Block]:
        """Give the blocks; an ident alone in a paragraph names the one before, so each waits for the next."""
        waiting: Block | None = None
        for group in self.groups():
            alone = self.ident_alone(group)
            if alone is not None:
                if waiting is None or waiting.written:
                    hint = _("It stands at the end of a block's last line, or alone right after the block.")
                    self.problem(group[1], "{#", _("This ident belongs to nothing."), hint)
                elif (ident := self.taken_ident(group[1], alone)) is not None:
                    waiting = replace(waiting, ident=ident, written=True)
                continue
            if waiting is not None:
                yield waiting
            waiting = self.block(group)
        if waiting is not None:
            yield waiting

    def groups(self) -> Iterator[list[Token]]:
        """Give the tokens of each block."""
        group: list[Token] = []
        depth = 0
        for token in self.tokens:
            group.append(token)
            depth += token.nesting
            if depth == 0:
                yield group
                group = []

    def ident_alone(self, group: list[Token]) -> str | None:
        """Return the ident that is all there is in the paragraph GROUP."""
        if group[0].type != "paragraph_open":
            return None
        children = [child for child in group[1].children or [] if child.type != "text" or child.content.strip()]
        return children[0].content if len(children) == 1 and children[0].type == "ident" else None

    def taken_ident(self, token: Token, ident: str) -> str | None:
        """Return IDENT if it may name a block, else note why not."""
        snippet = "{#" + ident
        if not IDENT.fullmatch(ident):
            hint = _("Lower-case letters, digits and hyphens, beginning with a letter, 64 at most.")
            self.problem(token, snippet, _("“{ident}” is no ident.").format(ident=ident), hint)
        elif DERIVED.fullmatch(ident):
            hint = _("Choose words that say what the passage is about.")
            self.problem(token, snippet, _("“{ident}” looks like an ident made from words.").format(ident=ident), hint)
        elif ident in self.written:
            hint = _("Give one of the two another ident.")
            self.problem(token, snippet, _("The ident “{ident}” stands twice in this text.").format(ident=ident), hint)
        else:
            self.written.add(ident)
            return ident
        return None

    def block(self, group: list[Token]) -> Block:
        """Return the block of GROUP; its ident is empty where none is written."""
        head = group[0]
        kind = KINDS.get(head.type, "paragraph")
        ident = self.written_ident(group)
        self.links = []
        for token in group:
            if token.type == "inline":
                self.prepare(token)
        level = self.level(head, group) if kind == "heading" else None
        plain = plain_of(group)
        if kind == "paragraph" and self.is_figure(group):
            kind = "figure"
        first, last = head.map or [0, 1]
        while last > first + 1 and not self.lines[last - 1].strip():
            last -= 1
        html = self.html(kind, group)
        place = (first + self.offset, last - 1 + self.offset)
        return Block(kind, level, ident or "", ident is not None, html, plain, *place, tuple(self.links))

    def level(self, head: Token, group: list[Token]) -> int:
        level = int(head.tag[1])
        if not 2 <= level <= 4:
            self.problem(head, "#", _("Headings go from ## to ####."), _("The title of the text is its own first heading."))
            level = min(4, max(2, level))
        head.tag = group[-1].tag = f"h{level}"
        return level

    def written_ident(self, group: list[Token]) -> str | None:
        """Take the ident off the end of GROUP's last words and return it; note those that stand elsewhere."""
        inlines = [token for token in group if token.type == "inline"]
        found = None
        if inlines:
            children = inlines[-1].children or []
            trim_end(children)
            if children and children[-1].type == "ident":
                found = self.taken_ident(inlines[-1], children.pop().content)
                trim_end(children)
        for token in inlines:
            for child in token.children or []:
                if child.type == "ident":
                    snippet = "{#" + child.content + "}"
                    hint = _("It stands at the end of the block's last line.")
                    self.problem(token, snippet, _("An ident cannot stand in the middle of a block."), hint)
                    child.type, child.content = "text", ""
        return found

    def prepare(self, token: Token) -> None:
        """Turn the links and pictures of one run of words into what is drawn."""
        children = token.children or []

        def draw(link: Token, href: str) -> Drawn:
            return self.draw_link(token, link, href)

        redraw_links(children, draw)
        for child in children:
            if child.type == "image":
                self.draw_image(token, child)

    def draw_link(self, inline: Token, link: Token, href: str) -> Drawn:
        if is_outside(href):
            return Drawn("a", {"href": href})
        scheme, colon, target = href.partition(":")
        if language := language_of(href):
            return Drawn("i", {"lang": language})
        if not colon or scheme not in OURS or not target:
            hint = _("Write https://…, or term:, person:, source:, text:, lesson: or lang: before an ident.")
            self.problem(inline, href, _("“{href}” is no address that may stand here.").format(href=href[:80]), hint)
            return WORDS_ONLY
        self.links.append(Link(scheme, target, self.line_of(inline, href)))
        if scheme == "term":
            return Drawn("button", {"type": "button", "class": "term", "popovertarget": f"term-{target}"})
        if scheme == "person":
            return Drawn("a", {"href": f"#person-{target}"})
        if scheme == "source":
            return Drawn("a", {"class": "cite", "href": f"#source-{target}"})
        address = self.address(scheme, target) if self.address else None
        return Drawn("a", {"href": address}) if address else WORDS_ONLY

    def draw_image(self, inline: Token, image: Token) -> None:
        source = str(image.attrs.get("src", ""))
        self.links.append(Link("image", source, self.line_of(inline, source)))
        if not inline_plain(image.children or []).strip():
            hint = _("Say between the square brackets what is seen on it.")
            self.problem(inline, source, _("This picture has no description."), hint)
        image.attrs["src"] = (self.address("image", source) if self.address else None) or ""

    def line_of(self, inline: Token, snippet: str) -> int:
        first, last = inline.map or [0, 1]
        for number in range(first, min(last, len(self.lines))):
            if snippet in self.lines[number]:
                return number + self.offset
        return first + self.offset

    def is_figure(self, group: list[Token]) -> bool:
        children = [child for child in group[1].children or [] if child.type != "text" or child.content.strip()]
        return len(children) == 1 and children[0].type == "image"

    def html(self, kind: str, group: list[Token]) -> str:
        html = CURRICULUM.renderer.render(group, CURRICULUM.options, {})
        if kind == "table":
            html = f'<div class="scroll" role="region" tabindex="0" aria-label="{_("Table")}">{html}</div>'
        elif kind == "figure":
            image = next(child for child in group[1].children or [] if child.type == "image")
            caption = CURRICULUM.renderer.render([Token("inline", "", 0, children=image.children)], CURRICULUM.options, {})
            picture = html.strip().removeprefix("<p>").removesuffix("</p>")
            html = f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"
        return sieve(html).strip()
