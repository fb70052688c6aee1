"""Whether links lead somewhere, and whether passages that are named have an ident of their own."""

from collections.abc import Iterator
from typing import Any

from course.base.words import _
from kruzhok.curriculum.checks_names import missing
from kruzhok.curriculum.findings import Finding, did_you_mean
from kruzhok.curriculum.model import Curriculum, Linked, Page, Sheet
from kruzhok.curriculum.places import Path, Place
from kruzhok.curriculum.tables import NAMES, words_at

#: Scheme of a link -> kind of thing, and the list of a lesson's front matter that should name it.
_THINGS = {
    "person": ("person", "people"),
    "term": ("term", "terms"),
    "source": ("source", "sources"),
    "event": ("event", "events"),
    "figure": ("figure", ""),
}


#: What the pages of lessons and texts call parts of their own: a passage of that name could not be led to.
PARTS_OF_PAGES = frozenset(
    {"changed", "document", "found", "lecture", "lost-notes", "main", "notes", "objectives", "people", "prompts"}
    | {"readings", "sources", "terms", "timeline", "work"}
)


def text_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield what is wrong with the links and the passages of CURRICULUM."""
    known = {kind: curriculum.idents(kind) for kind, _list in _THINGS.values() if curriculum.is_known(kind)}
    for linked in curriculum.linked:
        yield from _link(curriculum, linked, known)
    for sheet in curriculum.sheets():
        for pattern, kind in NAMES.get(sheet.kind, {}).items():
            if kind == "passage":
                for at, target in words_at(sheet.raw, pattern):
                    yield from _named_passage(curriculum, sheet, at, target)
    for page in curriculum.pages.values():
        yield from _empty(page)
        yield from _taken(page)
        yield from _moved(page)
    yield from _unlisted(curriculum)


def _link(curriculum: Curriculum, linked: Linked, known: dict[str, set[str]]) -> Iterator[Finding]:
    link, sheet, place = linked.link, linked.sheet, linked.place
    if link.scheme in _THINGS:
        kind = _THINGS[link.scheme][0]
        if link.target not in known.get(kind, {link.target}):
            yield sheet.finding(place, *missing(curriculum, kind, link.target))
    elif link.scheme == "image":
        if link.target.endswith(".svg"):
            hint = _("Describe it in figures.yaml, and write figure:ident in place of its file.")
            yield sheet.finding(place, _("A drawing is shown as a figure."), hint)
        elif link.target not in curriculum.images:
            message = _("There is no picture `{path}`.").format(path=link.target)
            yield sheet.finding(place, message, did_you_mean(link.target, curriculum.images))
    else:
        slug, mark, ident = link.target.partition("#")
        page = (curriculum.lessons if link.scheme == "lesson" else curriculum.texts).get(slug)
        if page is None:
            yield sheet.finding(place, *missing(curriculum, link.scheme, slug))
        elif mark:
            yield from passage_findings(sheet, place, page, ident, headings=True)


def _named_passage(curriculum: Curriculum, sheet: Sheet[Any], at: Path, target: str) -> Iterator[Finding]:
    slug, mark, ident = target.partition("#")
    page = curriculum.pages.get(slug)
    if not mark:
        return  # the schema has said what an address of a passage looks like
    if page is None:
        yield sheet.finding(at, *missing(curriculum, "page", slug))
    else:
        yield from passage_findings(sheet, sheet.parsed.place(at), page, ident)


def passage_findings(
    sheet: Sheet[Any], place: Place, page: Page[Any], ident: str, *, headings: bool = False
) -> Iterator[Finding]:
    """Yield what is wrong with naming the passage IDENT of PAGE at PLACE of SHEET."""
    block = page.by_ident.get(ident)
    if block is None and page.broken and not page.blocks:
        return
    if block is None:
        known = [block.ident for block in page.blocks if block.written and (headings or block.kind != "heading")]
        message = _("There is no passage `{ident}` in {file}.").format(ident=ident, file=page.path)
        moved = {str(at[-1]): now for at, now in words_at(page.raw, "moved.*")}
        hint = _("It was moved: write `{now}`.").format(now=moved[ident]) if ident in moved else ""
        yield sheet.finding(place, message, hint or did_you_mean(ident, known))
    elif block.kind == "heading" and not headings:
        message = _("`{ident}` of {file} is a heading, not a passage.").format(ident=ident, file=page.path)
        yield sheet.finding(place, message, _("Name the paragraph, list or quotation that is meant."))
    elif not block.written:
        message = _("The passage `{ident}` of {file} is named, and its ident is not written there.")
        hint = _("`kruzhok check FOLDER --write-idents` writes idents that can be named.")
        yield sheet.finding(place, message.format(ident=ident, file=page.path), hint)


def _empty(page: Page[Any]) -> Iterator[Finding]:
    if page.data is not None and not page.passages:
        message = _("There is no text after the front matter.")
        yield page.finding(Place(page.body_line, 1), message, _("Write it there."))


def _taken(page: Page[Any]) -> Iterator[Finding]:
    """Yield a warning for each passage that has the name of a part of its page."""
    for block in page.blocks:
        if block.ident in PARTS_OF_PAGES:
            message = _("The page has a part that is called `{ident}`, so that no link can lead to this passage.")
            hint = _("Give it another ident, and write `moved: {old: new}` where the old one was in use.")
            yield page.finding(Place(block.end_line, 1), message.format(ident=block.ident), hint, "warning")


def _moved(page: Page[Any]) -> Iterator[Finding]:
    """An address that was moved is free, and leads to a passage that is there."""
    for at, target in words_at(page.raw, "moved.*"):
        old = str(at[-1])
        if old in page.by_ident:
            message = _("The passage `{ident}` is still here, so its address cannot lead elsewhere.").format(ident=old)
            yield page.finding(page.parsed.key_place(at), message, _("Take the line out of `moved`."))
        yield from passage_findings(page, page.parsed.place(at), page, target)


def _unlisted(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield a warning for each person, term and source that a lesson's body links to and its front matter lacks."""
    named = {
        (slug, kind): {ident for _at, ident in words_at(lesson.raw, f"{list_}.*")}
        for slug, lesson in curriculum.lessons.items()
        for kind, list_ in _THINGS.values()
        if list_
    }
    for linked in curriculum.linked:
        kind, list_ = _THINGS.get(linked.link.scheme, ("", ""))
        if not list_ or not linked.in_body or linked.sheet.kind != "lesson" or linked.sheet.data is None:
            continue
        listed, ident = named[linked.sheet.slug, kind], linked.link.target
        if ident not in listed:
            listed.add(ident)  # once is enough
            message = _("`{ident}` is linked to here, and the front matter does not name it.").format(ident=ident)
            hint = _("Add it to `{list}`.").format(list=list_)
            yield linked.sheet.finding(linked.place, message, hint, "warning")
