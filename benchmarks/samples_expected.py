"""What the expectations that are written down beside the samples mean for a text that is imported."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any, NamedTuple
from xml.etree import ElementTree

from lessons.importing.imported import Imported

#: Expectations that say something else than the sample itself, and what is held instead.
MISTAKEN = {
    ("epub/w3c_ocf-package_multiple.epub", "title"): (
        "ocf-package_multiple",
        "the container names FOO/BAR/package.opf first, whose page says that it is the one to be seen",
    ),
}

#: How far “about” reaches.
ABOUT = 0.02

ACTING = re.compile(
    r"<(?:script|style|iframe|frame|form|input|button|textarea|select|object|embed|applet|base|meta|link|img|svg|math"
    r"|video|audio)\b"
    r"|<[^>]*?\s(?:on\w+|style|srcdoc|formaction)\s*=|<[^>]*?\b(?:javascript|vbscript|data):",
    re.IGNORECASE,
)


class Verdict(NamedTuple):
    """Something that was asked of a sample, whether it holds, and what was found; with a REMARK it is always told."""

    asked: str
    held: bool
    found: str = ""
    remark: bool = False


@dataclass
class Outcome:
    """What reading a sample came to: a text, a refusal or a fault, and what it took."""

    text: Imported | None = None
    refusal: str | None = None
    fault: str | None = None
    seconds: float = 0.0
    megabytes: float = 0.0
    touched: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """All words of the text, section by section."""
        sections = self.text.sections if self.text else ()
        return "\n".join(passage.plain for section in sections for passage in section.passages)

    @property
    def html(self) -> str:
        """All HTML of the text."""
        sections = self.text.sections if self.text else ()
        return "\n".join(passage.html for section in sections for passage in section.passages)

    @property
    def told(self) -> str:
        """All that is told of what was left out, or why nothing was read."""
        notices = self.text.left_out if self.text else ()
        return "\n".join(" ".join([notice.message, *notice.names]) for notice in notices) or (self.refusal or "")


def always(outcome: Outcome) -> Iterator[Verdict]:
    """Yield what must hold for any file that is brought."""
    yield Verdict("a text or a refusal", outcome.fault is None, outcome.fault or "")
    if outcome.refusal is not None:
        sentence = outcome.refusal.endswith(".") and "Traceback" not in outcome.refusal
        yield Verdict("the refusal is a sentence", sentence, outcome.refusal)
    if outcome.text is None:
        return
    acting = ACTING.search(outcome.html)
    yield Verdict("nothing acts", acting is None, acting[0] if acting else "")
    idents = [passage.ident for section in outcome.text.sections for passage in section.passages]
    yield Verdict("no ident is there twice", len(set(idents)) == len(idents))
    astray = set(re.findall(r'href="#([^"]*)"', outcome.html)) - set(idents)
    yield Verdict("links inside lead to passages", not astray, ", ".join(sorted(astray)[:3]))
    yield Verdict("no file of this machine is in it", "root:" not in outcome.words)
    seen = " ".join(unescape(re.sub("<[^>]*>", " ", outcome.html)).split()).replace(" ", "")
    yield Verdict("what is shown is what is said", seen == "".join(outcome.words.split()))


def expected(kind: str, name: str, expectation: dict[str, Any], outcome: Outcome) -> Iterator[Verdict]:
    """Yield what EXPECTATION asks of the sample NAME of this KIND."""
    if kind == "xml":
        yield Verdict("XML that is no page is refused", outcome.refusal is not None, outcome.words[:60])
    if kind in {"xml", "text"}:  # they are files of questions: of a text only what is always asked holds
        if never := expectation.get("never_contains"):
            yield Verdict(f"never contains {never}", never not in outcome.words)
        return
    if kind == "page":
        yield from _page(outcome, expectation)
    elif kind == "archives" and not name.startswith("archives/epub_"):
        yield Verdict("an archive that is no book is refused", outcome.refusal is not None, outcome.told)
    elif "refuse_or" in expectation and outcome.refusal is not None:
        yield Verdict("refused or told", "b.xhtml" in outcome.refusal, outcome.refusal)
    else:
        for key, wanted in expectation.items():
            if check := CHECKS.get(key):
                yield from _one(check, name, key, wanted, outcome)


def _one(check: "Check", name: str, key: str, wanted: Any, outcome: Outcome) -> Iterator[Verdict]:
    if (name, key) in MISTAKEN:
        instead, why = MISTAKEN[name, key]
        held, found = check(instead, outcome)
        yield Verdict(f"{key}: {instead}, not {wanted}", held, f"{found}; {why}", remark=True)
    else:
        held, found = check(wanted, outcome)
        yield Verdict(f"{key}: {wanted}", held, found)


Check = Callable[[Any, Outcome], tuple[bool, str]]


def _text(outcome: Outcome) -> Imported:
    return outcome.text or Imported("")


def _title(wanted: str, outcome: Outcome) -> tuple[bool, str]:
    return _text(outcome).title == wanted, _text(outcome).title


def _language(wanted: str, outcome: Outcome) -> tuple[bool, str]:
    language = _text(outcome).language
    return language.split("-")[0] == wanted, language


def _direction(wanted: str, outcome: Outcome) -> tuple[bool, str]:
    found = (_text(outcome).title_direction, _text(outcome).direction)
    return wanted in found, str(found)


def _count(wanted: int, outcome: Outcome) -> tuple[bool, str]:
    count = len(_text(outcome).sections)
    return count == wanted, str(count)


def _chapters(wanted: list[str], outcome: Outcome) -> tuple[bool, str]:
    found = [section.title.partition(": ")[2] or section.title for section in _text(outcome).sections]
    return [title for title in found if title in wanted] == wanted, "; ".join(found)


def _words_in_chapters(wanted: str, outcome: Outcome) -> tuple[bool, str]:
    """The chapters are the sections with a number before their title; words with a dash between count as one or two."""
    about = int(re.sub(r"\D", "", wanted))
    chapters = [section for section in _text(outcome).sections if re.match(r"[IVX]+: ", section.title)]
    words = [passage.plain for section in chapters for passage in section.passages]
    counts = [sum(len(pattern.findall(plain)) for plain in words) for pattern in (re.compile(r"\S+"), _WORD)]
    return any(abs(count - about) <= ABOUT * about for count in counts), f"{counts[0]} or {counts[1]}"


_WORD = re.compile(r"[^\s—–…]*\w[^\s—–…]*")


def _report(wanted: str | list[str], outcome: Outcome) -> tuple[bool, str]:
    """What a report names: a number of things, each by its path, or the things themselves."""
    if isinstance(wanted, list):
        names = {"a": "etc/passwd", "c (remote)": "http://127.0.0.1:9/c.xhtml"}
        return all(names.get(name, name) in outcome.told for name in wanted), outcome.told
    if number := re.match(r"(\d+) pictures", wanted):
        absent = [notice for notice in _text(outcome).left_out if "not in it" in notice.message]
        count = len(absent[0].names) if absent else 0
        return count == int(number[1]) and f"{count} pictures" in absent[0].message, str(count)
    if wanted == "missing picture":
        return "media/imgs/monastery.jpg" in outcome.told, outcome.told
    named = re.findall(r"\w+\.dmg", wanted)
    return bool(named) and all(name in outcome.told for name in named), outcome.told


def _order(wanted: list[str], outcome: Outcome) -> tuple[bool, str]:
    """The pages of the sample say themselves which they are; their names end with their place in the order."""
    places = ["first", "second", "third", "last"]
    found = [" ".join(passage.plain for passage in section.passages) for section in _text(outcome).sections]
    told = all(f"must appear {place}" in words for place, words in zip(places, found, strict=False))
    return told and len(found) == len(wanted), "; ".join(words[:60] for words in found)


def _linear(wanted: list[str], outcome: Outcome) -> tuple[bool, str]:
    found = [section.title for section in _text(outcome).sections if not section.aside]
    return len(found) == len(wanted), "; ".join(found)


def _reachable(wanted: list[str], outcome: Outcome) -> tuple[bool, str]:
    asides = [section for section in _text(outcome).sections if section.aside]
    led = all(f'href="#{section.passages[0].ident}"' in outcome.html for section in asides)
    return led and len(asides) == len(wanted), "; ".join(section.title for section in asides)


def _heading(wanted: list[str], outcome: Outcome) -> tuple[bool, str]:
    first = outcome.words.split("\n")[: len(wanted)]
    return first == wanted, "; ".join(first)


def _first_words(wanted: str, outcome: Outcome) -> tuple[bool, str]:
    paragraphs = [one for section in _text(outcome).sections for one in section.passages if one.kind == "paragraph"]
    first = unicodedata.normalize("NFC", paragraphs[0].plain) if paragraphs else ""
    return first.startswith(wanted), first[:80]


def _good(wanted: str, outcome: Outcome) -> tuple[bool, str]:
    kept = re.findall(r"\"([^\"]+)\"", wanted)
    return bool(kept) and all(words in outcome.words for words in kept), outcome.words[:60]


#: What stands in the note of a sample and is no key of its own: words in the note -> words in the text and not in it.
NOTES: dict[str, tuple[str, str]] = {
    "only the first rootfile": ("Test passes if you see this", "Test fails"),
    "do not show it": ("Test fails if a red image is visible", "red.png"),
    "links between files must lead": ("A1.1", "appendix-1.xhtml"),
    "keep the text of the note marks": ("oborontsiA1.1", "appendix-1.xhtml"),
    "contents list is not a reading page": ("Hello", "second link)\nTest passes if you can see two links (first"),
    "never leave the archive": ("medieval monastery", "media/imgs"),
    "HTML parsers dislike": ("Test passes if the reading system reports an error", "p::p"),
}


def _note(wanted: str, outcome: Outcome) -> tuple[bool, str]:
    for words, (there, absent) in NOTES.items():
        if words in wanted:
            return there in outcome.words and absent not in outcome.html, outcome.told[:80]
    return not wanted.startswith("links"), ""


CHECKS: dict[str, Check] = {
    "title": _title,
    "language": _language,
    "dir": _direction,
    "spine": _count,
    "sections": _count,
    "chapters": _chapters,
    "words_in_chapters": _words_in_chapters,
    "report": _report,
    "order": _order,
    "linear": _linear,
    "reachable_by_link": _reachable,
    "heading": _heading,
    "first_words": _first_words,
    "good": _good,
    "note": _note,
}


def pages_in(content: bytes) -> Iterator[bytes]:
    """Yield the HTML of each question in CONTENT, a file of questions, as a page; nothing of one that is no such file.

    This is a measuring tool and reads the samples that it was given with the parser at hand: it asks it only of files
    without a document type, which can define nothing."""
    if b"<!DOCTYPE" in content or not content.startswith(b"<?xml"):
        return
    try:
        quiz = ElementTree.fromstring(content)
    except (ElementTree.ParseError, LookupError, ValueError):
        return
    for stem in quiz.iterfind(".//questiontext/text"):
        if "<" in (stem.text or ""):
            yield (stem.text or "").encode()


def _page(outcome: Outcome, expectation: dict[str, Any]) -> Iterator[Verdict]:
    if "kept" in expectation and outcome.text:
        safe = re.search(r"safe \d+", outcome.words)
        yield Verdict("the harmless words are kept", safe is not None, outcome.words[:80])
