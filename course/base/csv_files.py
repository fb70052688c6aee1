"""Tables that come and go as CSV. Written strictly (RFC 4180, UTF-8 with its mark), read forgivingly. Pure.

What we write opens as a table in whatever people have: CRLF, a comma, quotes where they are needed, a mark of byte
order so that names in any script are read right. **Numbers are numbers**: a share is written as percent, 64 or 64.3,
under a head that ends in "%" (`percent` makes it), never as "64%"; a day is 2026-11-29, a moment 2026-11-29 14:05 by
the clocks of the zone that its head names (`by_clock`); nothing is an empty cell.

A text that a spreadsheet would take for a formula gets an apostrophe before it (CWE-1236), and the reader takes it away
again; that holds inside a cell too, after a line break, a tab or a semicolon, where a program that parts at semicolons
would begin a cell of its own. Numbers that we write ourselves need none, negative ones neither."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from course.base.decoding import by_look, by_mark
from course.base.errors import DomainError
from course.base.words import _

MEDIA_TYPE = "text/csv; charset=utf-8"

#: What a cell may hold; a number is never text, and text never a number.
Cell = str | int | float | Decimal | Fraction | date | None

#: Signs that make a formula of what follows, in their wide forms too.
_FORMULA = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"
#: Where a spreadsheet may see a formula: before it any apostrophes of ours, at the beginning also spaces.
_BEGINS = re.compile(rf"\A(?='*(?:[\t\r\n]|\s*{_FORMULA}))|(?<=[;\t\r\n])(?='*{_FORMULA})")
_DEFUSED = re.compile(rf"\A'(?='*(?:[\t\r\n]|\s*{_FORMULA}))|(?<=[;\t\r\n])'(?='*{_FORMULA})")
_TO_QUOTE = re.compile(r'[",;\t\r\n]|\A\s|\s\Z')

MARK = "\ufeff"


# Writing


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the whole file of HEADS and ROWS."""
    return b"".join(lines_of(heads, rows))


