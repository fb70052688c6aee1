"""The passages of a text as a page shows them: who and what is met first where, and what is to be read again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from course.texts.models import MovedIdent, Passage, Text
from lessons.figures.showing import Drawn, with_drawings
from lessons.markup import first_mentions, named_in, with_slips
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
    def margin_name(self) -> str:
        """Who or what stands in the margin, for those who hear it."""
        return "Persons" if self.people else "Sources"


class PassageFound(NamedTuple):
    """A passage, and the addresses of vanished passages that lead to it."""

    passage: Passage
    former: Sequence[str]


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
    found: dict[int, PassageFound] = {}
    for passage, former in rows:
        before = found[passage.id].former if passage.id in found else ()
        found[passage.id] = PassageFound(passage, (*before, former) if former else before)
    return list(found.values())


def passages_shown(
    passages: Sequence[PassageFound],
    reference: Reference,
    *,
    before: Iterable[str] = (),
    missed: Mapping[str, Missed] | None = None,
    checks: Mapping[str, Sequence[Question]] | None = None,
    notes: Mapping[int, NotesAt] | None = None,
    figures: Mapping[str, Drawn] | None = None,
    minutes: int = 0,
    minutes_after: int = 0,
) -> list[PassageShown]:
    """Return PASSAGES with their margins, and the self-checks after them. What the HTML BEFORE them names has been met
    there already. The words of NOTES, by the id of their passage, are marked in it, and FIGURES, by ident, stand in it.
    All of them together take so many MINUTES to read, and what comes after them MINUTES_AFTER."""
    met_before = {name for html in before for name in named_in(html)}
    first = first_mentions((passage.ident, passage.html) for passage, _former in passages)
    shown = []
    left = minutes_left([len(passage.plain.split()) for passage, _former in passages], minutes)
    for (passage, former), still in zip(passages, left, strict=True):
        names = [name for name in first[passage.ident] if name not in met_before]
        noted = (notes or {}).get(passage.id)
        html = str(with_slips(_addressed(passage, former)))
        if noted:
            html = marked(html, passage.plain, noted.spans)
        shown.append(
            PassageShown(
                ident=passage.ident,
                kind=passage.kind,
                number=passage.number,
                html=Markup(with_drawings(html, figures or {})),  # noqa: S704 (safe as it was)
                row_id=passage.id,
                people=[
                    reference.person[ident] for kind, ident in names if kind == "person" and ident in reference.person
                ],
                sources=[
                    reference.source[ident] for kind, ident in names if kind == "source" and ident in reference.source
                ],
                slips=[reference.term[ident] for kind, ident in names if kind == "term" and ident in reference.term],
                missed=(missed or {}).get(passage.ident),
                checks=(checks or {}).get(passage.ident, ()),
                notes=noted,
                minutes_left=still + minutes_after,
            )
        )
    return shown


def _addressed(passage: Passage, former: Sequence[str]) -> str:
    """Return the HTML of PASSAGE with its FORMER addresses in it, and its own where it is a heading."""
    html = passage.html
    marks = "".join(f'<span id="{ident}"></span>' for ident in former)
    if html.startswith("<h"):
        return marks + html.replace(">", f' id="{passage.ident}">', 1)
    return html.replace(">", f">{marks}", 1) if html.startswith("<p>") else html + marks


def other_slips(reference: Reference, passages: Iterable[PassageShown]) -> list[TermShown]:
    """Return the terms of REFERENCE whose slip stands after none of PASSAGES: the page puts them at its end."""
    placed = {term.ident for passage in passages for term in passage.slips}
    return [term for ident, term in reference.term.items() if ident not in placed]
