"""“Something is wrong here”: what readers report of items and passages, and what became of it."""
