"""What is wrong in a curriculum, where, and how to mend it."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from rapidfuzz import fuzz, process

from course.base.words import _

Severity = Literal["error", "warning"]


class Finding(NamedTuple):
    """One error or warning. `line` and `column` count characters from 1; sorted by file and place."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        """Return `file:line:column: error: message`, and the hint indented on a line of its own."""
        kind = _("error") if self.severity == "error" else _("warning")
        where = f"{self.file}:{self.line}:{self.column}: {kind}: {self.message}"
        return f"{where}\n    {self.hint}" if self.hint else where


class BadCurriculum(Exception):
    """A curriculum with errors: nothing of it is loaded. `findings` are all of them, and the warnings."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings if finding.severity == "error"))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?" with the one of KNOWN that is like WORD; nothing if none is."""
    like = process.extractOne(word, sorted(known), scorer=fuzz.ratio, score_cutoff=65)
    return _("Did you mean `{word}`?").format(word=like[0]) if like else ""
