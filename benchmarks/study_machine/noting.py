"""Notes on a text in the house: private or shared with one's group, taken back, replied to, deleted."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from benchmarks.study_machine.base import Different
from benchmarks.study_machine.browser import Browser, Page
from benchmarks.study_machine.model.things import ALONE, Note, Place
from benchmarks.study_machine.setup import COURSE
from benchmarks.study_machine.site import Site
from benchmarks.study_machine.studying import SOMEWHERE
from benchmarks.study_machine.writing import Talking

TEXT, PASSAGES = "theses", ("thesis-one", "thesis-two")


class Noting(Talking):
    """Notes, and replies to them."""

    @rule(at=SOMEWHERE, on=st.sampled_from(PASSAGES), text=st.integers(0, 2), shared=st.booleans(), twice=st.booleans())
    def note(self, at: int, on: str, text: int, shared: bool, twice: bool) -> None:
        """Note something on a passage, perhaps for the group to read, perhaps by a double click."""
        self.done("note")
        person, group = self.somewhere(at)
        shared = shared and group != ALONE
        words = f"So notes {person}, for the time {text}."

        def press(site: Site, browser: Browser) -> Page:
            form = browser.get(f"{COURSE}/texts/{TEXT}/notes/new?group={group}&at={on}").form("/notes", "text")
            if form.has("shared") != (group != ALONE):
                raise Different(f"{site.kind}: in {group} {person} may share a note: {form.has('shared')}")
            form.fill("text", words)
            for one in form.fields:
                if one.name == "shared":
                    one.on = shared
            if twice:
                browser.send(form, look=False)
            return browser.send(form, look=False)

        self.expect(self.see(person, press), 200)
        made = self.world.note(self.world.acting(person, group), TEXT, words, shared=shared)
        for site in self.sites:
            made.ids[site.kind] = site.last_note()

    def _own(self, which: int) -> Note | None:
        """Return one of the notes whose writers are still where they wrote it."""
        notes = [one for one in self.world.notes if not one.place.left]
        return notes[which % len(notes)] if notes else None

    @precondition(lambda self: self.world.notes)
    @rule(which=SOMEWHERE)
    def share_note(self, which: int) -> None:
        """Share a note with one's group, or take it back."""
        note = self._own(which)
        if note is None or note.place.group == ALONE:
            return
        self.done("share or take back a note")
        forms = self.form(note.place.person, lambda site: f"/notes/{note.ids[site.kind]}", "/share", "shared")
        self.expect(self.press(note.place.person, forms, look=False), 200)
        if note.shared:
            note.shared = False
        else:
            self.world.share_note(note)

    @precondition(lambda self: self.world.notes)
    @rule(which=SOMEWHERE)
    def delete_note(self, which: int) -> None:
        """Delete a note, which goes as long as nobody else replied to it."""
        note = self._own(which)
        if note is None:
            return
        self.done("delete a note")

        def press(site: Site, browser: Browser) -> Page:
            url = f"/notes/{note.ids[site.kind]}"
            page = browser.get(url)
            form = page.find_form(f"{url}/delete")
            return page if form is None else browser.send(form, look=False)

        page = self.see(note.place.person, press)
        if self.world.delete_note(note) != (page.status == 303):
            raise Different(f"a note with the replies {note.replies} was to be deleted: {page.status} {page.words}")

    @precondition(lambda self: self.world.notes)
    @rule(at=SOMEWHERE, which=SOMEWHERE, text=st.integers(0, 2), reply=st.booleans(), twice=st.booleans())
    def look_at_note(self, at: int, which: int, text: int, reply: bool, twice: bool) -> None:
        """Look at a note by its address, which is there for who may read it; and perhaps reply."""
        self.done("reply to a note" if reply else "look at a note")
        note = self.world.notes[which % len(self.world.notes)]
        people = [one for one in self.world.people() if one not in self.world.visitors]
        person = people[at % len(people)]
        mine = [one for one in self.world.places if one.person == person]
        place = next((one for one in mine if self.world.sees_note(one, note)), None)
        words = f"So {person} says of a note, for the time {text}."
        may = place is not None and not place.left and note.shared

        def press(site: Site, browser: Browser) -> Page:
            page = browser.get(f"/notes/{note.ids[site.kind]}")
            if (page.status == 200) != (place is not None):
                raise Different(f"{site.kind}: {person} asks for {note.words!r} and is answered {page.status}")
            form = page.find_form("/reply", "text")
            if page.status == 200 and (form is not None) != may:
                raise Different(f"{site.kind}: {person} may reply to {note.words!r}: {form}, ought to be {may}")
            if form is None or not reply:
                return page
            form.fill("text", words)
            if twice:
                browser.send(form, look=False)
            return browser.send(form)

        self.expect(self.see(person, press), 200 if place is not None else 404)
        if reply and may and isinstance(place, Place):
            self.world.reply_to_note(place, note, words)

    @rule(at=SOMEWHERE)
    def read_notices(self, at: int) -> None:
        """Mark all that one was told as read: then nothing of it is new."""
        self.done("read the notices")
        people = [one for one in self.world.people() if self.world.has_account(one)]
        person = people[at % len(people)]

        def press(_site: Site, browser: Browser) -> Page:
            page = browser.get("/notices")
            form = page.find_form("/notices/seen")
            return page if form is None else browser.send(form)

        page = self.see(person, press)
        self.expect(page, 200)
        if "New ·" in page.words or bool(self.world.told[person]) != ("Nothing to tell you yet" not in page.words):
            raise Different(f"{person} was told {self.world.told[person]} and has read it: {page.words}")
