"""Where drafts of source frames are kept."""

from course.texts.models import Text

FRAME = "frame:"


def frame_place(text: Text) -> str:
    """Return the place of a draft of a frame of TEXT."""
    return f"{FRAME}{text.id}"
