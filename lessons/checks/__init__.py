"""The self-checks of a text: their boxes in it, and their answers."""