def lines_of(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield the file of HEADS and ROWS, a line at a time."""
    yield (MARK + _line(heads)).encode()
    for row in rows:
        yield _line(row).encode()


def percent(share: Fraction | Decimal | float | None) -> Decimal | None:
    """Return SHARE, from 0 to 1, as a number of percent with one digit at most; None is none. A half is rounded up."""
    if share is None:
        return None
    tenths = Fraction(share) * 1000
    return Decimal((2 * tenths.numerator + tenths.denominator) // (2 * tenths.denominator)) / 10


def by_clock(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Return MOMENT by the clocks of ZONE, as a table shows it; the head of the column must name the zone."""
    return moment.astimezone(zone).replace(tzinfo=None) if moment is not None else None


def said(cell: Cell) -> str:
    """Return the words of CELL as a table shows them, on the page and, but for what defuses a formula, in the file."""
    match cell:
        case None:
            return ""
        case bool():
            return _("yes") if cell else _("no")
        case str():
            return _clean(cell)
        case datetime():
            return cell.isoformat(" ", "minutes")
        case date():
            return cell.isoformat()
        case _:
            return _number(cell)


def _line(cells: Sequence[Cell]) -> str:
    if len(cells) == 1 and said(cells[0]) == "":
        return '""\r\n'  # else it would be a blank line
    return ",".join(_written(cell) for cell in cells) + "\r\n"


def _written(cell: Cell) -> str:
    return _quoted(cell) if isinstance(cell, str) else said(cell)


@lru_cache(maxsize=1000)  # most cells of a table say one of a few words
def _quoted(cell: str) -> str:
    words = _BEGINS.sub("'", said(cell))
    return '"' + words.replace('"', '""') + '"' if _TO_QUOTE.search(words) else words


def _number(cell: int | float | Decimal | Fraction) -> str:
    """Return CELL in digits with a point, six places at most, without an exponent or noughts that say nothing."""
    if isinstance(cell, int):
        return str(cell)
    exact = Fraction(cell)
    digits = f"{Decimal(exact.numerator) / Decimal(exact.denominator):.6f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def _clean(text: str) -> str:
    """Return TEXT without NUL, halves of surrogate pairs and a mark of byte order before it; line ends as \\n."""
    text = text.replace("\0", "").encode("utf-8", "ignore").decode()
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip(MARK)


# Reading

MOST_BYTES = 4 * 2**20
MOST_LINES = 10_000
MOST_COLUMNS = 60
LONGEST_CELL = 2_000

_SEPARATORS = "\t;,"  # on equal terms the earlier: a comma stands in names, the others nowhere
_TOLD = re.compile(r"\A\s*sep=([\t;,])\s*(?:\n|\Z)", re.IGNORECASE)
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UNQUOTED = re.compile(r'"[^"\n]*(?:""[^"\n]*)*"')


class CannotReadCsv(DomainError):
    """A file in which there is no table to be found."""

    status = 422
    title = _("This cannot be read as a table")


class Row(NamedTuple):
    """A row: the line of the file in which it begins (from 1), its cells, and what is wrong with it as a whole."""

    line: int
    cells: list[str]
    problem: str | None = None


class Table(NamedTuple):
    """What was read; `encoding` and `separator` as they were taken, `notes` what is to be said of that."""

    rows: list[Row]
    encoding: str
    separator: str
    notes: list[str]


def read_csv(content: bytes | str, *, most_lines: int = MOST_LINES, longest: int = LONGEST_CELL) -> Table:
    """Return the table in CONTENT, bytes of a file or words that were pasted; blank lines are no rows.

    At most MOST_LINES rows are read, of cells of LONGEST characters at the most.

    Raise CannotReadCsv where there is none, or too much of it. What is wrong with one row is said in it."""
    words, encoding, notes = _words_of(content)
    told = _TOLD.match(words)
    separator = told[1] if told else separator_of(words)
    rows: list[Row] = []
    begins = (told.end(), 2) if told else (0, 1)
    for row in _rows(words, separator, begins, longest):
        if len(rows) == most_lines:
            message = _("Line {line} is one too many: at most {most} rows can be read at once. Part the file.")
            raise CannotReadCsv(message.format(line=row.line, most=f"{most_lines:,}"))
        rows.append(row)
    if not rows:
        raise CannotReadCsv(_("There is nothing in it."))
    return Table(rows, encoding, separator, notes)


def separator_of(words: str) -> str:
    """Return what parts the cells of WORDS: of tab, semicolon and comma the one that parts most lines alike.

    Looked at are the first fifty lines that are not blank; what stands in quotes does not count."""
    lines = [line for line in _UNQUOTED.sub('""', words[:200_000]).split("\n") if line.strip()][:50]

    def fits(separator: str) -> tuple[int, int]:
        counts = [count for line in lines if (count := line.count(separator))]
        if not counts:
            return 0, 0
        usual = max(sorted(set(counts)), key=counts.count)
        return counts.count(usual), usual

    best = max(_SEPARATORS, key=fits)  # the first of equals
    return best if fits(best)[0] else ","


def _words_of(content: bytes | str) -> tuple[str, str, list[str]]:
    """Return the words of CONTENT with \\n at the ends of lines, how they were written, and what to say of it."""
    if len(content) > MOST_BYTES:
        message = _("It is larger than {most} MB. Part the file, or leave out the columns that are not needed.")
        raise CannotReadCsv(message.format(most=MOST_BYTES // 2**20))
    if isinstance(content, str):
        return _clean(content), "utf-8", []
    if content.startswith(_BOOKS):
        raise CannotReadCsv(_("This is a workbook, not a CSV file. In your spreadsheet choose: save as, CSV (UTF-8)."))
    found, notes = by_mark(content) or by_look(content), []
    if found.guessed:
        message = _("The file does not say how its letters are written; it was read as {name}. Look at the names.")
        notes.append(message.format(name=found.encoding))
    elif found.damaged:
        message = _("Some of the file is damaged: {n} signs that could not be read are shown as �.")
        notes.append(message.format(n=found.damaged))
    return _clean(found.words), found.encoding, notes


def _rows(words: str, separator: str, begins: tuple[int, int], longest: int) -> Iterator[Row]:
    """Yield the rows of WORDS from the place and the line on where it BEGINS.

    A quotation mark that is never closed breaks its own row only; no more is searched for the other than a cell may be
    long, so that a file full of them is read in the same time."""
    at, line = begins
    plain = re.compile(rf"[^{separator}\n]*")
    quoted = re.compile(rf'[ ]*"([^"]*(?:""[^"]*)*)"([^{separator}\n]*)')
    end = len(words)
    while at < end:
        began, cells, problem, start = line, [], None, at
        while True:
            most = min(end, at + 3 * longest)
            head = quoted.match(words, at, most)
            if head is None or head.end() == most < end or ("\n" in head[1] and head[2].strip()):
                here = plain.match(words, at)
                assert here is not None
                cell, at = here[0].strip(), here.end()
                if cell.startswith('"'):
                    problem = _("A quotation mark is opened here and not closed in its place.")
            else:
                inside = head[1].replace('""', '"')
                line += inside.count("\n")
                cell, at = inside + head[2].rstrip(), head.end()
            cells.append(_DEFUSED.sub("", cell))
            if at >= end or words[at] == "\n":
                break
            at += 1  # the separator; an empty cell follows where it is the last sign of the line
        if words[start:at].strip():
            yield Row(began, *_within_limits(cells, problem, longest))
        at, line = at + 1, line + 1


def _within_limits(cells: list[str], problem: str | None, longest: int) -> tuple[list[str], str | None]:
    if len(cells) > MOST_COLUMNS:
        message = _("There are {n} cells in this row; at most {most} can be read.")
        problem = message.format(n=len(cells), most=MOST_COLUMNS)
    elif any(len(cell) > longest for cell in cells):
        problem = _("A cell of this row has more than {most} characters.").format(most=f"{longest:,}")
    return [cell[:longest] for cell in cells[:MOST_COLUMNS]], problem
