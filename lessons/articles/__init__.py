"""Reading lists: articles that came out lately, to be assigned with one click."""
