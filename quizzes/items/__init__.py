"""The types of items: for each a module with its schema, the parsing of a response, scoring and feedback.

A new type is a module here, a line in `TYPES` and one in `AnyItem`.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from quizzes.items import cloze, date, essay, evidence, matching, multiple, numeric, ordering, short, single, true_false
from quizzes.items.cloze import Cloze
from quizzes.items.common import (
    BadResponse,
    ItemData,
    ItemType,
    Names,
    Raw,
    Response,
    Scored,
)
from quizzes.items.date import Date
from quizzes.items.essay import Essay
from quizzes.items.evidence import Evidence
from quizzes.items.matching import Matching
from quizzes.items.multiple import Multiple
from quizzes.items.numeric import Numeric
from quizzes.items.ordering import Ordering
from quizzes.items.short import Short
from quizzes.items.single import Single
from quizzes.items.true_false import TrueFalse

__all__ = [
    "TYPES",
    "AnyItem",
    "BadResponse",
    "ItemData",
    "ItemType",
    "Names",
    "Raw",
    "Response",
    "Scored",
    "is_marked_by_hand",
    "parse_data",
    "type_of",
]

AnyItem = Annotated[
    Single | Multiple | TrueFalse | Matching | Ordering | Short | Numeric | Date | Cloze | Evidence | Essay,
    Field(discriminator="type"),
]
"""An item of any type, for a field of a larger schema."""

TYPES: Mapping[str, ItemType] = {
    "single": single,
    "multiple": multiple,
    "true-false": true_false,
    "matching": matching,
    "ordering": ordering,
    "short": short,
    "numeric": numeric,
    "date": date,
    "cloze": cloze,
    "evidence": evidence,
    "essay": essay,
}

_any_item: TypeAdapter[ItemData] = TypeAdapter(AnyItem)


def parse_data(raw: Mapping[str, Any]) -> ItemData:
    """Return the data of an item from what YAML or JSON gave; raise pydantic's ValidationError, with all faults."""
    return _any_item.validate_python(raw)


def type_of(data: ItemData) -> ItemType:
    """Return the module that knows what DATA asks."""
    return TYPES[data.type]


def is_marked_by_hand(data: ItemData) -> bool:
    """Say whether only a human can mark what DATA asks for."""
    return data.type == "essay"
