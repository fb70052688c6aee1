"""What the check finds inside a quiz: its rules, its sections, what is drawn, and plain text between questions."""

import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kruzhok.curriculum.checks_quizzes import left_to_draw
from kruzhok.curriculum.reading import read_curriculum
from kruzhok.curriculum.schema_quizzes import moment_of
from kruzhok.curriculum.statistics import statistics_of
from tests.kruzhok.curriculum.small import QUIZ, TEXT, changed, findings, messages, quiz

MINUTE = timedelta(minutes=1)

EVERYTHING = """\
time_limit: 45
opens: '2026-10-01 09:00'
closes: '2026-10-08 09:00+02:00'
behaviour: tries
penalty: 0.25
shuffle: true
one_at_a_time: true
shows:
  during: [score, right, feedback]
  after: []
  closed: [score, right, feedback, key]
sections:
  - title: The deposed
    introduction: |
      Two paragraphs.

      Of [Lenin](person:vladimir-lenin).
    text: to-the-citizens
    range: {first: deposed, last: assured}
    draw: 1
    items:
      - text: First this.
      - Q(one, hints: [Look again.])
      - Q(two)
  - text: first-lesson
    draw: [{tag: war, count: 1}, {tag: land, count: 1}]
    items:
      - Q(three, tags: [war])
      - Q(four, tags: [land])
"""


def test_a_quiz_with_every_rule_has_nothing_wrong():
    assert read_curriculum(quiz(EVERYTHING)).findings == []


def test_questions_in_sections_are_counted():
    statistics = statistics_of(read_curriculum(quiz(EVERYTHING)))
    assert statistics["items"] == 4
    assert statistics["items_by_type"] == {"true-false": 4}


def test_all_questions_stand_in_the_order_of_the_file():
    data = read_curriculum(quiz(EVERYTHING)).quizzes["first-quiz"].data
    assert [item.ident for item in data.all_items] == ["one", "two", "three", "four"]


# Items or sections


def test_a_quiz_without_questions_is_an_error():
    [finding] = findings(quiz("attempts: 3\n"))
    assert finding[:4] == (QUIZ, 1, 1, "There are no questions in this quiz.")


def test_a_quiz_has_items_or_sections_and_not_both():
    [finding] = findings(quiz("items: [Q(one)]\nsections:\n  - items: [Q(two)]\n"))
    assert finding[:4] == (QUIZ, 3, 1, "A quiz has either `items` or `sections`, and both stand here.")


def test_an_ident_stands_once_whichever_section_it_is_in():
    [finding] = findings(quiz("sections:\n  - items: [Q(one)]\n  - items:\n      - Q(one)\n"))
    assert finding[:4] == (QUIZ, 5, 17, "The item `one` stands twice in the course.")


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("tags: [war]", "tagz: [war]", "The key `tagz` is not known here.", "Did you mean `tags`?"),
        ("tags: [war]", "hints: {}", "Here must stand a list, not keys and values.", None),
        ("- text: First this.", "- txt: First this.", "The key `type` is missing.", None),
        ("- text: First this.", "- {text: First this., points: 3}", "The key `points` is not known here.",
         "Known here are `text`."),
        ("- text: First this.", "- First this.", "Here must stand keys and values, not words.", None),
        ("draw: 1", "draw: one", "Here must stand a whole number, not words.", None),
        ("draw: 1", "draw: 0", "This number must be 1 or more.", None),
        ("draw: 1", "draw: []", "At least 1 entry is needed here.", None),
        ("draw: 1", f"draw: [{', '.join(['{tag: a, count: 1}'] * 21)}]", "At most 20 entries fit here.", None),
        ("{tag: war, count: 1}", "{tag: war}", "The key `count` is missing.", "How many of them each attempt gets."),
        ("range: {first", "range: {frist", "The key `frist` is not known here.", "Did you mean `first`?"),
        ("title: The deposed", "titel: The deposed", "The key `titel` is not known here.", "Did you mean `title`?"),
        ("time_limit: 45", "time_limit: 0", "This number must be 1 or more.", None),
        ("penalty: 0.25", "penalty: 1.5", "This number must be 1 or less.", None),
        ("behaviour: tries", "behaviour: trie", "`trie` is not known here.",
         "Did you mean `tries`? It is one of `end`, `see`, `tries`."),
        ("after: []", "after: [marks]", "`marks` is not known here.",
         "It is one of `score`, `right`, `feedback`, `key`."),
        ("  closed:", "  close:", "The key `close` is not known here.", "Did you mean `closed`?"),
    ],
)  # fmt: skip
def test_faults_of_a_quiz_are_said_in_plain_words(old, new, message, hint):
    [finding] = findings(changed(quiz(EVERYTHING), QUIZ, old, new))
    assert finding[3] == message
    assert hint is None or finding[4] == hint


