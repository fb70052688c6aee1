"""Anchors through changes of their text: found again, left without a place, or put in a wrong one.

    ./run python -m benchmarks.reanchor

A hundred anchors (60 highlights; 12 quotations in posts and 8 in essays; 10 passages picked as evidence and 10 that
results of old attempts lead to) are tied to a text of 56 passages. It is changed by inserting, deleting, rewording,
splitting, merging, moving and renaming, then in all these ways at once, twice over; after each it is as it was again.
All goes through a real database (SQLite) and `course.texts.reattaching`. `benchmarks/reanchor_set` holds the text, the
changes, and what a careful reader says becomes of each anchor, written down before the algorithm had answered.

Counted are the anchors that a change touches. A place is right if it is the very words, where they are still said, and
otherwise if two thirds of its characters and of those expected are the same. It fails (exit code 1) where an anchor
points at a wrong place without saying that the words are others, where one that nothing touched does not stay or one
does not come home with its text, where less than 0.98 of the places given are right (precision), and where less than
0.95 of those that there are were given (recall).
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.reanchor_set import KINDS, Case, Outcomes, Place, Prepared, Revision, prepared
from course.base.db import Database, make_engine
from course.outline.models import Course
from course.texts.models import Anchor, AnchorState, Passage, Text, TextVersion
from course.texts.reattaching import anchor_on, is_reworded, reattach
from kruzhok.migrations import migrate

PRECISION = 0.98  #: of the places given so many must be right
RECALL = 0.95  #: of the places that there are so many must be given
SAME = 2 / 3  #: so much of two places must be common to both for them to be one, where the words are others

NOW = datetime(2026, 11, 29, tzinfo=UTC)

#: What may come of an anchor: in its place; rightly without one; without one though it has one; elsewhere and saying
#: that the words are others; elsewhere without saying so.
RIGHT, GONE, MISSED, SAID, SILENT = "right", "gone", "missed", "said", "silent"

#: What touches no anchor, and what brings every one back.
UNTOUCHED, HOME = "not touched", "home again"


class Verdict(NamedTuple):
    """What came of one anchor by one change, what was expected, and the words it was given and is to be given."""

    change: str
    case: Case
    came: str
    expected: Outcomes
    given: str | None


def main() -> int:
    """Reattach, compare, print a table and, last, one line of JSON; return the exit code."""
    argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "").parse_args()
    with tempfile.TemporaryDirectory(prefix="kruzhok-reanchor-") as folder:
        database = Database(make_engine(f"sqlite:///{Path(folder) / 'kruzhok.db'}"))
        migrate(database)
        verdicts = verdicts_on(database, prepared())
        database.engine.dispose()
    return report(verdicts)


def verdicts_on(database: Database, given: Prepared) -> list[Verdict]:
    """Take the anchors through each revision, and back, on a text of its own in DATABASE; return what came of them."""
    with database.transaction() as session:
        course = add_course(session)
    verdicts: list[Verdict] = []
    for revision in given.revisions:
        with database.transaction() as session:
            verdicts += through(session, course, given, revision)
    return verdicts


# What is stored


def add_course(session: Session) -> int:
    """Add a course to hold the texts; return its id."""
    words = dict.fromkeys(("title", "summary", "about_html", "hash"), "Storm")
    course = Course(ident="storm", language="en", licence="CC0-1.0", authors=["One"], pacing={}, loaded_at=NOW, **words)
    session.add(course)
    session.flush()
    return course.id


def add_version(session: Session, text: Text, state: Revision) -> list[Passage]:
    """Make STATE the current version of TEXT; return its passages."""
    version = TextVersion(text_id=text.id, number=1 + len(text.versions), hash=state.name, made_at=NOW)
    text.versions.append(version)
    session.flush()
    rows = [
        {"version_id": version.id, "position": position, "number": None, "ident": block.ident, "kind": block.kind}
        | {"html": block.html, "plain": block.plain}
        for position, block in enumerate(state.blocks, 1)
    ]
    passages = list(session.scalars(insert(Passage).returning(Passage, sort_by_parameter_order=True), rows))
    text.current_version_id = version.id
    session.flush()
    return passages


def through(session: Session, course: int, given: Prepared, revision: Revision) -> Iterator[Verdict]:
    """Yield what came of the anchors in REVISION, and when the text was the original again."""
    text = Text(course_id=course, ident=revision.name, title=revision.name)
    session.add(text)
    session.flush()
    original = add_version(session, text, given.original)
    at = {passage.ident: index for index, passage in enumerate(original)}
    anchors = [anchor_on(text, original, at[case.made_on.ident], *case.made_on[1:]) for case in given.cases]
    session.add_all(anchors)
    session.flush()
    first = text.current_version_id
    by_name = {state.name: state for state in given.revisions}
    states = [revision]
    while states[0].made_from is not None:
        states.insert(0, by_name[states[0].made_from])
    for state in states:
        add_version(session, text, state)
        reattach(session, text, state.moved)
    for case, anchor in zip(given.cases, anchors, strict=True):
        touched = revision.name in case.becomes
        expected = case.becomes[revision.name] if touched else [case.made_on]
        yield verdict(session, revision.name if touched else UNTOUCHED, case, anchor, expected)
    text.current_version_id = first
    session.flush()
    reattach(session, text, {})
    for case, anchor in zip(given.cases, anchors, strict=True):
        yield verdict(session, HOME, case, anchor, [case.made_on])


# What is compared


def verdict(session: Session, change: str, case: Case, anchor: Anchor, expected: Outcomes) -> Verdict:
    """Say whether ANCHOR stands as it is EXPECTED after CHANGE, and whether its state says so."""
    passage = session.get_one(Passage, anchor.now_passage_id) if anchor.now_passage_id is not None else None
    if passage is None:
        return Verdict(change, case, GONE if None in expected else MISSED, expected, None)
    place = Place(passage.ident, anchor.start, anchor.end)
    assert anchor.state is (AnchorState.kept if passage.ident == case.made_on.ident else AnchorState.moved)
    reworded = is_reworded(anchor, passage)
    right = any(one is not None and is_same(one, place, reworded=reworded) for one in expected)
    came = RIGHT if right else SAID if reworded else SILENT
    return Verdict(change, case, came, expected, f"{place.ident}: {passage.plain[place.start : place.end]}")


def is_same(one: Place, other: Place, *, reworded: bool) -> bool:
    """Say whether two places are one: to the letter, or nearly where the words are others."""
    if one.ident != other.ident or not reworded:
        return one == other
    common = min(one.end, other.end) - max(one.start, other.start)
    return common / (max(one.end, other.end) - min(one.start, other.start)) >= SAME


class Figures(NamedTuple):
    """How many anchors came to what, and the shares of the places given, and of those there are, that are right."""

    anchors: int
    right: int
    gone: int
    missed: int
    said: int
    silent: int
    precision: float
    recall: float


def figures(verdicts: Sequence[Verdict]) -> Figures:
    """Return the figures of VERDICTS; a share of nothing is 1."""
    came = Counter(one.came for one in verdicts)
    given = came[RIGHT] + came[SAID] + came[SILENT]
    there = sum(one.came != GONE and any(one.expected) for one in verdicts)
    return Figures(
        len(verdicts),
        came[RIGHT],
        came[GONE],
        came[MISSED],
        came[SAID],
        came[SILENT],
        precision=_share(came[RIGHT], given),
        recall=_share(came[RIGHT], there),
    )


def _share(part: int, of: int) -> float:
    return round(part / of, 4) if of else 1.0


# What is told


def report(verdicts: Sequence[Verdict]) -> int:
    """Print what came of the anchors; return 1 where something that must hold did not."""
    names = list(dict.fromkeys(one.change for one in verdicts if one.change not in {UNTOUCHED, HOME}))
    touched = [one for one in verdicts if one.change in names]
    rows = {name: figures([one for one in verdicts if one.change == name]) for name in (*names, UNTOUCHED, HOME)}
    rows["all touched"] = total = figures(touched)
    by_kind = {
        words: figures([one for one in touched if one.case.kind == kind]) for kind, (words, _number) in KINDS.items()
    }
    for head, table in (("change", rows), ("touched, by kind", by_kind)):
        print(f"{head:25}anchors  right   gone  missed  elsewhere, said  unsaid  precision  recall")
        for name, row in table.items():
            print(
                f"{name:25}{row.anchors:7}{row.right:7}{row.gone:7}{row.missed:8}{row.said:17}{row.silent:8}"
                f"{row.precision:11.3f}{row.recall:8.3f}"
            )
    for one in verdicts:
        if one.came not in {RIGHT, GONE}:
            print(f"{one.change}: {one.case.name} {one.came}: {one.given or 'nowhere'}")
    faults = [f"{name}: {row.silent} point at a wrong place unsaid" for name, row in rows.items() if row.silent]
    faults += [f"{name}: not all are where they were" for name in (UNTOUCHED, HOME) if rows[name].recall < 1]
    if total.precision < PRECISION:
        faults.append(f"precision is {total.precision:.3f}, below {PRECISION}")
    if total.recall < RECALL:
        faults.append(f"recall is {total.recall:.3f}, below {RECALL}")
    for fault in faults:
        print(fault)
    changes, kinds = ({name: row._asdict() for name, row in table.items()} for table in (rows, by_kind))
    print(json.dumps({"changes": changes, "kinds": kinds, "faults": faults}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
