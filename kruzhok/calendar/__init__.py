"""What has a date, for one user: the month, the feeds that calendars read; letters and /today read the same."""
