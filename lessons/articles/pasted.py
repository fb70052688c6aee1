"""A reading list as people paste it: an address in a line, with a title and an author before or after it. Pure."""

import re
from datetime import date

from course.base.words import _
from lessons.articles.found import Findings, Found, Problem, shortened

_LINK = re.compile(
    r"\[(?P<title>[^\[\]]{1,400})\]\(\s*<?(?P<address>https?://[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?\s*\)"
)
_ADDRESS = re.compile(r"<?(?P<address>https?://[^\s<>\"]+)>?", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•–—·]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_DAY = re.compile(r"[(\[]?\b(\d{4}-\d{2}-\d{2})\b[)\]]?")
_EDGES = " \t,;:|–—-·•"
#: What ends a sentence after an address, and is none of it.
_AFTER = ".,;:!?…"
_BY = re.compile(r"^(?:by|von|par|de)\s+", re.IGNORECASE)
_PARTS = re.compile(r"\s+[–—|-]\s+|\s*\t+\s*")


def read_list(words: str) -> Findings:
    """Return the articles in WORDS, one line each, in their order.

    A line with an address is an article: a Markdown link, or an address with a title before it, or after it, and an
    author parted from it by a dash, a bar or "by". A line without one is the title of a line after it that is an
    address alone; a heading says what those under it appeared in; else it is told of."""
    found, of, waiting = Findings(), "", None
    for number, line in enumerate(words.split("\n"), 1):
        bare = _BULLET.sub("", line).strip()
        if not bare:
            continue
        if _HEADING.match(line):
            of = shortened(_HEADING.sub("", line).strip("# "))
        elif (article := _in_line(bare, of)) is None:
            _tell(found, waiting)
            waiting = (number, bare)
            continue
        else:
            if waiting and not article.title:
                title, by = _parted(waiting[1])
                article, waiting = article._replace(title=title, by=by), None
            found.add(article, number)
        _tell(found, waiting)
        waiting = None
    _tell(found, waiting)
    return found


def _tell(found: Findings, waiting: tuple[int, str] | None) -> None:
    """Note that a line, which waited for an address, got none."""
    if waiting:
        words = _("There is no address in “{line}”: write it whole, with https://.")
        found.problems.append(Problem(waiting[0], words.format(line=shortened(waiting[1], 80))))


def _in_line(line: str, of: str) -> Found | None:
    """Return the article of LINE, None where it has no address."""
    published, line = _day_of(line)
    if link := _LINK.search(line):
        rest = f"{line[: link.start()]} {line[link.end() :]}".strip(_EDGES)
        return Found(link["address"], link["title"], _BY.sub("", rest), of, published)
    if (match := _ADDRESS.search(line)) is None:
        return None
    address = match["address"].rstrip(_AFTER)
    if address.count("(") < address.count(")"):
        address = address.rstrip(")" + _AFTER)
    before, after = line[: match.start()].strip(_EDGES + "<(["), line[match.end() :].strip(_EDGES + ">)].")
    title, by = _parted(before or after)
    if before and after:
        by = _BY.sub("", after)
    return Found(address, title, by, of, published)


def _parted(words: str) -> tuple[str, str]:
    """Return the title in WORDS and the author after it, empty where there is none."""
    parts = _PARTS.split(words, maxsplit=1)
    if len(parts) == 1:
        title, by_sign, by = words.rpartition(" by ")
        return (title.strip(_EDGES), by.strip(_EDGES)) if by_sign and 0 < len(by.split()) <= 6 else (words, "")
    return parts[0].strip(_EDGES), _BY.sub("", parts[1].strip(_EDGES))


def _day_of(line: str) -> tuple[date | None, str]:
    """Return the day that LINE names as 2026-11-20 outside its address, and LINE without it."""
    for match in _DAY.finditer(line):
        word = line[: match.start()].rpartition(" ")[2]
        if "://" in word or line[match.end() : match.end() + 1] in {"/", "-"}:
            continue
        try:
            return date.fromisoformat(match[1]), f"{line[: match.start()]} {line[match.end() :]}".strip(_EDGES)
        except ValueError:
            continue
    return None, line
