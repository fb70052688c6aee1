"""Readings that a study group gives itself: something outside, or a text that one of its planners imported.

An imported text becomes the group's when it is given to it. A reading is done by the reader's own tick, or by the
self-checks of its text; it is never a grade.
"""
