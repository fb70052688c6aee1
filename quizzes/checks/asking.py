"""Which self-checks stand in a text, and what was answered to one."""

import random
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quizzes.attempts.checking import BLANK, PARTLY
from quizzes.items import BadResponse, ItemData, Raw, Response, parse_data, type_of
from quizzes.models import Item, ItemVersion, SelfCheck


class Check(NamedTuple):
    """A self-check in a text: the item, after which passage it stands, and what it asks now."""

    item_id: int
    passage: str
    version_id: int
    data: ItemData

    @property
    def shown(self) -> list[str]:
        """The order in which its choices are shown: the same for everybody, for nobody has begun anything yet."""
        return type_of(self.data).shown(self.data, random.Random(self.version_id))  # noqa: S311 (nothing secret)


def checks_in(session: Session, text_id: int) -> list[Check]:
    """Return the self-checks of a text on the current versions of their items, in the order of the files. One query."""
    return [_check(*row) for row in session.execute(_checks(text_id).order_by(SelfCheck.id))]


def check_in(session: Session, text_id: int, item_id: int) -> Check | None:
    """Return the self-check of a text that is that item, None where there is none. One query."""
    row = session.execute(_checks(text_id).where(SelfCheck.item_id == item_id)).first()
    return _check(*row) if row is not None else None


def _checks(text_id: int) -> Select[SelfCheck, ItemVersion]:
    return (
        select(SelfCheck, ItemVersion)
        .join(Item, Item.id == SelfCheck.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(SelfCheck.text_id == text_id)
    )


def _check(row: SelfCheck, version: ItemVersion) -> Check:
    return Check(row.item_id, row.passage_ident, version.id, parse_data(version.data))


def read_answer(check: Check, raw: Raw) -> Response:
    """Return what RAW answers; raise BadResponse where it is no answer, none at all, or only a part of one."""
    response = type_of(check.data).parse(check.data, raw, check.shown)
    if response is None:
        raise BadResponse(BLANK)
    if not type_of(check.data).is_complete(check.data, response):
        raise BadResponse(PARTLY)
    return response
