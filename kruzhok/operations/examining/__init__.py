"""`kruzhok doctor`: looks at what an operator would look at."""
