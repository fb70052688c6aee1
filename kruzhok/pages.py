"""Which blueprint stands where: the map of the site, written by hand."""

from flask import Flask, current_app, render_template

import course.groups.roster.views
import course.groups.views
import course.users.views
import lessons.articles.views
import lessons.assigning.dates_views
import lessons.assigning.views
import lessons.checks.views
import lessons.discussion.quoting_views
import lessons.discussion.seed_views
import lessons.discussion.views
import lessons.explore.views
import lessons.figures.views
import lessons.frames.views
import lessons.group_readings.views
import lessons.imports.views
import lessons.moderation.views
import lessons.notes.reply_views
import lessons.notes.views
import lessons.reports.views
import lessons.search.views
import lessons.sharing_views
import lessons.subgroups.views
import lessons.views
import quizzes.attempts.views
import quizzes.checks.views
import quizzes.explaining.views
import quizzes.marking.views
import quizzes.paper.views
import quizzes.rules.views
from course.base.errors import NotFound
from kruzhok import merging_views
from kruzhok.admin import views as admin
from kruzhok.calendar import views as calendar
from kruzhok.courses import views as courses
from kruzhok.digest import views as digest
from kruzhok.groups import views as groups
from kruzhok.meetings import minutes_views
from kruzhok.meetings import views as meetings
from kruzhok.memory import views as memory
from kruzhok.messages import views as messages
from kruzhok.next_run import views as next_run
from kruzhok.notices import views as notices
from kruzhok.operations import admin_views as running
from kruzhok.operations.views import bp as site
from kruzhok.privacy import views as privacy
from kruzhok.progress import together_views as together
from kruzhok.progress import views as progress
from kruzhok.results import views as results
from kruzhok.review import views as review
from kruzhok.syllabus import arranging_views as arranging
from kruzhok.syllabus import print_views as syllabus_print
from kruzhok.syllabus import views as syllabus
from kruzhok.today import views as today
from kruzhok.violations import views as violations


@site.get("/styleguide")
def styleguide() -> str:
    """Show every part of the look in its states; in development only."""
    if not current_app.config["DEVELOPMENT"]:
        raise NotFound
    return render_template("kruzhok/styleguide.html")


def register(app: Flask) -> None:
    """Put every page of the site into APP."""
    for blueprint in (
        site,
        courses.bp,
        today.bp,
        calendar.bp,
        lessons.views.bp,
        lessons.articles.views.bp,
        lessons.checks.views.bp,
        lessons.discussion.views.bp,
        lessons.discussion.quoting_views.bp,
        lessons.discussion.seed_views.bp,
        lessons.explore.views.bp,
        lessons.figures.views.bp,
        lessons.frames.views.bp,
        lessons.notes.views.bp,
        lessons.notes.reply_views.bp,
        lessons.moderation.views.bp,
        lessons.sharing_views.bp,
        lessons.imports.views.bp,
        lessons.group_readings.views.bp,
        lessons.subgroups.views.bp,
        lessons.assigning.views.bp,
        lessons.assigning.dates_views.bp,
        quizzes.attempts.views.bp,
        quizzes.checks.views.bp,
        quizzes.explaining.views.bp,
        quizzes.paper.views.bp,
        quizzes.rules.views.bp,
        quizzes.marking.views.bp,
        course.users.views.bp,
        course.groups.views.bp,
        course.groups.roster.views.bp,
        groups.bp,
        syllabus.bp,
        arranging.bp,
        syllabus_print.bp,
        meetings.bp,
        minutes_views.bp,
        progress.bp,
        next_run.bp,
        together.bp,
        memory.bp,
        messages.bp,
        results.bp,
        review.bp,
        merging_views.bp,
        privacy.bp,
        admin.bp,
        running.bp,
        notices.bp,
        digest.bp,
        lessons.reports.views.bp,
        lessons.search.views.bp,
        violations.bp,
    ):
        app.register_blueprint(blueprint)
    # A mail program has no token of ours, and needs none: what it sends is a link that we signed.
    app.extensions["csrf"].exempt(digest.end_letters)
    # Nor has a browser that reports; it changes nothing but a count.
    app.extensions["csrf"].exempt(violations.take)
