"""The next run of a study group: the same plan for other people, from another day on."""
