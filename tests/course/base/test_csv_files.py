"""What is written as CSV, and what is read of what people call so."""

import csv
import io
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.base.csv_files import (
    LONGEST_CELL,
    MOST_BYTES,
    CannotReadCsv,
    Cell,
    by_clock,
    csv_of,
    percent,
    read_csv,
    said,
    separator_of,
)

FORMULAS = "=+-@\uff1d\uff0b\uff0d\uff20"
#: Whatever people type, with more than their share of what is special.
WORDS = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from(FORMULAS + "',;\t\"\r\n \0\ufeff")), max_size=30
)
CELLS = st.one_of(WORDS, st.none(), st.integers(), st.decimals(-1000, 1000, places=2), st.booleans(), st.dates())


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[Cell]) -> list[list[Cell]]:
    width = draw(st.integers(1, 5))
    return draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=8))


def written(*rows: list[Cell]) -> str:
    return csv_of(rows[0], rows[1:]).decode("utf-8-sig")


# Written


@given(tables(CELLS))
def test_what_is_written_is_read_again_as_it_is_said(rows: list[list[Cell]]) -> None:
    read = read_csv(csv_of([str(said(cell)) for cell in rows[0]], rows[1:]))
    assert [row.cells for row in read.rows] == [[said(cell) for cell in row] for row in rows]
    assert not any(row.problem for row in read.rows)
    assert not read.notes


@given(tables(CELLS))
def test_other_programs_read_the_same_but_for_the_apostrophe_before_a_formula(rows: list[list[Cell]]) -> None:
    lines = list(csv.reader(io.StringIO(written(rows[0], *rows[1:]), newline=""), strict=True))
    for line, row in zip(lines, rows, strict=True):
        for cell, meant in zip(line, row, strict=True):
            words = said(meant)
            assert cell == words or cell.replace("'", "") == words.replace("'", "")
            if not any(sign in words for sign in FORMULAS + "\t\r\n"):
                assert cell == words


@given(WORDS)
def test_no_text_begins_as_a_formula_neither_for_who_parts_at_semicolons(text: str) -> None:
    line = written(["head", "head"], [text, "x"])
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(line, newline=""), delimiter=separator):
            for cell in row:
                assert not cell.startswith((*FORMULAS, "\t", "\r"))
                assert not cell.lstrip().startswith(tuple(FORMULAS)) or separator != ","


@given(tables(WORDS))
def test_lines_end_as_the_standard_asks(rows: list[list[Cell]]) -> None:
    content = csv_of(["head"], rows)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    assert b"\r" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+48 600", "'+48 600"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1", "'\uff1d1"),
        (" =1", "' =1"),
        ("\tx", '"\'\tx"'),
        ("a;=1", '"a;\'=1"'),
        ("a\n-1", '"a\n\'-1"'),
        ("'=1", "''=1"),
        ("a=1", "a=1"),
        ("'tis", "'tis"),
    ],
)
def test_what_looks_like_a_formula_is_defused(text: str, cell: str) -> None:
    assert written(["head"], [text]) == f"head\r\n{cell}\r\n"
    assert read_csv(csv_of(["head"], [[text]])).rows[1].cells == [text]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (-2, "-2"),
        (Decimal("-0.50"), "-0.5"),
        (Decimal("1E+3"), "1000"),
        (Fraction(2, 3), "0.666667"),
        (-0.0, "0"),
        (1e-9, "0"),
        (True, "yes"),
        (None, ""),
        (date(1917, 11, 7), "1917-11-07"),
        (datetime(2026, 11, 29, 14, 5, 9), "2026-11-29 14:05"),  # noqa: DTZ001 (by a clock on a wall)
    ],
)
def test_numbers_stay_numbers_and_days_are_written_from_the_year_down(cell: Cell, words: str) -> None:
    assert said(cell) == words
    assert written(["a", "b"], [cell, 1]) == f"a,b\r\n{words},1\r\n"


@pytest.mark.parametrize(
    ("share", "number"), [(Fraction(2, 3), "66.7"), (0.64, "64"), (1, "100"), (0, "0"), (Fraction(1, 2000), "0.1")]
)
def test_a_share_is_a_number_of_percent(share: Fraction | float, number: str) -> None:
    assert said(percent(share)) == number


def test_no_share_is_no_number() -> None:
    assert percent(None) is None


def test_a_moment_is_told_by_the_clocks_of_the_zone() -> None:
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert said(by_clock(moment, ZoneInfo("Europe/Warsaw"))) == "2026-07-02 00:30"
    assert by_clock(None, ZoneInfo("UTC")) is None


# Read


