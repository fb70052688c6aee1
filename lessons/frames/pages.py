"""Everything the pages of source frames show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy.orm import Session

from course.groups.companies import Company
from course.groups.models import Enrolment
from course.outline.models import Course
from lessons.audience import shared_with, shares_with
from lessons.drafts import base_of, drafts_at
from lessons.frames.frames import Answers, Comparison, FrameShown, from_draft, own_frames
from lessons.frames.models import QUESTIONS, Frame
from lessons.frames.places import frame_place
from lessons.markup import with_slips
from lessons.models import Document, Draft
from lessons.reference import Reference, reference_of


@dataclass(frozen=True, slots=True)
class FramePage:
    """The page on which one says of a text what it is as a source."""

    document: Document
    course: Course
    enrolment: Enrolment | None
    #: What one said, the last first.
    frames: Sequence[Frame]
    drafts: Sequence[Draft]
    answers: Answers
    base: int
    #: How the author of the course reads it, for who has said something themselves, and what that names.
    model: Mapping[str, Markup] | None
    reference: Reference
    #: The subgroup that what one said is, or would be, shared with; None for the whole group.
    company: Company | None = None

    @property
    def last(self) -> Frame | None:
        """What one said last."""
        return self.frames[0] if self.frames else None

    @property
    def is_over(self) -> bool:
        """Whether the study group is archived, so that nothing more is written in it."""
        group = self.enrolment.group if self.enrolment else None
        return group is not None and group.archived_at is not None

    @property
    def other_drafts(self) -> list[tuple[Draft, Answers]]:
        """The drafts of other windows."""
        return [(draft, from_draft(draft.text)) for draft in self.drafts[1:]]


def frame_page(
    session: Session, course: Course, document: Document, enrolment: Enrolment | None, typed: Answers | None = None
) -> FramePage:
    """Return the page on DOCUMENT for ENROLMENT: with what was TYPED, else the draft, else what one said last.

    Two queries, one more once one has said something, and two in a study group."""
    frames = own_frames(session, enrolment, document.text) if enrolment else []
    drafts = drafts_at(session, enrolment, frame_place(document.text)) if enrolment else []
    answers = typed if typed is not None else from_draft(drafts[0].text) if drafts else _said(frames)
    said: Mapping[str, str] | None = document.about.get("frame") if frames else None
    model = {question: with_slips(said.get(question)) for question in QUESTIONS} if said else None
    reference = reference_of(session, course).shown(model.values()) if model else Reference()
    company = _company(session, enrolment, document, frames) if enrolment else None
    base = base_of(next(iter(drafts), None))
    return FramePage(document, course, enrolment, frames, drafts, answers, base, model, reference, company)


def _company(session: Session, enrolment: Enrolment, document: Document, frames: Sequence[Frame]) -> Company | None:
    if frames and frames[0].shared_at is not None:
        return shared_with(session, frames[0].subgroup_id)
    return shares_with(session, enrolment, document.text)


def _said(frames: Sequence[Frame]) -> Answers:
    return frames[0].answers if frames else {}


@dataclass(frozen=True, slots=True)
class Compared:
    """One page of the comparison: one's own frame first, then some of the others."""

    mine: FrameShown | None
    others: Sequence[FrameShown]
    waiting: int
    count: int
    page: int
    pages: int

    @property
    def shown(self) -> list[FrameShown]:
        """The columns of the page."""
        return [*([self.mine] if self.mine else []), *self.others]


def compared(found: Comparison, page: int, on_a_page: int) -> Compared:
    """Return the PAGE of what was FOUND, the last one where there are not so many."""
    pages = max(1, -(-len(found.others) // on_a_page))
    page = min(page, pages)
    others = found.others[(page - 1) * on_a_page : page * on_a_page]
    return Compared(found.mine, others, found.waiting, len(found.others), page, pages)
