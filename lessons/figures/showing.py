"""A figure in the place of the link that a text has for it. Pure.

A text names the figure and keeps the words for it, and notes are on these words. The drawing comes to it when the page
is made: so a drawing can be bettered without a new version of the text, and no note loses its place."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from course.base.words import _

_SHOWN = re.compile(
    r'<figure>(?P<marks>(?:<span id="[a-z0-9-]+"></span>)*)'
    r'<a href="(?P<address>/courses/[^"/]+/figures/(?P<ident>[a-z0-9-]+))">'
    r"(?P<words>.*?)</a>(?P<after>.*?)</figure>",
    re.DOTALL,
)
_ELEMENT = re.compile(r"<[^>]*>")


class Drawn(NamedTuple):
    """A figure as it is shown in a text: its title, the drawing as safe SVG and its caption as safe HTML."""

    ident: str
    title: str
    svg: Markup
    caption: Markup

    @property
    def is_wide(self) -> bool:
        """Say whether it is wider than a phone."""
        return 'class="drawing wide"' in self.svg.partition(">")[0]


def figures_named(htmls: Iterable[str]) -> list[str]:
    """Return the idents of the figures for which there is room in HTMLS, each once."""
    return list(dict.fromkeys(found["ident"] for html in htmls for found in _SHOWN.finditer(html)))


def with_drawings(html: str, figures: Mapping[str, Drawn]) -> str:
    """Return HTML with the drawings of FIGURES in their places; the link of one that is not there stays.

    What is not of the text itself stands in `.drawn`, so that the letters of a passage can be counted without it."""
    return _SHOWN.sub(lambda found: _shown(found, figures), html)


def _shown(found: re.Match[str], figures: Mapping[str, Drawn]) -> str:
    figure = figures.get(found["ident"])
    if figure is None:
        return found[0]
    same = escape(figure.title).casefold() == _ELEMENT.sub("", found["words"]).casefold()
    title = "" if same else f'<strong class="drawn head">{escape(figure.title)}</strong> '
    words = f'<strong class="head">{found["words"]}</strong>' if same else f"<strong>{found['words']}</strong>"
    hint = ""
    if figure.is_wide:
        hint = f' <span class="on-phone on-screen">{_("Wider than this screen: move it sideways.")}</span>'
    return (
        f"<figure>{found['marks']}{scrolled(figure.svg, figure.title)}"
        f'<figcaption>{title}{words}{found["after"]} <span class="drawn">{figure.caption}{hint}'
        f' <a class="on-screen" href="{found["address"]}">{_("Larger, and in words")}</a></span>'
        "</figcaption></figure>"
    )


def scrolled(svg: str, title: str) -> Markup:
    """Return SVG in a region called TITLE that can be scrolled sideways where it is too narrow."""
    region = Markup('<div class="drawn scroll" role="region" tabindex="0" aria-label="{}">{}</div>')
    return region.format(_("Drawing: {title}").format(title=title), Markup(svg))  # noqa: S704 (made safe when it was loaded)
