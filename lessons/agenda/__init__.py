"""The meeting of a study group: who leads it, what is to be talked about, what was said."""
