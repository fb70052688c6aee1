"""The machine, of all its parts."""

from benchmarks.study_machine.looking import Looking


class StudyMachine(Looking):
    """Whole study, on all sites at once."""
