"""What the check finds in a curriculum, and where."""

import pytest

from kruzhok.config import SHIPPED_COURSE
from kruzhok.curriculum.authoring import TEMPLATE
from kruzhok.curriculum.reading import MOST_FINDINGS, read_curriculum, read_folder
from kruzhok.curriculum.statistics import statistics_of
from kruzhok.curriculum.tables import ENTRIES
from quizzes.items import TYPES
from tests.kruzhok.curriculum.small import FRAMED, LESSON, QUIZ, TEXT, changed, findings, messages, small


def test_the_small_course_has_nothing_wrong_and_one_item_of_each_type():
    curriculum = read_curriculum(small())
    assert curriculum.findings == []
    assert statistics_of(curriculum)["items_by_type"] == dict.fromkeys(sorted(TYPES), 1)


def test_the_template_has_nothing_wrong_and_shows_every_kind_of_thing():
    curriculum = read_curriculum(read_folder(TEMPLATE))
    assert curriculum.findings == []
    assert set(statistics_of(curriculum)["items_by_type"]) == set(TYPES)
    assert all(list(curriculum.named(kind)) for kinds in ENTRIES.values() for kind in kinds.values())
    assert [text.data.frame is None for text in curriculum.texts.values()] == [False]
    assert b"(claim:disputed)" in curriculum.files[LESSON]


def test_the_shipped_course_has_nothing_wrong():
    assert read_curriculum(read_folder(SHIPPED_COURSE)).findings == []


# The five faults that everybody makes


def test_an_unknown_key_is_found_and_the_known_one_named():
    files = changed(small(), QUIZ, "explanation: It names", "explanaton: It names")
    assert findings(files) == [
        (QUIZ, 17, 5, "The key `explanation` is missing.", "docs/curriculum.md says what it is for."),
        (QUIZ, 25, 5, "The key `explanaton` is not known here.", "Did you mean `explanation`?"),
    ]


def test_an_ident_that_stands_twice_is_found_at_the_second():
    files = changed(small(), QUIZ, "ident: what-it-lists", "ident: in-whose-name")
    [finding] = findings(files)
    assert finding[:3] == (QUIZ, 17, 12)
    assert finding[3] == "The item `in-whose-name` stands twice in the course."
    assert finding[4] == f"The first is in {QUIZ}, line 6: rename or drop one."


def test_a_passage_that_is_called_as_a_part_of_its_page_is_a_warning():
    everywhere = {path: content.replace(b"#aims", b"#readings") for path, content in small().items()}
    message = "The page has a part that is called `readings`, so that no link can lead to this passage."
    assert messages(everywhere).count(message) == 1


def test_a_missing_key_is_found_with_what_it_is_for():
    [finding] = findings(changed(small(), LESSON, "summary: A morning in Petrograd", "# "))
    assert finding == (LESSON, 2, 1, "The key `summary` is missing.", "One sentence, for the outline.")


def test_a_frame_without_one_of_its_answers_is_found():
    framed = changed(small(), TEXT, "minutes: 2\n", FRAMED)
    [finding] = findings(changed(framed, TEXT, "  when: On one day.\n", ""))
    assert finding[0] == TEXT
    assert finding[3] == "The key `when` is missing."


def test_links_in_a_frame_are_followed():
    framed = changed(small(), TEXT, "minutes: 2\n", FRAMED)
    [finding] = findings(changed(framed, TEXT, "person:vladimir-lenin), for", "person:vladimir-lenim), for"))
    assert finding[4] == "Did you mean `vladimir-lenin`?"


def test_a_bad_date_is_found_where_it_stands():
    [finding] = findings(changed(small(), "timeline.yaml", "'1917-11-07'", "'1917-11-31'"))
    assert finding[:3] == ("timeline.yaml", 4, 11)
    assert "1917-11-31" in finding[3]
    [finding] = findings(changed(small(), "timeline.yaml", "'1917-10-25'", "'1917-10-26'"))
    assert finding[:3] == ("timeline.yaml", 5, 16)
    assert "1917-10-25" in finding[3]


def test_a_passage_that_does_not_exist_is_found_and_the_like_named():
    [finding] = findings(changed(small(), QUIZ, "passage: to-the-citizens#assured", "passage: to-the-citizens#asured"))
    assert finding == (
        QUIZ,
        26,
        14,
        "There is no passage `asured` in texts/to-the-citizens.md.",
        "Did you mean `assured`?",
    )


# Everything else


