"""Kruzhok: the front door. What needs all rooms is here; what one room can do alone is there."""
