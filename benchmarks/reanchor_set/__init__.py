"""The prepared set of `benchmarks.reanchor`, read and checked: a text, revisions, anchors, and what becomes of these.

All of it is written for this benchmark, by hand; anchors.yaml says how."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from course.base.markdown import Block, blocks

HERE = Path(__file__).parent

#: What the names of anchors begin with -> what such an anchor is, and how many there are.
KINDS: Mapping[str, tuple[str, int]] = {
    "highlight": ("highlights", 60),
    "post": ("quotations in posts", 12),
    "essay": ("quotations in essays", 8),
    "evidence": ("picked as evidence", 10),
    "result": ("led to by old results", 10),
}


class Place(NamedTuple):
    """Characters START to END (exclusive) of the passage IDENT."""

    ident: str
    start: int
    end: int


#: What a reader may say becomes of an anchor: any of these places; None is that it has no place any more.
Outcomes = Sequence[Place | None]


class Revision(NamedTuple):
    """A state of the text, which it was made from (None: the original), and where its author says that idents lead."""

    name: str
    made_from: str | None
    source: str
    blocks: Sequence[Block]
    moved: Mapping[str, str]


class Case(NamedTuple):
    """An anchor on the original, and what becomes of it in each revision (by name) that touches it."""

    name: str
    kind: str
    made_on: Place
    becomes: Mapping[str, Outcomes]


class Prepared(NamedTuple):
    """All of the set."""

    original: Revision
    revisions: Sequence[Revision]
    cases: Sequence[Case]


def prepared() -> Prepared:
    """Return the set. Raises ValueError, saying what, where it contradicts itself."""
    original = _revision("original", None, (HERE / "original.md").read_text(), {})
    states = {original.name: original}
    for raw in yaml.safe_load((HERE / "revisions.yaml").read_text()):
        base = states[raw.get("from", original.name)]
        made_from = None if base is original else base.name
        source = _edited(base.source, raw["edits"], raw["revision"])
        states[raw["revision"]] = _revision(raw["revision"], made_from, source, raw.get("moved", {}))
    del states[original.name]
    anchors = yaml.safe_load((HERE / "anchors.yaml").read_text())
    cases = [_case(raw, original, states) for raw in anchors]
    counted = Counter(case.kind for case in cases)
    if counted != {kind: number for kind, (_words, number) in KINDS.items()}:
        raise ValueError(f"there are not as many anchors of each kind as there should be: {dict(counted)}")
    return Prepared(original, list(states.values()), cases)


def _revision(name: str, made_from: str | None, source: str, moved: Mapping[str, str]) -> Revision:
    found, problems = blocks(source)
    if problems:
        raise ValueError(f"{name}: {problems[0]}")
    return Revision(name, made_from, source, found, moved)


def _edited(source: str, edits: Sequence[Mapping[str, str]], name: str) -> str:
    for edit in edits:
        if source.count(edit["take"]) != 1:
            raise ValueError(f"{name}: stands {source.count(edit['take'])} times: {edit['take']!r}")
        source = source.replace(edit["take"], edit["put"])
    return source


def _case(raw: Mapping[str, Any], original: Revision, states: Mapping[str, Revision]) -> Case:
    made_on = _place(original, raw["made_on"], raw["words"], raw.get("nth", 1))
    words = _plain(original, made_on.ident)[made_on.start : made_on.end]
    touched = {name for name, state in states.items() if not _as_it_was(original, state, made_on.ident)}
    if silent := touched - set(raw["becomes"]):
        raise ValueError(f"{raw['anchor']}: nothing is said of {sorted(silent)}")
    becomes = {
        name: [_outcome(one, states[name], made_on, words) for one in (said if isinstance(said, list) else [said])]
        for name, said in raw["becomes"].items()
    }
    return Case(raw["anchor"], raw["anchor"].partition("-")[0], made_on, becomes)


def _outcome(said: Any, state: Revision, made_on: Place, words: str) -> Place | None:
    """Return the place that is SAID of an anchor on WORDS in STATE; anchors.yaml tells how it is said."""
    if said == "gone":
        return None
    if isinstance(said, str):
        said = {"words": "all" if said == "all" else words}
    return _place(state, said.get("in", made_on.ident), said.get("words", words), said.get("nth", 1))


def _place(state: Revision, passage: str, words: str, nth: int = 1) -> Place:
    block = _block(state, passage)
    if words == "all":
        return Place(block.ident, 0, len(block.plain))
    start = -1
    for _time in range(nth):
        start = block.plain.find(words, start + 1)
        if start < 0:
            raise ValueError(f"{state.name}: {words!r} does not stand in {passage!r} (or not so often)")
    return Place(block.ident, start, start + len(words))


def _block(state: Revision, passage: str) -> Block:
    """Return the passage of that ident or, if none has it, that begins so (" /2": the second that does)."""
    beginning, _sign, number = passage.partition(" /")
    named = [block for block in state.blocks if block.ident == passage]
    found = named or [block for block in state.blocks if block.plain.startswith(beginning)]
    if not found or (len(found) > 1 and not number) or len(found) < int(number or 1):
        raise ValueError(f"{state.name}: {len(found)} passages are {passage!r}")
    return found[int(number or 1) - 1]


def _plain(state: Revision, ident: str) -> str:
    return next((block.plain for block in state.blocks if block.ident == ident), "")


def _as_it_was(original: Revision, state: Revision, ident: str) -> bool:
    return _plain(original, ident) == _plain(state, ident)
