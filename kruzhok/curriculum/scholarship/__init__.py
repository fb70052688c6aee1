"""What a careful reader would mind in a course that has no errors: all of it warnings.

Nothing here keeps a course from being loaded."""

from collections.abc import Iterator

from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum
from kruzhok.curriculum.scholarship.addresses import address_findings
from kruzhok.curriculum.scholarship.alike import alike_findings
from kruzhok.curriculum.scholarship.calendars import calendar_findings
from kruzhok.curriculum.scholarship.keys import key_findings
from kruzhok.curriculum.scholarship.questions import question_findings
from kruzhok.curriculum.scholarship.reading import reading_findings


def scholarship_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield a warning for each thing in CURRICULUM, which has no errors, that scholars or students would mind."""
    yield from calendar_findings(curriculum)
    yield from reading_findings(curriculum)
    yield from question_findings(curriculum)
    yield from key_findings(curriculum)
    yield from alike_findings(curriculum)
    yield from address_findings(curriculum)