def test_all_errors_are_found_at_once():
    files = changed(small(), QUIZ, "demand: recall", "demand: recal")
    files = changed(files, LESSON, "minutes: 3", "minutes: no")
    files = changed(files, "terms.yaml", "ident: old-style", "ident: Old Style")
    files = changed(files, "course.yaml", "- first-lesson ", "- frist-lesson ")
    said = messages(files)
    assert "`recal` is not known here." in said
    assert "Here must stand a whole number, not `no`." in said
    assert "“Old Style” is no ident." in said
    assert "There is no lesson `frist-lesson`." in said
    assert "No unit names this lesson." in said


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("title: My course", "title: no", "Words are wanted here.", "`no` is read as false: put it in quotes."),
        ("title: My course", "title: 1917", "Words are wanted here.", "`1917` is read as a number: put it in quotes."),
        (
            "title: My course",
            "title: 2017-05-06",
            "A date must stand in quotes.",
            "Put the date in quotes: '2017-05-06'.",
        ),
        ("authors: [Your name]", "authors: me", "Here must stand a list, not words.", None),
        ("authors: [Your name]", "authors: []", "At least 1 entry is needed here.", None),
        ("title: My course", "title:", "Nothing is written here, and words must be.", None),
        ("language: en", "language: English", "“English” is no code of a language.", "Write it as `en` or `ru`."),
        ("days_per_lesson: 7", "days_per_lesson: 0", "This number must be 1 or more.", None),
        ("planned: true", "planned: yes", "Here must stand `true` or `false`, not `yes`.", None),
        ("number: 2", "number: 1", "There is another lesson 1.", f"It is in {LESSON}: give each its own number."),
        ("by: Its lecturer", "by: X\n        given: '2017-11'", "“2017-11” is not a single day.", None),
        (
            "- first-lesson ",
            "- first-lesson\n      - first-lesson ",
            "The lesson `first-lesson` stands twice in the outline.",
            None,
        ),
    ],
)
def test_faults_of_the_course_are_said_in_plain_words(old, new, message, hint):
    [finding] = findings(changed(small(), "course.yaml", old, new))
    assert finding[3] == message
    assert hint is None or finding[4] == hint


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (
            LESSON,
            "people: [vladimir-lenin]",
            "people: [vladimir-lenim]",
            "There is no person `vladimir-lenim` in people.yaml.",
        ),
        (
            LESSON,
            "events: [prov",
            "events: [rov",
            "There is no event `rovisional-government-deposed` in timeline.yaml.",
        ),
        (LESSON, "people: [v", "people: [vladimir-lenin, v", "`vladimir-lenin` stands twice in this list."),
        (LESSON, "    text: to-the-citizens", "    text: to-the-citizen", "There is no text `to-the-citizen`."),
        (LESSON, "quiz: first-quiz", "quiz: quiz", "There is no quiz `quiz`."),
        (LESSON, "term:old-style", "term:new-style", "There is no term `new-style` in terms.yaml."),
        (
            LESSON,
            "text:to-the-citizens#deposed",
            "text:to-the-citizens#x",
            "There is no passage `x` in texts/to-the-citizens.md.",
        ),
        (LESSON, "text:to-the-citizens#deposed", "lesson:to-the-citizens", "There is no lesson `to-the-citizens`."),
        (
            LESSON,
            "[drafted](source:lenin-1917-to-the-citizens)",
            "![A wall](images/wall.webp)",
            "There is no picture `images/wall.webp`.",
        ),
        (
            LESSON,
            "[Lenin](person:vladimir-lenin)",
            "[Lenin](wiki:Lenin)",
            "“wiki:Lenin” is no address that may stand here.",
        ),
        (LESSON, "look_for: Which", 'look_for: "[x](person:nobody)" # ', "There is no person `nobody` in people.yaml."),
        (LESSON, "{#not-yet}", "{#posted-up}", "The ident “posted-up” stands twice in this text."),
        (LESSON, "quiz: first-quiz", "quiz: first-quiz\nmoved: {gone: aims}", None),
        (LESSON, "quiz: first-quiz", "quiz: first-quiz\nmoved: {gone: aim}", f"There is no passage `aim` in {LESSON}."),
        (
            LESSON,
            "quiz: first-quiz",
            "quiz: first-quiz\nmoved: {aims: not-yet}",
            "The passage `aims` is still here, so its address cannot lead elsewhere.",
        ),
        (
            QUIZ,
            "passage: first-lesson#not-yet",
            "passage: first-lesson#a-morning",
            f"`a-morning` of {LESSON} is a heading, not a passage.",
        ),
        (
            QUIZ,
            "passage: first-lesson#not-yet",
            "passage: second-lesson#not-yet",
            "There is no lesson or text `second-lesson`.",
        ),
        (
            QUIZ,
            "sources: [lenin-1917-to-the-citizens]",
            "sources: [lenin]",
            "There is no source `lenin` in sources.yaml.",
        ),
        (
            TEXT,
            "source: lenin-1917-to-the-citizens",
            "source: lenin-1917",
            "There is no source `lenin-1917` in sources.yaml.",
        ),
        (TEXT, "---\nTo the", "To the", "This file has no front matter."),
        ("sources.yaml", "address: https", "address: www # ", "“www” is no address on the web."),
        ("people.yaml", "note: Leader of", "note: 'Leader [of](x:y)", None),
    ],
)
def test_faults_between_files_are_found(path, old, new, message):
    files = changed(small(), path, old, new)
    if message is None:
        assert not [one for one in messages(files) if "moved" in one]
    else:
        assert message in messages(files)


