"""Who comes and goes: joining with one's work or afresh, leaving, coming back; guests who sign up or sign in."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from benchmarks.study_machine.base import Different
from benchmarks.study_machine.browser import Browser, Page
from benchmarks.study_machine.giving import Giving
from benchmarks.study_machine.model.things import ALONE, Place
from benchmarks.study_machine.setup import PASSWORD
from benchmarks.study_machine.site import Site
from benchmarks.study_machine.studying import SOMEWHERE

#: More from one address in a quarter of an hour the site does not let sign in.
MOST_VISITORS = 5


class Coming(Giving):
    """Joining, leaving, guests."""

    @rule(who=st.integers(0, 20), group=st.sampled_from(["circle", "round"]), bring=st.booleans(), leave=st.booleans())
    def come_or_go(self, who: int, group: str, bring: bool, leave: bool) -> None:
        """Join a group by its link, with the work done alone or afresh, or come back to it; or leave it."""
        people = [one for one in self.world.people() if self.world.has_account(one)]
        person = people[who % len(people)]
        place = self.world.place(person, group)
        if place is None:
            self.done("join a group")
            self._join(person, group, bring=bring)
            self.forget(person)
        elif leave:
            self.done("leave a group")
            self._leave(place)
            self.forget(person)

    def _join(self, person: str, group: str, *, bring: bool) -> None:
        alone = self.world.place(person, ALONE)
        former = self.world.former(person, group)
        has_work = alone is not None and any(self.world.state(alone, one) != "none" for one in self.world.all_parts())

        def press(site: Site, browser: Browser) -> Page:
            link = site.links[group]
            form = browser.get(link).form(link)
            if form.has("bring") != (has_work and former is None):
                raise Different(f"{site.kind}: {person} is asked what to bring: {form.has('bring')}, work: {has_work}")
            if form.has("bring"):
                form.fill("bring", "bring" if bring else "afresh")
            return browser.send(form)

        self.expect(self.see(person, press), 200)
        self.world.join(person, group, bring=bring and has_work and former is None)

    def _leave(self, place: Place) -> None:
        """Leave a group; who alone has the keys may not."""
        url = f"/groups/{place.group}/leave"
        page = self.press(place.person, self.form(place.person, url, url), look=False)
        if self.world.keys[place.group] == place.person:
            self.expect(page, 409)
        else:
            self.expect(page, 200)
            place.left = True

    def __init__(self) -> None:
        super().__init__()
        self.came = 0

    @precondition(lambda self: self.came < MOST_VISITORS)
    @rule()
    def visit(self) -> None:
        """Open a new browser, in which nobody is signed in."""
        self.done("a visitor comes")
        self.came += 1
        self.world.visitors.append(f"guest{self.came}")

    def strangers(self) -> list[str]:
        """Return the browsers in which a guest, or nobody yet, is at work."""
        return [one for one in self.world.people() if not self.world.has_account(one)]

    @precondition(lambda self: self.strangers())
    @rule(which=SOMEWHERE)
    def sign_up(self, which: int) -> None:
        """Sign up, with all that one did as a guest."""
        self.done("sign up")
        guests = self.strangers()
        guest = guests[which % len(guests)]
        forms = self.form(guest, "/sign-up", "/sign-up")
        self.fill(forms, email=f"{guest}@example.org", name=guest.title(), password=PASSWORD)
        self.expect(self.press(guest, forms), 200)
        self.world.sign_up(guest)
        self.forget(guest)

    @precondition(lambda self: self.strangers())
    @rule(which=st.integers(0, 5), person=st.sampled_from(["ben", "dee", "eve"]), add=st.booleans())
    def sign_in(self, which: int, person: str, add: bool) -> None:
        """Sign in to an account in a guest's browser, and let the guest's work be added to it or be left."""
        self.done("sign in as a guest")
        guests = self.strangers()
        guest = guests[which % len(guests)]
        forms = self.form(guest, "/sign-in", "/sign-in", "password")
        self.fill(forms, email=f"{person}@example.org", password=PASSWORD)
        page = self.press(guest, forms)
        self.expect(page, 200)
        place = self.world.place(guest, ALONE)
        asked = page.find_form("/me/merge") is not None
        has_done = place is not None and (
            any(one.kind in {"tick", "untick"} for facts in place.facts.values() for one in facts)
            or any(one.saved for attempts in place.attempts.values() for one in attempts)
            or any(place.answered.values())
            or any(place.entries.values())
            or any(one.place is place for one in self.world.notes)
            or any(draft.text for copies in place.drafts.values() for draft in copies.values())
        )
        if asked != has_done:
            raise Different(f"{guest} signs in as {person}; asked about work: {asked}, did any: {has_done}")
        if asked:

            def press(_site: Site, browser: Browser) -> Page:
                form = browser.get("/me/merge").form("/me/merge")
                return browser.send(form, form.button("answer", "add" if add else "leave"))

            self.expect(self.see(guest, press), 200)
        self.world.visitors.remove(guest)
        if asked and add:
            self.world.merge(guest, person)
        else:
            self.world.gone.add(guest)
        self.close_all(guest)