@pytest.mark.parametrize(
    ("encoding", "said_to_be"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("cp1251", "windows-1251"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_russian_names_are_read_however_they_are_written(encoding: str, said_to_be: str) -> None:
    words = "name;email\r\nВера Засулич;vera@example.org\r\nИрина Иванова;irina@example.org\r\n"
    read = read_csv(words.encode(encoding))
    assert [row.cells[0] for row in read.rows] == ["name", "Вера Засулич", "Ирина Иванова"]
    assert read.encoding == said_to_be
    assert bool(read.notes) == (encoding in {"cp1251", "koi8-r"})


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_the_wide_encodings_are_known_without_their_mark(encoding: str) -> None:
    read = read_csv("name;email;subgroup;what else there is\r\nZoë;zoe@example.org;;\r\n".encode(encoding))
    assert (read.rows[1].cells[0], read.encoding, read.notes) == ("Zoë", encoding, [])


def test_western_names_of_an_old_spreadsheet_are_read_and_it_is_said_how() -> None:
    read = read_csv("name,email\r\nZoë Müller,zoe@example.org\r\n".encode("cp1252"))
    assert read.rows[1].cells[0] == "Zoë Müller"
    assert "windows-1252" in read.notes[0]


def test_a_damaged_sign_is_said() -> None:
    read = read_csv("Вера Засулич\n".encode() + b"\xff")
    assert "1 signs" in read.notes[0]


@pytest.mark.parametrize(
    ("words", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("Luxemburg, Rosa;rosa@example.org\nZetkin, Clara;clara@example.org\n", ";"),
        ("name,about\nA,x;y\nB,z\n", ","),
        ('"a,b,c";d\n"e,f,g";h\n', ";"),
        ("alone\n", ","),
        ("", ","),
    ],
)
def test_what_parts_the_cells_is_found(words: str, separator: str) -> None:
    assert separator_of(words) == separator


def test_a_spreadsheet_may_say_itself_what_parts_the_cells() -> None:
    read = read_csv("sep=;\na;b\n")
    assert [(row.line, row.cells) for row in read.rows] == [(2, ["a", "b"])]


def test_rows_know_their_lines_past_blank_ones_and_line_breaks_in_cells() -> None:
    read = read_csv('a,b\n\n"x\ny", z \r\n   \nlast,"" \n')
    assert [(row.line, row.cells) for row in read.rows] == [(1, ["a", "b"]), (3, ["x\ny", "z"]), (6, ["last", ""])]


def test_a_file_without_an_end_of_line_is_read_whole() -> None:
    assert [row.cells for row in read_csv("a,b\nc,").rows] == [["a", "b"], ["c", ""]]


@pytest.mark.parametrize(
    "words",
    ['A,"a@x\nB,b@x\nC,c@x', '"A,a@x\n"B",b@x\nC,c@x', 'A,"a@x\nB,"b@x"\nC,c@x'],
)
def test_a_quotation_mark_left_open_breaks_its_own_row_only(words: str) -> None:
    rows = read_csv(words).rows
    assert [row.line for row in rows] == [1, 2, 3]
    assert [row.problem is None for row in rows] == [False, True, True]
    assert rows[1].cells == ["B", "b@x"]


def test_signs_beside_a_quotation_are_kept() -> None:
    assert read_csv('"Vera" Figner, "a ""b"" c"\n').rows[0].cells == ["Vera Figner", 'a "b" c']


def test_nul_bytes_are_left_out() -> None:
    assert read_csv(b"a,b\nA\0nna,\0\n").rows[1].cells == ["Anna", ""]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n \n\t\n", b"PK\x03\x04...", b"\xd0\xcf\x11\xe0..."])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(CannotReadCsv):
        read_csv(content)


def test_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(CannotReadCsv, match="4 MB"):
        read_csv(b"a" * (MOST_BYTES + 1))


def test_ten_thousand_rows_are_read_and_one_more_names_its_line() -> None:
    assert len(read_csv("a,b\n" * 10_000).rows) == 10_000
    with pytest.raises(CannotReadCsv, match="Line 10001"):
        read_csv("a,b\n" * 10_001)


def test_what_is_wrong_with_one_row_is_said_in_it() -> None:
    rows = read_csv("a,b\n" + "," * 60 + "\n" + "x" * (LONGEST_CELL + 1) + "\nc,d\n").rows
    assert [row.problem is None for row in rows] == [True, False, False, True]
    assert "61 cells" in str(rows[1].problem)
    assert len(rows[2].cells[0]) == LONGEST_CELL


@pytest.mark.parametrize("line", ['"a', '"a""', 'x,"', "a" * 300, "," * 300, ";" * 200 + '"'])
def test_no_file_takes_long(line: str) -> None:
    began = time.perf_counter()
    read_csv((line + "\n") * 8_000)
    assert time.perf_counter() - began < 20


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read = read_csv(content)
    except CannotReadCsv:
        return
    assert read.rows
    assert [row.line for row in read.rows] == sorted({row.line for row in read.rows})
