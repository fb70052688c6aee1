"""How much there is in a curriculum."""

from collections import Counter
from typing import TypedDict

from kruzhok.curriculum.model import Curriculum
from kruzhok.curriculum.schema import Lesson


class Statistics(TypedDict):
    """What is there, in numbers. Planned lessons are not counted; `words` are those of the study notes."""

    lessons: int
    words: int
    items: int
    items_by_type: dict[str, int]
    items_by_demand: dict[str, int]
    sources: int
    people: int
    terms: int
    events: int
    texts: int
    passages: int
    minutes: int


def statistics_of(curriculum: Curriculum) -> Statistics:
    """Return the numbers of CURRICULUM; files with errors count as far as they were understood."""
    items = [item for quiz in curriculum.quizzes.values() if quiz.data for item in quiz.data.all_items]
    lessons = [lesson.data for lesson in curriculum.lessons.values() if lesson.data]
    blocks = [block for lesson in curriculum.lessons.values() for block in lesson.blocks]
    return {
        "lessons": len(curriculum.lessons),
        "words": sum(len(block.plain.split()) for block in blocks),
        "items": len(items),
        "items_by_type": dict(sorted(Counter(item.type for item in items).items())),
        "items_by_demand": dict(sorted(Counter(item.demand for item in items).items())),
        "sources": len(curriculum.idents("source")),
        "people": len(curriculum.idents("person")),
        "terms": len(curriculum.idents("term")),
        "events": len(curriculum.idents("event")),
        "texts": len(curriculum.texts),
        "passages": sum(len(page.passages) for page in curriculum.pages.values()),
        "minutes": sum(lesson.minutes for lesson in lessons) + sum(_minutes_of_parts(lesson) for lesson in lessons),
    }


def _minutes_of_parts(lesson: Lesson) -> int:
    return sum(reading.minutes for reading in lesson.readings) + sum(prompt.minutes for prompt in lesson.prompts)
