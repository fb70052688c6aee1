"""The course changes under those who study it: a question in other words, a passage of another name, a reading gone."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from benchmarks.study_machine.coming import Coming
from benchmarks.study_machine.model.outline import Part
from benchmarks.study_machine.site import COURSE

OUTSIDE = Part("reading", "read-outside")

REWORDED = ("one-of-three", "how-slow")

SECOND = "lessons/02-second.md"


class Changing(Coming):
    """Loading the course again with something changed."""

    def __init__(self) -> None:
        super().__init__()
        self.edition = (False, False, False)
        #: Question -> in which of its two wordings it was loaded, in order: by that its versions are numbered.
        self.wordings: dict[str, list[bool]] = {ident: [False] for ident in REWORDED}

    @rule(stem=st.booleans(), renamed=st.booleans(), retired=st.booleans())
    def change_course(self, stem: bool, renamed: bool, retired: bool) -> None:
        """Load the course with a question in other words, with a renamed passage, without a reading; or as it was."""
        if (stem, renamed, retired) == self.edition:
            return
        self.done("load a changed course")
        self.edition = (stem, renamed, retired)
        files = changed(stem=stem, renamed=renamed, retired=retired)
        for site in self.sites:
            site.load(self.world.now, files)
        for ident, other in (("one-of-three", stem), ("how-slow", renamed)):
            wordings = self.wordings[ident]
            if other not in wordings:
                wordings.append(other)
            self.world.versions[ident] = wordings.index(other) + 1
        self.world.retired = {OUTSIDE} if retired else set()
        for place in self.world.places:
            self.world.settle(place)


def changed(*, stem: bool, renamed: bool, retired: bool) -> dict[str, bytes]:
    """Return the files that differ from those of the course."""
    files = {name: (COURSE / name).read_text() for name in ("quizzes/first.yaml", "quizzes/second.yaml", SECOND)}
    if stem:
        files["quizzes/first.yaml"] = _instead(files["quizzes/first.yaml"], "Who had the soldiers?", "Whose were they?")
    if renamed:
        files["quizzes/second.yaml"] = _instead(files["quizzes/second.yaml"], "second#slow", "second#clock-was-slow")
        files[SECOND] = _instead(files[SECOND], "{#slow}", "{#clock-was-slow}")
        files[SECOND] = _instead(files[SECOND], "quiz: second", "quiz: second\nmoved: {slow: clock-was-slow}")
    if retired:
        begin = files[SECOND].index("  - ident: read-outside")
        end = files[SECOND].index("  - ident: read-more")
        files[SECOND] = files[SECOND][:begin] + files[SECOND][end:]
    return {name: text.encode() for name, text in files.items()}


def _instead(text: str, old: str, new: str) -> str:
    assert old in text, old
    return text.replace(old, new)
