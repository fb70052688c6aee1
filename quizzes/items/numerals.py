"""Numbers as people type them: digits of any script, a decimal comma or point, marks between the thousands.

A number is kept as a plain decimal string, so that nothing is rounded on its way."""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from course.base.words import _
from quizzes.items.common import BadResponse, clean_text

LONGEST_NUMBER = 40  #: characters, a unit included
MOST_DIGITS = 30
_MARKS = {
    **dict.fromkeys("−‐‑‒–﹣－", "-"),
    "＋": "+",
    **dict.fromkeys("’‘ʼ′＇٬", "'"),  # the last parts thousands in Arabic
    **dict.fromkeys("，،", ","),
    "．": ".",
    "·": "٫",  # as the printers of the time set it
}
_TYPED = re.compile(r"(?P<sign>[-+]?) ?(?P<digits>[.,٫]?[0-9][0-9.,٫' ]*)(?P<rest>.*)")
#: 1,234 is a thousand and more in London, and one and a quarter in Petrograd.
_EITHER = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{3})")
_NUMBER = re.compile(
    r"(?P<whole>[0-9]*|[0-9]{1,3}(?P<mark>[ ',.])[0-9]{3}(?:(?P=mark)[0-9]{3})*)"
    r"(?:(?!(?P=mark))[.,٫](?P<fraction>[0-9]+))?"
)


class Typed(NamedTuple):
    """A number as a decimal string (see `canonical`), and what stood after it: a unit, if anything."""

    number: str
    rest: str


def read_number(text: str) -> Typed:
    """Return the number at the beginning of TEXT; raise BadResponse where there is none, or where it may be either of
    two."""
    if len(text.strip()) > LONGEST_NUMBER:  # before anything looks at each character of it
        raise BadResponse(_("This is too long for a number: at most {n} characters.").format(n=LONGEST_NUMBER))
    plain = "".join(_plain(char) for char in clean_text(text)).strip()
    if (match := _TYPED.fullmatch(plain)) is None:
        raise BadResponse(_("This is no number. Write it in digits, as 1861 or 2.5."))
    sign, rest = match["sign"].replace("+", ""), match["rest"]
    digits = match["digits"].rstrip("., '٫")
    if sum(char.isdigit() for char in digits) > MOST_DIGITS:
        raise BadResponse(_("This number is too long: at most {n} digits.").format(n=MOST_DIGITS))
    if (either := _EITHER.fullmatch(digits)) is not None:
        raise BadResponse(_ask_back(sign, *either.groups()))
    if (number := _NUMBER.fullmatch(digits)) is None:
        message = _("It is not clear which number this is. Write the digits without anything between them, as 12345.6.")
        raise BadResponse(message)
    whole = re.sub(r"[^0-9]", "", number["whole"])
    return Typed(canonical(sign, whole, number["fraction"] or ""), rest.strip())


def canonical(sign: str, whole: str, fraction: str) -> str:
    """Return the one form in which a number is kept: no zeros that say nothing, but for one that tells 1.2340 from a
    thousand and more, so that what is kept can be typed again."""
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    number = f"{whole}.{fraction}" if fraction else whole
    if _EITHER.fullmatch(number):
        number += "0"
    return sign + number if number != "0" else number


def canonical_of(number: float) -> str:
    """Return NUMBER, as an author wrote it, in the form in which a number is kept."""
    digits = format(Decimal(str(number)), "f")
    whole, _point, fraction = digits.removeprefix("-").partition(".")
    return canonical("-" if digits.startswith("-") else "", whole, fraction)


def for_people(number: str) -> str:
    """Return the decimal string NUMBER without zeros at its end."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def _plain(char: str) -> str:
    """Return what CHAR stands for in a number: a digit of any script its own, marks of direction nothing."""
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    category = unicodedata.category(char)
    return "" if category == "Cf" else " " if category == "Zs" else _MARKS.get(char, char)


def _ask_back(sign: str, whole: str, fraction: str) -> str:
    message = _("Did you mean {large} or {small}? Write {large} for the first, {small}0 for the second.")
    return message.format(large=sign + whole + fraction, small=f"{sign}{whole}.{fraction}")
