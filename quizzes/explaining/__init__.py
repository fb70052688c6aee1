"""How a score came about, in plain words; and what a tutor may change of it."""
