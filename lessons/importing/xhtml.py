"""Reads a page that should be XML: strictly if that goes, else as hand-written HTML."""

import re
from html.entities import html5

from course.base.hardened_xml import BadXml, feed_xml
from lessons.importing.tags import read_tags
from lessons.importing.tally import Tally
from lessons.importing.tree import Node, Tree

_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31};)")
_OF_XML = frozenset(("amp;", "lt;", "gt;", "quot;", "apos;"))


def read_page(text: str, tally: Tally, name: str) -> Node:
    """Return the tree of the page NAME; what is not well formed is counted and read all the same.

    The characters that HTML has names for are known, whether or not the page says so."""
    try:
        return read_xml(_NAMED.sub(_numbered, text), tally)
    except BadXml as bad:
        tally.left_out("repaired", f"{name}: {bad.message}")
        return read_tags(text, Tree(tally))


def read_xml(text: str, tally: Tally) -> Node:
    """Return the tree of TEXT; raise BadXml where it is not well formed or defines entities."""
    of_this_page = Tally()  # what is counted up to a fault is counted again
    tree = Tree(of_this_page)
    feed_xml(text.lstrip(), tree)
    tally.add(of_this_page)
    return tree.root


def _numbered(found: re.Match[str]) -> str:
    name = found[1]
    if name in _OF_XML or name not in html5:
        return found[0]
    return "".join(f"&#{ord(char)};" for char in html5[name])
