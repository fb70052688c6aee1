"""What may be typed for a date, and what is asked back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.chronology import Written
from quizzes.items import BadResponse
from quizzes.items.dates_typed import Typed, read, written


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("25 October 1917", "25 October 1917"),
        ("October 25, 1917", "25 October 1917"),
        ("Oct.25,1917", "25 October 1917"),
        ("25th of October, 1917", "25 October 1917"),
        ("on the 25th October 1917.", "25 October 1917"),
        ("Wednesday, 7 November 1917", "7 November 1917"),
        ("1917 October 25", "25 October 1917"),
        ("25-Oct-1917", "25 October 1917"),
        ("25.10.1917", "25 October 1917"),
        ("25/10/1917", "25 October 1917"),
        ("10/25/1917", "25 October 1917"),
        ("11/11/1918", "11 November 1918"),
        ("1917-10-25", "25 October 1917"),
        ("٢٥ October ١٩١٧", "25 October 1917"),
        ("１９１７－１０－２５", "25 October 1917"),
        ("October 1917", "October 1917"),
        ("Oct. 1917", "October 1917"),
        ("Sept of 1917", "September 1917"),
        ("1917, october", "October 1917"),
        ("1917-10", "October 1917"),
        ("10/1917", "October 1917"),
        ("1917", "1917"),
        ("in the year 1917", "1917"),
        ("988", "988"),
        ("AD 14", "AD 14"),
        ("14 C.E.", "AD 14"),
        ("19 August AD 14", "19 August AD 14"),
        ("c. 1917", "c. 1917"),
        ("c1917", "c. 1917"),
        ("circa 1640", "c. 1640"),
        ("ca 1640", "c. 1640"),
        ("about the 1640s", "c. 1640s"),
        ("~ 1640", "c. 1640"),
        ("1640s", "1640s"),
        ("The 1640’s", "1640s"),
        ("17th century", "17th century"),
        ("the XVII century", "17th century"),
        ("XVIIth c.", "17th century"),
        ("seventeenth-century", "17th century"),
        ("twenty-first century", "21st century"),
    ],
)
def test_a_point_is_read_however_it_is_written(text, canonical):
    assert written(read(text)) == canonical
    assert read(text).form == "point"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1914-1918", "1914–1918"),
        ("1914 — 1918", "1914–1918"),
        ("1914-18", "1914–1918"),
        ("1914 to 18", "1914–1918"),
        ("from 1914 to 1918", "1914–1918"),
        ("From 1914 until 1918", "1914–1918"),
        ("AD 14–37", "AD 14 – AD 37"),
        ("c. 1914–1918", "c. 1914–1918"),
        ("1914 to c. 1918", "1914 – c. 1918"),
        ("8–12 March 1917", "8–12 March 1917"),
        ("March 8-12, 1917", "8–12 March 1917"),
        ("8 to 12 March 1917", "8–12 March 1917"),
        ("from 28 February to 3 March 1917", "28 February – 3 March 1917"),
        ("April-May 1917", "April–May 1917"),
        ("1914-08-01 - 1918-11-11", "1 August 1914 – 11 November 1918"),
        ("August 1914 to 1918", "August 1914 – 1918"),
        ("the 1640s to the 1660s", "1640s–1660s"),
        ("16th–17th centuries", "16th century – 17th century"),
        ("between 1640 and 1650", "between 1640 and 1650"),
        ("between 1640-50", "between 1640 and 1650"),
        ("between May and June 1917", "between May 1917 and June 1917"),
        ("before 1700", "before 1700"),
        ("after 1900", "after 1900"),
        ("till May 1917", "until May 1917"),
        ("since 1900", "since 1900"),
    ],
)
def test_two_ends_and_open_ones_are_read_however_they_are_written(text, canonical):
    assert written(read(text)) == canonical
    assert read(text).form != "point"


@pytest.mark.parametrize(
    ("text", "calendar"),
    [
        ("25 October 1917 (Old Style)", "old"),
        ("25 October 1917, old style", "old"),
        ("25 October 1917 OS", "old"),
        ("25 October 1917 (O.S.)", "old"),
        ("25 October 1917 in the Old Style", "old"),
        ("Old Style: 25 October 1917", "old"),
        ("25 October 1917, Julian calendar", "old"),
        ("25 October 1917 N.S.", "new"),
        ("(New Style) 25 October 1917", "new"),
        ("25 October 1917 by the Gregorian calendar", "new"),
        ("25 October 1917", None),
    ],
)
def test_the_calendar_may_be_said_beside_the_date(text, calendar):
    assert read(text) == Typed("point", Written("day", 1917, 10, 25), calendar=calendar)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10/11/1917", "Which is the month? Write 10 November 1917 or 11 October 1917."),
        ("10.11.1917", "Which is the month? Write 10 November 1917 or 11 October 1917."),
        ("5-6-1917", "Which is the month? Write 5 June 1917 or 6 May 1917."),
        ("1905-07", "Which is meant? Write July 1905, or 1905–1907."),
        ("1905–7", "Which is meant? Write July 1905, or 1905–1907."),
        ("1900s", "Ten years or a hundred? Write 1900–1909, or 20th century."),
        ("25 October", "Which year? Write it too, as 3 May 1752."),
        ("October 25", "Which year? Write it too, as 3 May 1752."),
        ("October", "Which year? Write it too, as 3 May 1752."),
        ("25.10.17", "Write the year in full, as 1752."),
        ("25 October 17", "Write the year in full, as 1752."),
        ("17", "Write the year in full, as 1752."),
        ("0", "There is no year 0: the year before 1 is 1 BC."),
        ("1 January 0000", "There is no year 0: the year before 1 is 1 BC."),
        ("AD 0", "There is no year 0: the year before 1 is 1 BC."),
        ("44 BC", "Dates before the year 1 are not understood here."),
        ("44 b.c.e.", "Dates before the year 1 are not understood here."),
        ("13/14/1917", "Neither of these numbers is a month. Write the date as 3 May 1752."),
        ("25 October (7 November) 1917", "Write one date only, in one of the two calendars."),
        ("25 October 1917 (7 November New Style)", "Write one date only, in one of the two calendars."),
    ],
)
def test_what_could_be_two_dates_or_lacks_something_is_asked_back(text, message):
    with pytest.raises(BadResponse) as refusal:
        read(text)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "1645s", "40s", "'17", "100th century", "0th century", "the century", "Foo 1917", "ma 1917",
        "1917-00", "1917-13", "19170", "-44", "25 October/7 November 1917", "mid-1917", "c.", "c. c. 1917", "before",
        "between 1640", "from 1914", "1914 to", "to 1918", "1914 1918", "1917 OS to 1918 NS", "1" * 400, "½", "\u200b",
        "Old Style",
    ],
)  # fmt: skip
def test_what_is_no_date_is_told_how_one_is_written(text):
    with pytest.raises(BadResponse, match=r"not understood as a date\. Write it as 3 May 1752"):
        read(text)


def test_a_day_that_never_was_is_read_for_the_calendar_to_refuse():
    assert read("29 February 1900").first == Written("day", 1900, 2, 29)


YEARS = st.integers(1, 9999)
DECADES = st.integers(11, 999).filter(lambda number: number % 10).map(lambda number: 10 * number)
CENTURIES = st.integers(0, 98).map(lambda number: 100 * number + 1)
ONE, MONTHS = st.just(1), st.integers(1, 12)
POINTS = st.one_of(
    st.builds(Written, st.just("day"), YEARS, MONTHS, st.integers(1, 31), st.booleans()),
    st.builds(Written, st.just("month"), YEARS, MONTHS, ONE, st.booleans()),
    st.builds(Written, st.just("year"), YEARS, ONE, ONE, st.booleans()),
    st.builds(Written, st.just("decade"), DECADES, ONE, ONE, st.booleans()),
    st.builds(Written, st.just("century"), CENTURIES, ONE, ONE, st.booleans()),
)
OPEN = st.sampled_from(["point", "before", "after", "until", "since"])
TYPED = st.builds(Typed, OPEN, POINTS, st.none(), st.none()) | st.builds(
    Typed, st.sampled_from(["span", "between"]), POINTS, POINTS, st.none()
)
PIECES = [
    "c.", "between", "and", "from", "to", "before", "1917", "14", "8", "October", "may", "17th", "XVII", "century",
    "1640s", "–", "-", "/", "AD", "BC", "OS", "(", ")",
]  # fmt: skip


@given(TYPED)
def test_what_is_written_down_is_read_as_the_same_again(typed):
    assert read(written(typed)) == typed


@given(
    st.text(st.characters(codec=None), max_size=30)
    | st.text("0123456789-./ c'stndrh()", max_size=20)
    | st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join)
)
def test_any_text_is_a_date_in_its_one_form_or_refused_with_a_sentence(text):
    message, typed = "", None
    try:
        typed = read(text)
    except BadResponse as refusal:
        message = str(refusal)
    assert (typed is None) == message.endswith(".")
    assert typed is None or read(written(typed)) == Typed(typed.form, typed.first, typed.last)
