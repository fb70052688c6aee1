"""What the students of a group have done, for its tutors; and everyone's own record of a place."""
