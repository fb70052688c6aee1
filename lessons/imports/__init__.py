"""Texts that readers bring along: kept as a file, shown, and made a text of theirs only at their word.

A file waits without a text until its importer keeps it or throws it away; who says neither is asked again for a day. A
text that is kept is its importer's alone. Giving it to a study group makes it that group's (`lessons/group_readings`).
"""
