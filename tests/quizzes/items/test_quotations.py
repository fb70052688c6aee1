import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.items import quotations
from quizzes.items.quotations import find, find_all, quotations_in, quote_of

THESES = [
    ("no-support", "No support whatever for the Provisional Government; all its promises to be shown as wholly false."),
    ("minority", "In most Soviets our party is in a minority — and so far in a weak minority."),
    ("explain", "Our task can only be a patient, systematic explanation of the workers’ “mistakes” in their tactics."),
    ("soviets", "The Soviets of Workers’ Deputies are the only possible form of revolutionary self-government."),
    ("not-a-republic", "Not a parliamentary republic, but a republic of soviets from top to bottom. [Applause.]"),
    ("police", "Abolition of the police, the army and the bureaucracy."),
]


def quoted(text):
    return [quote.text for quote in quotations_in(text)]


def where(text, passages=THESES):
    """Return the passages that TEXT stands in, None if it does not."""
    found = find(quote_of(text), passages)
    return found.passages if found.is_found else None


def difference(text, passages=THESES):
    return [tuple(piece) for piece in find(quote_of(text), passages).difference]


# What is a quotation


@pytest.mark.parametrize(
    "text",
    [
        "He said “no support for the government” then.",
        'He said "no support for the government" then.',
        "He said ”no support for the government” then.",
        "He said “no support for the government“ then.",
        'He said “no support for the government" then.',
        "He said «no support for the government» then.",
        "He said »no support for the government« then.",
        "He said »no support for the government» then.",
        "He said „no support for the government“ then.",
        "He said „no support for the government” then.",
        "He said ＂no support for the government＂ then.",
        "“no support for the government”",
        'A 12" gun, a 6" gun, and ("no support for the government").',
        "A stray “ mark before “no support for the government”.",
        'It is "no support for the government"1 as they say.',
    ],
)
def test_what_stands_in_double_quotation_marks_of_any_form_is_a_quotation(text):
    assert quoted(text) == ["no support for the government"]


@pytest.mark.parametrize(
    "text",
    [
        "He said 'no support for the government' then.",
        "He said ‘no support for the government’ then.",
        "He said “all to the soviets” and “peace, land … bread”.",
        "“[We say to them:] peace, land [and] bread”",
        "He never said “no support for the government.",
        'He has a 12" gun and an 8" one.',
        "5 > 4 and no support for the government",
        "",
    ],
)
def test_single_marks_three_words_and_a_mark_that_is_not_closed_are_no_quotation(text):
    assert quoted(text.replace("all to the soviets", "all to soviets")) == []


def test_a_hyphen_does_not_make_two_words_of_one_but_a_dash_does():
    assert quoted("“the rank-and-file soldiers” “the rank—and file soldiers”") == ["the rank—and file soldiers"]


def test_lines_that_begin_with_an_angle_are_one_quotation():
    text = "He says:\n> No support whatever\n>for the “government”;\n>\n> not so.\n\nAnd:\n\n> Abolition of the police."
    assert quoted(text) == ["No support whatever\nfor the “government”;\n\nnot so.", "Abolition of the police."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“He calls “no support for them” a slogan”", ["He calls “no support for them” a slogan"]),
        ("“He calls 'no support for them' a slogan”", ["He calls 'no support for them' a slogan"]),
        ('"He calls "no support for them" a slogan"', ['He calls "no support for them" a slogan']),
        ("“one two three four”“five six seven eight”", ["one two three four", "five six seven eight"]),
        ('"one two three four" – "five six seven eight"', ["one two three four", "five six seven eight"]),
        ("«Он сказал: „нет поддержки правительству“ вчера»", ["Он сказал: „нет поддержки правительству“ вчера"]),
    ],
)
def test_a_quotation_in_a_quotation_is_part_of_it_and_a_neighbour_is_not(text, expected):
    assert quoted(text) == expected


def test_a_quotation_of_several_paragraphs_opens_in_each_and_closes_in_the_last():
    text = "He says: “One two three four.\n\n“Five six seven eight.\n\n“Nine ten eleven twelve.” And that is all."
    assert quoted(text) == ["One two three four.", "Five six seven eight.", "Nine ten eleven twelve."]


# What counts as the same


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("No support whatever for the Provisional Government", "no-support"),
        ("no SUPPORT whatever for the provisional government", "no-support"),
        ("support  whatever\n\tfor the\u00a0Provisional Government", "no-support"),
        ("support what\u00adever for the Provi-\nsional Government", "no-support"),
        ("support what\u00ad\never for the Provi- sional Government", "no-support"),
        ("in a minority – and so far in a weak minority", "minority"),
        ("in a minority---and so far in a weak minority", "minority"),
        ("in a minority - and so far in a weak minority", "minority"),
        ("form of revolutionary self-\ngovernment", "soviets"),
        ("form of revolutionary self‐government", "soviets"),
        ("of the workers' 'mistakes' in their tactics", "explain"),
        ("of the workers’ «mistakes» in their tactics", "explain"),
        ("of the workers’ \"mistakes\" in their tactics", "explain"),
        ("ｆｏｒｍ ｏｆ ｒｅｖｏｌｕｔｉｏｎａｒｙ ｓｅｌｆ－ｇｏｖｅｒｎｍｅｎｔ", "soviets"),
        ("for the Provisional Government.", "no-support"),
        ("for the Provisional Government!’", "no-support"),
        ("a patient, systematic explanation, …", "explain"),
        ("[t]he Soviets of Workers’ Deputies", "soviets"),
        ("[A]bolition of the police, the army", "police"),
        ("from top to bottom. Applause.", "not-a-republic"),
    ],
)  # fmt: skip
def test_what_a_quotation_was_typed_with_does_not_matter(text, passage):
    assert where(text) == (passage,)


