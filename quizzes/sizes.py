"""How many questions an attempt at a quiz gets: where a section draws, fewer than there are."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizzes.models import Quiz, QuizSection, QuizSlot


def question_counts(session: Session, activity_ids: Collection[int]) -> Mapping[int, int]:
    """Return activity -> number of questions, for the quizzes among ACTIVITY_IDS that have any. One query."""
    pools = (
        select(QuizSlot.quiz_id, QuizSlot.section_id, func.count().label("size"))
        .group_by(QuizSlot.quiz_id, QuizSlot.section_id)
        .subquery()
    )
    rows = session.execute(
        select(Quiz.activity_id, pools.c.size, QuizSection.draws)
        .join(pools, pools.c.quiz_id == Quiz.id)
        .outerjoin(QuizSection, QuizSection.id == pools.c.section_id)
        .where(Quiz.activity_id.in_(activity_ids))
    )
    counts: Counter[int] = Counter()
    for activity_id, size, draws in rows:
        counts[activity_id] += drawn_of(size, draws)
    return counts


def drawn_of(size: int, draws: Mapping[str, Any] | None) -> int:
    """Return how many of SIZE questions an attempt gets where DRAWS (of a section, None outside any) chooses."""
    wanted = (draws or {}).get("draws")
    return min(sum(one["count"] for one in wanted), size) if wanted else size
