from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.items import BadResponse
from quizzes.items import numeric as kind
from quizzes.items.numerals import canonical_of, read_number
from tests.quizzes.items.make import numeric

VERSTS = [
    {"ident": "verst", "text": "versts", "aliases": ["verst", "вёрст"]},
    {"ident": "sazhen", "text": "sazhens", "factor": 0.002},
    {"ident": "square", "text": "sq. km", "aliases": ["km²"], "factor": 3},
]
ONE_UNIT = VERSTS[:1]


def parse(text, data=None, **fields):
    raw = {"": [text]} | {name: [value] for name, value in fields.items()}
    return kind.parse(data or numeric(1), raw, [])


def read(text):
    return parse(text)["number"]


def score(data, number, unit=None):
    return kind.score(data, {"number": number} | ({"unit": unit} if unit else {})).score


def refusal(text, data=None, **fields):
    with pytest.raises(BadResponse) as caught:
        parse(text, data, **fields)
    return str(caught.value)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1861", "1861"),
        (" 007 ", "7"),
        ("+7", "7"),
        ("-0.0", "0"),
        ("2.50", "2.5"),
        ("2,5", "2.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0,125", "0.125"),  # a thousand does not begin with 0
        ("1234,567", "1234.567"),  # nor are there four digits before its mark
        ("1.2340", "1.2340"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("6 000", "6000"),
        ("6\u202f000,25", "6000.25"),
        ("6\xa0000\u2009000", "6000000"),
        ("1’234’567.5", "1234567.5"),
        ("1'234", "1234"),
        ("−5", "-5"),
        ("–\xa05", "-5"),
    ],
)
def test_a_number_is_understood_as_people_write_it(typed, number):
    assert read(typed) == number


@pytest.mark.parametrize("typed", ["١٩١٧", "۱۹۱۷", "१९१७", "１９１７", "\u200f1917\u200f"])
def test_digits_of_any_script_are_digits(typed):
    assert read(typed) == "1917"


def test_the_marks_of_arabic_numbers_tell_thousands_from_tenths():
    assert read("١٬٢٣٤٫٥") == "1234.5"
    assert Fraction(read("1٫234")) == Fraction("1.234")


@pytest.mark.parametrize(("typed", "large", "small"), [("1,234", "1234", "1.234"), ("-12.500", "-12500", "-12.500")])
def test_a_mark_before_three_digits_is_asked_back_with_both_ways_to_say_it(typed, large, small):
    message = refusal(typed)
    assert f"Did you mean {large} or {small}?" in message
    assert Fraction(read(large)) == Fraction(large)
    assert f"{small}0 for the second" in message
    assert Fraction(read(f"{small}0")) == Fraction(small)


@pytest.mark.parametrize(
    "typed",
    [
        "NaN",
        "infinity",
        "∞",
        "1e400",
        "0x10",
        "½",
        "5²",
        "--5",
        "5-6",
        "1,23.4",
        "12 34",
        "1 2345",
        "1,234 567",
        "5..6",
        "five",
        "?",
        "\u200b",
        "9" * 31,
        "9" * 41,
        "9" * 10_000_000,
        "9\0",
        "9\ud800",
        "9\x07",
    ],
)
def test_what_is_no_number_is_refused_in_a_sentence(typed):
    assert refusal(typed).encode().endswith(b".")


@given(st.decimals(-(10**12), 10**12, places=3) | st.decimals(-(10**6), 10**6, places=12))
def test_what_is_kept_can_be_typed_again_and_is_the_same_number(number):
    kept = canonical_of(number)
    assert Fraction(kept) == Fraction(number)
    assert read_number(kept) == (kept, "")


@given(st.integers(0, 10**12), st.sampled_from([" ", "\xa0", "\u2009", "\u202f", "'", "’"]))
def test_thousands_may_be_parted_by_spaces_and_apostrophes(number, mark):
    assert read(f"{number:,}".replace(",", mark)) == str(number)


@given(st.text(max_size=45))
def test_whatever_is_typed_is_a_number_or_a_bad_response(text):
    try:
        number, rest = read_number(text)
    except BadResponse:
        return
    assert Fraction(number) == Fraction(read_number(number).number)
    assert rest == rest.strip()


def test_the_nearest_number_is_right_to_the_last_digit():
    data = numeric({"value": 0.3, "tolerance": 0.1})
    assert score(data, "0.4") == score(data, "0.2") == 1  # with floats 0.4 is too far
    assert score(data, "0.40000000000000000001") == 0
    assert score(numeric(0.1), "0.1") == 1


