"""The month of a user, the feeds that their calendars read, and the page on which those are made and revoked."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.words import _
from course.groups.access import show_place
from course.groups.enrolments import live_places_of
from course.groups.models import Enrolment
from course.users.access import account, somebody
from kruzhok.calendar import access
from kruzhok.calendar.dates import dates_of
from kruzhok.calendar.feeds import Feed, feeds_of, make_feed, revoke_feed
from kruzhok.calendar.forms import FeedForm, month_asked
from kruzhok.calendar.ics import written
from kruzhok.calendar.month import day_of, month_of
from kruzhok.today.addresses import SAID, dated_address
from kruzhok.words import reader_zone

bp = Blueprint("calendar", __name__)

#: The one browser that is shown an address after it was made, for one page: (slug of the group, token).
MADE = "feed-made"


@bp.get("/calendar")
def month() -> str:
    """Show a month of whoever asks, with the dates of all their places."""
    user = somebody(db_session)
    show_place(None)
    return _month_page(None, user.is_guest)


@bp.get("/groups/<slug>/calendar")
def month_of_group(slug: str) -> str:
    """Show a month of a study group as a member has it."""
    return _month_page(access.member(db_session, slug), is_guest=False)


def _month_page(mine: Enrolment | None, is_guest: bool) -> str:
    now, zone = datetime.now(UTC), reader_zone()
    first = month_asked(now.astimezone(zone).date())
    dates = dates_of(db_session, somebody(db_session), now, group_id=mine.group_id if mine else None)
    return render_template(
        "kruzhok/calendar/month.html",
        mine=mine,
        month=month_of(dates, first, zone, now),
        groups=sorted({(one.slug, one.group) for one in dates if one.slug}),
        has_dates=bool(dates),
        is_guest=is_guest,
        zone=zone,
        day_of=day_of,
        said=SAID,
    )


# Feeds


@bp.get("/calendar/feed")
def feeds() -> str:
    """Show which feeds there are; the address of one just made, this once, for only its hash is kept."""
    user, made = account(), None
    of, token = cookie.pop(MADE, None) or (None, None)
    if token:
        made = of, _root() + url_for(".feed", token=token)
    show_place(None)
    live = feeds_of(db_session, user)
    groups = [place.group for place in live_places_of(db_session, user) if place.group and not place.group.archived_at]
    return render_template(
        "kruzhok/calendar/feeds.html",
        form=FeedForm(),
        made=made,
        feed=next((one for one in live if one.group is None), None),
        groups=[(group, next((one for one in live if one.group is group), None)) for group in groups],
        silent=[one for one in live if one.group is not None and one.group not in groups],
    )


@bp.post("/calendar/feed")
def make() -> ResponseReturnValue:
    """Make a feed anew: of all dates, or of one group."""
    account()
    form = FeedForm()
    group_id = access.member(db_session, form.slug).group_id if form.slug else None
    token = make_feed(db_session, somebody(db_session), group_id, now=datetime.now(UTC))
    cookie[MADE] = (form.slug, token)
    return redirect(url_for(".feeds"), 303)


@bp.post("/calendar/feed/revoke")
def revoke() -> ResponseReturnValue:
    """Let a feed work no longer."""
    user = account()
    group_id = access.group_of_feed(db_session, user, FeedForm().slug)
    revoke_feed(db_session, user, group_id, now=datetime.now(UTC))
    flash(_("The address is revoked: whoever reads there finds nothing any longer."))
    return redirect(url_for(".feeds"), 303)


@bp.get("/calendar/<token>.ics")
def feed(token: str) -> Response:
    """Answer a calendar, which is not signed in: who knows the address may read."""
    found = access.feed_at(db_session, token)
    now, root = datetime.now(UTC), _root()
    dates = [] if _is_over(found) else dates_of(db_session, found.user, now, group_id=found.row.group_id)
    name = found.group.name if found.group else _("Kruzhok")
    site = urlsplit(current_app.config["SITE_URL"] or "").hostname or "kruzhok"
    body = written([(one, root + dated_address(one)) for one in dates], name=name, site=site)
    answer = Response(body, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = "inline; filename=kruzhok.ics"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _is_over(feed: Feed) -> bool:
    """Return whether FEED is that of a group which is archived. An answer without dates empties the calendar there; a
    404 would leave in it what was."""
    return feed.group is not None and feed.group.archived_at is not None


def _root() -> str:
    """Return how the site is reached, without a stroke at the end."""
    return str(current_app.config["SITE_URL"] or request.host_url.rstrip("/"))
