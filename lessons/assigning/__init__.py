"""Assigning anything to anybody in a study group: what the course has, or something that the group gives itself.

One page takes it all: what, for whom and until when. What the group gives itself is a reading
(`lessons/group_readings`) or a prompt of its own. The lessons of its meetings are the syllabus, which
`course.syllabus.planning` keeps.
"""
