"""What a careful reader would mind in a course without errors."""

import re
from time import perf_counter

import pytest

from kruzhok.curriculum.asked import seen
from kruzhok.curriculum.reading import read_curriculum
from kruzhok.curriculum.scholarship import scholarship_findings
from kruzhok.curriculum.scholarship.addresses import is_mirror, plain
from kruzhok.curriculum.scholarship.questions import date_in
from kruzhok.curriculum.scholarship.reading import minutes_for
from kruzhok.curriculum.statistics import statistics_of
from tests.kruzhok.curriculum.small import FRAMED, LESSON, QUIZ, TEXT, changed, messages, quiz, small

SINGLE = """\
  - ident: {ident}
    type: single
    stem: {stem}
    options:
{options}
    demand: recall
    explanation: {why}
    passage: to-the-citizens#deposed
    sources: [lenin-1917-to-the-citizens]
"""
WORDS = ["bread", "land", "peace", "rail", "bank", "mill", "field", "forge", "mine", "wharf", "press", "guild"]


def single(number: int, lengths: str = "5555", right: int = 0, stem: str = "", why: str = "") -> str:
    """Return a question whose options have these LENGTHS, a digit each, the right one at RIGHT."""
    options = []
    for place, length in enumerate(lengths):
        text = chr(97 + place) * int(length)
        key = "right: true" if place == right else "feedback: Look again."
        options.append(f"      - {{ident: o{place}, text: {text}, {key}}}")
    word = WORDS[number % len(WORDS)]
    return SINGLE.format(
        ident=f"q{number}",
        stem=stem or f"What of the {word} {number * 7919}?",
        options="\n".join(options),
        why=why or f"So says {word * 3} {number * 104729}.",
    )


def asking(*questions: str) -> list[str]:
    """Return what is said of a quiz with QUESTIONS."""
    return messages(quiz("items:\n" + "".join(questions)))


# Questions


def test_a_wrong_option_without_feedback_is_found():
    [finding] = read_curriculum(changed(small(), QUIZ, ", feedback: Look at who signs it.", "")).findings
    assert finding.severity == "warning"
    assert (
        finding.line
        == small()[QUIZ]
        .decode()
        .splitlines()
        .index("      - {ident: congress, text: The Congress of Soviets, feedback: Look at who signs it.}")
        + 1
    )
    assert finding.message == "The wrong option `congress` has no feedback."


ORDER = """\
  - ident: order
    type: ordering
    stem: In what order?
    entries:
{entries}
    demand: recall
    explanation: So it was.
    passage: to-the-citizens#deposed
    sources: [lenin-1917-to-the-citizens]
"""


def ordered(*texts: str) -> str:
    return ORDER.format(
        entries="\n".join(f"      - {{ident: e{place}, text: {text}}}" for place, text in enumerate(texts))
    )


def test_an_order_that_is_that_of_the_alphabet_is_found():
    assert asking(ordered("A vote", "Bread", "Congress", "Defeat")) == ["The right order is that of the alphabet."]


def test_three_entries_may_well_be_in_the_order_of_the_alphabet():
    assert asking(ordered("A vote", "Bread", "Congress")) == []


def test_an_order_that_its_dates_give_away_is_found():
    said = asking(ordered("The vote of 3 May", "A strike on 9 May", "The congress of 2 June"))
    assert said == ["The entries say their dates, and these are the right order."]


def test_dates_in_some_entries_do_not_give_the_order_away():
    assert asking(ordered("The vote of 3 May", "A strike", "The congress of 2 June")) == []


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("On 9 January 1905 they marched", (1905, 1, 9)),
        ("The strikes of October 1905", (1905, 10, 0)),
        ("The war of 1914", (1914, 0, 0)),
        ("A vote on 3 May", (0, 5, 3)),
        ("Ten days", ()),
        ("12 delegates", ()),
    ],
)
def test_a_date_is_found_in_the_words_of_an_entry(text: str, date: tuple[int, ...]):
    assert date_in(text) == date


# Keys


def test_keys_that_all_stand_in_one_place_are_found():
    [message] = asking(*(single(number) for number in range(4)))
    assert message == "The right options of the questions of one answer stand unevenly: 4, 0, 0, 0 (first, second …)."


def test_keys_that_are_spread_are_left_alone():
    assert asking(*(single(number, right=number % 4) for number in range(8))) == []


def test_a_quiz_whose_longest_options_are_right_is_told_which_to_mend():
    files = quiz(
        "items:\n"
        + "".join(single(n, lengths="".join("9" if p == n else "5" for p in range(4)), right=n) for n in range(4))
    )
    [finding] = read_curriculum(files).findings
    assert finding.message == "Always choosing the longest option gets 100%, by chance it would be 25%."
    assert finding.hint.endswith("in some of: q0, q1, q2, q3.")


def test_a_quiz_whose_shortest_options_are_right_is_told_too():
    said = asking(*(single(n, lengths="".join("3" if p == n else "7" for p in range(4)), right=n) for n in range(4)))
    assert said == ["Always choosing the shortest option gets 100%, by chance it would be 25%."]


def test_statements_that_are_all_true_are_found():
    said = messages(quiz("items: [" + ", ".join(f"Q(statement-{word})" for word in WORDS[:6]) + "]\n"))
    assert said == ["Of the statements 6 are true and 0 false."]


def test_a_link_is_as_long_as_its_words():
    assert seen("The [two  powers](term:dual-power) of *1917*") == "The two powers of 1917"


