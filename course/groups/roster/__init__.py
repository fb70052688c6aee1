"""A list of people brought by an organiser: read, compared with who is in the study group, taken over as a whole."""
