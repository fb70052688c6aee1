"""A curriculum's Markdown as blocks: safe HTML, plain words, an ident each, the links, and everything that is wrong."""

from dataclasses import dataclass, replace

from markdown_it.token import Token

from course.base.markdown.idents import Idents, Marker, only_markers, take_marker
from course.base.markdown.links import Address, BadLink, Element, element_for, of_ours, rewritten
from course.base.markdown.model import Block, Link, Problem
from course.base.markdown.parser import CURRICULUM, inline_plain, plain_of, too_deep
from course.base.markdown.places import Piece, Places, pieces, unclosed_fence
from course.base.markdown.safe import clean, tame, without_surrogates
from course.base.words import _


@dataclass(slots=True)
class Found:
    """A block of the text, what stands there as its ident, and that ident if the block may have it."""

    piece: Piece
    marker: Marker | None = None
    ident: str | None = None


def blocks(source: str, *, first_line: int = 1, address: Address | None = None) -> tuple[list[Block], list[Problem]]:
    """Return the blocks of SOURCE in order, and its problems by line and column.

    FIRST_LINE is the number of SOURCE's first line in its file. ADDRESS(scheme, target) gives the address of a text, a
    lesson or an image (target: its path, `images/…`); None means that there is none, and is a problem. Without ADDRESS
    such links are listed in `Block.links` and shown as plain words."""
    source = without_surrogates(source)
    places = Places(source, first_line)
    idents = Idents()
    tokens = CURRICULUM.parse(source)
    maker = _Maker(places, address, idents.problems)
    if deep := too_deep(tokens):
        line = first_line + (deep.map or [0])[0]
        idents.problems.append(Problem(line, 1, _("Lists and quotations stand in each other too deeply here."), ""))
    made = []
    for found in find(tokens, places, idents):
        block = maker.block(found.piece)
        ident = found.ident or idents.derived(block.kind, block.plain)
        made.append(replace(block, ident=ident, written=found.ident is not None))
    return made, sorted(idents.problems, key=lambda problem: (problem.line, problem.column))


def inline_block(source: str, *, first_line: int = 1, address: Address | None = None) -> tuple[Block, list[Problem]]:
    """Return SOURCE, a field of a curriculum that takes inline Markdown, as one block without ident or element around.

    Links and problems as with `blocks`."""
    source = without_surrogates(source).strip()
    places = Places(source, first_line)
    problems: list[Problem] = []
    piece = Piece("paragraph", CURRICULUM.parseInline(source), 0, len(places.lines))
    return _Maker(places, address, problems).block(piece), problems


def find(tokens: list[Token], places: Places, idents: Idents) -> list[Found]:
    """Return the blocks among TOKENS with their written idents, which are taken out; what is wrong goes to IDENTS."""
    found: list[Found] = []
    for piece in pieces(tokens, places):
        alone = only_markers(piece, places)
        if not alone:
            found.append(Found(piece))
        for marker in alone or filter(None, [take_marker(piece, places)]):
            _attach(marker, found[-1] if found else None, idents)
    return found


def _attach(marker: Marker, found: Found | None, idents: Idents) -> None:
    if found is None or found.piece.kind == "rule":
        hint = _("It stands at the end of a passage's last line, or alone right after the passage.")
        idents.refuse(marker, _("This ident belongs to nothing."), hint)
    elif found.marker:
        message = _("This passage has an ident already, in line {line}.").format(line=found.marker.line)
        idents.refuse(marker, message, _("Leave one of them out."))
    else:
        found.marker, found.ident = marker, idents.written(marker)