def test_an_ident_that_nobody_wrote_cannot_be_named():
    files = changed(small(), LESSON, " {#not-yet}", "")
    [block] = [block for block in read_curriculum(files).lessons["first-lesson"].blocks if "Winter" in block.plain]
    files = changed(files, QUIZ, "first-lesson#not-yet", f"first-lesson#{block.ident}")
    [finding] = findings(files)
    assert "its ident is not written there" in finding[3]
    assert "--write-idents" in finding[4]


def test_a_passage_that_was_moved_is_said_to_be():
    files = changed(small(), LESSON, "quiz: first-quiz", "quiz: first-quiz\nmoved: {winter: not-yet}")
    [finding] = findings(changed(files, QUIZ, "first-lesson#not-yet", "first-lesson#winter"))
    assert finding[4] == "It was moved: write `not-yet`."


def test_a_broken_link_in_a_body_is_found_in_its_line_and_column():
    [finding] = findings(changed(small(), LESSON, "person:vladimir-lenin", "person:lenin"))
    line = small()[LESSON].decode().splitlines().index("## A morning in November {#a-morning}") + 3
    text = small()[LESSON].decode().splitlines()[line - 1]
    assert finding[:3] == (LESSON, line, text.index("person:") + 1)


def test_what_a_body_links_to_and_the_front_matter_does_not_name_is_a_warning():
    files = changed(small(), LESSON, "terms: [old-style]\n", "")
    [warning] = read_curriculum(files).findings
    assert (warning.severity, warning.file, warning.hint) == ("warning", LESSON, "Add it to `terms`.")


def test_what_nothing_names_is_a_warning_once_there_are_no_errors():
    term = "terms:\n  - {ident: soviet, term: soviet, meaning: A council of deputies.}\n"
    files = changed(small(), "terms.yaml", "terms:\n", term)
    [warning] = read_curriculum(files).findings
    assert (warning.severity, warning.line, warning.message) == ("warning", 2, "Nothing names `soviet`.")
    assert "Nothing names `soviet`." not in messages(changed(files, QUIZ, "demand: recall", "demand: r"))


def test_an_event_that_says_which_passages_tell_of_it_is_named():
    event = "events:\n  - {ident: vote, title: A vote, date: '1917', note: It was close that day.%s}\n"
    files = small()
    assert messages(changed(files, "timeline.yaml", "events:\n", event % "")) == ["Nothing names `vote`."]
    told = event % ", passages: ['first-lesson#not-yet']"
    assert messages(changed(files, "timeline.yaml", "events:\n", told)) == []


def test_a_quiz_belongs_to_one_lesson():
    files = changed(small(), LESSON, "quiz: first-quiz\n", "")
    assert (QUIZ, "No lesson has this quiz.") in [(one[0], one[3]) for one in findings(files)]


def test_a_lesson_and_a_text_cannot_share_a_slug():
    files = small()
    files["texts/first-lesson.md"] = files[TEXT]
    assert any("both called `first-lesson`" in message for message in messages(files))


def test_two_lesson_files_cannot_share_a_slug():
    files = small()
    files["lessons/02-first-lesson.md"] = files[LESSON]
    assert "Another lesson has this slug: lessons/01-first-lesson.md." in messages(files)


# Files


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("lessons/two.md", b"", "This file is not named as one of its kind is."),
        ("quizzes/x.yml", b"", "This file is not named as one of its kind is."),
        ("poeple.yaml", b"", "No file of a curriculum has this name."),
        ("../etc/passwd", b"", "No file of a curriculum has this name."),
        ("notes/plan.txt", b"", "Nothing reads this file; it is kept as it is."),
        ("images/x.png", b"<html>", "This is no picture of the kind its name says."),
        ("images/x.svg", b"svg", "This is no picture of the kind its name says."),
        ("images/x.svg", b"<svg/>", "No figure shows this drawing."),
        ("images/x.png", b"\x89PNG\r\n\x1a\n", "No text shows this picture."),
        ("README.md", b"\xff", None),
        ("people.yaml", b"", "There is nothing in this file."),
        ("people.yaml", b"#" * (512 * 1024 + 1), "This file is larger than 512 kB."),
    ],
)
def test_files_are_told_by_their_names(path, content, message):
    said = messages({**small(), path: content})
    assert message in said if message else said == []


