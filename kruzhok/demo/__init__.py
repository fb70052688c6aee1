"""A believable study group in mid-course, made through the real functions, to show what Kruzhok is."""
