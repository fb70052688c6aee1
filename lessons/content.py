"""What the page of a lesson or of a document shows everybody: read once of a version of the course, and held."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from course.base.held import held
from course.outline.models import Course
from course.texts.models import Text
from lessons.figures.figures import drawn_in
from lessons.figures.showing import Drawn
from lessons.markup import labels_in
from lessons.models import Document, Lesson
from lessons.parts import Part
from lessons.passages import UNSAID, PassageFound, PassageShown, Tongue, laid_out, other_slips, passages_of
from lessons.reference import Reference, TermShown, reference_of
from lessons.text_parts import TextPart
from quizzes.checks.asking import Check, checks_in
from quizzes.checks.showing import Question, question_of


@dataclass(frozen=True, slots=True)
class Content:
    """The passages of a text, as they were read and as they are laid out; what they name, and the slips of terms that
    stand after none of them; the figures and the self-checks in them; the kinds of labels of claims."""

    found: Sequence[PassageFound]
    laid: Sequence[PassageShown]
    reference: Reference
    slips: Sequence[TermShown]
    figures: Mapping[str, Drawn]
    checks: Sequence[Check]
    labels: Sequence[str]
    #: What names it and its version, for what is made of it; None where it is not held.
    key: Hashable = None


def content_of_lesson(session: Session, lesson: Lesson, parts: Sequence[Part]) -> Content:
    """Return the notes of LESSON, with what these and its PARTS name. No query where it is held."""
    course = lesson.activity.course
    its = (lesson.id, lesson.text.current_version_id, tuple(part.id for part in parts))
    key = ("lesson", course.version, *its)
    return held(session, key, partial(_read_lesson, session, lesson, parts, key))


def _read_lesson(session: Session, lesson: Lesson, parts: Sequence[Part], key: Hashable) -> Content:
    course, head = lesson.activity.course, list(_head_html(lesson, parts))
    everything = reference_of(session, course, lesson.id)
    return read_content(session, course, lesson.text, head, everything=everything, key=key)


def _head_html(lesson: Lesson, parts: Sequence[Part]) -> Iterator[str]:
    yield from lesson.objectives
    yield str((lesson.lecture or {}).get("note_html") or "")
    for part in parts:
        yield from (part.look_for, part.question, part.hint or "")


def content_of_document(
    session: Session, course: Course, document: Document, part: TextPart | None, head: Sequence[str]
) -> Content:
    """Return DOCUMENT, or PART of it, with what it and the HEAD of its page name. No query where it is held: what
    somebody imported is theirs, and is read each time."""
    if document.text.course_id is None:
        return _read_document(session, course, document, part, head, None)
    its = (document.id, document.text.current_version_id, part.number if part else None, tuple(head))
    key = ("document", course.version, *its)
    return held(session, key, partial(_read_document, session, course, document, part, head, key))


def _read_document(
    session: Session, course: Course, document: Document, part: TextPart | None, head: Sequence[str], key: Hashable
) -> Content:
    before = [str(document.about.get("introduction_html") or "")]
    return read_content(
        session,
        course,
        document.text,
        [*before, *head],
        everything=everything_of(session, course),
        positions=part.positions if part else (1, None),
        before=before,
        tongue=tongue_of(document),
        key=key,
    )


def everything_of(session: Session, course: Course) -> Reference:
    """Return all persons, terms, events and sources of COURSE. No query where they are held."""
    return held(session, ("reference", course.version), partial(reference_of, session, course))


def tongue_of(document: Document) -> Tongue:
    """Return in what language and direction DOCUMENT says that it is written."""
    return Tongue(*(str(document.about.get(name) or "") for name in Tongue._fields))


def read_content(
    session: Session,
    course: Course,
    text: Text,
    head: Iterable[str],
    *,
    everything: Reference,
    positions: tuple[int, int | None] = (1, None),
    before: Iterable[str] = (),
    tongue: Tongue = UNSAID,
    key: Hashable = None,
) -> Content:
    """Return the content of TEXT from the first to the last of POSITIONS, of EVERYTHING that may be named what its page
    names: HEAD is the HTML that is not of the text itself, of which BEFORE stands before it. Three queries."""
    found = passages_of(session, text, *positions)
    blocks = [one.html for one in found]
    figures = drawn_in(session, course, blocks) if text.course_id is not None else {}
    reference = everything.shown([*head, *blocks, *(one.caption for one in figures.values())])
    laid = laid_out(found, reference, before=before, figures=figures, tongue=tongue)
    checks, asked = checks_in(session, text.id), defaultdict[str, list[Question]](list)
    for check in checks:
        asked[check.passage].append(question_of(check))
    laid = [replace(one, checks=asked[one.ident]) if one.ident in asked else one for one in laid]
    return Content(found, laid, reference, other_slips(reference, laid), figures, checks, labels_in(blocks), key)