# Questions that are asked twice


def test_a_question_that_is_nearly_another_is_found_at_the_second():
    said = asking(
        single(0, stem="In whose name was the proclamation issued that day?"),
        single(1, stem="In whose name was that proclamation issued on the day?"),
    )
    assert said == ["This is nearly the question `q0`."]


def test_an_explanation_that_was_copied_is_found():
    why = "The proclamation says so in its second paragraph."
    assert asking(single(0, why=why), single(1, why=why)) == ["This is nearly the explanation of `q0`."]


def test_gaps_are_compared_by_their_texts_and_not_by_what_is_asked_of_all():
    cloze = (
        "  - {{ident: {0}, type: cloze, stem: Fill the gap in this sentence., text: '{1} {{gap}}', "
        "gaps: [{{ident: gap, kind: text, answers: [{{text: x}}]}}], demand: recall, explanation: So., "
        "passage: to-the-citizens#deposed, sources: [lenin-1917-to-the-citizens]}}\n"
    )
    assert asking(cloze.format("one", "The soviets met at"), cloze.format("two", "Land was handed over to the")) == []


# What is to be read


@pytest.mark.parametrize(("words", "minutes"), [(0, (0, 5)), (200, (0, 7)), (1000, (3, 15)), (1600, (6, 21))])
def test_words_take_minutes(words: int, minutes: tuple[int, int]):
    assert minutes_for(words) == minutes


def test_a_lesson_that_cannot_be_read_in_its_minutes_is_found():
    said = messages(changed(small(), LESSON, "\nminutes: 3", "\nminutes: 30"))
    assert [re.sub("[0-9]+ words", "N words", one) for one in said] == ["N words are not read in 30 minutes."]


def test_a_lesson_whose_required_readings_all_stand_outside_is_found():
    files = changed(small(), LESSON, "    text: to-the-citizens", "    address: https://example.org/a")
    assert "This lesson cannot be done without leaving the site: all its required readings stand outside." in messages(
        files
    )
    files = changed(files, LESSON, "    minutes: 2", "    minutes: 2\n    required: false")
    assert messages(files) == ["No lesson has this text read."]


def test_a_text_with_a_frame_asks_for_evidence():
    assert messages(changed(small(), TEXT, "minutes: 2\n", FRAMED)) == ["Questions of type `evidence` on this text: 1."]


def test_where_one_text_has_a_frame_the_others_should():
    files = changed(small(), TEXT, "minutes: 2\n", FRAMED)
    files["texts/other.md"] = small()[TEXT]
    assert "Other texts have a frame, and this has none." in messages(files)


@pytest.mark.parametrize(
    ("path", "old"),
    [
        ("people.yaml", "Leader of the Bolsheviks."),
        ("timeline.yaml", "A proclamation says so in the morning; the ministers are arrested in the following night."),
        ("sources.yaml", "The document itself."),
    ],
)
def test_a_note_that_is_to_be_written_is_found(path: str, old: str):
    assert messages(changed(small(), path, old, "To be written.")) == ["This says next to nothing."]


# Addresses


@pytest.mark.parametrize(
    ("address", "mirror"),
    [
        ("https://www12.wsws.org/1917", True),
        ("https://preview.example.org/a", True),
        ("https://web.archive.org/web/2017/https://example.org", True),
        ("https://www.wsws.org/1917", False),
        ("https://archive.org/details/x", False),
    ],
)
def test_some_hosts_show_what_stands_elsewhere(address: str, mirror: bool):
    assert is_mirror(address) is mirror


def test_a_mirror_is_found_unless_its_note_says_so():
    files = changed(small(), "sources.yaml", "https://www.marxists.org/", "https://www12.marxists.org/")
    assert len(messages(files)) == 1
    assert (
        messages(changed(files, "sources.yaml", "note: The document itself.", "note: The document, on a mirror.")) == []
    )


def test_an_address_that_is_spelled_in_two_ways_is_found_at_the_second():
    address = "https://www.marxists.org/archive/lenin/works/1917/oct/25.htm"
    files = changed(
        small(),
        LESSON,
        "note: What stands",
        "address: http://marxists.org/archive/lenin/works/1917/oct/25.htm\n  note: What stands",
    )
    assert messages(files) == [
        f"“{address}” stands elsewhere as “http://marxists.org/archive/lenin/works/1917/oct/25.htm”."
    ]


def test_addresses_are_the_same_whatever_the_scheme():
    assert plain("http://www.example.org/a/") == plain("https://example.org/a")
    assert plain("https://example.org/a") != plain("https://example.org/b")


# Figures, and how long it takes


def test_the_statistics_say_what_gives_keys_away():
    statistics = statistics_of(read_curriculum(small()))
    assert statistics["single_keys"] == [0, 1, 0]
    assert statistics["by_chance"] == 0.333
    assert statistics["longest_is_right"] == 1.0
    assert statistics["true_is_right"] == 0.0
    assert statistics["questions_beyond_recall"] == 0.364
    assert statistics["essays"] == 1
    assert statistics["evidence_by_text"] == {"to-the-citizens": 1}
    assert list(statistics["words_by_lesson"]) == ["first-lesson"]


def test_four_hundred_questions_are_compared_in_two_seconds():
    files = quiz("items:\n" + "".join(single(n, right=n % 4) for n in range(400)))
    curriculum = read_curriculum(files)
    begun = perf_counter()
    list(scholarship_findings(curriculum))
    assert perf_counter() - begun < 2
