"""The pages of rosters: one is brought, looked at, taken over; who was invited by mail and has not come yet."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from course.base.csv_files import MEDIA_TYPE, CannotReadCsv, Cell, csv_of, read_csv
from course.base.db import current_database, db_session, request_transaction
from course.base.errors import NotFound
from course.base.forms import EmptyForm
from course.base.limits import count_try
from course.base.web import attachment, own_transactions, takes_uploads
from course.base.words import _, plural
from course.groups.invitations import revoke_invitation
from course.groups.models import Enrolment, StudyGroup
from course.groups.roster import access
from course.groups.roster.comparing import A_MOMENT, compare, is_expired, open_by_mail
from course.groups.roster.forms import MOST_BODY, PAGE, RosterForm, TakeForm, kind_asked_for, page_asked_for, pages_of
from course.groups.roster.reading import Cannot, People, read_people
from course.groups.roster.taking import (
    Changed,
    Link,
    Sender,
    bring,
    forget_roster,
    rosters_of,
    send_again,
    take_over,
)
from course.users.forms import whole_address

bp = Blueprint("roster", __name__)

ROSTER = "/groups/<slug>/roster"
ONE = f"{ROSTER}/<int:roster_id>"
SENT = f"{ROSTER}/invitations/<int:invitation_id>"

#: The one browser that is shown a link after it was made, for one page: (slug of the group, e-mail, address).
MADE = "roster-link-made"

#: So many rosters may somebody bring in a quarter of an hour.
MOST_BROUGHT = 30


@contextmanager
def _transaction(*, writing: bool = False) -> Iterator[Session]:
    """Give the session of one step of a view whose slow work lies between two."""
    with request_transaction(current_database(), writing=writing) as session:
        yield session


def _people(content: bytes) -> People:
    """Return who stands in CONTENT; raise CannotReadCsv, or Cannot."""
    return read_people(read_csv(content))


def _people_again(content: bytes) -> People:
    """Return who stands in what was read before; raise NotFound where a stricter reader no longer takes it."""
    try:
        return _people(content)
    except (CannotReadCsv, Cannot):
        raise NotFound from None


# Brought


@bp.get(ROSTER)
def roster(slug: str) -> str:
    """Show an organiser where a roster is brought, those that wait, and who was invited by mail."""
    return _page(access.organiser(db_session, slug), RosterForm())


def _page(mine: Enrolment, form: RosterForm) -> str:
    assert mine.group is not None
    now, group = datetime.now(UTC), mine.group
    sent = open_by_mail(db_session, group.id)
    page = page_asked_for(len(sent))
    of, email, address = cookie.get(MADE) or (None, None, None)
    if of == group.slug:
        del cookie[MADE]
    return render_template(
        "groups/roster/roster.html",
        group=group,
        form=form,
        waiting=rosters_of(db_session, group.id),
        sent=[
            (one, is_expired(one, now), one.created_at > now - A_MOMENT)
            for one in sent[(page - 1) * PAGE : page * PAGE]
        ],
        total=len(sent),
        due=sum(one.created_at <= now - A_MOMENT for one in sent),
        page=page,
        pages=pages_of(len(sent)),
        made=(email, address) if of == group.slug else None,
        sends_letters=current_app.config["SENDS_LETTERS"],
        button=EmptyForm(),
    )


@bp.post(ROSTER)
@own_transactions
@takes_uploads(MOST_BODY)
def bring_roster(slug: str) -> ResponseReturnValue:
    """Take a roster; what cannot be read as one is refused with why, what was pasted still there."""
    now, form = datetime.now(UTC), RosterForm()
    with _transaction(writing=True) as session:
        mine = access.acting_organiser(session, slug)
        count_try(session, "roster", str(mine.user_id), most=MOST_BROUGHT, now=now)
    if not form.validate_on_submit():
        return _refused(slug, form)
    name, content = form.brought()
    try:
        _people(content)
    except (CannotReadCsv, Cannot) as error:
        form.refuse(str(error))
        return _refused(slug, form)
    with _transaction(writing=True) as session:
        brought = bring(session, access.acting_organiser(session, slug), name, content, now=now)
        address = url_for(".preview", slug=slug, roster_id=brought.id)
    return redirect(address, 303)


def _refused(slug: str, form: RosterForm) -> ResponseReturnValue:
    with _transaction() as session:
        return _page(access.organiser(session, slug), form), 422


# Looked at, and taken over


@bp.get(ONE)
def preview(slug: str, roster_id: int) -> str:
    """Show an organiser what taking a roster over would change, row by row."""
    return _preview(slug, roster_id, TakeForm(subgroups=True))


def _preview(slug: str, roster_id: int, form: TakeForm) -> str:
    mine = access.organiser(db_session, slug)
    assert mine.group is not None
    found = access.roster_of(db_session, mine, roster_id)
    people = _people_again(found.file.content)
    compared = compare(db_session, mine.group, people.entries, now=datetime.now(UTC))
    kind = kind_asked_for()
    rows = [row for row in compared.rows if kind is None or row.kind == kind]
    page = page_asked_for(len(rows))
    form.mark.data = compared.mark
    return render_template(
        "groups/roster/preview.html",
        group=mine.group,
        roster=found,
        preview=compared,
        notes=people.notes,
        rows=rows[(page - 1) * PAGE : page * PAGE],
        shown=len(rows),
        kind=kind,
        page=page,
        pages=pages_of(len(rows)),
        form=form,
        sends_letters=current_app.config["SENDS_LETTERS"],
        button=EmptyForm(),
    )


@bp.post(ONE)
@own_transactions
def take(slug: str, roster_id: int) -> ResponseReturnValue:
    """Take a roster over, all of it or nothing; links come as a file where no letters are sent."""
    form, now = TakeForm(), datetime.now(UTC)
    with _transaction() as session:
        mine = access.acting_organiser(session, slug)
        content = access.roster_of(session, mine, roster_id).file.content
    people = _people_again(content)
    try:
        with _transaction(writing=True) as session:
            mine = access.acting_organiser(session, slug)
            found = access.roster_of(session, mine, roster_id)
            sender = _sender(form.way.data != "links")
            mark = form.mark.data or ""
            taken = take_over(session, mine, found, people.entries, form.wanted, sender, mark=mark, now=now)
            group = mine.group
    except Changed as changed:
        flash(changed.message)
        with _transaction():
            return _preview(slug, roster_id, form), 409
    if taken is None:
        flash(_("This roster was taken over already."))
    elif taken.links and not sender.letters:
        assert group is not None
        return _links(group, taken.links)
    else:
        flash(_said(len(taken.links), taken.changed))
    return redirect(url_for(".roster", slug=slug), 303)


def _sender(letters: bool) -> Sender:
    """Return how invitations leave: as LETTERS only where this site sends any."""
    mark = "-"  # made once, for there may be ten thousand links
    start = whole_address(url_for("groups.invited", token=mark)).removesuffix(mark)
    return Sender(lambda token: start + token, letters and current_app.config["SENDS_LETTERS"])


def _said(invited: int, changed: int) -> str:
    words = []
    if invited:
        words.append(plural("One letter is on its way.", "{n} letters are on their way.", invited))
    if changed:
        words.append(plural("One member was changed.", "{n} members were changed.", changed))
    return " ".join(words) or _("Nothing was to be done.")


def _links(group: StudyGroup, links: Sequence[Link]) -> Response:
    """Return the file of LINKS: the only time that they are shown, for only their hashes are kept."""
    heads = [_("E-mail"), _("Name"), _("Link, for one person"), _("Until")]
    rows: list[list[Cell]] = [[link.email, link.name, link.address, link.until.date()] for link in links]
    return attachment(csv_of(heads, rows), MEDIA_TYPE, f"{group.slug}-links.csv")


@bp.post(f"{ONE}/forget")
def forget(slug: str, roster_id: int) -> ResponseReturnValue:
    """Throw a roster away."""
    mine = access.organiser(db_session, slug)
    forget_roster(db_session, access.roster_of(db_session, mine, roster_id))
    flash(_("The roster is thrown away. Nothing of it was kept."))
    return redirect(url_for(".roster", slug=slug), 303)


# Who was invited by mail


@bp.post(f"{ROSTER}/again")
def all_again(slug: str) -> ResponseReturnValue:
    """Send a new letter to all who were invited by mail and have not come."""
    mine, now = access.acting_organiser(db_session, slug), datetime.now(UTC)
    assert mine.group is not None
    sender = _sender(True)
    links = send_again(db_session, mine, open_by_mail(db_session, mine.group.id), sender, now=now)
    if links and not sender.letters:
        return _links(mine.group, links)
    flash(_said(len(links), 0))
    return redirect(url_for(".roster", slug=slug), 303)


@bp.post(f"{SENT}/again")
def again(slug: str, invitation_id: int) -> ResponseReturnValue:
    """Send a new letter, or make a new link, for one who was invited by mail; the one before works no longer."""
    mine, now = access.acting_organiser(db_session, slug), datetime.now(UTC)
    sender = _sender(True)
    links = send_again(db_session, mine, [access.sent_of(db_session, mine, invitation_id)], sender, now=now)
    if not links:
        flash(_("Nothing was sent: a letter went a moment ago, or the invitation was used or taken back."))
    elif sender.letters:
        flash(_("A new letter is on its way to {email}. The link before works no longer.").format(email=links[0].email))
    else:
        cookie[MADE] = (slug, links[0].email, links[0].address)
    return redirect(url_for(".roster", slug=slug), 303)


@bp.post(f"{SENT}/revoke")
def revoke(slug: str, invitation_id: int) -> ResponseReturnValue:
    """Take back an invitation that went by mail."""
    mine = access.organiser(db_session, slug)
    invitation = access.sent_of(db_session, mine, invitation_id)
    revoke_invitation(db_session, invitation, now=datetime.now(UTC))
    flash(_("The link sent to {email} lets nobody in any longer.").format(email=invitation.email))
    return redirect(url_for(".roster", slug=slug), 303)
