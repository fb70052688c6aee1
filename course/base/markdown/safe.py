"""The last gate before the page: an allow list over what the parser made, should the parser ever be wrong."""

import re

import nh3
from markdown_it.token import Token

_INLINE = {"a", "br", "code", "em", "i", "strong"}
_BLOCKS = {"blockquote", "div", "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "th", "thead", "tr", "ul"}
_ALIGNED = {"left", "center", "right"}
_SCHEMES = {"http", "https", "mailto"}
_REGION = {"div": {"role": {"region"}, "tabindex": {"0"}}}
_ATTRIBUTES = {"a": {"href"}, "i": {"lang"}, "ol": {"start"}, "div": {"aria-label"}}
_CLASSES = {"div": {"scroll"}, "td": _ALIGNED, "th": _ALIGNED}
_CLAIM = {"claim", "is-established", "is-disputed", "is-view"}
_POPOVER = re.compile(r"term-[a-z][a-z0-9-]*")


def _popover_of_a_term(tag: str, name: str, value: str) -> str | None:
    return value if name != "popovertarget" or _POPOVER.fullmatch(value) else None


_CURRICULUM = nh3.Cleaner(
    tags=_INLINE | _BLOCKS | {"h2", "h3", "h4", "button", "figcaption", "figure", "img", "span"},
    attributes={**_ATTRIBUTES, "img": {"alt", "loading", "src"}, "button": {"popovertarget"}},
    attribute_filter=_popover_of_a_term,
    tag_attribute_values={**_REGION, "button": {"type": {"button"}}},
    allowed_classes={**_CLASSES, "a": {"cite"}, "button": {"term"}, "span": _CLAIM},
    url_schemes=_SCHEMES,
    link_rel=None,
)
_USERS = nh3.Cleaner(
    tags=_INLINE | _BLOCKS | {"h4", "h5", "h6"},
    attributes=_ATTRIBUTES,
    tag_attribute_values=_REGION,
    allowed_classes=_CLASSES,
    url_schemes=_SCHEMES,
    url_relative="deny",
    link_rel="nofollow noopener ugc",
)


_INSIDE = re.compile(r"#[a-z][a-z0-9-]{0,63}")
_SPAN = re.compile(r"[1-9][0-9]?")


def _inside_or_away(tag: str, name: str, value: str) -> str | None:
    """Let an address lead to a passage of the same text or to the web, and a cell over a few others."""
    if name == "href":
        away = value.lower().startswith(("http://", "https://", "mailto:"))
        return value if away or _INSIDE.fullmatch(value) else None
    return value if name not in {"colspan", "rowspan"} or _SPAN.fullmatch(value) else None


_CELL = {"colspan", "rowspan"}
_IMPORTED = nh3.Cleaner(
    tags=_INLINE
    | _BLOCKS
    | {"h2", "h3", "h4", "caption", "dd", "dl", "dt", "rp", "rt", "ruby", "s", "span", "sub", "sup"},
    attributes={**_ATTRIBUTES, "*": {"dir", "lang"}, "td": _CELL, "th": _CELL},
    attribute_filter=_inside_or_away,
    tag_attribute_values=_REGION,
    allowed_classes=_CLASSES,
    url_schemes=_SCHEMES,
    link_rel="nofollow noopener ugc",
)


def clean_imported(html: str) -> str:
    """Return HTML of a text that somebody brought along, with nothing in it but what `lessons.importing` may make."""
    return _IMPORTED.clean(html)


def clean(html: str) -> str:
    """Return HTML of a curriculum with nothing in it but what `blocks` may make."""
    return _CURRICULUM.clean(html)


def clean_users(html: str) -> str:
    """Return HTML of a user's text with nothing in it but what `to_html` may make."""
    return _USERS.clean(html)


def without_surrogates(source: str) -> str:
    """Return SOURCE with lone surrogates, which no encoding can carry, replaced; every place in it stays the same."""
    return re.sub("[\ud800-\udfff]", "\ufffd", source)


def tame(tokens: list[Token], label: str) -> list[Token]:
    """Return TOKENS with tables in a region that can be scrolled, called LABEL, and without styles or languages."""
    tamed: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            region = Token("region_open", "div", 1, block=True)
            region.attrs = {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": label}
            tamed.append(region)
        if style := token.attrs.pop("style", None):
            token.attrs["class"] = str(style).removeprefix("text-align:")
        token.info = ""
        tamed.append(token)
        if token.type == "table_close":
            tamed.append(Token("region_close", "div", -1, block=True))
    return tamed
