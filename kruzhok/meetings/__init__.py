"""The page of one meeting: what it is about, who leads it, what is to be talked about, what it came to."""
