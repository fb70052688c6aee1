"""Review that knows the syllabus: what is needed by when, what may come, and what today's minutes go to."""
