"""Who is meant by an at sign in a post."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.base.markdown import to_html
from lessons.discussion.mentions import by_name, marked

MEMBERS = [
    (1, "Vera Petrova"),
    (2, "Vera Zasulich"),
    (3, "Ivan"),
    (4, "Надежда Крупская"),
    (5, "Ivan the Second"),
    (6, "Seán O'Casey"),
    (7, "Same Name"),
    (8, "Same Name"),
    (9, "Zoë"),
]


@pytest.mark.parametrize(
    ("text", "whom", "marks"),
    [
        ("@Ivan, I agree.", {3}, ["@Ivan"]),
        ("I ask @Vera Petrova and @vera zasulich.", {1, 2}, ["@Vera Petrova", "@vera zasulich"]),
        ("@Ivan the Second said so.", {5}, ["@Ivan the Second"]),  # the longest name that fits
        ("@Ivan the Third said so.", {3}, ["@Ivan"]),
        ("@Надежда Крупская права.", {4}, ["@Надежда Крупская"]),
        ("@надежда права.", {4}, ["@надежда"]),  # a first word will do where it is one member's
        ("@Vera?", set(), []),  # two are called so
        ("@Same Name, @Same", set(), []),
        ("@Ivanov, ivan@Ivan.example, @Ivan_2", set(), []),  # within a word, or half of one
        ("*@Ivan*", {3}, ["@Ivan"]),
        ("(@Ivan)", {3}, ["@Ivan"]),
        ("@Ivan\nthe Second", {5}, ["@Ivan\nthe Second"]),
        ("@Seán O'Casey, @Seán O’Casey", {6}, ["@Seán O'Casey", "@Seán O’Casey"]),
        ("@Zoe\u0308", {9}, ["@Zoë"]),  # the same letter, written as two
        ("`@Ivan` and [@Ivan](https://example.org)", set(), []),  # code, and the words of a link
        ("@ Ivan, @, @@Ivan", {3}, ["@Ivan"]),
        ("> @Ivan\n\nSo it was.", {3}, ["@Ivan"]),
    ],
)  # fmt: skip
def test_who_is_meant(text: str, whom: set[int], marks: list[str]) -> None:
    html, meant = marked(to_html(text), by_name(MEMBERS))
    assert meant == whom
    assert re.findall(r'<b class="mention">(.*?)</b>', html, re.DOTALL) == marks


def test_what_a_member_is_called_cannot_become_markup() -> None:
    html, meant = marked(to_html("@<b>Bold & Co</b>, hello"), by_name([(1, "<b>Bold & Co</b>")]))
    assert meant == {1}
    assert html == '<p><b class="mention">@&lt;b&gt;Bold &amp; Co&lt;/b&gt;</b>, hello</p>\n'


@given(st.text(alphabet="@Ivan <>&;`*\n[]()ИванVera'’", max_size=60))
def test_nothing_but_marks_is_added(text: str) -> None:
    before = to_html(text)
    html, meant = marked(before, by_name(MEMBERS))
    assert re.sub(r'<b class="mention">(.*?)</b>', r"\1", html, flags=re.DOTALL) == before
    assert bool(meant) == ("mention" in html)
