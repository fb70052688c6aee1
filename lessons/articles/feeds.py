"""Articles in a feed (RSS 0.9 to 2.0, Atom) or a list of links (OPML) that was saved as a file. Nothing is fetched.

What the elements mean is said by the RSS 2.0 specification (rssboard.org), RFC 4287 for Atom and opml.org."""

from collections.abc import Mapping
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from html import unescape

from course.base.hardened_xml import BadXml, feed_xml
from course.base.words import _
from lessons.articles.found import Findings, Found, Problem, shortened
from lessons.importing.decoding import decoded

#: The most bytes that are read of a file.
MOST_BYTES = 2 * 1024 * 1024

#: Elements that hold one article, and those whose title is that of the whole.
_ITEMS = frozenset({"item", "entry"})
_WHOLES = frozenset({"channel", "feed", "head"})
_ROOTS = frozenset({"rss", "rdf", "feed", "opml"})
_DEEPEST = 100


class NoFeed(BadXml):
    """A file that is neither a feed nor a list of links; the message says what it is, or where it breaks off."""


def read_feed(content: bytes) -> Findings:
    """Return the articles of a feed or list of links, CONTENT being the bytes of the file, in their order.

    Raise NoFeed for another file, and for one that is not well formed: nothing of it is taken then."""
    if len(content) > MOST_BYTES:
        raise NoFeed(_("The file is larger than {n} MiB.").format(n=MOST_BYTES // (1024 * 1024)))
    words, _guess = decoded(content)
    if not words.lstrip().startswith("<"):
        raise NoFeed(_("This is no feed: it does not begin as XML does. Paste a list of addresses below instead."))
    reader = _Reader()
    try:
        feed_xml(words.lstrip(), reader)
    except NoFeed:
        raise
    except BadXml as bad:
        raise NoFeed(str(bad)) from None
    return reader.findings


class _Reader:
    """What hears of the elements of a feed one after the other."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.of = ""
        self.path: list[str] = []
        self.words: list[list[str]] = []
        self.item: dict[str, str] | None = None

    def start(self, tag: str, attrs: dict[str, str], /) -> None:
        """Note that an element begins; an article, a link, or one that says who wrote it."""
        name = _local(tag)
        if not self.path and name not in _ROOTS:
            raise NoFeed(
                _("This is no feed: it begins with “{name}”. RSS, Atom and OPML can be read.").format(name=name)
            )
        self.path.append(name)
        if len(self.path) > _DEEPEST:
            raise NoFeed(_("Its elements are nested too deep."))
        self.words.append([])
        if name in _ITEMS:
            self.item = {}
        elif name == "link" and self.item is not None and attrs.get("href"):
            if attrs.get("rel", "alternate") == "alternate":
                self.item.setdefault("link", attrs["href"])
        elif name == "outline":
            self._outline(attrs)

    def data(self, data: str, /) -> None:
        """Take note of words."""
        self.words[-1].append(data)

    def end(self, tag: str, /) -> None:
        """Note that an element ends: its words are known now."""
        name, said = self.path.pop(), "".join(self.words.pop())
        above, words = self.path[-1] if self.path else "", said.strip()
        if "title" in self.path:  # one of Atom may have elements in it
            self.words[-1].append(said)
        if name in _ITEMS:
            self._keep()
        elif self.item is not None:
            self._of_item(name, above, words)
        elif name == "title" and above in _WHOLES and not self.of:
            self.of = shortened(unescape(words))

    def close(self) -> Findings:
        """Return what was found."""
        if not self.findings.articles and not self.findings.problems:
            self.findings.problems.append(Problem(None, _("There is no article in it.")))
        return self.findings

    def _of_item(self, name: str, above: str, words: str) -> None:
        assert self.item is not None
        if above in _ITEMS and name in {"title", "link", "guid", "author", "creator"} | set(_DATES) and words:
            self.item.setdefault(name, words)
        elif above == "author" and name == "name":
            self.item.setdefault("creator", words)

    def _keep(self) -> None:
        item, self.item = self.item or {}, None
        address = item.get("link") or item.get("guid", "")
        title = shortened(unescape(item.get("title", "")))
        if not address:
            words = _("“{title}” has no address.").format(title=title or "?")
            self.findings.problems.append(Problem(None, words))
            return
        by = item.get("creator") or _name_in(item.get("author", ""))
        self.findings.add(Found(address, title, unescape(by), self.of, _day_of(item)))

    def _outline(self, attrs: Mapping[str, str]) -> None:
        """A link of OPML is an article; a feed named in it is not fetched, and is told of."""
        named = {name.lower(): said.strip() for name, said in attrs.items()}
        title = named.get("title") or named.get("text", "")
        if address := named.get("url") or (named.get("htmlurl") if not named.get("xmlurl") else ""):
            self.findings.add(Found(address, unescape(title), "", self.of))
        elif named.get("xmlurl"):
            words = _("“{title}” is a feed, and nothing is fetched from here: open {address} and bring that file.")
            told = words.format(title=shortened(title, 80), address=shortened(named["xmlurl"], 200))
            self.findings.problems.append(Problem(None, told))


#: Elements that say when an article appeared, the first that is there being believed.
_DATES = ("published", "pubDate", "date", "updated")


def _local(tag: str) -> str:
    name = tag.rpartition("}")[2]
    return name if name == "pubDate" else name.lower()


def _name_in(author: str) -> str:
    """Return the name in what RSS calls the author, which is an address with a name in brackets, or a name."""
    name = author.partition("(")[2].rpartition(")")[0]
    return name.strip() or ("" if "@" in author else author)


def _day_of(item: Mapping[str, str]) -> date | None:
    for name in _DATES:
        said = item.get(name, "")
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            try:
                return read(said).date()
            except (ValueError, TypeError, IndexError, OverflowError):
                continue
    return None
