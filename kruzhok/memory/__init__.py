"""What one remembers, for oneself alone: how well, what of it goes next, what it takes, how far to trust all that."""
