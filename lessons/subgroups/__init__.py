"""Subgroups of a study group: parting it anew, making them by hand, and who is in which."""
