"""The cells of the table of progress as HTML."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup


def drawn(
    shapes: Sequence[str], starts: Sequence[bool], within: Mapping[str, str], starting: Mapping[str, str]
) -> Markup:
    """Return the cells of one row: of each of SHAPES what is drawn for it WITHIN a block, or where one STARTS.

    Both are HTML. A page has thousands of cells of a dozen kinds, so these are only put together here."""
    cells = [(starting if first else within)[shape] for shape, first in zip(shapes, starts, strict=True)]
    return Markup("".join(cells))  # noqa: S704 (nothing but what the template drew)
