"""The syllabus of a study group: its pages, for members to read and for planners to lay out and change."""
