"""To look things up in a course: its timeline, persons, terms and sources, and where each is named."""