# Times


NO_MOMENTS = [
    "tomorrow",
    "2026-10-01",
    "2026-13-01 09:00",
    "2026-10-01 24:30",
    "2026-10-01 09:00+25:00",
    "0001-01-01 00:00",
]


@pytest.mark.parametrize("when", NO_MOMENTS)
def test_what_is_no_moment_is_found(when):
    [finding] = findings(changed(quiz(EVERYTHING), QUIZ, "2026-10-01 09:00", when))
    assert finding[:4] == (QUIZ, 3, 8, f"“{when}” is no moment.")
    assert "'2026-10-01 09:00+02:00'" in finding[4]


def test_a_moment_without_quotes_that_yaml_takes_for_a_date_is_said_to_need_them():
    [finding] = findings(changed(quiz(EVERYTHING), QUIZ, "'2026-10-01 09:00'", "2026-10-01 09:00:00"))
    assert finding[3] == "A date must stand in quotes."


@pytest.mark.parametrize("closes", ["2026-10-01 09:00", "2026-10-01 10:59+02:00"])
def test_a_quiz_may_not_close_before_it_opens(closes):
    [finding] = findings(changed(quiz(EVERYTHING), QUIZ, "2026-10-08 09:00+02:00", closes))
    assert finding[:4] == (QUIZ, 4, 9, "The quiz closes before it opens.")


MINUTES = st.integers(0, 60 * 24 * 365 * 999).map(lambda minutes: datetime(2000, 1, 2, tzinfo=UTC) + minutes * MINUTE)


@given(MINUTES, st.integers(-23, 23))
def test_a_moment_is_the_same_in_every_offset(when, hours):
    local = when + timedelta(hours=hours)
    assert moment_of(f"{local:%Y-%m-%d %H:%M}{hours:+03d}:00") == when
    assert moment_of(f"{when:%Y-%m-%d %H:%M}") == moment_of(f"{when:%Y-%m-%dT%H:%MZ}") == when


@given(st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}([+-][0-9]{2}:[0-9]{2})?", fullmatch=True))
def test_what_looks_like_a_moment_is_one_near_its_day_or_refused(text):
    with contextlib.suppress(ValueError):
        assert abs(moment_of(text).toordinal() - date.fromisoformat(text[:10]).toordinal()) <= 1


# Tries


@pytest.mark.parametrize("behaviour", ["end", "see"])
def test_a_penalty_needs_several_tries(behaviour):
    files = quiz(f"behaviour: {behaviour}\npenalty: 0.5\nitems: [Q(one)]\n")
    [finding] = findings(files)
    assert finding[:3] == (QUIZ, 3, 1)
    assert finding[3:] == ("There are no further tries to penalise.", "Write `behaviour: tries`, or take it out.")


def test_hints_without_several_tries_are_a_warning():
    [finding] = read_curriculum(quiz("sections: [{items: [Q(one, hints: [Look again.])]}]\n")).findings
    assert finding.severity == "warning"
    assert finding.message == "Hints are shown only where there are several tries."


# Plain text


def test_plain_text_stands_before_a_question():
    files = quiz("items:\n  - text: One.\n  - text: Two.\n  - Q(one)\n  - text: Too late.\n")
    [finding] = findings(files)
    assert finding[:4] == (QUIZ, 6, 5, "Plain text stands before a question, and none comes after this.")
    assert finding[4] == "Move it up, or write the question that it belongs to."


def test_the_next_section_has_no_question_for_plain_text_at_the_end_of_one():
    files = quiz("sections:\n  - items:\n      - Q(one)\n      - text: Late.\n  - items: [Q(two)]\n")
    assert [finding[:3] for finding in findings(files)] == [(QUIZ, 5, 9)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("text: First this.", "text: First [this](person:nobody)."),
        ("person:vladimir-lenin", "person:nobody"),
        ("hints: [Look again.]", "hints: ['Ask [him](person:nobody).']"),
        ("hints: [Look again.]", "combined: {partly: 'Ask [him](person:nobody).'}"),
        ("Was it so?", "'Was [he](person:nobody)?'"),
    ],
)
def test_links_are_followed_in_all_markdown_of_a_quiz(old, new):
    assert messages(changed(quiz(EVERYTHING), QUIZ, old, new)) == ["There is no person `nobody` in people.yaml."]


