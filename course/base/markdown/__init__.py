"""Markdown: a curriculum's as blocks with idents, a user's as safe HTML."""

from course.base.markdown.blocks import Address, blocks, derived_ident
from course.base.markdown.html import to_html, to_inline_html
from course.base.markdown.idents import slug_of, write_idents
from course.base.markdown.model import IDENT, Block, Link, Problem, TooLong
from course.base.markdown.parser import USERS, plain_of

__all__ = [
    "IDENT",
    "Address",
    "Block",
    "Link",
    "Problem",
    "TooLong",
    "blocks",
    "derived_ident",
    "plain",
    "slug_of",
    "to_html",
    "to_inline_html",
    "write_idents",
]


def plain(source: str) -> str:
    """Return the words of Markdown without its marks."""
    return plain_of(USERS.parse(source))
