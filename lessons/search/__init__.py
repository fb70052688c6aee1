"""Finding words: in a course, in one's own notes and journal, and in what one may see of one's study groups."""