def test_bytes_that_are_not_utf8_are_found_by_line_column_and_position():
    content = "people:\n  - ident: ы\n".encode() + b"x\xe9"
    [finding] = [one for one in findings({**small(), "people.yaml": content}) if one[0] == "people.yaml"]
    assert finding[1:4] == (3, 2, f"This file is not UTF-8: byte {len(content)} is 0xe9.")


def test_a_byte_order_mark_is_said_to_be_one():
    files = {**small(), "terms.yaml": b"\xef\xbb\xbf" + small()["terms.yaml"]}
    [finding] = findings(files)
    assert finding[:4] == ("terms.yaml", 1, 1, "This file holds the invisible character U+FEFF.")


@pytest.mark.parametrize("path", ["course.yaml", LESSON, TEXT, QUIZ, "people.yaml", "terms.yaml", "timeline.yaml"])
def test_a_file_that_cannot_be_read_is_one_error_and_not_many(path):
    assert [one[0] for one in findings({**small(), path: b"\xff"})] == [path]


def test_without_course_yaml_it_is_no_curriculum():
    files = small()
    del files["course.yaml"]
    assert "There is no course.yaml, so this is no curriculum." in messages(files)


def test_a_hostile_file_does_not_make_a_flood():
    files = {**small(), "terms.yaml": b"terms:\n" + b"  - {}\n" * 5000}
    assert len(read_curriculum(files).findings) == MOST_FINDINGS + 1


def test_dot_files_and_links_that_lead_out_are_not_read(tmp_path):
    (tmp_path / "out.txt").write_text("secret")
    folder = tmp_path / "course"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").touch()
    (folder / ".hidden").touch()
    (folder / "course.yaml").write_text("x")
    (folder / "link.txt").symlink_to(tmp_path / "out.txt")
    (folder / "inside.txt").symlink_to(folder / "course.yaml")
    assert set(read_folder(folder)) == {"course.yaml", "inside.txt"}


# Statistics


PATHS = """paths:
  - ident: short
    title: The short path
    note: For *whoever* has little time.
    weeks:
      - title: One morning
        lessons: [first-lesson]
units:"""


def with_paths(old, new):
    return findings(changed(changed(small(), "course.yaml", "units:", PATHS), "course.yaml", old, new))


def test_a_path_leads_through_lessons_that_are_there():
    assert with_paths("title: The short path", "title: The shortest path") == []


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        (
            "lessons: [first-lesson]",
            "lessons: [first-lesson]\n      - lessons: [first-lesson]",
            "The lesson `first-lesson` stands twice in this path.",
            "The first is in course.yaml, line 20: rename or drop one.",
        ),
        (
            "lessons: [first-lesson]",
            "lessons: [first-lessom]",
            "There is no lesson `first-lessom`.",
            "Did you mean `first-lesson`?",
        ),
        (
            "lessons: [first-lesson]",
            "lessons: [first-lesson, seven]",
            "There is no lesson `seven`.",
            "Lessons are named by their slugs; a planned one has none until it is written.",
        ),
        (
            "lessons: [first-lesson]",
            "lessons: [first-lesson, {planned: true, number: 2}]",
            "A path names lessons by their slugs, and a planned one has none.",
            "Leave it out until it is written.",
        ),
        ("lessons: [first-lesson]", "lessons: []", "At least 1 entry is needed here.", None),
    ],
)
def test_a_path_that_leads_nowhere_is_found_in_its_line(old, new, message, hint):
    [finding] = with_paths(old, new)
    assert finding[0] == "course.yaml"
    assert finding[1] in {20, 21}
    assert finding[3] == message
    assert hint is None or finding[4] == hint


def test_two_paths_may_have_the_same_lesson():
    twice = PATHS.replace("units:", PATHS.removeprefix("paths:\n").replace("ident: short", "ident: whole"))
    assert findings(changed(small(), "course.yaml", "units:", twice)) == []


def test_planned_lessons_are_not_counted():
    statistics = statistics_of(read_curriculum(small()))
    assert statistics["lessons"] == 1
    assert statistics["minutes"] == 3 + 2 + 10
    assert statistics["passages"] == 8
