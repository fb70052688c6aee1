"""The passages of a text as a page shows them: who and what is met first where, and what is to be read again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from course.texts.models import MovedIdent, Passage, Text
from lessons.figures.showing import Drawn, with_drawings
from lessons.markup import first_mentions, named_in, with_slips, written_in
from lessons.notes.marking import marked
from lessons.notes.showing import NotesAt
from lessons.pace import minutes_left
from lessons.reference import PersonShown, Reference, SourceShown, TermShown
from quizzes.attempts.missed import Missed
from quizzes.checks.showing import Question


@dataclass(frozen=True, slots=True)
class PassageShown:
    """One block of a text with its margin, and the slips of terms that come up in it for the first time.

    A heading has no number; its HTML carries its ident. Addresses of passages that were taken out lead where they now
    belong by an empty mark in the HTML."""

    ident: str
    kind: str
    number: int | None
    html: Markup
    row_id: int
    people: Sequence[PersonShown] = ()
    sources: Sequence[SourceShown] = ()
    slips: Sequence[TermShown] = ()
    missed: Missed | None = None
    checks: Sequence[Question] = ()
    notes: NotesAt | None = None
    #: How long it takes from here to the end.
    minutes_left: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether nothing of its reader's own is at it, so that it is as it is for everybody."""
        return not (self.missed or self.notes) and all(question.is_new for question in self.checks)

    @property
    def margin_name(self) -> str:
        """Who or what stands in the margin, for those who hear it."""
        return "Persons" if self.people else "Sources"


@dataclass(frozen=True, slots=True)
class PassageFound:
    """A passage as it was read, how many words it has, and the addresses of vanished passages that lead to it."""

    id: int
    ident: str
    position: int
    number: int | None
    kind: str
    html: str
    plain: str
    words: int
    former: Sequence[str] = ()


class Tongue(NamedTuple):
    """In what language and direction a text is written, where that is to be said of its words."""

    language: str = ""
    direction: str = ""


UNSAID = Tongue()


def passages_of(session: Session, text: Text, first: int = 1, last: int | None = None) -> list[PassageFound]:
    """Return the passages of the current version of TEXT, headings among them, in order: those at the positions from
    FIRST to LAST, None for all that come."""
    within = Passage.position >= first if last is None else Passage.position.between(first, last)
    leads_here = and_(MovedIdent.text_id == text.id, MovedIdent.now_ident == Passage.ident)
    rows = session.execute(
        select(Passage, MovedIdent.ident)
        .outerjoin(MovedIdent, leads_here)
        .where(Passage.version_id == text.current_version_id, within)
        .order_by(Passage.position, MovedIdent.ident)
    )
    found: dict[int, tuple[Passage, list[str]]] = {}
    for passage, former in rows:
        found.setdefault(passage.id, (passage, []))[1].extend([former] if former else [])
    return [
        PassageFound(
            one.id,
            one.ident,
            one.position,
            one.number,
            one.kind,
            one.html,
            one.plain,
            len(one.plain.split()),
            former,
        )
        for one, former in found.values()
    ]


def laid_out(
    passages: Sequence[PassageFound],
    reference: Reference,
    *,
    before: Iterable[str] = (),
    figures: Mapping[str, Drawn] | None = None,
    tongue: Tongue = UNSAID,
) -> list[PassageShown]:
    """Return PASSAGES with their margins, as they are for everybody. What the HTML BEFORE them names has been met there
    already; FIGURES, by ident, stand in them, and TONGUE is said of them."""
    met_before = {name for html in before for name in named_in(html)}
    first = first_mentions((passage.ident, passage.html) for passage in passages)
    shown = []
    for passage in passages:
        names = [name for name in first[passage.ident] if name not in met_before]
        shown.append(
            PassageShown(
                ident=passage.ident,
                kind=passage.kind,
                number=passage.number,
                html=_drawn(_bare(passage), figures or {}, tongue),
                row_id=passage.id,
                people=[
                    reference.person[ident] for kind, ident in names if kind == "person" and ident in reference.person
                ],
                sources=[
                    reference.source[ident] for kind, ident in names if kind == "source" and ident in reference.source
                ],
                slips=[reference.term[ident] for kind, ident in names if kind == "term" and ident in reference.term],
            )
        )
    return shown


def passages_shown(
    passages: Sequence[PassageFound],
    laid: Sequence[PassageShown],
    *,
    missed: Mapping[str, Missed],
    checks: Mapping[str, Sequence[Question]],
    notes: Mapping[int, NotesAt],
    figures: Mapping[str, Drawn],
    tongue: Tongue = UNSAID,
    minutes: int = 0,
    minutes_after: int = 0,
) -> list[PassageShown]:
    """Return PASSAGES, LAID out with FIGURES and TONGUE, as they are for one reader: with what was MISSED and the
    self-CHECKS at them, and the words of NOTES, by the id of their passage, marked in them.

    All of them together take so many MINUTES to read, and what comes after them MINUTES_AFTER."""
    left = minutes_left([passage.words for passage in passages], minutes)
    shown = []
    for passage, one, still in zip(passages, laid, left, strict=True):
        noted, html = notes.get(passage.id), one.html
        if noted:
            html = _drawn(marked(_bare(passage), passage.plain, noted.spans), figures, tongue)
        shown.append(
            replace(
                one,
                html=html,
                missed=missed.get(one.ident),
                checks=checks.get(one.ident, ()),
                notes=noted,
                minutes_left=still + minutes_after,
            )
        )
    return shown


def _bare(passage: PassageFound) -> str:
    """Return the HTML of PASSAGE as notes mark it: without drawings."""
    return str(with_slips(_addressed(passage)))


def _drawn(html: str, figures: Mapping[str, Drawn], tongue: Tongue) -> Markup:
    drawn = with_drawings(html, figures)
    return written_in(drawn, *tongue) if any(tongue) else Markup(drawn)  # noqa: S704 (safe as it was)


def _addressed(passage: PassageFound) -> str:
    """Return the HTML of PASSAGE with its former addresses in it, and its own where it is a heading."""
    html = passage.html
    marks = "".join(f'<span id="{ident}"></span>' for ident in passage.former)
    if html.startswith("<h"):
        return marks + html.replace(">", f' id="{passage.ident}">', 1)
    return html.replace(">", f">{marks}", 1) if html.startswith("<p>") else html + marks


def other_slips(reference: Reference, passages: Iterable[PassageShown]) -> list[TermShown]:
    """Return the terms of REFERENCE whose slip stands after none of PASSAGES: the page puts them at its end."""
    placed = {term.ident for passage in passages for term in passage.slips}
    return [term for ident, term in reference.term.items() if ident not in placed]
