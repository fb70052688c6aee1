"""Markdown becomes the passages that a curriculum would make of it, and more of what others write is understood."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.base.markdown import blocks
from lessons.importing.imported import Imported, Unreadable
from lessons.importing.reading import read_text
from tests.lessons.importing.samples import left_out, passages, words

SOURCE = """---
title: "What Is to Be Done?"
author: N. Lenin
lang: en
licence: CC0
---

Before it.

## Dogmatism {#sec:dogma}

See *this*[^1] and [there](#the-end) and [not](javascript:alert(1)).

- one
  - inner
- two

> Quoted
> words

| a | b |
|---|---|
| 1 | 2 |

### The end

Back to [dogma](#sec:dogma). <b onclick="x">Bold</b> <script>no</script>

[^1]: A note.
"""


def read(source: str) -> Imported:
    return read_text("text.md", source.encode())


def test_the_head_says_what_the_text_is() -> None:
    text = read(SOURCE)
    assert (text.title, text.author, text.language, text.licence) == ("What Is to Be Done?", "N. Lenin", "en", "CC0")


def test_headings_part_it() -> None:
    sections = [(section.title, section.level) for section in read(SOURCE).sections]
    assert sections == [("", 1), ("Dogmatism", 1), ("The end", 2)]


def test_links_to_headings_and_footnotes_lead_to_their_passages() -> None:
    found = {passage.plain: passage for passage in passages(read(SOURCE))}
    said = found["See this[1] and there and not."].html
    assert f'href="#{found["The end"].ident}"' in said
    assert f'href="#{found["A note. ↩︎"].ident}"' in said
    assert f'href="#{found["Dogmatism"].ident}"' in found["Back to dogma. Bold"].html


def test_what_may_not_stand_loses_its_marks_and_keeps_its_words() -> None:
    text = read(SOURCE)
    assert "javascript:alert(1)" in left_out(text)
    assert "2 scripts were left out." in left_out(text)
    assert "onclick" not in "".join(passage.html for passage in passages(text))


def test_a_heading_that_is_not_the_title_of_the_head_is_kept() -> None:
    assert "Chapter one" in words(read("---\ntitle: Book\n---\n# Chapter one\n\na"))
    assert words(read("# Book\n\na")) == ["a"]


@pytest.mark.parametrize(
    "source",
    [
        "Two *powers*\nat once.\n\nAnd `code` **bold**.",
        "- a\n- b\n\n  more\n",
        "1. a\n2. b",
        "> q\n>\n> r",
        "```\na\n b\n```",
        "a  \nb",
        "|a|b|\n|-|-|\n|1|2|",
    ],
)
def test_passages_have_the_idents_and_words_of_a_curriculum(source: str) -> None:
    found, _problems = blocks(source)
    made = passages(read(source))
    assert [(one.ident, one.kind, one.plain) for one in made] == [(one.ident, one.kind, one.plain) for one in found]


@pytest.mark.parametrize("source", ["- a\n" * 25_000, "*" * 120_000, "a\n" * 110_000, "word " * 410_000])
def test_more_than_can_be_read_in_time_is_refused(source: str) -> None:
    with pytest.raises(Unreadable, match="bring it in parts"):
        read(source)


@pytest.mark.parametrize("piece", ["[", "![", "*a **b", "`a ", "> ", "# a\n", "[a](", "^[a", "<a", "[^1]: a\n\n"])
def test_signs_that_open_and_never_close_are_words(piece: str) -> None:
    assert "end" in " ".join(words(read(piece * 3_000 + "\n\nend")))


@settings(max_examples=150)
@given(source=st.text(st.sampled_from("ab *_`#>-|[]()!:^\\\n1.<>&{}~"), max_size=120))
def test_any_text_is_read(source: str) -> None:
    assert "end" in " ".join(words(read(f"{source}\n\nend")))
