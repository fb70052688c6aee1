"""What a user is told on the page."""
