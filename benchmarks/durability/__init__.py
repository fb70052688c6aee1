"""Faults, each done to a real server under load, and what was lost by it: nothing."""
