"""What stands as a link in stored HTML, and what a page makes of it. Pure."""

import re
from collections.abc import Callable, Iterable

from markupsafe import Markup, escape

_TERM_LINK = re.compile(r'<a\b[^>]*\bhref="#term-([a-z0-9-]+)"[^>]*>(.*?)</a>', re.DOTALL)
_WITH_PUNCTUATION = re.compile(
    r'(<button type="button" class="term"[^>]*>(?:(?!</button>).)*</button>[,.;:!?)’”…]+)', re.DOTALL
)
_TERM_BUTTON = re.compile(
    r'<button type="button" class="term" popovertarget="(term-[a-z0-9-]+)">(.*?)</button>', re.DOTALL
)
_NAMED_TABLE = re.compile(r'<div class="scroll" role="region" tabindex="0" aria-label="[^"]*">')
_HEADING = re.compile(r"(</?h)([1-6])\b")
_ON_ITS_PAGE = re.compile(r'href="#(person|term|source)-([a-z0-9-]+)"')
_LEADS = re.compile(r"</?(?:a|button)\b[^>]*>")
_LABEL = re.compile(r'<span class="claim is-([a-z]+)">')
_NAMED = re.compile(r'(?:href="#|popovertarget=")(person|term|source)-([a-z0-9-]+)"')


def with_slips(html: str | None) -> Markup:
    """Return HTML in which a link to a term is the button that opens its slip, which needs no script."""
    buttons = _TERM_LINK.sub(r'<button type="button" class="term" popovertarget="term-\1">\2</button>', str(html or ""))
    # A button is a box to the browser: if they are not held together, the comma after it may begin the next line.
    together = _WITH_PUNCTUATION.sub(r'<span class="unbroken">\1</span>', buttons)
    return Markup(together)  # noqa: S704 (made safe when it was loaded)


def led_to(html: str | None, address: Callable[[str, str], str]) -> Markup:
    """Return HTML in which a link to a person, term or source leads to its own page, at ADDRESS (kind, ident)."""
    links = _ON_ITS_PAGE.sub(lambda found: f'href="{escape(address(found[1], found[2]))}"', html or "")
    return Markup(links)  # noqa: S704 (made safe when it was loaded)


def unlinked(html: str | None) -> Markup:
    """Return HTML without its links and buttons, so that it may stand in a link itself."""
    return Markup(_LEADS.sub("", html or ""))  # noqa: S704 (made safe when it was loaded)


def for_print(html: str | None) -> Markup:
    """Return HTML as it stands in a pack of several texts: a term is a link to the list at its end, headings are a
    level lower, and a table has no name of its own, for there may be several."""
    plain = str(html or "")  # what is put into Markup would be escaped
    links = _TERM_BUTTON.sub(r'<a class="term" href="#\1">\2</a>', plain)
    lower = _HEADING.sub(lambda found: f"{found[1]}{min(6, int(found[2]) + 1)}", links)
    return Markup(_NAMED_TABLE.sub(r'<div class="scroll" tabindex="0">', lower))  # noqa: S704 (made safe when it was loaded)


def written_in(html: str, language: str, direction: str) -> Markup:
    """Return the HTML of a block as one that is written in LANGUAGE and DIRECTION, where it does not say so itself.

    Said of the words alone: what a page has between them is not written so."""
    tag, end, rest = str(html).partition(">")
    if not tag.startswith("<"):
        return Markup(html)  # noqa: S704 (made safe when it was loaded)
    for name, value in (("lang", language), ("dir", direction)):
        if value and f" {name}=" not in tag:
            tag += f' {name}="{escape(value)}"'
    return Markup(tag + end + rest)  # noqa: S704 (the same)


def named_in(html: str | None) -> list[tuple[str, str]]:
    """Return what HTML links to on its own page, as (person, term or source; ident), in order."""
    return [(found[1], found[2]) for found in _NAMED.finditer(html or "")]


def labels_in(blocks: Iterable[str]) -> list[str]:
    """Return which kinds of labels of claims stand in the HTML of BLOCKS, in the order in which they are met."""
    return list(dict.fromkeys(kind for html in blocks for kind in _LABEL.findall(html)))


def first_mentions(blocks: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Return for each of the (ident, HTML) BLOCKS what is linked to in it for the first time."""
    seen: set[tuple[str, str]] = set()
    first: dict[str, list[tuple[str, str]]] = {}
    for ident, html in blocks:
        first[ident] = [name for name in dict.fromkeys(named_in(html)) if name not in seen]
        seen.update(first[ident])
    return first
