"""Faults of a site of several machines under load."""