def test_a_tolerance_may_be_a_share_of_the_number():
    data = numeric({"value": -200, "tolerance_percent": 5})
    assert score(data, "-210") == score(data, "-190") == 1
    assert score(data, "-210.01") == score(data, "200") == 0


def test_the_best_answer_that_fits_counts_with_its_feedback():
    data = numeric(
        {"value": 1861, "tolerance": 10, "score": 0.5, "feedback": "Near."},
        1861,
        {"value": 1917, "score": 0, "feedback": "That is the revolution."},
    )
    assert kind.score(data, {"number": "1861"}).feedback == ()
    assert (score(data, "1861"), score(data, "1871")) == (1, Fraction(1, 2))
    assert kind.score(data, {"number": "1870"}).feedback == ("Near.",)
    assert kind.score(data, {"number": "1917"}).feedback == ("That is the revolution.",)
    assert kind.score(data, {"number": "1914"}).feedback == ()


@pytest.mark.parametrize("typed", ["500 versts", "500 Verst", "500вёрст", "500 ВЕРСТ.", "500-versts"])
def test_a_unit_typed_after_the_number_is_understood(typed):
    assert parse(typed, numeric(500, units=VERSTS)) == {"number": "500", "unit": "verst"}


def test_the_only_unit_may_be_typed_and_says_nothing_new():
    assert parse("500 versts", numeric(500, units=ONE_UNIT)) == {"number": "500"}
    assert kind.is_complete(numeric(500, units=ONE_UNIT), {"number": "500"})


def test_a_unit_that_the_item_has_not_is_refused_with_those_it_has():
    assert "versts, sazhens, sq. km" in refusal("500 miles", numeric(500, units=VERSTS))
    assert "number alone" in refusal("500 miles")


def test_a_unit_may_be_chosen_beside_the_number():
    data = numeric(500, units=VERSTS)
    assert parse("500", data, unit="sazhen") == {"number": "500", "unit": "sazhen"}
    assert parse("500 sazhens", data, unit="sazhen") == {"number": "500", "unit": "sazhen"}
    assert parse("1 km2", data) == parse("1 KM²", data) == {"number": "1", "unit": "square"}


def test_two_units_or_one_that_is_not_there_are_refused():
    data = numeric(500, units=VERSTS)
    assert "Two units" in refusal("500 versts", data, unit="sazhen")
    assert "not among those" in refusal("500", data, unit="mile")


def test_a_unit_without_a_number_is_no_answer():
    assert kind.parse(numeric(500, units=VERSTS), {"": [" "], "unit": ["verst"]}, []) is None


def test_a_number_in_another_unit_counts_as_what_it_comes_to():
    data = numeric({"value": 500, "tolerance": 1}, units=VERSTS)
    assert score(data, "250000", "sazhen") == 1
    assert score(data, "249499", "sazhen") == 0
    assert score(data, "500", "sazhen") == 0


def test_a_number_without_a_unit_is_read_in_the_first_for_a_share_that_is_said():
    data = numeric({"value": 500, "score": 1}, {"value": 400, "score": 0.5}, units=VERSTS, without_unit=0.7)
    scored = kind.score(data, {"number": "500"})
    assert scored.score == Fraction(7, 10)
    assert "versts, for 70 percent" in scored.note
    assert score(data, "400") == Fraction(35, 100)
    assert score(numeric(500, units=VERSTS), "500") == Fraction(1, 2)
    assert kind.score(data, {"number": "500", "unit": "verst"}).note is None
    assert not kind.is_complete(data, {"number": "500"})


def test_the_key_says_how_near_is_near_enough():
    assert kind.key_says(numeric({"value": 1861, "tolerance": 10}, units=ONE_UNIT)) == [r"1861 versts (within 10)"]
    data = numeric({"value": 1.250, "tolerance_percent": 2.5}, {"value": -3}, {"value": 9, "score": 0.5})
    assert kind.key_says(data) == [r"1\.25 (within 2\.5 percent)", r"\-3"]


def test_the_result_says_the_number_with_its_unit():
    data = numeric(1, units=VERSTS)
    assert kind.says(data, {"number": "1.2340", "unit": "square"}) == [r"1\.234 sq\. km"]
    assert kind.says(data, {"number": "1"}) == ["1"]
    assert kind.says(numeric(1, units=ONE_UNIT), {"number": "1"}) == ["1 versts"]
