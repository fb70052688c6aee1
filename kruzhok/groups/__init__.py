"""The page of a study group: what this week asks, the talk, the members."""
