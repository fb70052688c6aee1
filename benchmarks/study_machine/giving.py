"""What a tutor asks of whom: subgroups made by hand, assignments with dates, another time limit for a subgroup."""

from datetime import UTC, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from benchmarks.study_machine.browser import Browser, Page
from benchmarks.study_machine.model.giving import ZONE, end_of
from benchmarks.study_machine.model.outline import Part
from benchmarks.study_machine.model.things import Assignment, Place, Subgroup
from benchmarks.study_machine.site import Site
from benchmarks.study_machine.studying import SOMEWHERE
from benchmarks.study_machine.together import CIRCLE, TUTOR, Tutoring

#: What is asked -> how the page calls it.
ASKED = {
    Part("quiz", "first"): "Quiz: Every type once",
    Part("quiz", "second"): "Quiz: Against the clock",
    Part("prompt", "why"): "Prompt: Why so?",
    Part("prompt", "what-else"): "Prompt: What else?",
    Part("reading", "read-theses"): "Reading: The theses",
}

NAMES = ("Left", "Right")

#: So many days after today something is due, by the end of the day; None: it is not.
DUE = (None, 0, 1, 7)

#: So long after now a quiz closes; None: it does not.
CLOSES = (None, timedelta(minutes=10), timedelta(minutes=50), timedelta(days=1))


class Giving(Tutoring):
    """What the tutor of one group asks there."""

    def _some(self, which: int) -> list[Place]:
        """Return some students of the group, one at least where there is any: WHICH says whom."""
        students = self.world.students(CIRCLE)
        return [one for at, one in enumerate(students) if which >> at & 1] or students[:1]

    def _place_ids(self, site: Site, places: list[Place]) -> list[str]:
        return [str(site.place_id(one.person, CIRCLE)) for one in places]

    @precondition(lambda self: self.world.students(CIRCLE))
    @rule(name=st.sampled_from(NAMES), which=st.integers(1, 15))
    def part_group(self, name: str, which: int) -> None:
        """Make a subgroup by hand, or say anew who is in it."""
        self.done("make or change a subgroup")
        members = self._some(which)
        there = next((one for one in self.world.named(CIRCLE) if one.name == name), None)

        def press(site: Site, browser: Browser) -> Page:
            url = f"/groups/{CIRCLE}/subgroups" + (f"/of/{there.ids[site.kind]}" if there else "")
            form = browser.get(url).form(url, "name")
            form.fill("name", name)
            form.fill("members", *self._place_ids(site, members))
            return browser.send(form, look=False)

        self.expect(self.see(TUTOR, press), 200)
        if there is not None:
            self.world.change_members(there, set(members))
            return
        made = Subgroup(CIRCLE, name, set(members))
        made.ids.update({site.kind: site.last_subgroup() for site in self.sites})
        self.world.subgroups.append(made)

    @precondition(lambda self: self.world.named(CIRCLE))
    @rule(which=st.integers(0, 1))
    def dissolve_subgroup(self, which: int) -> None:
        """Dissolve a subgroup, if nobody has written there and nothing is given to it."""
        self.done("dissolve a subgroup")
        named = self.world.named(CIRCLE)
        subgroup = named[which % len(named)]

        def press(site: Site, browser: Browser) -> Page:
            url = f"/groups/{CIRCLE}/subgroups/of/{subgroup.ids[site.kind]}"
            return browser.send(browser.get(url).form(f"{url}/dissolve"), look=False)

        page = self.see(TUTOR, press)
        if self.world.may_dissolve(subgroup):
            self.expect(page, 200)
            self.world.dissolve(subgroup)
        else:
            self.expect(page, 409)

    @rule(
        part=st.sampled_from(list(ASKED)),
        to=st.integers(0, 5),
        required=st.sampled_from([True, True, False]),
        due=st.sampled_from(DUE),
        closes=st.sampled_from(CLOSES),
    )
    def assign(self, part: Part, to: int, required: bool, due: int | None, closes: timedelta | None) -> None:
        """Ask something of the whole group, a subgroup or one student: due by the end of a day, a quiz closing at an
        hour; or ask it of the same anew, on other terms."""
        self.done("assign")
        audiences = [None, *self.world.named(CIRCLE), *self.world.students(CIRCLE)]
        whom = audiences[to % len(audiences)]
        day = self.world.now.astimezone(ZONE).date() + timedelta(days=due) if due is not None else None
        wall = (self.world.now + closes).astimezone(ZONE).replace(second=0, microsecond=0) if closes else None
        if part.kind != "quiz":
            wall = None

        def press(site: Site, browser: Browser) -> Page:
            form = browser.get(f"/groups/{CIRCLE}/assign").form("/assign", "choice")
            form.fill("choice", ASKED[part])
            form.fill("due", day.isoformat() if day else "")
            form.fill("close", wall.strftime("%Y-%m-%d %H:%M") if wall else "")
            form.fill("required", *(["y"] if required else []))
            if whom is not None:
                form.fill("audience", self._value_of(site, whom))
            return browser.send(form, look=False)

        self.expect(self.see(TUTOR, press), 200)
        known = len(self.world.assignments), len(self.world.subgroups)
        dates = {"due": end_of(day) if day else None, "close": wall.replace(fold=0).astimezone(UTC) if wall else None}
        made = self.world.ask(part, CIRCLE, whom, required=required, **dates)
        for site in self.sites:
            if len(self.world.assignments) > known[0]:
                made.ids[site.kind] = site.last_assignment()
            if len(self.world.subgroups) > known[1]:
                self.world.subgroups[-1].ids[site.kind] = site.last_subgroup()

    def _value_of(self, site: Site, whom: Subgroup | Place) -> str:
        if isinstance(whom, Subgroup):
            return f"subgroup-{whom.ids[site.kind]}"
        return f"member-{site.place_id(whom.person, CIRCLE)}"

    def _live(self) -> list[Assignment]:
        return [one for one in self.world.assignments if not one.withdrawn]

    @precondition(lambda self: self._live())
    @rule(which=SOMEWHERE)
    def take_assignment_back(self, which: int) -> None:
        """Ask something of nobody any longer."""
        self.done("take an assignment back")
        live = self._live()
        given = live[which % len(live)]

        def press(site: Site, browser: Browser) -> Page:
            url = f"/groups/{CIRCLE}/assignments"
            return browser.send(browser.get(url).form(f"{url}/{given.ids[site.kind]}/take-back"), look=False)

        self.expect(self.see(TUTOR, press), 200)
        given.withdrawn = True

    @precondition(lambda self: self.world.named(CIRCLE))
    @rule(which=st.integers(0, 1), minutes=st.sampled_from([None, 10, 30]))
    def limit_subgroup(self, which: int, minutes: int | None) -> None:
        """Give a subgroup another time limit at the quiz that has one, or take that back."""
        named = self.world.named(CIRCLE)
        subgroup = named[which % len(named)]
        if minutes is None and not subgroup.limits:
            return
        self.done("another time limit for a subgroup")

        def press(site: Site, browser: Browser) -> Page:
            page = browser.get(f"/groups/{CIRCLE}/quizzes/second/rules/subgroups/{subgroup.ids[site.kind]}")
            if minutes is None:
                return browser.send(page.form("/revoke"), look=False)
            form = page.form(f"/subgroups/{subgroup.ids[site.kind]}", "time_limit-value")
            form.fill("time_limit-value", str(minutes))
            form.fill("time_limit-reason", "They are slow.")
            return browser.send(form, look=False)

        self.expect(self.see(TUTOR, press), 200)
        subgroup.limits = {} if minutes is None else {"second": timedelta(minutes=minutes)}
