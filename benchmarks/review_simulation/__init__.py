"""What review that knows the syllabus is worth, on students whose memories are not what its scheduler supposes."""
