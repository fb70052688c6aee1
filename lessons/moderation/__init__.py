"""What is hidden from the talk of a group, with a reason, and what members ask to have looked at."""
