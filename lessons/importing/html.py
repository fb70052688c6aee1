"""Pages of HTML, saved from the web or written by hand."""

from collections.abc import Sequence

from course.base.words import _
from lessons.importing.blocks import Block, Tongue, blocks_in, length, longer_than
from lessons.importing.decoding import decoded
from lessons.importing.imported import Imported, Unreadable, direction_of, one_line
from lessons.importing.pruning import prune
from lessons.importing.rendering import render
from lessons.importing.report import understood
from lessons.importing.sections import Document, sections_of, title_of
from lessons.importing.tags import read_tags
from lessons.importing.tally import Tally
from lessons.importing.tree import BLOCKS, Node, Tree
from lessons.importing.xhtml import read_page


def read_html(name: str, content: bytes) -> Imported:
    """Return the text of the page in CONTENT, the file NAME.

    Raise Unreadable for one over the limits or without words."""
    words, doubt = decoded(content)
    tally = Tally()
    xml = words.lstrip().startswith("<?xml") or "http://www.w3.org/1999/xhtml" in words[:2000]
    root = read_page(words, tally, name) if xml else read_tags(words, Tree(tally))
    if xml:
        _refuse_other_xml(root)
    return understood(text_of_page(root, name, tally), tally, [_("A page of HTML.")], doubt)


def _refuse_other_xml(root: Node) -> None:
    """Raise Unreadable for XML that is no page: its words without its marks would be a heap."""
    first = next((child for child in root.children if isinstance(child, Node)), root)
    if root.find("html", "body") is None and first.tag not in BLOCKS:
        message = _(
            "This XML is no page but a file of data (“{tag}”): bring a text as EPUB, HTML, Markdown or plain text."
        )
        raise Unreadable(message.format(tag=one_line(first.tag, 40)))


def text_of_page(root: Node, name: str, tally: Tally, *, title: str = "") -> Imported:
    """Return the text of the page NAME with the elements ROOT. Its headings part it; the only h1 is its title, and no
    passage, unless it has another TITLE already."""
    about = _about(root)
    top = root.find("html") or root
    tongue = Tongue().of(top).of(root.find("body") or top)
    main = _main_part(root, tally)
    prune(main, tally)
    blocks: Sequence[Block] = blocks_in(main, tongue)
    heading, others = _without_title(blocks)
    if heading and title in {"", heading}:
        title, blocks = heading, others
    sections = sections_of([Document(name, blocks, divided=True)], tongue, tally)
    first = next((section.title for section in sections if section.title), "")
    return Imported(
        title=title or about.get("title", "") or first,
        author=about.get("author", ""),
        language=tongue.language,
        direction=direction_of(tongue.direction),
        licence=about.get("licence", ""),
        source=about.get("source", ""),
        sections=sections,
    )


_METAS = {
    "author": "author",
    "dc.creator": "author",
    "dcterms.creator": "author",
    "rights": "licence",
    "copyright": "licence",
    "dc.rights": "licence",
    "dcterms.rights": "licence",
}


def _about(root: Node) -> dict[str, str]:
    """Return what the head of the page says of it: title, author, licence and source."""
    about: dict[str, str] = {}
    for node in (root.find("head") or root).nodes():
        if node.tag == "title":
            about.setdefault("title", one_line(node.words()))
        elif node.tag == "meta":
            if key := _METAS.get(node.attrs.get("name", "").lower()):
                about.setdefault(key, one_line(node.attrs.get("content", "")))
        elif node.tag == "link":
            rels = node.attrs.get("rel", "").lower().split()
            for rel, key in (("license", "licence"), ("canonical", "source")):
                if rel in rels:
                    about.setdefault(key, one_line(node.attrs.get("href", "")))
    return about


def _main_part(root: Node, tally: Tally) -> Node:
    """Return the part of a page that holds its text, the navigation taken out."""
    mains, articles = [], []
    whole = root
    for node in root.nodes():
        kept = [one for one in node.children if isinstance(one, str) or not _leads_about(one)]
        if len(kept) < len(node.children):
            tally.left_out("navigation", count=len(node.children) - len(kept))
            node.children = kept
        if node.tag == "body" and whole is root:
            whole = node
        elif node.tag == "main" or node.is_a("main"):
            mains.append(node)
        elif node.tag == "article":
            articles.append(node)
    for found in (mains, articles):
        if len(found) == 1 and longer_than(0, found):
            if length(found) < length([whole]):
                tally.left_out("around")
            return Node("", {}, [found[0]], has_blocks=True)
    return whole


def _leads_about(node: Node) -> bool:
    return node.tag == "nav" or node.is_a("navigation")


def _without_title(blocks: Sequence[Block]) -> tuple[str, Sequence[Block]]:
    """Return the only heading of the first rank as a title, empty if there is none, and the other BLOCKS."""
    firsts = [block for block in blocks if block.kind == "heading" and block.rank == 1]
    if len(firsts) != 1:
        return "", blocks
    others = [block for block in blocks if block is not firsts[0]]
    if others:
        others[0].idents = [*firsts[0].all_idents(), *others[0].idents]
    return title_of(render(firsts[0], Tongue(), []).plain), others
