"""Source frames: who speaks in a text, to whom, to what end, and what is left out."""
