"""Safe HTML of Markdown: which links are good, how each is drawn, and the sieve everything passes at the end."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import nh3
from markdown_it.token import Token

from course.base.markdown.model import TooLong
from course.base.markdown.parser import CURRICULUM, USERS, inline_plain, too_deep
from course.base.words import _

LONGEST = 1_000_000  #: characters of a user's text

TAGS = {
    "a", "blockquote", "br", "button", "code", "div", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i",
    "img", "li", "ol", "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "class", "rel"},
    "button": {"class", "type", "popovertarget"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "i": {"lang"},
    "img": {"src", "alt"},
    "ol": {"start"},
}
SCHEMES = {"http", "https", "mailto"}
LANGUAGE = re.compile(r"[a-z]{2,3}")


class Drawn(NamedTuple):
    """How a link is drawn; without a tag only its words stay."""

    tag: str | None
    attributes: dict[str, str | int | float]


WORDS_ONLY = Drawn(None, {})


def sieve(html: str) -> str:
    """Return HTML without anything that is not on the lists above."""
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)


def is_outside(href: str) -> bool:
    """Return whether HREF is a whole address of the web, or of mail."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    if any(ord(character) <= 32 for character in href):
        return False
    return parts.scheme == "mailto" or (parts.scheme in {"http", "https"} and bool(parts.netloc))


def language_of(href: str) -> str | None:
    """Return the language that `lang:ru` names."""
    scheme, colon, target = href.partition(":")
    return target if colon and scheme == "lang" and LANGUAGE.fullmatch(target) else None


def redraw_links(children: Sequence[Token], draw: Callable[[Token, str], Drawn]) -> None:
    """Let DRAW say of each link of CHILDREN how it is drawn, and change its tokens to that."""
    open_tags: list[str | None] = []
    for token in children:
        if token.type == "link_open":
            drawn = draw(token, str(token.attrs.get("href", "")))
            open_tags.append(drawn.tag)
            token.tag, token.attrs, token.hidden = drawn.tag or "", drawn.attributes, drawn.tag is None
        elif token.type == "link_close":
            tag = open_tags.pop()
            token.tag, token.hidden = tag or "", tag is None


def images_to_words(children: list[Token]) -> None:
    """Put the description in the place of each picture."""
    for token in children:
        if token.type == "image":
            token.content, token.type, token.children = inline_plain(token.children or []), "text", None


def _users_link(_token: Token, href: str) -> Drawn:
    if not is_outside(href):
        return WORDS_ONLY
    return Drawn("a", {"href": href, "rel": "nofollow noopener ugc"})


def _house_link(_token: Token, href: str) -> Drawn:
    if language := language_of(href):
        return Drawn("i", {"lang": language})
    return Drawn("a", {"href": href}) if is_outside(href) else WORDS_ONLY


def to_html(source: str) -> str:
    """Return safe HTML of what a user wrote: headings small, no pictures, links that lead outside marked as theirs.

    Raise TooLong for more than a million characters or nesting beyond reason."""
    if len(source) > LONGEST:
        raise TooLong(_("This is too long to be kept: a million characters are the most."))
    tokens = USERS.parse(source.replace("\0", ""))
    if too_deep(tokens):
        raise TooLong(_("Lists and quotations stand in each other too deeply here."))
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 3)}"
        if token.children:
            images_to_words(token.children)
            redraw_links(token.children, _users_link)
    return sieve(USERS.renderer.render(tokens, USERS.options, {}))


def to_inline_html(source: str) -> str:
    """Return safe HTML of one run of words: a title, a stem, an option. Links of the course are words only here."""
    tokens = CURRICULUM.parseInline(source.replace("\0", ""))
    for token in tokens:
        if token.children:
            for child in token.children:
                if child.type == "ident":
                    child.type, child.content = "text", "{#" + child.content + "}"
            images_to_words(token.children)
            redraw_links(token.children, _house_link)
    return sieve(CURRICULUM.renderer.render(tokens, CURRICULUM.options, {})).strip()
