"""The whole of a site in one file, made while it serves, and put back on either kind of database."""
