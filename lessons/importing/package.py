"""What an EPUB says of itself: its title, its pages in their order, its list of contents, and what is locked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from course.base.hardened_xml import BadXml
from course.base.words import _
from lessons.importing.addresses import leads_away, path_of
from lessons.importing.decoding import decoded
from lessons.importing.imported import Direction, Unreadable, direction_of, language_of, one_line
from lessons.importing.tally import Tally
from lessons.importing.tree import Node
from lessons.importing.xhtml import read_page, read_xml

OFFICE = _("This is a document of an office program: save it as a web page (HTML) or plain text, and bring that.")

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"

PAGES = frozenset(("application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/xml", "text/xml"))

#: Fonts are made useless outside their book in these two ways; words are not.
_OF_FONTS = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#rc"))

#: A list of contents that goes deeper is a tree of something else.
DEEPEST = 6

#: So many replacements of a page are followed.
_MOST_FALLBACKS = 10


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the book: its path in the archive, empty where it would lie elsewhere."""

    href: str
    path: str
    media_type: str
    properties: frozenset[str]
    fallback: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the list of contents; `level` counts from 1."""

    title: str
    level: int


@dataclass(slots=True)
class Package:
    """What the package document says. `spine` has the path of each page, and whether the order of reading has it."""

    path: str
    title: str = ""
    title_direction: Direction = ""
    author: str = ""
    language: str = ""
    licence: str = ""
    source: str = ""
    items: dict[str, Item] = field(default_factory=dict)
    spine: list[tuple[str, bool]] = field(default_factory=list)
    contents: dict[str, Entry] = field(default_factory=dict)
    contents_page: str = ""


def read_package(files: Mapping[str, bytes], tally: Tally) -> Package:
    """Return the first package of the book in FILES. Raise Unreadable where there is none, or where it is locked."""
    if CONTAINER not in files:
        raise Unreadable(_not_a_book(files))
    _refuse_what_is_locked(files, tally)
    rootfile = _xml(files, CONTAINER, tally).find("rootfile")
    path = path_of(rootfile.attrs.get("full-path", ""), "") if rootfile else ""
    if path not in files:
        raise Unreadable(_("The book does not say where its contents are: get it anew from where it came."))
    package = Package(path)
    _read_facts(_xml(files, path, tally), package, files, tally)
    return package


def _not_a_book(files: Mapping[str, bytes]) -> str:
    if "[Content_Types].xml" in files:
        return OFFICE
    return _("This archive is no EPUB book; unpack it and bring the text in it as Markdown, HTML or plain text.")


def _xml(files: Mapping[str, bytes], path: str, tally: Tally) -> Node:
    try:
        return read_xml(decoded(files[path])[0], tally)
    except BadXml as bad:
        message = _("“{path}” in the book cannot be read. {why} Get the book anew from where it came.")
        raise Unreadable(message.format(path=path, why=bad.message)) from None


def _refuse_what_is_locked(files: Mapping[str, bytes], tally: Tally) -> None:
    if ENCRYPTION not in files:
        return
    for data in _xml(files, ENCRYPTION, tally).nodes():
        if data.tag in {"encrypteddata", "encryptedkey"}:
            method = data.find("encryptionmethod")
            reference = data.find("cipherreference")
            if method is None or method.attrs.get("algorithm", "").lower() not in _OF_FONTS:
                name = one_line(reference.attrs.get("uri", "") if reference else "", 80)
                message = _("The book is locked against copying (“{name}” is encrypted): bring an edition that is not.")
                raise Unreadable(message.format(name=name))


def _read_facts(root: Node, package: Package, files: Mapping[str, bytes], tally: Tally) -> None:
    top, spine = root.find("package") or root, root.find("spine") or Node("")
    _read_metadata(root.find("metadata") or Node(""), top, package, tally)
    for node in (root.find("manifest") or Node("")).nodes():
        if node.tag == "item" and "id" in node.attrs:
            package.items.setdefault(node.attrs["id"], _item(node, package.path))
    nav = next((item for item in package.items.values() if "nav" in item.properties), None)
    ncx = package.items.get(spine.attrs.get("toc", ""))
    if nav and nav.path in files:
        package.contents_page = nav.path
        package.contents = _contents_of_nav(files[nav.path], nav.path, tally)
    elif ncx and ncx.path in files:
        package.contents = _contents_of_ncx(files, ncx.path, tally)
    _read_spine(spine, package, files, tally)


def _read_metadata(metadata: Node, top: Node, package: Package, tally: Tally) -> None:
    creators: list[str] = []
    for node in metadata.nodes():
        words = one_line(node.words()) if node is not metadata else ""
        if node.tag == "title" and words and not package.title:
            package.title = words
            package.title_direction = direction_of(node.attrs.get("dir") or top.attrs.get("dir", ""))
        elif node.tag == "creator" and words:
            creators.append(words)
        elif node.tag == "language":
            package.language = package.language or language_of(words)
        elif node.tag == "rights":
            package.licence = package.licence or words
        elif node.tag == "source":
            package.source = package.source or words
        elif node.attrs.get("property") == "rendition:layout" and words == "pre-paginated":
            tally.left_out("layout")
    package.author = one_line(", ".join(dict.fromkeys(creators)))


def _item(node: Node, package_path: str) -> Item:
    href = node.attrs.get("href", "")
    return Item(
        href,
        "" if not href or leads_away(href) else path_of(href, package_path),
        node.attrs.get("media-type", "").lower().split(";")[0].strip(),
        frozenset(node.attrs.get("properties", "").split()),
        node.attrs.get("fallback", ""),
    )


def _read_spine(spine: Node, package: Package, files: Mapping[str, bytes], tally: Tally) -> None:
    """Fill in the pages in the order of reading; what cannot be read is counted by name."""
    seen: set[str] = set()
    for node in spine.nodes():
        if node.tag == "itemref":
            ident = node.attrs.get("idref", "")
            item = _readable(package, ident, files)
            if item is None:
                named = package.items.get(ident)
                tally.left_out("unreadable", named.href if named else ident)
            elif item.path not in seen:
                seen.add(item.path)
                package.spine.append((item.path, node.attrs.get("linear", "").lower() != "no"))


def _readable(package: Package, ident: str, files: Mapping[str, bytes]) -> Item | None:
    """Return the item IDENT or the first of its replacements that is a page in the book."""
    item = package.items.get(ident)
    for _step in range(_MOST_FALLBACKS):
        if item is None or (item.path in files and item.media_type in PAGES):
            break
        item = package.items.get(item.fallback)
    return item if item and item.path in files and item.media_type in PAGES else None


def _contents_of_nav(content: bytes, path: str, tally: Tally) -> dict[str, Entry]:
    root = read_page(decoded(content)[0], tally, path)
    navs = [node for node in root.nodes() if node.tag == "nav"]
    nav = next((node for node in navs if node.is_a("toc")), navs[0] if navs else root)
    found: dict[str, Entry] = {}
    waiting: list[tuple[Node, int]] = [(nav, 0)]
    while waiting:
        node, level = waiting.pop()
        if node.tag == "a" and "href" in node.attrs:
            _enter(found, node.attrs["href"], path, node.words(), level)
        deeper = level + (node.tag in {"ol", "ul"})
        waiting += [(child, deeper) for child in reversed(node.children) if isinstance(child, Node)]
    return found


def _contents_of_ncx(files: Mapping[str, bytes], path: str, tally: Tally) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    waiting: list[tuple[Node, int]] = [(_xml(files, path, tally), 0)]
    while waiting:
        node, level = waiting.pop()
        level += node.tag == "navpoint"
        if node.tag == "navpoint":
            label = next((one for one in node.children if isinstance(one, Node) and one.tag == "navlabel"), Node(""))
            place = next((one for one in node.children if isinstance(one, Node) and one.tag == "content"), Node(""))
            _enter(found, place.attrs.get("src", ""), path, label.words(), level)
        waiting += [(child, level) for child in reversed(node.children) if isinstance(child, Node)]
    return found


def _enter(found: dict[str, Entry], address: str, path: str, words: str, level: int) -> None:
    """Enter the first mention of a page; places inside it have headings of their own."""
    if address and not leads_away(address):
        found.setdefault(path_of(address, path), Entry(one_line(words), min(max(level, 1), DEEPEST)))
