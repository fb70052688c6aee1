"""Markdown that stands alone: what users write, titles and options, and any text as plain words."""

from markdown_it.token import Token

from course.base.markdown.blocks import find
from course.base.markdown.idents import Idents
from course.base.markdown.links import Judge, for_users, rewritten, without_links
from course.base.markdown.model import TooLong
from course.base.markdown.parser import CURRICULUM, USERS, plain_of, too_deep
from course.base.markdown.places import Places
from course.base.markdown.safe import clean_users, tame, without_surrogates
from course.base.words import _

LONGEST = 100_000
"""Characters that a user's text may have: 15,000 words, and some two seconds for the slowest text of that length."""


def to_html(source: str) -> str:
    """Return safe HTML of what a user wrote: headings from h4 on, no pictures, no idents, links marked as the user's.

    Raises TooLong for more than LONGEST characters and for lists and quotations too deep in each other."""
    tokens = USERS.parse(_measured(source))
    if too_deep(tokens):
        raise TooLong(_("Lists and quotations stand in each other too deeply here."))
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + 3, 6)}"
    return _rendered(tokens, for_users)


def to_inline_html(source: str, *, links: bool = True) -> str:
    """Return the safe HTML of a title, a stem or an option: emphasis, code, languages, and links to the web.

    Without LINKS their words stay, for a place that is a link or a label itself. Links to things of a course become
    plain words; `inline_block` makes them. Raises TooLong for more than LONGEST characters."""
    tokens = USERS.parseInline(_measured(source).strip())
    return _rendered(tokens, for_users if links else without_links).strip("\n")


def plain(source: str) -> str:
    """Return the words of SOURCE without marks and idents: the `Block.plain` of its blocks, a blank line between."""
    source = without_surrogates(source)
    places = Places(source, 1)
    found = find(CURRICULUM.parse(source), places, Idents())
    return "\n\n".join(words for one in found if (words := plain_of(one.piece.tokens)))


def _measured(source: str) -> str:
    if len(source) > LONGEST:
        raise TooLong(_("The text is longer than {n} characters.").format(n=f"{LONGEST:,}"))
    return without_surrogates(source)


def _rendered(tokens: list[Token], judge: Judge) -> str:
    for token in tokens:
        if token.type == "inline":
            token.children = rewritten(token.children or [], judge)
    return clean_users(str(USERS.renderer.render(tame(tokens, _("Table")), USERS.options, {})))
