"""Following a path of a course alone. It leads where one goes on, and changes nothing of what counts as done."""

from collections.abc import Collection

from course.base.errors import Conflict, NotFound
from course.base.words import _
from course.groups.models import Enrolment


class SyllabusLeads(Conflict):
    """A path chosen in a study group."""

    title = _("In a study group its syllabus leads")
    hint = _("Paths are for who studies alone. A tutor or an organiser can lay out the meetings along one.")


def follow(enrolment: Enrolment, ident: str, paths: Collection[str]) -> None:
    """Let ENROLMENT follow the path IDENT, one of PATHS, or with "" the order of the outline.

    Raise NotFound where there is no such path, and SyllabusLeads in a study group."""
    if enrolment.group_id is not None:
        raise SyllabusLeads
    if ident and ident not in paths:
        raise NotFound
    enrolment.path = ident or None
