"""What `benchmarks.reanchor` measures, held for each change by itself: no place that a reader would not accept."""

from collections import Counter

import pytest

from benchmarks.reanchor_set import Case, Place, Revision, prepared
from course.texts.anchoring import Quote, around, locate
from course.texts.succession import Block, Succession

SET = prepared()
OLD = [Block(block.ident, block.plain) for block in SET.original.blocks]
AT = {block.ident: index for index, block in enumerate(OLD)}


def place(case: Case, since: Succession) -> Place | None:
    """Return where the anchor of CASE is found."""
    ident, start, end = case.made_on
    plain = OLD[AT[ident]].plain
    sides = around(OLD, AT[ident], start, end)
    asked = Quote(plain[start:end], *sides, start, whole=(start, end) == (0, len(plain)))
    found = locate(asked, ident, since.new, since.moved, since)
    return found and Place(since.new[found.block].ident, found.start, found.end)


def test_there_are_sixty_highlights_and_forty_others_of_four_kinds() -> None:
    kinds = Counter(case.kind for case in SET.cases)
    assert kinds == {"highlight": 60, "post": 12, "essay": 8, "evidence": 10, "result": 10}


@pytest.mark.parametrize("revision", [one for one in SET.revisions if not one.made_from], ids=lambda one: one.name)
def test_none_is_in_a_passage_that_is_not_its_own(revision: Revision) -> None:
    since = Succession(OLD, [Block(block.ident, block.plain) for block in revision.blocks], revision.moved)
    touched = [case for case in SET.cases if revision.name in case.becomes]
    found = {case.name: place(case, since) for case in touched}
    wrong = {
        case.name: found[case.name]
        for case in touched
        if found[case.name] and found[case.name].ident not in {one.ident for one in case.becomes[revision.name] if one}
    }
    assert not wrong
    assert sum(map(bool, found.values())) >= 0.9 * sum(any(case.becomes[revision.name]) for case in touched)
