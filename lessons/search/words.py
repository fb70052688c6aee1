"""Words as they are looked for: the same for both databases, for what is stored and for what is asked.

A word has two shapes. Its *form* is in small letters, without accents, and in Latin letters if it was Cyrillic. Its
*stem* is the form without English endings (the Porter2 stemmer), and without what spellings of a Russian name differ
in: Zinoviev, Zinovyev, Zinov’ev and Зиновьев have one stem. Stems are of a-z and 0-9 alone, so nothing in one can mean
anything to a database."""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from threading import Lock

import snowballstemmer

#: Longer words are cut: nobody types them, and an index has a limit.
LONGEST = 40

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʹʻ′`´", "'") | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060ʺ″", ""))
_CYRILLIC = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэіґўѣѳѵ", "abvgdeziiklmnoprstufyeiguefi", strict=True))
    | {"ё": "e", "є": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": ""}
    | {"ю": "iu", "я": "ia", "ї": "i", "ј": "i", "љ": "l", "њ": "n", "џ": "dzh", "ћ": "c", "ђ": "dj"}
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_HYPHENED = re.compile(r"[^\W\d_]+(?:[-‐‑][^\W\d_]+)+")
_FIGURE = re.compile(r"\d")
_THOUSANDS = re.compile(r"(?<=\d)[,\u202f\u00a0](?=\d{3}(?!\d))")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_ISO_DATE = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)\b")
_OUR_DATE = re.compile(r"\b(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})\b")

#: Words in so many sentences that they find nothing. They count in a quotation, and where nothing else is asked.
STOP_WORDS = frozenset(
    """a an and are as at be been but by did do does for from had has have he her his how i if in into is it its me my
    no not of on or our she so that the their them they this to was we were what when where which who why will with you
    your""".split()  # noqa: SIM905 (a hundred quotation marks are harder to read)
)

_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905

_stemmer = snowballstemmer.stemmer("english")
#: The stemmer works on a word within itself: two threads at once would get the stem of neither, or an IndexError.
_alone = Lock()


def level(text: str) -> str:
    """Return TEXT in small letters without accents, in Latin letters where it is Cyrillic, its apostrophes alike.

    Dates in figures are written out (22 january 1905), and numbers lose what parts their thousands."""
    if not text.isascii():
        text = _latin(text)
    text = text.casefold()
    if _FIGURE.search(text) is None:
        return text
    text = _THOUSANDS.sub("", text)
    return _ORDINAL.sub("", _OUR_DATE.sub(_in_words, _ISO_DATE.sub(_in_words, text)))


def _latin(text: str) -> str:
    """Return TEXT without accents and the like, in Latin letters where it is Cyrillic, its apostrophes alike."""
    text = _THOUSANDS.sub("", text.translate(_APOSTROPHES))  # some of what parts thousands is a space soon
    text = unicodedata.normalize("NFKC", text)
    if not text.isascii():
        text = text.casefold().translate(_CYRILLIC)
    if not text.isascii():
        marks = unicodedata.normalize("NFKD", text)
        text = "".join([letter for letter in marks if not unicodedata.combining(letter)])
    return text


def _in_words(found: re.Match[str]) -> str:
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return found[0]
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def forms_of(text: str) -> list[str]:
    """Return the forms of the words of TEXT, in order; a word with hyphens is the words it is made of."""
    return [_form(word) for word in _WORD.findall(level(text))]


def joined_forms_of(text: str) -> list[str]:
    """Return the forms of the words of TEXT that have hyphens, written as one: selfdetermination."""
    if "-" not in text and "‐" not in text and "‑" not in text:
        return []
    return [_form(re.sub(r"[-‐‑]", "", word)) for word in _HYPHENED.findall(level(text))]


def _form(word: str) -> str:
    if word.endswith("'s") and len(word) > 3:
        word = word[:-2]
    return word.replace("'", "")[:LONGEST]


@lru_cache(maxsize=1 << 16)
def stem_of(form: str) -> str:
    """Return the stem of a word of that FORM."""
    if not form.isascii():  # no English, no Russian: as it is, each letter by its number
        return "".join(letter if letter.isascii() else f"x{ord(letter):x}" for letter in form)
    with _alone:
        stem = _stemmer.stemWord(form)
    return _alike(stem)


def _alike(stem: str) -> str:
    """Level out what transliterations of one name differ in; short words are left alone, for ii is not i."""
    if len(stem) < 4 or stem.isdecimal():
        return stem
    stem = stem.replace("tz", "ts").replace("x", "ks")  # Trotzky; Alexeyev, Alekseev
    stem = re.sub(r"(?<=[b-df-hj-np-tv-xz])yo", "e", stem)  # Pyotr and Petr, for Пётр
    stem = re.sub(r"[iy]+e", "e", stem)  # Zinoviev, Zinovyev; Dostoyevsky, Dostoevsky
    return re.sub(r"[iy]+", "i", stem)  # Kerensky, Kerenskii; Milyukov, Miliukov


def stems_of(text: str) -> list[str]:
    """Return the stems of the words of TEXT, in order."""
    return [stem_of(form) for form in forms_of(text)]
