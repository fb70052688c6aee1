"""Every table of every room, in one import, for those who need to know them all: migrations, export, tests."""

import course.base.files
import course.base.jobs
import course.base.limits
import course.completion.models
import course.groups.models
import course.notices.models
import course.outline.models
import course.reference.models
import course.syllabus.models
import course.texts.models
import course.users.models
import lessons.agenda.models
import lessons.articles.models
import lessons.discussion.models
import lessons.frames.models
import lessons.models
import lessons.moderation.models
import lessons.notes.models
import lessons.reports.models
import lessons.search.models
import quizzes.models
import quizzes.review.models
from course.base.db import Base
from lessons.search.keeping import keep

__all__ = ["ALL_TABLES", "course", "lessons", "quizzes"]

ALL_TABLES = Base.metadata.tables

#: Who knows the tables also keeps the index of their words, in every process that writes.
keep()
