"""The two dialects of Markdown: the curriculum's, with idents, and that of what users write, without."""

from markdown_it import MarkdownIt
from markdown_it.parser_inline import RuleFuncInlineType
from markdown_it.rules_inline import StateInline, autolink, image, link
from markdown_it.token import Token

MAX_NESTING = 20
"""Levels of lists (two each) and quotations in each other; the parser drops what is deeper, so it is looked for."""


class _Markdown(MarkdownIt):
    """CommonMark with tables, without raw HTML, that leaves it to `links` which addresses are good."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


def _with_position(rule: RuleFuncInlineType) -> RuleFuncInlineType:
    """Return RULE, whose link or image token then knows in `meta["pos"]` where in the inline text it began."""

    def positioned(state: StateInline, silent: bool) -> bool:
        position, before = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        for token in state.tokens[before : before + 2]:  # text that was pending may come first
            if token.type in {"link_open", "image"}:
                token.meta["pos"] = position
                break
        return True

    return positioned


def _ident_rule(state: StateInline, silent: bool) -> bool:
    """Make an `ident` token of `{#…}`, so that code and escapes are left alone as the parser sees them."""
    start = state.pos
    if not state.src.startswith("{#", start):
        return False
    end = state.src.find("}", start, min(state.posMax, start + 1000))  # bounded: a text of `{#{#{#…` stays linear
    if end < 0:
        return False
    inner = state.src[start + 2 : end]
    if "{" in inner or "\n" in inner:
        return False
    if not silent:
        token = state.push("ident", "", 0)
        token.content, token.meta["pos"] = inner, start
    state.pos = end + 1
    return True


def _make() -> MarkdownIt:
    md = _Markdown("commonmark", {"html": False, "xhtmlOut": False, "maxNesting": MAX_NESTING})
    md.enable("table").disable(["html_block", "html_inline"])
    for name, rule in {"link": link, "image": image, "autolink": autolink}.items():
        md.inline.ruler.at(name, _with_position(rule))
    return md


USERS = _make()
CURRICULUM = _make()
CURRICULUM.inline.ruler.push("ident", _ident_rule)


def too_deep(tokens: list[Token]) -> Token | None:
    """Return the first container whose content was dropped for its depth, if there is one."""
    containers = {"blockquote_open", "list_item_open"}
    return next((token for token in tokens if token.type in containers and token.level >= MAX_NESTING - 1), None)


def inline_plain(children: list[Token]) -> str:
    """Return the words of an inline token's CHILDREN, a picture being its description."""
    parts = []
    for token in children:
        if token.type in {"text", "code_inline"}:
            parts.append(token.content)
        elif token.type == "ident":
            parts.append("{#" + token.content + "}")
        elif token.type == "image":
            parts.append(inline_plain(token.children or []))
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak":
            parts.append("\n")
    return "".join(parts)


def plain_of(tokens: list[Token]) -> str:
    """Return the words of TOKENS: each part on a line of its own, the cells of a row with tabs between."""
    lines: list[str] = []
    row: list[str] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            lines.append("\t".join(row or []))
            row = None
        elif token.type == "inline":
            (lines if row is None else row).append(inline_plain(token.children or []))
        elif token.type in {"fence", "code_block"}:
            lines.append(token.content.removesuffix("\n"))
    return "\n".join(lines)


def trim_end(children: list[Token]) -> None:
    """Take the white space and line breaks off the end of CHILDREN."""
    while children:
        last = children[-1]
        if last.type == "text":
            last.content = last.content.rstrip(" \t")
        if last.type in {"softbreak", "hardbreak"} or (last.type == "text" and not last.content):
            children.pop()
        else:
            return
