"""Cuts blocks that are too large for one passage where they have parts; a list of notes into its notes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from lessons.importing.blocks import Block, Part

#: More characters than this in a block are cut where it has parts: items, rows, paragraphs.
LARGE = 20_000


def cut(blocks: Iterable[Block]) -> Iterable[Block]:
    """Yield BLOCKS with those cut that are too large or hold notes, of which each is a passage of its own."""
    for block in blocks:
        if block.kind == "list" and (block.size() > LARGE or _holds_notes(block)):
            yield from _cut_list(block)
        elif block.kind == "table" and block.size() > LARGE:
            groups = _groups(block.parts, lambda row: sum(one.size() for part in row for one in part.blocks))
            yield from (replace(block, parts=rows, **_first(block, n)) for n, rows in enumerate(groups))
        elif block.kind == "quote" and block.size() > LARGE:
            yield from (replace(block, blocks=[one], **_first(block, n)) for n, one in enumerate(block.blocks))
        else:
            yield block


def _cut_list(block: Block) -> Iterable[Block]:
    (items,) = block.parts
    if _holds_notes(block):
        groups: Iterable[list[Part]] = [[item] for item in items]
    else:
        groups = _groups(items, lambda item: sum(one.size() for one in item.blocks))
    start = block.start
    for number, group in enumerate(groups):
        yield replace(block, parts=[group], start=start, **_first(block, number))
        start += len(group)


def _holds_notes(block: Block) -> bool:
    """Return whether links lead to the items of a list, or are meant to: most have an ident."""
    (items,) = block.parts
    return block.tag != "dl" and 2 * sum("id" in item.node.attrs for item in items) > len(items)


def _first(block: Block, number: int) -> dict[str, Any]:
    """Return what the part NUMBER (from 0) of BLOCK has of the whole: only the first has its idents and caption."""
    return {"counted": -1} if number == 0 else {"idents": [], "caption": None, "counted": -1}


def _groups(things: Iterable[Any], size: Callable[[Any], int]) -> Iterable[list[Any]]:
    """Yield THINGS in groups of no more than LARGE characters, or of one thing."""
    group: list[Any] = []
    total = 0
    for thing in things:
        if group and total + size(thing) > LARGE:
            yield group
            group, total = [], 0
        group.append(thing)
        total += size(thing)
    if group:
        yield group
