"""What is found of articles in a list or a feed. Pure."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from course.base.words import _
from lessons.importing.addresses import is_whole

LONGEST_ADDRESS = 2000
LONGEST_TITLE = 300

#: How many articles are read in at once; a feed has its newest first.
MOST_ARTICLES = 500

_BLANKS = re.compile(r"\s+")
_NO_ADDRESS = re.compile(r"[\s<>\"\\^`{|}\x00-\x20\x7f]")
_ENDING = re.compile(r"\.(html?|php|aspx?|pdf)$", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]{0,500}>")


class Found(NamedTuple):
    """An article as it was found: its address, what it is called, whose it is, what it appeared in, and when."""

    address: str
    title: str
    by: str = ""
    of: str = ""
    published: date | None = None


class Problem(NamedTuple):
    """What could not be read, in a sentence; LINE counts from 1, or is None where it is the whole."""

    line: int | None
    message: str


@dataclass(slots=True)
class Findings:
    """What was found, each address once, and what could not be read."""

    articles: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: How many more there were than are read in at once.
    left_out: int = 0

    def add(self, article: Found, line: int | None = None) -> None:
        """Add ARTICLE, which stands in LINE, unless its address is none or was found before; shorten what is long."""
        address = whole_address(article.address)
        if address is None:
            words = _("“{address}” is no address of the web.").format(address=shortened(article.address, 80))
            self.problems.append(Problem(line, words))
        elif len(self.articles) >= MOST_ARTICLES:
            self.left_out += 1
        elif all(one.address != address for one in self.articles):
            title, by, of = (shortened(words) for words in (article.title, article.by, article.of))
            title = title or title_of(address)
            self.articles.append(article._replace(address=address, title=title, by=by, of=of))


def whole_address(address: str) -> str | None:
    """Return ADDRESS where it is a whole one of the web, without its fragment; None where it is not."""
    address = address.strip()
    if len(address) > LONGEST_ADDRESS or _NO_ADDRESS.search(address) or not is_whole(address):
        return None
    parts = urlsplit(address)
    if parts.username is not None:
        return None
    return urlunsplit(parts._replace(netloc=parts.netloc.lower(), fragment=""))


def title_of(address: str) -> str:
    """Return what an article is called by its ADDRESS alone: the words of its last part, else its host."""
    parts = urlsplit(address)
    last = next((part for part in reversed(unquote(parts.path).split("/")) if part), "")
    words = re.sub(r"[-_+]+", " ", _ENDING.sub("", last)).strip()
    if not re.search(r"[^\W\d]{3}", words):
        words = parts.hostname or address
    return shortened(words[:1].upper() + words[1:])


def shortened(words: str, most: int = LONGEST_TITLE) -> str:
    """Return WORDS in one line, without marks of HTML and without controls, of MOST letters at the most."""
    words = "".join(char if unicodedata.category(char) != "Cc" else " " for char in _TAGS.sub(" ", words))
    words = _BLANKS.sub(" ", words).strip()
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
