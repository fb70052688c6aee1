"""Markdown, as it is written elsewhere: with footnotes, tables, a head of facts and HTML between the lines."""

import re
from collections import Counter

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from course.base.markdown.parser import MAX_NESTING, inline_plain
from course.base.words import _
from lessons.importing.decoding import decoded
from lessons.importing.html import text_of_page
from lessons.importing.imported import Imported, Unreadable, language_of, one_line
from lessons.importing.report import understood
from lessons.importing.tags import read_tags
from lessons.importing.tally import Tally
from lessons.importing.tree import Tree

#: What the parser takes time for, and how much of it there may be: some ten times what a thick book has.
MOST_CHARACTERS = 2_000_000
MOST_LINES = 100_000
MOST_MARKED = 20_000  # lines of lists, quotations and tables
MOST_SIGNS = 100_000
_MARKED = re.compile(r"^[ \t]*(?:[-+*>|#~`=]|[0-9]{1,9}[.)]|<)", re.MULTILINE)
_SIGNS = re.compile(r"[\[*_`<|^&\\!]")

#: Signs in a longer run of words stay as they are written.
MOST_IN_BLOCK = 50_000

_HEAD = re.compile(r"---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_FACT = re.compile(r"(title|author|lang|language|licence|license|rights|source)[ \t]*:[ \t]*(.+)", re.IGNORECASE)
_IDENT = re.compile(r"\s*\{#([A-Za-z][\w:.-]*)[^{}\n]{0,200}\}\s*$")


class _Markdown(MarkdownIt):
    """Leaves it to what reads the HTML which addresses are good."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True


def read_markdown(name: str, content: bytes) -> Imported:
    """Return the text in CONTENT, the file NAME. Raise Unreadable for one over the limits or without words."""
    words, doubt = decoded(content)
    _refuse_too_much(words)
    facts, body = _facts(words)
    tally = Tally()
    root = read_tags(str(_MARKDOWN.render(body)), Tree(tally))
    text = text_of_page(root, name, tally, title=facts.get("title", ""))
    made = Imported(
        title=text.title,
        author=facts.get("author", ""),
        language=language_of(facts.get("language", facts.get("lang", ""))),
        licence=facts.get("licence", facts.get("license", facts.get("rights", ""))),
        source=facts.get("source", ""),
        sections=text.sections,
    )
    return understood(made, tally, [_("A text in Markdown.")], doubt)


def _refuse_too_much(words: str) -> None:
    """Raise Unreadable for WORDS that would take too long to read."""
    if len(words) > MOST_CHARACTERS or words.count("\n") > MOST_LINES:
        message = _("The text has more than {characters} characters or {lines} lines: bring it in parts.")
        raise Unreadable(message.format(characters=f"{MOST_CHARACTERS:,}", lines=f"{MOST_LINES:,}"))
    if len(_MARKED.findall(words)) > MOST_MARKED or len(_SIGNS.findall(words)) > MOST_SIGNS:
        message = _("The text has more than {lines} lines of lists and tables or {signs} signs of markup: {advice}")
        advice = _("bring it in parts, or as HTML.")
        raise Unreadable(message.format(lines=f"{MOST_MARKED:,}", signs=f"{MOST_SIGNS:,}", advice=advice))


def _facts(words: str) -> tuple[dict[str, str], str]:
    """Return the facts on one line each that stand between lines of hyphens at the beginning, and what follows."""
    head = _HEAD.match(words)
    if not head:
        return {}, words
    facts: dict[str, str] = {}
    for line in head[1].split("\n"):
        if found := _FACT.fullmatch(line):
            facts.setdefault(found[1].lower(), one_line(found[2].strip().strip("\"'")))
    return facts, words[head.end() :]


def _inline(state: StateCore) -> None:
    """Parse what stands in the blocks, if it is not too long."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            if len(token.content) > MOST_IN_BLOCK:
                token.children.append(Token("text", "", 0, content=token.content))
            else:
                state.md.inline.parse(token.content, state.md, state.env, token.children)


def _idents(state: StateCore) -> None:
    """Take the ident that is written behind a heading, as many writers of Markdown know it, for its ident."""
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open" and inline.type == "inline" and (found := _IDENT.search(inline.content)):
            inline.content = inline.content[: found.start()]
            opening.attrSet("id", found[1])


def _slugs(state: StateCore) -> None:
    """Give headings without an ident the one by which the sites that show Markdown link to them."""
    taken: Counter[str] = Counter()
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open" and not opening.attrGet("id"):
            words = inline_plain(inline.children or [])
            slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
            opening.attrSet("id", f"{slug}-{taken[slug]}" if taken[slug] else slug)
            taken[slug] += 1


def _make() -> MarkdownIt:
    md = _Markdown("commonmark", {"html": True, "xhtmlOut": False, "maxNesting": MAX_NESTING}).enable("table")
    md.use(footnote_plugin, inline=False)
    md.core.ruler.at("inline", _inline)
    md.core.ruler.before("inline", "heading_idents", _idents)
    md.core.ruler.after("inline", "heading_slugs", _slugs)
    return md


_MARKDOWN = _make()
