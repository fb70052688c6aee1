"""Where links and pictures may lead: a curriculum is told what may not stand, users are shown plain words."""

import re
from collections.abc import Callable

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.token import Token

from course.base.markdown.model import IDENT, IDENT_RULE
from course.base.markdown.parser import inline_plain
from course.base.words import _

Address = Callable[[str, str], str | None]
"""(scheme, target) -> the address of a text, lesson or image of the same course, or None where there is none."""
Element = tuple[str, dict[str, str | int | float]]
Judge = Callable[[Token], Element | None]
"""link_open or image -> the tag and the attributes to show it with, or None for plain words."""

_WEB = re.compile(r"https?://[^/?#\s\\]|mailto:[^\s@]+@[^\s@]", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_IMAGE = re.compile(r"images(/(?!\.)[^\s/\\:?#%\"<>]+)+")
_FIGURE = re.compile(r"figure:(?P<ident>.*)")
_OURS = ("term", "person", "source", "event", "figure", "text", "lesson")

#: What may be said of a claim: nobody who knows the matter denies it, they differ, or it is how one reads it.
_CLAIMS = ("established", "disputed", "view")
#: What a label is shown in: nothing else is.
LABEL = "span"


class BadLink(Exception):
    """Says why a link of a curriculum cannot stand, and how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def rewritten(children: list[Token], judge: Judge) -> list[Token]:
    """Return CHILDREN with each link and picture as JUDGE wants it; the words of a refused one stay.

    The label of a claim stands in brackets, so that it is told from the sentence wherever the words go: into a find, a
    quotation, a letter, the ears of who hears the page."""
    made: list[Token] = []
    opened: list[str | None] = []
    for token in children:
        if token.type == "link_open":
            element = judge(token)
            opened.append(element and element[0])
            if element:
                token.tag, token.attrs = element
                sticks = token.tag == LABEL and made and not _ends_in_space(made[-1])
                made += [*([_words(" ")] if sticks else []), token, *([_words("[")] if token.tag == LABEL else [])]
        elif token.type == "link_close":
            if tag := opened.pop():
                token.tag = tag
                made += [_words("]"), token] if tag == LABEL else [token]
        elif token.type == "image":
            made += _picture(token, judge(token))
        else:
            made.append(token)
    return made


def _words(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _ends_in_space(token: Token) -> bool:
    return token.type in {"softbreak", "hardbreak"} or token.content[-1:].isspace()


def _picture(token: Token, element: Element | None) -> list[Token]:
    """Return a picture, or the link in whose place a page shows a drawing; plain words where there is none."""
    words = _words(inline_plain(token.children or []))
    if element is None:
        return [words]
    tag, attrs = element
    if tag == "a":
        return [Token("link_open", tag, 1, attrs=attrs), words, Token("link_close", tag, -1)]
    token.tag, token.attrs = element
    token.children = [words]  # of which the renderer makes the alt
    return [token]


def href_of(token: Token) -> str:
    """Return the address that TOKEN, a link or an image, was written with."""
    return str(token.attrs.get("src" if token.type == "image" else "href", ""))


def for_users(token: Token) -> Element | None:
    """Judge a link in what users write: the web, letters and languages, no pictures."""
    return None if token.type == "image" else _anywhere(href_of(token))


def without_links(token: Token) -> Element | None:
    """Judge a link where the words stand in a link or a label themselves: languages alone."""
    element = for_users(token)
    return element if element and element[0] == "i" else None


def web_address(href: str) -> str | None:
    """Return HREF as it may stand in a page if it leads to the web or to a letter, else None."""
    return normalizeLink(href) if _WEB.match(href) else None


def _anywhere(href: str) -> Element | None:
    if address := web_address(href):
        return "a", {"href": address}
    scheme, _colon, target = href.partition(":")
    return ("i", {"lang": target}) if scheme == "lang" and _LANGUAGE.fullmatch(target) else None


def of_ours(token: Token) -> tuple[str, str] | None:
    """Return scheme and target of a link to something of the same course; None for a link that leads elsewhere.

    Raises BadLink where the target cannot be one, whatever the course has."""
    href = href_of(token)
    if token.type == "image":
        if figure := _FIGURE.fullmatch(href):
            if not IDENT.fullmatch(figure["ident"]):
                raise BadLink(_("“{target}” is no ident.").format(target=figure["ident"]), IDENT_RULE)
            return "figure", figure["ident"]
        if not _IMAGE.fullmatch(href):
            raise BadLink(
                _("“{href}” cannot be shown as a picture.").format(href=href),
                _("Put the file into the folder images and write images/name.webp, or figure:ident for a drawing."),
            )
        return "image", href
    scheme, _colon, target = href.partition(":")
    if scheme not in _OURS:
        return None
    ident, hash_, passage = target.partition("#")
    if hash_ and scheme not in {"text", "lesson"}:
        raise BadLink(_("A link to a {scheme} has no “#”.").format(scheme=scheme))
    if not IDENT.fullmatch(ident) or (hash_ and not IDENT.fullmatch(passage)):
        raise BadLink(_("“{target}” is no ident.").format(target=target), IDENT_RULE)
    return scheme, target


def element_for(token: Token, ours: tuple[str, str] | None, address: Address | None) -> Element | None:
    """Return how a curriculum's link or picture is shown; None, plain words, where ADDRESS is not given and is needed.

    Raises BadLink where it leads nowhere or where it must not."""
    if ours is None:
        if element := _anywhere(href_of(token)) or _claim(href_of(token)):
            return element
        raise BadLink(
            _("“{href}” is no address that may stand here.").format(href=href_of(token)),
            _("Links begin with https:, term:, person:, source:, event:, figure:, claim:, text:, lesson: or lang:."),
        )
    scheme, target = ours
    if here := _on_the_page(scheme, target):
        return here
    if address is None:
        return None
    found = address(scheme, target)
    if found is None:
        raise BadLink(_("There is no {scheme} “{target}”.").format(scheme=scheme, target=target))
    if token.type == "image" and scheme == "image":
        return "img", {"src": found, "alt": "", "loading": "lazy"}
    return "a", {"href": found}


def _on_the_page(scheme: str, target: str) -> Element | None:
    """Return how something is shown that stands on the page of its own link."""
    if scheme == "term":
        return "button", {"type": "button", "class": "term", "popovertarget": f"term-{target}"}
    if scheme == "person":
        return "a", {"href": f"#person-{target}"}
    return ("a", {"class": "cite", "href": f"#source-{target}"}) if scheme == "source" else None


def _claim(href: str) -> Element | None:
    """Return how a label is shown that says how sure the claim before it is."""
    scheme, _colon, kind = href.partition(":")
    if scheme != "claim":
        return None
    if kind not in _CLAIMS:
        message = _("“{kind}” is no label of a claim.").format(kind=kind)
        raise BadLink(message, _("Write claim:established, claim:disputed or claim:view."))
    return LABEL, {"class": f"claim is-{kind}"}
