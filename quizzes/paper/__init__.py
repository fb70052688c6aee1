"""A quiz on paper, with and without its key."""
