"""Where browsers report what the policy of the site kept from happening."""

import logging
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from course.base.db import db_session
from course.base.errors import DomainError
from course.base.limits import count_try
from course.base.web import REPORTS, network_here, takes_uploads
from course.base.words import _
from kruzhok.violations.forms import reported
from kruzhok.violations.reading import MOST_BYTES, Unreadable

bp = Blueprint("violations", __name__)

log = logging.getLogger(__name__)

#: So many reports are taken in a quarter of an hour: from one network, and from all together.
MOST_FROM_ONE, MOST_FROM_ALL = 30, 600


class NoReport(DomainError):
    """Something else than a report."""

    title = _("This takes what browsers report, and nothing else")


@bp.post(REPORTS)
@takes_uploads(MOST_BYTES)
def take() -> ResponseReturnValue:
    """Log each violation in one line: the rule, the origin that was kept out, which of our addresses it was."""
    try:
        told = reported()
    except Unreadable:
        raise NoReport from None
    now = datetime.now(UTC)
    count_try(db_session, "report", network_here(), most=MOST_FROM_ONE, now=now)
    count_try(db_session, "report", "everybody", most=MOST_FROM_ALL, now=now)
    for one in told:
        line = {"directive": one.directive, "blocked": one.blocked, "page": _route_of(one.page)}
        log.warning("A page broke the policy", extra={"told": line})
    return "", 204


def _route_of(address: str) -> str:
    """Return which of our addresses ADDRESS is, as it stands in the map: without ids, tokens and names."""
    try:
        rule, _names = current_app.url_map.bind("").match(urlsplit(address).path, return_rule=True)
    except (HTTPException, ValueError):
        return "none of ours"
    return rule.rule
