"""The pages on which a tutor or an organiser parts a study group into subgroups."""

from datetime import UTC, datetime
from secrets import randbelow
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import DomainError
from course.base.forms import EmptyForm
from course.base.words import _
from course.groups.access import Archived, acting_planner, planner, refuse_archived
from course.groups.dividing import (
    NameTaken,
    PartedMeanwhile,
    change_subgroup,
    make_division,
    make_subgroup,
    parts_of,
    place_latecomers,
    plan_division,
    students_of,
)
from course.groups.models import Enrolment, Subgroup
from lessons.subgroups import access
from lessons.subgroups.dissolving import GivenTo, WrittenIn, dissolve
from lessons.subgroups.forms import DivisionForm, SizeForm, SubgroupForm, seed_asked, size_asked

bp = Blueprint("subgroups", __name__)

SUBGROUPS = "/groups/<slug>/subgroups"

#: About so many are in a subgroup, unless it is said otherwise.
USUAL = 4


@bp.get(SUBGROUPS)
def subgroups(slug: str) -> ResponseReturnValue:
    """List the subgroups of a study group, and offer to make some."""
    return _list(planner(db_session, slug))


def _list(
    mine: Enrolment, form: SubgroupForm | None = None, sizes: SizeForm | None = None, error: DomainError | None = None
) -> ResponseReturnValue:
    """Draw the list, with what was typed in one of its forms and why that was refused."""
    assert mine.group_id is not None
    form = form or SubgroupForm()
    form.offer(students := students_of(db_session, mine.group_id))
    if error is not None:
        (form.name.errors if isinstance(error, NameTaken) else form.form_errors).append(_said(error))
    refused = bool(form.errors or error or (sizes and sizes.errors))
    status = error.status if error is not None else 422 if refused else 200
    page = render_template(
        "lessons/subgroups/subgroups.html",
        mine=mine,
        parts=parts_of(db_session, mine.group_id),
        students=students,
        form=form,
        sizes=sizes or SizeForm(size=USUAL),
        button=EmptyForm(),
    )
    return page, status


def _said(error: DomainError) -> str:
    return f"{error.title}. {error.hint}"


@bp.post(SUBGROUPS)
def make(slug: str) -> ResponseReturnValue:
    """Make a subgroup by hand."""
    mine, form = planner(db_session, slug), SubgroupForm()
    assert mine.group is not None
    form.offer(students_of(db_session, mine.group_id))
    if not form.validate_on_submit():
        return _list(mine, form)
    try:
        refuse_archived(mine.group)
        made = make_subgroup(db_session, mine.group, form.name.data, form.member_ids, now=datetime.now(UTC))
    except (Archived, NameTaken) as error:
        return _list(mine, form, error=error)
    flash(_("{name} is made.").format(name=made.name))
    return redirect(url_for(".subgroups", slug=slug, _anchor=f"subgroup-{made.id}"), 303)


@bp.get(f"{SUBGROUPS}/part")
def preview(slug: str) -> ResponseReturnValue:
    """Show who would be with whom if the group were parted anew."""
    mine, sizes, seed = planner(db_session, slug), size_asked(), seed_asked()
    if not sizes.validate():
        return _list(mine, sizes=sizes)
    if seed is None:
        return redirect(url_for(".preview", slug=slug, size=sizes.size.data, seed=randbelow(10**6)))
    return _preview(mine, sizes.size.data, seed)


def _preview(mine: Enrolment, size: int, seed: int, error: DomainError | None = None) -> ResponseReturnValue:
    assert mine.group_id is not None
    planned = plan_division(db_session, mine.group_id, size, seed)
    page = render_template(
        "lessons/subgroups/preview.html",
        mine=mine,
        planned=planned,
        size=size,
        seed=seed,
        other=randbelow(10**6),
        form=EmptyForm(),
        error=_said(error) if error else None,
    )
    return page, error.status if error else 200


