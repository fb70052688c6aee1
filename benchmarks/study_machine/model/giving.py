"""What is asked of whom, and by which rules: subgroups, assignments, exceptions, accommodations (RULES, section 6).

Who speaks and who reads where in a group that is parted is said in decision 23."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from benchmarks.study_machine.model.outline import Part
from benchmarks.study_machine.model.progress import Progress
from benchmarks.study_machine.model.sitting import QUIZZES
from benchmarks.study_machine.model.things import Assignment, Place, Subgroup, Told

#: The zone of the groups.
ZONE = ZoneInfo("Europe/Berlin")


def end_of(day: date) -> datetime:
    """Return the last instant of DAY in the group's zone."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZONE)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def days_later(moment: datetime, days: int) -> datetime:
    """Return when the group's clocks show MOMENT again so many DAYS later; of two such moments the later."""
    wall = moment.astimezone(ZONE) + timedelta(days=days)
    return moment if not days else max(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


class Giving(Progress):
    """What a tutor gives and asks."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.subgroups: list[Subgroup] = []
        self.assignments: list[Assignment] = []

    # Subgroups

    def named(self, group: str) -> list[Subgroup]:
        """Return the subgroups of GROUP that have a name."""
        return [one for one in self.subgroups if one.group == group and one.name]

    def students(self, group: str) -> list[Place]:
        """Return who studies in GROUP now."""
        return [one for one in self.places if (one.group, one.role, one.left) == (group, "student", False)]

    def change_members(self, subgroup: Subgroup, members: set[Place]) -> None:
        """Let MEMBERS be in SUBGROUP; who has left the group stays in it, unseen."""
        subgroup.members = members | (subgroup.members - set(self.students(subgroup.group)))

    def may_dissolve(self, subgroup: Subgroup) -> bool:
        """Say whether nobody has written in SUBGROUP, or shared something, and nothing was given to it."""
        written = [*(one.subgroup for one in self.posts), *(one.subgroup for one in self.notes if one.shared)]
        return subgroup not in written and all(one.to is not subgroup for one in self.assignments)

    def dissolve(self, subgroup: Subgroup) -> None:
        """Let there be no SUBGROUP any longer."""
        self.subgroups.remove(subgroup)
        for note in self.notes:
            note.subgroup = None if note.subgroup is subgroup else note.subgroup

    # What is asked

    def asked(self, place: Place, part: Part) -> list[Assignment]:
        """Return what is asked of PLACE at PART, in the order in which it was given."""
        return [one for one in self.assignments if one.part == part and not one.withdrawn and one.is_for(place)]

    def ask(
        self,
        part: Part,
        group: str,
        to: Subgroup | Place | None,
        *,
        required: bool,
        due: datetime | None,
        close: datetime | None,
    ) -> Assignment:
        """Ask PART of the whole GROUP, or of those TO whom it is given; students for whom it is are told.

        To just the same people it is given once, and on other terms from then on. A prompt for one of them makes a
        subgroup without a name of them."""
        there = [one for one in self.assignments if one.part == part and one.group == group and not one.withdrawn]
        made = next((one for one in there if _is_to(one, to)), None)
        if made is None:
            if part.kind == "prompt" and isinstance(to, Place):
                to = Subgroup(group, "", {to})
                self.subgroups.append(to)
            made = Assignment(part, group, to)
            self.assignments.append(made)
        made.required, made.due, made.close = required, due, close
        for one in self.students(group):
            if made.is_for(one):
                self.told[one.person].add(Told("assigned", made))
        return made

    def required_of(self, place: Place) -> set[Part]:
        """Return the parts that are asked of PLACE and count: in a group those that are assigned to it as required."""
        return {one.part for one in self.assignments if one.required and not one.withdrawn and one.is_for(place)}

    def figure(self, place: Place) -> tuple[int, int]:
        """Return how many of the parts that count in a group are done by PLACE, and how many there are."""
        required = self.required_of(place)
        return sum(self.state(place, part) == "done" for part in required), len(required)

    def subgroup_for(self, place: Place, part: Part) -> Subgroup | None:
        """Return the subgroup in which PLACE does PART: that of the latest assignment given to one that it is in; None
        for the whole group."""
        if place.role == "tutor":
            return None
        given = [one.to for one in self.asked(place, part) if isinstance(one.to, Subgroup)]
        return given[-1] if given else None

    def is_among(self, place: Place, subgroup: Subgroup | None) -> bool:
        """Say whether what is kept to SUBGROUP is for PLACE: a member now, or a tutor; None is the whole group."""
        return subgroup is None or place.role == "tutor" or place in subgroup.members

    # Which rule holds

    def resolve(self, place: Place, quiz: str, rule: str) -> tuple[str, datetime | timedelta | int | None]:
        """Return what holds for PLACE at QUIZ, and how near it is said: the nearest that says something.

        Of several that are as near the best for the student, and none before all."""
        for level, said in self._said(place, quiz, rule):
            if said:
                return level, None if None in said else max(said)  # type: ignore[type-var]
        return "", None

    def _said(
        self, place: Place, quiz: str, rule: str
    ) -> Iterator[tuple[str, list[datetime | timedelta | int | None]]]:
        """Yield who says what of a RULE, the nearest first."""
        yield "exception", [place.rules[quiz, rule]] if (quiz, rule) in place.rules else []
        mine = [one for one in self.subgroups if place in one.members]
        yield "subgroup", [one.limits[quiz] for one in mine if rule == "time_limit" and quiz in one.limits]
        asked = [one for one in self.asked(place, Part("quiz", quiz)) if rule in {"due", "close"}]
        for level, kind in (("user", Place), ("some", Subgroup), ("all", type(None))):
            dates = [one.due if rule == "due" else one.close for one in asked if isinstance(one.to, kind)]
            yield level, [one for one in dates if one is not None]  # a date that it leaves open is said by nobody
        of_quiz = {"time_limit": QUIZZES[quiz].limit, "attempts": QUIZZES[quiz].allowed}.get(rule)
        yield "quiz", [] if of_quiz is None else [of_quiz]

    def date(self, place: Place, quiz: str, rule: str) -> datetime | None:
        """Return when QUIZ is due for PLACE, or closes: so many days later as they always have, unless an exception of
        their own says when."""
        level, moment = self.resolve(place, quiz, rule)
        if not isinstance(moment, datetime):
            return None
        return moment if level == "exception" else days_later(moment, place.days)


def _is_to(one: Assignment, to: Subgroup | Place | None) -> bool:
    """Say whether ONE is given to just those TO whom something is given now."""
    if isinstance(to, Place) and isinstance(one.to, Subgroup) and not one.to.name:
        return one.to.members == {to}
    return one.to is to
