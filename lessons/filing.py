"""Under which letter a name, a term or a work is filed. Pure."""

import re
import unicodedata

#: What stands under no letter.
OTHERS = "#"

_NUMERAL = re.compile(r"[IVXLC]+\.?")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_ARTICLE = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)
#: Words in the name of a firm, a party, a newspaper or an office.
_BODIES = frozenset(
    {
        "books",
        "commissariat",
        "commission",
        "committee",
        "council",
        "foundation",
        "förlag",
        "guardian",
        "institute",
        "international",
        "library",
        "party",
        "press",
        "society",
        "soviet",
        "times",
        "union",
        "university",
        "verlag",
    }
)
#: A name of more words than that is taken for one of an office or a house.
MOST_WORDS = 3


def person_key(name: str, native: str | None = None) -> str:
    """Return what the NAME of somebody is sorted by: the last of its words that is no numeral, and then the others.

    A Chinese name, known by how it is written (NATIVE), begins with that of the family and is left as it is."""
    if native and _CHINESE.fullmatch(native):
        return plain(name)
    words = re.sub(r"\([^)]*\)", " ", name).split()
    last = next((at for at in reversed(range(len(words))) if not _NUMERAL.fullmatch(words[at])), None)
    return plain(" ".join([words[last], *words[:last], *words[last + 1 :]]) if last is not None else name)


def term_key(term: str) -> str:
    """Return what TERM is sorted by: without quotation marks, an article and accents."""
    return plain(_ARTICLE.sub("", term.lstrip("“‘\"'« "), count=1))


def author_key(author: str) -> str:
    """Return what a work of AUTHOR is sorted by: the surname of the first; all of it where that is no person, which is
    known by a word such as Press or Party, by an article, or by its many words."""
    names = re.split(r"\s+and\s+|\s+&\s+|,\s+", re.sub(r"\([^)]*\)", " ", author).strip())
    is_body = _ARTICLE.match(author) or not _BODIES.isdisjoint(author.casefold().replace(",", " ").split())
    is_person = not is_body and all(1 <= len(name.split()) <= MOST_WORDS for name in names)
    return f"{person_key(names[0])} {plain(author)}" if is_person else term_key(author)


def plain(words: str) -> str:
    """Return WORDS in small letters without accents and signs, as they are sorted."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", words) if not unicodedata.combining(sign))
    return re.sub(r"[^\w\s]", "", bare).strip().casefold()


def letter_of(key: str) -> str:
    """Return the capital under which KEY stands, or OTHERS."""
    return key[0].upper() if key and key[0].isalpha() else OTHERS