def test_sources_and_passages_are_followed_in_sections():
    files = changed(quiz(EVERYTHING), QUIZ, "to-the-citizens#deposed", "to-the-citizens#x")
    files = changed(files, QUIZ, "sources: [lenin-1917-to-the-citizens]", "sources: [lenin]")
    assert messages(files) == [
        "There is no passage `x` in texts/to-the-citizens.md.",
        "There is no source `lenin` in sources.yaml.",
    ]


# Draws


def test_more_than_there_are_cannot_be_drawn():
    [finding] = findings(changed(quiz(EVERYTHING), QUIZ, "draw: 1", "draw: 3"))
    assert finding[:4] == (QUIZ, 21, 11, "Fewer questions stand here (2) than are drawn (3).")
    assert finding[4] == "Draw fewer, or write more questions."


def test_plain_text_is_no_question_to_draw():
    assert messages(quiz("sections: [{draw: 2, items: [{text: T}, Q(one)]}]\n")) == [
        "Fewer questions stand here (1) than are drawn (2)."
    ]


def test_more_than_there_are_of_a_tag_cannot_be_drawn():
    [finding] = findings(changed(quiz(EVERYTHING), QUIZ, "{tag: land, count: 1}", "{tag: land, count: 2}"))
    assert finding[:3] == (QUIZ, 27, 34)
    assert finding[3] == "Fewer questions have the tag “land” (1) than are drawn (2)."


def test_a_tag_that_no_question_has_is_found_and_the_like_named():
    [finding] = findings(changed(quiz(EVERYTHING), QUIZ, "{tag: land", "{tag: lands"))
    assert finding[3:] == ("No question of the section has the tag “lands”.", "Did you mean `land`?")


def test_an_item_of_two_tags_counts_for_one_draw_only():
    files = changed(quiz(EVERYTHING), QUIZ, "tags: [land]", "tags: [land, war]")
    [finding] = findings(files)
    assert finding[:3] == (QUIZ, 27, 34)
    assert finding[3] == "Other draws might leave too few questions with the tag “land”."


TAGS = st.sampled_from(["a", "b", "c"])


@given(
    st.lists(st.frozensets(TAGS, min_size=1), min_size=1, max_size=8),
    st.lists(st.tuples(TAGS, st.integers(1, 3)), min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
def test_draws_that_pass_the_check_succeed_in_every_order(tags, draws, rng):
    assume(all(left_to_draw(tags, draws, number) >= count for number, (_tag, count) in enumerate(draws)))
    left = list(tags)
    for tag, count in rng.sample(draws, len(draws)):
        for drawn in rng.sample([one for one in left if tag in one], count):
            left.remove(drawn)


# Ranges of texts


@pytest.mark.parametrize(
    ("old", "new", "column", "message"),
    [
        ("text: to-the-citizens", "text: to-the-citizen", 11, "There is no lesson or text `to-the-citizen`."),
        ("first: deposed", "first: deposd", 20, f"There is no passage `deposd` in {TEXT}."),
        ("last: assured", "last: asured", 35, f"There is no passage `asured` in {TEXT}."),
        ("{first: deposed, last: assured}", "{first: long-live, last: deposed}", 12,
         "The last passage of this range stands before its first."),
    ],
)  # fmt: skip
def test_a_text_beside_questions_and_its_range_must_be_there(old, new, column, message):
    [finding] = findings(changed(quiz(EVERYTHING), QUIZ, old, new))
    assert (finding[2], finding[3]) == (column, message)


def test_a_range_is_of_a_text():
    [finding] = findings(changed(quiz(EVERYTHING), QUIZ, "    text: to-the-citizens\n", ""))
    assert finding[3:] == ("This is a range of no text.", "Name the text it is of: `text: slug`.")


def test_a_range_names_passages_whose_ident_is_written():
    files = changed(quiz(EVERYTHING), TEXT, " {#assured}", "")
    [block] = [one for one in read_curriculum(files).texts["to-the-citizens"].blocks if "assured" in one.plain]
    files = changed(files, QUIZ, "last: assured", f"last: {block.ident}")
    assert any("its ident is not written there" in message for message in messages(files))


def test_a_range_may_begin_at_the_beginning_and_end_at_the_end():
    files = changed(quiz(EVERYTHING), QUIZ, "{first: deposed, last: assured}", "{last: deposed}")
    assert findings(files) == []
    assert findings(changed(files, QUIZ, "{last: deposed}", "{first: long-live}")) == []
