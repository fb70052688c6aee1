"""What came of quizzes in a study group, for its tutors: on pages, and as files for a spreadsheet."""
