"""What tutors and organisers write to members of their study group, each of whom reads it alone."""
