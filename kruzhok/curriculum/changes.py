"""What loading a course changed, to be counted and said."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from course.base.words import _, plural
from course.outline.models import Course

#: Kinds in the order in which they are said: one, and many.
_KINDS = {
    "course": (_("what is told of the course"), _("what is told of the course")),
    "unit": (_("{n} unit"), _("{n} units")),
    "lesson": (_("{n} lesson"), _("{n} lessons")),
    "planned lesson": (_("{n} planned lesson"), _("{n} planned lessons")),
    "text": (_("{n} text"), _("{n} texts")),
    "reading": (_("{n} reading"), _("{n} readings")),
    "prompt": (_("{n} prompt"), _("{n} prompts")),
    "quiz": (_("{n} quiz"), _("{n} quizzes")),
    "item": (_("{n} item"), _("{n} items")),
    "self-check": (_("{n} self-check"), _("{n} self-checks")),
    "person": (_("{n} person"), _("{n} people")),
    "term": (_("{n} term"), _("{n} terms")),
    "event": (_("{n} event"), _("{n} events")),
    "source": (_("{n} source"), _("{n} sources")),
    "figure": (_("{n} figure"), _("{n} figures")),
    "file": (_("{n} file"), _("{n} files")),
}


@dataclass(slots=True)
class Changes:
    """Kind of thing -> how many were added, changed, unchanged or retired (of what cannot retire: removed).

    `anchors` counts those that a new version of their text kept, moved or orphaned; `names` and `in_texts` say of which
    things and of which texts."""

    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    retired: Counter[str] = field(default_factory=Counter)
    anchors: Counter[str] = field(default_factory=Counter)
    names: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    in_texts: dict[str, Counter[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether anything was changed at all."""
        return any((self.added, self.changed, self.retired, self.anchors))

    def count(self, kind: str, name: str, *, new: bool, changed: bool) -> None:
        """Count the thing NAME of KIND, which is in the files."""
        (self.added if new else self.changed if changed else self.unchanged)[kind] += 1
        if new or changed:
            self._name("added" if new else "changed", kind, name)

    def retire(self, kind: str, name: str) -> None:
        """Count the thing NAME of KIND, which is in the files no longer."""
        self.retired[kind] += 1
        self._name("retired", kind, name)

    def reattach(self, text: str, anchors: Counter[str]) -> None:
        """Count what became of the ANCHORS of TEXT."""
        self.anchors += anchors
        if anchors:
            self.in_texts[text] = anchors

    def _name(self, what: str, kind: str, name: str) -> None:
        self.names.setdefault((what, kind), []).append(name)

    def __str__(self) -> str:
        """Return what changed in one line of words, "nothing changed" for nothing."""
        if not self:
            return _("nothing changed")
        said = [
            (_("added {things}"), _things(self.added)),
            (_("changed {things}"), _things(self.changed)),
            (_("unchanged {things}"), _things(self.unchanged)),
            (_("retired {things}"), _things(self.retired)),
            (_("anchors {things}"), _anchors(self.anchors)),
        ]
        return "; ".join(words.format(things=", ".join(things)) for words, things in said if things)

    def lines(self) -> list[str]:
        """Return what changed by name, a line for each kind; nothing where all is new, for then the files say it."""
        if not self.unchanged.total() and not self.changed.total():
            return []
        lines = [
            _("{did} {things}: {names}").format(did=did, things=plural(*words, len(names)), names=_some(names))
            for what, did in _DID.items()
            for kind, words in _KINDS.items()
            if kind not in {"course", "file"} and (names := self.names.get((what, kind), []))
        ]
        if self.changed["course"]:
            lines.insert(0, _("changed {things}").format(things=_KINDS["course"][0]))
        words = _("notes, quotations and questions on {text}: {things}")
        return lines + [
            words.format(text=text, things=", ".join(_anchors(anchors))) for text, anchors in self.in_texts.items()
        ]


class Load(NamedTuple):
    """A course being loaded: the open transaction, its row, what changed so far, and when this is."""

    session: Session
    course: Course
    changes: Changes
    now: datetime


_ANCHORS = {"kept": _("kept"), "moved": _("moved"), "orphaned": _("orphaned")}
_DID = {"added": _("added"), "changed": _("changed"), "retired": _("retired")}

#: So many names stand in a line; of more it says how many.
_NAMED = 20


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    said = ", ".join(names[:_NAMED])
    return _("{names} and {n} more").format(names=said, n=more) if more > 0 else said


def _anchors(counts: Counter[str]) -> list[str]:
    return [f"{count} {_ANCHORS[state]}" for state, count in sorted(counts.items()) if count]


def _things(counts: Counter[str]) -> list[str]:
    return [plural(*words, counts[kind]) for kind, words in _KINDS.items() if counts[kind]]


def put(row: object, **values: object) -> bool:
    """Give ROW the VALUES; say whether any of them was another before."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
