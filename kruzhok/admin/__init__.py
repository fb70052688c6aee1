"""The pages of whoever runs the site: courses, groups, users, mail."""
