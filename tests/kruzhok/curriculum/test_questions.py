"""What the check finds in questions that are on a text, or have parts of their own: evidence, essays, gaps."""

import pytest

from kruzhok.curriculum.reading import read_curriculum
from tests.kruzhok.curriculum.small import QUIZ, TEXT, changed, findings, messages, quiz

# Evidence

EVIDENCE = """\
items:
  - ident: one
    type: evidence
    stem: Where does it say so?
    text: to-the-citizens
    range: {first: deposed, last: long-live}
    right: [deposed, [assured, long-live]]
    also: [address]
    demand: understand
    explanation: There.
    passage: to-the-citizens#deposed
    sources: [lenin-1917-to-the-citizens]
"""


def test_a_passage_out_of_the_range_cannot_be_picked():
    [finding] = findings(quiz(EVIDENCE))
    assert finding[:3] == (QUIZ, 9, 12)
    assert finding[3] == "The passage `address` is not in the range, so nobody can pick it."
    assert finding[4] == "Widen the range, or take the passage out."
    assert findings(changed(quiz(EVIDENCE), QUIZ, "first: deposed, ", "")) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("text: to-the-citizens", "text: to-the-citizen", "There is no lesson or text `to-the-citizen`."),
        ("first: deposed", "first: desposed", f"There is no passage `desposed` in {TEXT}."),
        ("[deposed,", "[desposed,", f"There is no passage `desposed` in {TEXT}."),
        ("[assured,", "[asured,", f"There is no passage `asured` in {TEXT}."),
        ("also: [address", "also: [adress", f"There is no passage `adress` in {TEXT}."),
        (
            "text: to-the-citizens\n",
            "text: first-lesson\n",
            "`a-morning` of lessons/01-first-lesson.md is a heading, not a passage.",
        ),
        (
            "first: deposed, last: long-live",
            "first: long-live, last: deposed",
            "The last passage of this range stands before its first.",
        ),
    ],
)
def test_what_evidence_names_must_be_there(old, new, message):
    files = changed(quiz(EVIDENCE), QUIZ, "also: [address]", "also: [address, a-morning]")
    assert message in messages(changed(files, QUIZ, old, new))


def test_evidence_in_a_section_is_checked_too():
    inside = EVIDENCE.replace("items:\n", "").replace("\n    ", "\n        ").replace("  - ident", "      - ident")
    [finding] = findings(quiz(f"sections:\n  - items:\n{inside}"))
    assert finding[:3] == (QUIZ, 10, 16)


def test_a_picked_passage_must_have_its_ident_written():
    files = changed(quiz(EVIDENCE), TEXT, " {#assured}", "")
    [block] = [one for one in read_curriculum(files).texts["to-the-citizens"].blocks if "assured" in one.plain]
    files = changed(files, QUIZ, "[assured,", f"[{block.ident},")
    assert any("its ident is not written there" in message for message in messages(files))


# Essays and gaps


ESSAY = """\
behaviour: tries
items:
  - ident: one
    type: essay
    stem: Discuss.
    rubric:
      - {ident: a, title: A, levels: [{ident: a, words: Hardly., score: 0}, {ident: b, words: Fully., score: 1}]}
    model: |
      A model.
    for_marker: Mind the length.
    quote_from: [to-the-citizens, first-lesson]
    demand: argue
    explanation: There.
    passage: to-the-citizens#deposed
    sources: [lenin-1917-to-the-citizens]
"""


def test_an_essay_may_have_several_tries_and_quote_from_texts_and_lessons():
    assert read_curriculum(quiz(ESSAY)).errors == []


def test_the_texts_that_an_essay_quotes_from_must_be_there():
    [finding] = findings(changed(quiz(ESSAY), QUIZ, "first-lesson]", "frist-lesson]"))
    assert finding == (QUIZ, 12, 35, "There is no lesson or text `frist-lesson`.", "Did you mean `first-lesson`?")


@pytest.mark.parametrize("old", ["Fully.", "A model.", "Mind the length."])
def test_links_are_followed_in_the_markdown_of_essays(old):
    files = changed(quiz(ESSAY), QUIZ, old, "'Ask [him](person:nobody).'")
    assert messages(files) == ["There is no person `nobody` in people.yaml."]


GAPS = """\
items:
  - ident: one
    type: cloze
    stem: Fill the gaps.
    text: |
      On {day} in {palace}.

      A second paragraph.
    gaps:
      - {ident: day, kind: number, answers: [{value: 4, feedback: Nearly.}]}
      - ident: palace
        kind: choice
        options: [{ident: a, text: Tauride, right: true}, {ident: b, text: B, feedback: No.}]
    demand: recall
    explanation: There.
    passage: to-the-citizens#deposed
    sources: [lenin-1917-to-the-citizens]
"""


@pytest.mark.parametrize("old", ["second", "Nearly.", "Tauride", "No."])
def test_links_are_followed_in_the_markdown_of_gaps(old):
    assert findings(quiz(GAPS)) == []
    files = changed(quiz(GAPS), QUIZ, old, "'[x](person:nobody)'")
    assert messages(files) == ["There is no person `nobody` in people.yaml."]


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("value: 4,", "valu: 4,", "The key `valu` is not known here.", "Did you mean `value`?"),
        ("kind: number", "kind: numeral", "It is not said how this gap is filled.",
         "Write `kind: choice`, `text` or `number`."),
        ("kind: choice\n", "kind: choice\n        shufle: false\n", "The key `shufle` is not known here.",
         "Did you mean `shuffle`?"),
    ],
)  # fmt: skip
def test_faults_of_gaps_are_said_in_plain_words(old, new, message, hint):
    assert (message, hint) in [finding[3:] for finding in findings(changed(quiz(GAPS), QUIZ, old, new))]
