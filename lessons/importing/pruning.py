"""Takes out of a tree what is no text: pictures leave their description, formulas their words, scripts nothing."""

from collections.abc import Callable

from course.base.words import _
from lessons.importing.tally import Tally
from lessons.importing.tree import Node

_KINDS = {
    "script": "script",
    "style": "style",
    **dict.fromkeys(("iframe", "frame", "embed", "applet"), "frame"),
    **dict.fromkeys(("input", "select", "textarea", "button", "keygen", "datalist"), "field"),
    **dict.fromkeys(("audio", "video", "bgsound"), "sound"),
    **dict.fromkeys(("img", "image", "svg", "canvas"), "picture"),
    "math": "formula",
}
"""Element -> what is counted where one is taken out."""

_GONE_WORDS = """
    head title template noframes noembed xmp param source track area base basefont link meta col colgroup
"""
_GONE = frozenset(_GONE_WORDS.split())


def prune(root: Node, tally: Tally, path_of: Callable[[str], str] = str) -> None:
    """Take out of ROOT what is no text, and count it. PATH_OF makes the name of a picture of its address."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        kept: list[Node | str] = []
        for child in node.children:
            if isinstance(child, str):
                kept.append(child)
            elif kind := _KINDS.get(child.tag):
                tally.left_out(kind, _name_of(child, path_of) if kind == "picture" else "")
                kept.extend(_in_place_of(child, kind))
            elif child.tag in _GONE:
                _count_inside(child, tally)
            else:
                if child.tag == "object":  # what stands in it is there for those who cannot see it
                    tally.left_out("frame")
                kept.append(child)
                waiting.append(child)
        node.children = kept


def _count_inside(node: Node, tally: Tally) -> None:
    for inner in node.nodes():
        if inner.tag in {"script", "style"}:
            tally.left_out(inner.tag)
        elif inner.tag == "link" and "stylesheet" in inner.attrs.get("rel", "").lower():
            tally.left_out("style")


def _in_place_of(node: Node, kind: str) -> list[Node | str]:
    """Return what stays where NODE stood: an anchor for its ident, and its words if it has any."""
    words = ""
    if kind == "picture":
        titled = node.find("title") if node.tag == "svg" else None
        described = titled.words() if titled else node.attrs.get("alt", "")
        words = _("[Picture: {words}]").format(words=" ".join(described.split())) if described.strip() else ""
    elif kind == "formula":
        words = node.attrs.get("alttext") or _formula(node)
    anchor = [Node("a", {"id": node.attrs["id"]})] if "id" in node.attrs else []
    return [*anchor, words] if words else [*anchor]


def _formula(node: Node) -> str:
    for inner in node.nodes():
        inner.children = [
            child for child in inner.children if isinstance(child, str) or not child.tag.startswith("annotation")
        ]
    return node.words()


def _name_of(node: Node, path_of: Callable[[str], str]) -> str:
    address = node.attrs.get("src") or node.attrs.get("href") or ""
    if not address or address.lower().startswith("data:"):
        return ""
    return path_of(address)
