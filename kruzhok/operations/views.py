"""The addresses for machines: whether this process answers, whether it is ready for people, and figures."""

import hmac
from datetime import UTC, datetime

from flask import Blueprint, current_app

from course.base.db import current_database
from course.base.errors import NotFound
from course.base.web import own_transactions
from kruzhok.operations.forms import bearer_token
from kruzhok.operations.readiness import lacking

bp = Blueprint("site", __name__)

PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@bp.get("/healthz")
@own_transactions
def healthz() -> tuple[str, int, dict[str, str]]:
    """Say that this process answers."""
    return "ok\n", 200, PLAIN


@bp.get("/readyz")
@own_transactions
def readyz() -> tuple[str, int, dict[str, str]]:
    """Say whether this process can serve people, and if not, what it lacks."""
    lacks = lacking(current_database())
    return ("ready\n", 200, PLAIN) if lacks is None else (f"not ready: {lacks}\n", 503, PLAIN)


@bp.get("/metrics")
@own_transactions
def metrics() -> tuple[bytes, int, dict[str, str]]:
    """Give figures to who has the token of the settings; for everybody else there is no such page."""
    token = current_app.extensions["config"].metrics_token
    if token is None or not hmac.compare_digest(bearer_token().encode(), token.encode()):
        raise NotFound
    page = current_app.extensions["metrics"].page(current_database(), datetime.now(UTC))
    return page, 200, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Cache-Control": "no-store"}
