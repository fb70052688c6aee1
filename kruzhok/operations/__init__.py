"""What whoever runs the site needs to know of it: whether it is well, what it does, what it keeps."""
