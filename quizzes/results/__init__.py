"""What came of a quiz in a whole study group: attempts, answers, and what they say of the questions."""
