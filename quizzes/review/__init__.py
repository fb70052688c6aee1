"""What stays of what was answered: cards, the log they are replayed from, and answering in review."""