@pytest.mark.parametrize(
    "text",
    [
        "No support for the Provisional Government",
        "a patient systematic explanation of the",
        "a patient, systematic explanation of the worker",
        "ur task can only be",
        "Abolition of the police, the army and thebureaucracy",
        "the po lice, the army and",
        "No support whatever for the [Tsar’s] Provisional Republic",
        "Abolition of the army, the police",
    ],
)
def test_another_word_or_comma_or_order_or_half_a_word_is_not_found(text):
    assert where(text) is None


# What is left out


@pytest.mark.parametrize(
    "text",
    [
        "No support whatever ... all its promises",
        "No support whatever… all its promises",
        "No support whatever . . . all its promises",
        "No support whatever; [...] all its promises",
        "No support whatever (…), all its promises",
        "No support whatever [for these gentlemen]. All its promises",
        "… No support whatever ... promises to be shown ....",
        "No ... the Provisional Government",
        "whatever for ... wholly false",
    ],
)
def test_dots_and_brackets_part_a_quotation_and_the_parts_are_found_in_order(text):
    assert where(text) == ("no-support",)


def test_a_bracket_that_cuts_a_word_leaves_the_rest_of_it_free():
    assert where("all its promise[d] to be shown as") == ("no-support",)
    assert where("all its promise [d] to be shown as") is None


def test_parts_in_another_order_are_not_found():
    assert where("all its promises ... No support whatever") is None


def test_parts_may_stand_in_several_passages_as_near_together_as_may_be():
    again = [*THESES, ("again", "No support whatever for them.")]
    assert where("No support whatever ... in most Soviets", again) == ("no-support", "minority")
    assert where("Abolition of the police ... No support whatever", again) == ("police", "again")


def test_a_short_part_is_looked_for_only_beside_its_neighbour():
    assert where("Workers ... the police, the army") is None  # two passages lie between
    assert where("republic ... the police, the army") == ("not-a-republic", "police")
    assert where("the police, the army ... our task") is None


def test_short_parts_alone_must_stand_in_one_passage():
    assert where("the police ... the army ... bureaucracy") == ("police",)
    assert where("the police ... our party ... bureaucracy") is None


# Several passages


def test_a_quotation_may_run_over_into_the_next_passage_and_over_a_short_one():
    passages = [("one", "We demand peace and bread"), ("two", "Land."), ("none", ""), ("three", "All power to them.")]
    assert where("peace and bread\n\nLand. All power", passages) == ("one", "two", "none", "three")
    assert where("peace and bread ... All power to them", passages) == ("one", "two", "none", "three")
    assert where("All power to them", passages) == ("three",)


def test_a_quotation_does_not_run_over_into_another_text():
    texts = [("a#one", "All power to"), ("b#one", "the soviets of deputies"), ("b#two", "and to nobody else")]
    assert where("All power to the soviets", texts) is None
    assert where("of deputies and to nobody", texts) == ("b#one", "b#two")


# What is not found


def test_a_quotation_that_does_not_stand_there_shows_what_is_nearest_and_how_it_differs():
    nearest = find(quote_of("no support for the Provisional Government, all promises to be seen as false"), THESES)
    assert nearest.passage == "no-support"
    assert [tuple(piece) for piece in nearest.difference] == [
        ("same", "No support"),
        ("missing", "whatever"),
        ("same", "for the Provisional"),
        ("missing", "Government;"),
        ("other", "Government,"),
        ("same", "all"),
        ("missing", "its"),
        ("same", "promises to be"),
        ("other", "seen"),
        ("missing", "shown"),
        ("same", "as"),
        ("missing", "wholly"),
        ("same", "false."),
    ]


def test_what_was_left_out_on_purpose_is_no_difference():
    assert difference("No help whatever ... to be shown as false") == [
        ("same", "No"),
        ("other", "help"),
        ("missing", "support"),
        ("same", "whatever … to be shown as"),
        ("missing", "wholly"),
        ("same", "false."),
    ]


def test_parts_in_another_order_differ_in_no_word():
    assert difference("all its promises ... No support whatever") == [
        ("same", "all its promises … No support whatever")
    ]