@bp.post(f"{SUBGROUPS}/part")
def part(slug: str) -> ResponseReturnValue:
    """Part the group as the preview showed it."""
    mine, form = planner(db_session, slug), DivisionForm()
    assert mine.group is not None
    size, seed, number, state = form.said
    if not form.validate_on_submit() or size < 2:
        return redirect(url_for(".subgroups", slug=slug), 303)
    try:
        refuse_archived(mine.group)
        told: dict[str, Any] = {"number": number, "state": state, "by_id": mine.user_id, "now": datetime.now(UTC)}
        division = make_division(db_session, mine.group, size, seed, **told)
    except (Archived, PartedMeanwhile) as error:
        return _preview(mine, size, seed, error)
    flash(_("The group is parted. Now give a lesson, a reading or a prompt to the subgroups."))
    return redirect(url_for(".subgroups", slug=slug, _anchor=f"division-{division.number}"), 303)


@bp.post(f"{SUBGROUPS}/<int:number>/latecomers")
def latecomers(slug: str, number: int) -> ResponseReturnValue:
    """Put who is in no part of a division into the smallest."""
    mine = acting_planner(db_session, slug)
    division = access.division_in(db_session, mine, number)
    assert mine.group is not None
    placed = place_latecomers(db_session, mine.group, division)
    if placed:
        flash(_("One member has a place now.") if placed == 1 else _("{n} members have a place now.").format(n=placed))
    return redirect(url_for(".subgroups", slug=slug, _anchor=f"division-{number}"), 303)


@bp.get(f"{SUBGROUPS}/of/<int:subgroup_id>")
def subgroup(slug: str, subgroup_id: int) -> ResponseReturnValue:
    """Show one subgroup, to be renamed, to move members, or to be dissolved."""
    mine = planner(db_session, slug)
    return _one(mine, access.subgroup_in(db_session, mine, subgroup_id))


def _one(
    mine: Enrolment, subgroup: Subgroup, form: SubgroupForm | None = None, error: DomainError | None = None
) -> ResponseReturnValue:
    assert mine.group_id is not None
    parts = parts_of(db_session, mine.group_id)
    everywhere = [*parts.by_hand, *(part for parted in parts.divisions for part in parted.parts)]
    members = next((part.members for part in everywhere if part.subgroup.id == subgroup.id), ())
    beside = [part for one in parts.divisions for part in one.parts if one.division.id == subgroup.division_id]
    if form is None:
        form = SubgroupForm(name=subgroup.name, members=[str(one.id) for one in members])
    form.offer(students := students_of(db_session, mine.group_id))
    if isinstance(error, NameTaken):
        form.name.errors.append(_said(error))
    page = render_template(
        "lessons/subgroups/subgroup.html",
        mine=mine,
        subgroup=subgroup,
        elsewhere={one.id: part.subgroup.name for part in beside for one in part.members if part.subgroup != subgroup},
        students=students,
        form=form,
        refused=_said(error) if error and not isinstance(error, NameTaken) else None,
    )
    return page, error.status if error else 422 if form.errors else 200


@bp.post(f"{SUBGROUPS}/of/<int:subgroup_id>")
def change(slug: str, subgroup_id: int) -> ResponseReturnValue:
    """Rename a subgroup, and say anew who is in it."""
    mine, form = planner(db_session, slug), SubgroupForm()
    found = access.subgroup_in(db_session, mine, subgroup_id)
    assert mine.group is not None
    form.offer(students_of(db_session, mine.group_id))
    if not form.validate_on_submit():
        return _one(mine, found, form)
    try:
        refuse_archived(mine.group)
        change_subgroup(db_session, found, form.name.data, form.member_ids)
    except (Archived, NameTaken) as error:
        return _one(mine, found, form, error)
    flash(_("Saved."))
    return redirect(url_for(".subgroups", slug=slug, _anchor=f"subgroup-{subgroup_id}"), 303)


@bp.post(f"{SUBGROUPS}/of/<int:subgroup_id>/dissolve")
def remove(slug: str, subgroup_id: int) -> ResponseReturnValue:
    """Dissolve a subgroup in which nobody has written."""
    mine = planner(db_session, slug)
    found = access.subgroup_in(db_session, mine, subgroup_id)
    assert mine.group is not None
    try:
        refuse_archived(mine.group)
        dissolve(db_session, found)
    except (Archived, GivenTo, WrittenIn) as error:
        return _one(mine, found, error=error)
    flash(_("{name} is dissolved.").format(name=found.name))
    return redirect(url_for(".subgroups", slug=slug), 303)
