"""Markdown to safe HTML: a curriculum's in passages with idents and links of its own, and that which users write."""

from course.base.markdown.blocks import blocks, inline_block
from course.base.markdown.idents import derived_ident
from course.base.markdown.links import Address
from course.base.markdown.model import IDENT, Block, Link, Problem, TooLong
from course.base.markdown.text import LONGEST, plain, to_html, to_inline_html
from course.base.markdown.writing import slug_of, write_idents

__all__ = [
    "IDENT",
    "LONGEST",
    "Address",
    "Block",
    "Link",
    "Problem",
    "TooLong",
    "blocks",
    "derived_ident",
    "inline_block",
    "plain",
    "slug_of",
    "to_html",
    "to_inline_html",
    "write_idents",
]
