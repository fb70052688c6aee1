"""When two spellings are the same words: folding, `*` in a key, and slips of typing (RULES section 11)."""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

ANYTHING = "\0"  # what an unescaped `*` becomes: neither a key nor a response may hold it
_QUOTES = "\"'`´‘’‚‛“”„‟‹›«»′″‵‶ʹʺʻʼʽ＇＂"
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "−": " "}  # what Unicode does not decompose
_FOLDED = str.maketrans(dict.fromkeys(_QUOTES, "") | _LETTERS)
_CLOSING = ".,;:!?"
_FEMININE = {
    "ov": "ova", "ev": "eva", "in": "ina", "sky": "skaya", "skiy": "skaya", "skii": "skaya",
    "ов": "ова", "ев": "ева", "ин": "ина", "скии": "ская",
}  # fmt: skip


def fold(text: str) -> str:
    """Return TEXT without what does not make a word another: compatibility forms (NFKC), case, accents, quotation marks
    and apostrophes; dashes, hyphens and white space are one space, and closing punctuation at a word's end is gone."""
    for _again in range(2):  # decomposing may bring forth what the first steps fold
        text = unicodedata.normalize("NFKD", text.translate(_FOLDED).casefold())
        text = "".join(" " if unicodedata.category(char) == "Pd" else char for char in text if _is_letter(char))
    words = (word.rstrip(_CLOSING) for word in unicodedata.normalize("NFC", text).split())
    return " ".join(word for word in words if word)


fold_name = lru_cache(maxsize=4096)(fold)
"""`fold` for what authors wrote and every answer is compared with. What students type is not kept in memory."""


def _is_letter(char: str) -> bool:
    """Say whether CHAR stands for itself: no accent, no soft hyphen, nothing of no width."""
    return not unicodedata.combining(char) and unicodedata.category(char) != "Cf"


@lru_cache(maxsize=1024)
def pattern(key: str) -> tuple[str, ...]:
    r"""Return the folded pieces of KEY between its `*`, each of which stands for anything; `\*` is a star itself."""
    marked = re.sub(r"\\\*|\*", lambda star: "*" if len(star[0]) == 2 else ANYTHING, key)
    return tuple(fold(marked).split(ANYTHING))


def readable(key: str) -> str:
    r"""Return KEY for people: `*` is an ellipsis, `\*` a star."""
    return re.sub(r"\\\*|\*", lambda star: "*" if len(star[0]) == 2 else "…", key)


def fits(pieces: tuple[str, ...], folded: str) -> bool:
    """Say whether FOLDED is PIECES with anything, or nothing, between them.

    The first place that fits is taken for each piece and never taken back, so the time grows with the length only."""
    if len(pieces) == 1:
        return folded == pieces[0]
    first, *middle, last = pieces
    if len(folded) < len(first) + len(last) or not folded.startswith(first) or not folded.endswith(last):
        return False
    here, end = len(first), len(folded) - len(last)
    for piece in middle:
        found = folded.find(piece, here, end)
        if found < 0:
            return False
        here = found + len(piece)
    return True


def distance(folded: str, key: str) -> int | None:
    """Return how many letters part the folded spellings, word by word; None where the number of words differs."""
    words, key_words = folded.split(), key.split()
    if len(words) != len(key_words):
        return None
    return sum(DamerauLevenshtein.distance(word, right) for word, right in zip(words, key_words, strict=True))


def slips(folded: str, key: str) -> int | None:
    """Return how many slips of typing make FOLDED of KEY (0: it is KEY), None where they are not to be forgiven."""
    words, key_words = folded.split(), key.split()
    if len(words) != len(key_words):
        return None
    counts = [_slips_in(word, right) for word, right in zip(words, key_words, strict=True)]
    return None if None in counts else sum(count or 0 for count in counts)


def _slips_in(word: str, right: str) -> int | None:
    """Return the slips in one WORD: none in a digit or the first letter, none in words of under 5 letters, one in words
    of 5 to 9, two from 10. Zinovieva is another person than Zinoviev, not a slip."""
    if word == right:
        return 0
    # The digits stay in their places, and only the letters between them are compared.
    letters, right_letters = re.split(r"(\d+)", word), re.split(r"(\d+)", right)
    if word[0] != right[0] or letters[1::2] != right_letters[1::2] or _of_one_family(word, right):
        return None
    pairs = list(zip(letters[::2], right_letters[::2], strict=True))
    length = sum(len(letters) for _word, letters in pairs)
    allowed = 0 if length < 5 else 1 if length < 10 else 2
    count = sum(DamerauLevenshtein.distance(*pair) for pair in pairs)
    return count if count <= allowed else None


def _of_one_family(one: str, other: str) -> bool:
    """Say whether one word is the feminine form of the other, a surname in the Russian way."""
    return any(
        his.endswith(ending) and hers == his.removesuffix(ending) + feminine
        for his, hers in ((one, other), (other, one))
        for ending, feminine in _FEMININE.items()
    )
