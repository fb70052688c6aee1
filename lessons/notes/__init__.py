"""Highlights and notes on the words of a text, and the replies to them."""