def test_what_shares_no_word_with_the_texts_has_no_passage_near_it():
    nearest = find(quote_of("Кто виноват и что делать"), THESES)
    assert nearest.passage is None
    assert difference("Кто виноват и что делать") == [("other", "Кто виноват и что делать")]
    assert where("no support whatever", []) is None


def test_of_many_quotations_the_first_are_looked_for():
    essay = "“No support whatever for the” " * 60
    assert len(quotations_in(essay)) == 60
    assert len(find_all(essay, THESES)) == quotations.MOST_QUOTATIONS == 50


# Properties

LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyzäéöжияščł")
WORD = st.text(LETTERS, min_size=2, max_size=9)
MARKED = st.tuples(WORD, st.sampled_from(["{0}", "{0},", "“{0}”", "‘{0}’", "{0}’s", "{0}-{0}", "{0} —", "({0})"])).map(
    lambda pair: pair[1].format(pair[0])
)
SENTENCE = st.lists(MARKED, min_size=6, max_size=20)
MARKS = "\"'“”‘’„«»‹›"
DASHES = "-‐‑–—−"


@st.composite
def retyped(draw, text):
    """Return TEXT as another hand might have typed it."""
    typed = []
    for char in text:
        if char in MARKS:
            typed.append(draw(st.sampled_from(MARKS)))
        elif char in DASHES:
            typed.append(draw(st.sampled_from(DASHES)))
        elif char == " ":
            typed.append(draw(st.sampled_from([" ", "  ", "\n", "\u00a0", "\t"])))
        else:
            typed.append(draw(st.sampled_from([char, char, char.upper()])))
    broken = draw(st.sampled_from([r"\1", "\\1\u00ad", "\\1-\n", "\\1‐\n  ", "\\1\u00ad\n"]))
    return re.sub(r"(\w)(?=\w\w$|\w\w\W)", broken, "".join(typed))


@given(drawn=st.data())
def test_what_was_cut_from_a_passage_is_found_there_however_it_was_typed(drawn):
    sentences = [drawn.draw(SENTENCE) for _passage in range(3)]
    passages = [(f"p{n}", " ".join([f"{n}{n}", *words, f"{n}{n}"])) for n, words in enumerate(sentences)]
    number = drawn.draw(st.integers(0, 2))
    words = passages[number][1].split(" ")
    start = drawn.draw(st.integers(0, len(words) - 4))
    cut = " ".join(words[start : drawn.draw(st.integers(start + 4, len(words)))])
    found = find(quote_of(drawn.draw(retyped(cut))), passages)
    assert found.is_found
    assert found.passages == (f"p{number}",) or not cut.startswith(f"{number}{number} ")


@given(drawn=st.data())
def test_what_was_cut_from_two_neighbours_is_found_in_both(drawn):
    one, other = drawn.draw(SENTENCE), drawn.draw(SENTENCE)
    passages = [("one", " ".join([*one, "1917"])), ("other", " ".join(["1918", *other]))]
    cut = " ".join([*one[-drawn.draw(st.integers(1, 6)) :], "1917", "1918", *other[: drawn.draw(st.integers(1, 6))]])
    assert find(quote_of(drawn.draw(retyped(cut))), passages).passages == ("one", "other")


@given(words=st.lists(WORD, min_size=12, max_size=20, unique=True), drawn=st.data())
def test_what_is_left_out_between_parts_of_three_words_does_not_matter(words, drawn):
    omission = drawn.draw(st.sampled_from(["...", "…", "[...]", "[…]", ". . .", "[then and there]", "(…)"]))
    middle = drawn.draw(st.integers(3, 8))
    quote = " ".join([*words[:3], omission, *words[middle : middle + 3]])
    assert where(quote, [("p", " ".join(words))]) == ("p",)


@given(words=st.lists(WORD, min_size=6, max_size=20), place=st.integers(1, 4), other=st.sampled_from(["123", "not45"]))
def test_a_word_put_in_is_never_found_and_shows_as_the_difference(words, place, other):
    changed = " ".join([*words[:place], other, *words[place:6]])
    nearest = find(quote_of(changed), [("p", " ".join(words))])
    assert not nearest.is_found
    assert ("other", other) in [tuple(piece) for piece in nearest.difference]


ROUGH = st.text(st.sampled_from("ab. …[]“”\"«»„>'-–\u00ad\n\u0301ﬁ") | st.characters(), max_size=60)


@given(text=ROUGH, passages=st.lists(st.tuples(st.sampled_from(["a#a", "a#b", "b#a", "c"]), ROUGH), max_size=4))
def test_whatever_is_written_is_looked_for_without_an_error(text, passages):
    for found in [*find_all(text, passages), find(quote_of(text), passages)]:
        assert found.is_found or found.difference
        assert set(found.passages if found.is_found else [found.passage]) <= {
            None,
            *(ident for ident, _text in passages),
        }


@given(text=ROUGH)
def test_whatever_stands_in_marks_stands_in_itself(text):
    quote = quote_of(text)
    if quote.parts:
        assert find(quote, [("p", text)]).is_found or "[" in text or "]" in text
