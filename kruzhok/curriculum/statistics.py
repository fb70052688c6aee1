"""How much there is in a curriculum."""

from collections import Counter
from typing import TypedDict

from kruzhok.curriculum.asked import all_questions
from kruzhok.curriculum.model import Curriculum
from kruzhok.curriculum.schema import Lesson
from kruzhok.curriculum.scholarship.chance import longest, positions, shortest
from kruzhok.curriculum.scholarship.keys import longer_sets, singles, truths
from kruzhok.curriculum.scholarship.reading import evidence_by_text, words_of


class Statistics(TypedDict):
    """What is there, in numbers. Planned lessons are not counted; `words` are those of the study notes.

    `single_keys` counts the right options by their place in the file, `by_chance` is what choosing blindly gets right;
    all shares are from 0 to 1, and 0 where there is nothing to share."""

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
    questions_beyond_recall: float
    essays: int
    evidence_by_text: dict[str, int]
    words_by_lesson: dict[str, int]
    single_keys: list[int]
    by_chance: float
    longest_is_right: float
    shortest_is_right: float
    true_is_right: float
    multiple_right_longer: float


def statistics_of(curriculum: Curriculum) -> Statistics:
    """Return the numbers of CURRICULUM; files with errors count as far as they were understood."""
    items = [item for quiz in curriculum.quizzes.values() if quiz.data for item in quiz.data.all_items]
    lessons = [lesson.data for lesson in curriculum.lessons.values() if lesson.data]
    asked = list(all_questions(curriculum))
    choices = singles(asked)
    beyond = sum(item.demand != "recall" for item in items)
    return {
        "lessons": len(curriculum.lessons),
        "words": sum(map(words_of, curriculum.lessons.values())),
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
        "questions_beyond_recall": _share(beyond, len(items) - beyond),
        "essays": sum(item.type == "essay" for item in items),
        "evidence_by_text": dict(sorted(evidence_by_text(curriculum).items())),
        "words_by_lesson": {slug: words_of(lesson) for slug, lesson in curriculum.lessons.items()},
        "single_keys": positions(choices)[0],
        "by_chance": _share(longest(choices).by_chance, len(choices) - longest(choices).by_chance),
        "longest_is_right": round(longest(choices).share, 3),
        "shortest_is_right": round(shortest(choices).share, 3),
        "true_is_right": _share(*truths(asked)),
        "multiple_right_longer": _share(*longer_sets(asked)),
    }


def _share(one: float, other: float) -> float:
    return round(one / (one + other), 3) if one + other else 0.0


def _minutes_of_parts(lesson: Lesson) -> int:
    return sum(reading.minutes for reading in lesson.readings) + sum(prompt.minutes for prompt in lesson.prompts)
