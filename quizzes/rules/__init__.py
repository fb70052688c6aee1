"""The rules that hold at a quiz, told to whom they hold for, and the exceptions from them that a tutor makes."""
