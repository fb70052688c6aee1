"""What erasing does, in words; what there is none of is left out."""

from course.base.words import plural
from kruzhok.privacy.kept import Reckoning


def going(goes: Reckoning) -> list[str]:
    """Return what of somebody's work goes."""
    said = (
        (
            goes.attempts,
            plural("one attempt or answered question", "{n} attempts and answered questions", goes.attempts),
        ),
        (goes.cards, plural("one question you remember", "{n} questions you remember", goes.cards)),
        (goes.journal, plural("one journal entry", "{n} journal entries", goes.journal)),
        (goes.notes, plural("one note, highlight or reply", "{n} notes, highlights and replies", goes.notes)),
        (goes.posts, plural("one post that nobody answered", "{n} posts that nobody answered", goes.posts)),
        (goes.drafts, plural("one draft", "{n} drafts", goes.drafts)),
        (
            goes.groups,
            plural(
                "one study group in which nobody else ever was, with all in it",
                "{n} study groups in which nobody else ever was, with all in them",
                goes.groups,
            ),
        ),
    )
    return [words for count, words in said if count]


def staying(goes: Reckoning) -> list[str]:
    """Return what of their words stays because others answered, and what others keep of their looks."""
    said = (
        (goes.kept_posts, plural("one post that others answered", "{n} posts that others answered", goes.kept_posts)),
        (
            goes.kept_notes,
            plural(
                "one note or reply that others answered", "{n} notes and replies that others answered", goes.kept_notes
            ),
        ),
        (
            goes.kept_looks,
            plural(
                "that a tutor once looked at a student’s page, for the student",
                "that a tutor looked at the pages of students, for the students",
                goes.kept_looks,
            ),
        ),
    )
    return [words for count, words in said if count]
