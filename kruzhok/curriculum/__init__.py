"""A curriculum: its schema, its checks, and the way into the database and out again."""