class _Maker:
    """Makes blocks of one text's tokens."""

    def __init__(self, places: Places, address: Address | None, problems: list[Problem]) -> None:
        self._places, self._address, self._problems = places, address, problems
        self._links: list[Link] = []
        self._inline = Token("inline", "", 0)

    def block(self, piece: Piece) -> Block:
        """Return PIECE as a block, its ident left empty."""
        self._links = []
        figure = piece.kind == "paragraph" and _is_figure(piece)
        caption = self._caption(piece) if figure else ""
        level = self._level(piece) if piece.kind == "heading" else None
        if fence := unclosed_fence(piece, self._places):
            hint = _("Close it with {marks} on a line of its own.").format(marks=fence.markup)
            self._problem((fence.map or [0])[0], _("This block of code is never closed."), hint)
        for token in piece.tokens:
            if token.type == "inline":
                self._inline = token
                token.children = rewritten(self._settled(token.children or []), self._judge)
        plain = plain_of(piece.tokens) + (f"\n{caption}" if caption else "")
        if figure:
            _make_figure(piece, caption)
        html = CURRICULUM.renderer.render(tame(piece.tokens, _("Table")), CURRICULUM.options, {})
        return Block(
            kind="figure" if figure else piece.kind,
            level=level,
            ident="",
            written=False,
            html=clean(str(html)).strip("\n"),
            plain=plain,
            line=self._places.first_line + piece.start,
            end_line=self._places.first_line + piece.end - 1,
            links=tuple(self._links),
        )

    def _problem(self, index: int, message: str, hint: str) -> None:
        self._problems.append(Problem(self._places.first_line + index, 1, message, hint))

    def _report(self, token: Token, message: str, hint: str) -> None:
        self._problems.append(Problem(*self._places.at(self._inline, token.meta["pos"]), message, hint))

    def _level(self, piece: Piece) -> int:
        """Return the level of a heading, brought into the range that a page has room for."""
        written = int(piece.tokens[0].tag[1:])
        level = min(max(written, 2), 4)
        if written != level:
            hint = _("The title of the text is its own first heading.")
            self._problem(piece.start, _("Headings go from ## to ####."), hint)
        for token in (piece.tokens[0], piece.tokens[-1]):
            token.tag = f"h{level}"
        return level

    def _settled(self, children: list[Token]) -> list[Token]:
        """Return CHILDREN with stray idents as text; report these, and links and pictures that have no words."""
        for i, token in enumerate(children):
            if token.type == "ident":
                message = _("An ident cannot stand in the middle of a block.")
                hint = _("It stands at the end of a passage's last line; to show the signs themselves, write \\{#.")
                self._report(token, message, hint)
                children[i] = Token("text", "", 0, content="{#" + token.content + "}")
            elif token.type == "image" and not inline_plain([token]).strip():
                self._report(token, _("A picture without words."), _("Say in the brackets what is seen in it."))
            elif token.type == "link_open" and children[i + 1].type == "link_close":
                self._report(token, _("A link without words."), _("Write the words into the brackets."))
        return children

    def _judge(self, token: Token) -> Element | None:
        try:
            ours = of_ours(token)
            if ours:
                self._links.append(Link(*ours, self._places.at(self._inline, token.meta["pos"])[0]))
            return element_for(token, ours, self._address)
        except BadLink as bad:
            self._report(token, bad.message, bad.hint)
            return None

    def _caption(self, piece: Piece) -> str:
        (image,) = piece.tokens[1].children or []
        return str(image.attrs.get("title", ""))


def _is_figure(piece: Piece) -> bool:
    inline = piece.tokens[1] if len(piece.tokens) == 3 else None
    return inline is not None and [token.type for token in inline.children or []] == ["image"]


def _make_figure(piece: Piece, caption: str) -> None:
    """Make a figure with its caption of the paragraph; of a picture that cannot be shown it keeps the words."""
    opening, inline, closing = piece.tokens
    if [token.type for token in inline.children or []] not in (["image"], ["link_open", "text", "link_close"]):
        return
    opening.tag = closing.tag = "figure"
    if caption:
        words = Token("text", "", 0, content=caption)
        around = [Token("caption_open", "figcaption", 1), words, Token("caption_close", "figcaption", -1)]
        inline.children = [*(inline.children or []), *around]
