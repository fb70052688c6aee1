"""The pages of reading lists: articles that came out lately, of a course and of a study group."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.forms import EmptyForm
from course.base.web import takes_uploads
from course.base.words import _
from course.groups.access import acting_planner, course_named, may_plan, member, page_enrolment
from course.outline.models import Course
from course.users.access import account
from lessons.articles import access
from lessons.articles.forms import MOST_BODY, BringArticlesForm, page_asked
from lessons.articles.found import Findings
from lessons.articles.giving import give_article, given_among
from lessons.articles.keeping import Kept, articles_for, articles_of_course, keep, remove

bp = Blueprint("articles", __name__)

OF_GROUP = "/groups/<slug>/articles"
OF_COURSE = "/courses/<course>/articles"

#: How many of the lines that could not be read are told of.
MOST_TOLD = 5


def _tell(found: Findings, kept: Kept) -> None:
    """Say what became of what was brought, line by line where something could not be read."""
    said = [_("{n} new on the list.").format(n=kept.new)]
    if kept.known:
        said.append(_("{n} were brought before.").format(n=kept.known))
    if found.left_out:
        said.append(_("{n} more were left out: bring them in a second list.").format(n=found.left_out))
    flash(" ".join(said))
    for problem in found.problems[:MOST_TOLD]:
        line = _("Line {n}: {message}") if problem.line else "{message}"
        flash(line.format(n=problem.line, message=problem.message), "warning")
    if len(found.problems) > MOST_TOLD:
        flash(_("And {n} more like that.").format(n=len(found.problems) - MOST_TOLD), "warning")


@bp.get(OF_GROUP)
def of_group(slug: str) -> ResponseReturnValue:
    """Show a member the lists of the group and of its course; who plans gives an article with one click."""
    return _group_page(slug, BringArticlesForm(formdata=None))


def _group_page(slug: str, form: BringArticlesForm, status: int = 200) -> ResponseReturnValue:
    mine, page = member(db_session, slug), page_asked()
    articles, more = articles_for(db_session, mine, page=page)
    assert mine.group is not None
    return render_template(
        "lessons/articles/of_group.html",
        mine=mine,
        articles=articles,
        given=given_among(db_session, mine, articles),
        plans=may_plan(mine) and mine.group.archived_at is None,
        form=form,
        button=EmptyForm(),
        page=page,
        more=more,
    ), status


@bp.post(OF_GROUP)
@takes_uploads(MOST_BODY)
def bring_to_group(slug: str) -> ResponseReturnValue:
    """Put what was pasted or brought on the list of the group."""
    mine, form = acting_planner(db_session, slug), BringArticlesForm()
    if not form.validate_on_submit() or (found := form.found()) is None:
        return _group_page(slug, form, 422)
    assert mine.group is not None
    kept = keep(db_session, mine.group, found.articles, by_id=mine.user_id, now=datetime.now(UTC))
    _tell(found, kept)
    return redirect(url_for(".of_group", slug=slug), 303)


@bp.post(f"{OF_GROUP}/<int:article_id>/give")
def give(slug: str, article_id: int) -> ResponseReturnValue:
    """Give an article to the whole group, for its next meeting; twice is once."""
    mine = acting_planner(db_session, slug)
    article = access.article_of_group(db_session, mine, article_id)
    give_article(db_session, mine, article, now=datetime.now(UTC))
    flash(_("“{title}” is given to the group, and the students are told.").format(title=article.title))
    return redirect(url_for(".of_group", slug=slug, page=page_asked(), _anchor=f"article-{article.id}"), 303)


@bp.post(f"{OF_GROUP}/<int:article_id>/remove")
def remove_of_group(slug: str, article_id: int) -> ResponseReturnValue:
    """Take an article off the list of the group; those of the course are its own."""
    mine = acting_planner(db_session, slug)
    article = access.article_of_group(db_session, mine, article_id)
    if article.group_id is None:
        access.course_to_list_for(db_session, mine.course.ident)
    remove(db_session, article, now=datetime.now(UTC))
    flash(_("It is off the list. Who was given it keeps it."))
    return redirect(url_for(".of_group", slug=slug, page=page_asked()), 303)


@bp.get(OF_COURSE)
def of_course(course: str) -> ResponseReturnValue:
    """Show everybody the reading list of a course."""
    found = course_named(db_session, course)
    page_enrolment(db_session, found)
    return _course_page(found, BringArticlesForm(formdata=None))


def _course_page(course: Course, form: BringArticlesForm, status: int = 200) -> ResponseReturnValue:
    page = page_asked()
    articles, more = articles_of_course(db_session, course, page=page)
    return render_template(
        "lessons/articles/of_course.html",
        course=course,
        articles=articles,
        changes=access.changes_lists(),
        form=form,
        button=EmptyForm(),
        page=page,
        more=more,
    ), status


@bp.post(OF_COURSE)
@takes_uploads(MOST_BODY)
def bring_to_course(course: str) -> ResponseReturnValue:
    """Put what was pasted or brought on the list of the course."""
    found_course, form = access.course_to_list_for(db_session, course), BringArticlesForm()
    if not form.validate_on_submit() or (found := form.found()) is None:
        return _course_page(found_course, form, 422)
    _tell(found, keep(db_session, found_course, found.articles, by_id=account().id, now=datetime.now(UTC)))
    return redirect(url_for(".of_course", course=course), 303)


@bp.post(f"{OF_COURSE}/<int:article_id>/remove")
def remove_of_course(course: str, article_id: int) -> ResponseReturnValue:
    """Take an article off the list of the course."""
    found = access.course_to_list_for(db_session, course)
    remove(db_session, access.article_of_course(db_session, found, article_id), now=datetime.now(UTC))
    flash(_("It is off the list. Who was given it keeps it."))
    return redirect(url_for(".of_course", course=course, page=page_asked()), 303)
