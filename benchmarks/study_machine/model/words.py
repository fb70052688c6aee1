"""What is written, and who may read it: journals, drafts, the talks of groups, notes (DESIGN, invariant 5)."""

from fractions import Fraction

from benchmarks.study_machine.model.outline import READS, Part
from benchmarks.study_machine.model.remembering import Row, rating_of
from benchmarks.study_machine.model.sittings import Sittings
from benchmarks.study_machine.model.things import ALONE, Draft, Entry, Note, Place, Post, Subgroup, Told


class Words(Sittings):
    """All that people write."""

    # Writing

    def keep_draft(self, place: Place, where: str, text: str, base: tuple[int, int]) -> tuple[int, int]:
        """Keep TEXT as a draft at a place to write, of a window that had seen BASE; return what it has seen now.

        A window whose draft another has changed meanwhile begins a copy of its own; the same text again is one save."""
        copies = place.drafts[where]
        for copy, draft in copies.items():
            if draft.text == text and (base == (0, 0) or copy == base[0]):
                return copy, draft.saves
            if (copy, draft.saves) == base:
                copies[copy] = Draft(text, draft.saves + 1)
                return copy, draft.saves + 1
        copy, saves = (max(copies) + 1, 1) if copies else (base[0], base[1] + 1)
        copies[copy] = Draft(text, saves)
        return copy, saves

    def hand_over(self, place: Place, where: str, text: str, base: tuple[int, int]) -> None:
        """Forget the drafts that TEXT was made of: that of its window, those that say the same, empty ones."""
        copies = place.drafts[where]
        for copy, draft in list(copies.items()):
            if (copy, draft.saves) == base or draft.text.strip() in {"", text.strip()}:
                del copies[copy]

    def draft_answer(self, place: Place, prompt: str, text: str, base: tuple[int, int]) -> None:
        """Keep a draft of an answer to PROMPT; what was handed over already makes no new one."""
        posts = [one.words[-1] for one in self.posts_of(place, prompt) if one.to is None]
        entries = [one.text for one in place.entries[prompt]]
        if text.strip() not in {one.strip() for one in (*entries[-1:], *posts[-1:])}:
            self.keep_draft(place, f"prompt:{prompt}", text, base)
            self.settle(place)

    def write_entry(self, place: Place, prompt: str, text: str, base: tuple[int, int]) -> None:
        """Put TEXT into the journal; the same as last time adds nothing."""
        if [one.text for one in place.entries[prompt][-1:]] != [text]:
            place.entries[prompt].append(Entry(text))
        self.hand_over(place, f"prompt:{prompt}", text, base)
        self.settle(place)

    def share_entry(self, place: Place, entry: Entry) -> None:
        """Share an entry with the tutors of the group, who are told; or take it back."""
        entry.shared = not entry.shared
        if entry.shared:
            self.told[self.tutors[place.group]].add(Told("shared", (place, entry)))

    def reads_entry(self, person: str, place: Place, entry: Entry) -> bool:
        """Say whether PERSON may read an entry of PLACE, which is another's: a tutor what a student shares who is still
        there."""
        return entry.shared and not place.left and self.tutors.get(place.group) == person

    def has_answered(self, place: Place, ident: str) -> bool:
        """Say whether a self-check was answered as it asks now: in other words it is asked anew."""
        return self.versions.get(ident, 1) in place.answered[ident]

    def answer_check(self, place: Place, ident: str, score: Fraction) -> None:
        """Answer a self-check with what is worth SCORE."""
        place.answered[ident].append(self.versions.get(ident, 1))
        self.recall[place.person].add(ident, Row(self.now, rating_of([score]), "check"))
        self.settle(place)

    # Talk

    def posts_of(self, place: Place, prompt: str) -> list[Post]:
        """Return what was posted from PLACE to PROMPT."""
        return [one for one in self.posts if one.place is place and one.prompt == prompt]

    def post(
        self,
        place: Place,
        prompt: str,
        text: str,
        where: str,
        base: tuple[int, int],
        *,
        to: Post | None = None,
        subgroup: Subgroup | None = None,
    ) -> Post:
        """Post TEXT to the group or a SUBGROUP, in reply TO another where that is said; its draft, at WHERE, is done
        with."""
        made = Post(place, place.group, prompt, [text], to, subgroup)
        self.posts.append(made)
        self._tell_of_post(made)
        self.hand_over(place, where, text, base)
        self.settle(place)
        return made

    def _tell_of_post(self, post: Post) -> None:
        """Tell of POST whom it answers, and who follows the talk since they posted there; of those who may read it."""
        for one in self.places:
            if one.left or one.group != post.group or one is post.place or not self.has_open(one, post):
                continue
            if post.to is not None and post.to.place is one:
                self.told[one.person].add(Told("replied", post))
            elif self.posts_of(one, post.prompt):
                self.told[one.person].add(Told("posted", post))

    def hide(self, post: Post, by: str, *, hidden: bool) -> None:
        """Hide POST, or show it again: its writer is told, if they are still there."""
        post.hidden, post.hidden_by = hidden, by
        if not post.place.left and post.place.person != by:
            self.told[post.place.person].add(Told("hidden", post))

    def talk(self, group: str, prompt: str) -> list[Post]:
        """Return what was posted in GROUP on PROMPT."""
        return [one for one in self.posts if (one.group, one.prompt) == (group, prompt)]

    def sees(self, place: Place, post: Post) -> bool:
        """Say whether who has PLACE may read POST: their own; others' once they answered, a tutor at once; what is
        hidden only who looks after the talk."""
        if post.place is place:
            return True
        if place.left or place.group != post.group:
            return False
        looks_after = place.role == "tutor" or (
            place.group not in self.tutors and self.keys.get(place.group) == place.person
        )
        if post.hidden and not looks_after:
            return False
        return self.has_open(place, post)

    def has_open(self, place: Place, post: Post) -> bool:
        """Say whether the talk that POST stands in is open to who has PLACE: they have a part in it, and answered in
        whichever talk on the prompt; or are a tutor."""
        answered = any(one.to is None for one in self.posts_of(place, post.prompt))
        return place.role == "tutor" or (answered and self.is_among(place, post.subgroup))

    def may_speak(self, place: Place, prompt: str, subgroup: Subgroup | None) -> bool:
        """Say whether who has PLACE speaks on PROMPT in the talk of SUBGROUP; a tutor chooses, where there is one."""
        if place.role != "tutor":
            return self.subgroup_for(place, prompt_named(prompt)) is subgroup
        return subgroup is None or subgroup in self.talks_on(place.group, prompt)

    def talks_on(self, group: str, prompt: str) -> list[Subgroup]:
        """Return the subgroups that PROMPT is given to, or was talked about in."""
        given = [one.to for one in self.assignments if one.part == prompt_named(prompt) and not one.withdrawn]
        talked = [one.subgroup for one in self.talk(group, prompt)]
        return list(dict.fromkeys(one for one in (*given, *talked) if isinstance(one, Subgroup)))

    # Notes

    def note(self, place: Place, text: str, words: str, *, shared: bool) -> Note:
        """Note WORDS on TEXT."""
        made = Note(place, text, words, shared=False)
        self.notes.append(made)
        if shared:
            self.share_note(made)
        self.settle(place)
        return made

    def share_note(self, note: Note) -> None:
        """Share NOTE with the group, or the subgroup that the text is given to to read."""
        note.shared = True
        parts = [Part("reading", one) for one, text in READS.items() if text == note.text]
        note.subgroup = next((self.subgroup_for(note.place, one) for one in parts), None)

    def sees_note(self, place: Place, note: Note) -> bool:
        """Say whether who has PLACE may read NOTE: their own, and what is shared in the group once they share words of
        their own on the text; a tutor at once."""
        if note.place is place:
            return True
        if place.left or place.group == ALONE or place.group != note.place.group or not note.shared:
            return False
        if not self.is_among(place, note.subgroup):
            return False
        mine = (one for one in self.notes if one.place is place and one.text == note.text)
        return place.role == "tutor" or any(one.shared for one in mine)

    def delete_note(self, note: Note) -> bool:
        """Delete NOTE, unless others replied to it; return whether it was."""
        if any(place is not note.place for place, _words in note.replies):
            return False
        self.notes.remove(note)
        self.settle(note.place)
        return True

    def reply_to_note(self, place: Place, note: Note, words: str) -> None:
        """Reply to NOTE; its writer is told, if they are still there. The same by the same press is one."""
        note.replies.append((place, words))
        if place is not note.place and not note.place.left:
            self.told[note.place.person].add(Told("note_replied", note))

    # Who may read what

    def secrets(self, person: str, url: str) -> list[str]:
        """Return what must not be told to PERSON now, on whatever page: words of others that are not theirs to read,
        and why an answer is right while an attempt that asks it is open."""
        mine = [one for one in self.places if one.person == person]
        seen, all_of_it = set(), set()
        for post in self.posts:
            if post.place.person == person:
                continue
            all_of_it |= set(post.words)
            if any(self.sees(place, post) for place in mine):
                seen |= set(post.words)
        for note in self.notes:
            reads = any(self.sees_note(place, note) for place in mine)
            for place, words in ((note.place, note.words), *note.replies):
                if place.person != person:
                    all_of_it.add(words)
                    seen |= {words} if reads else set()
        for place in self.places:
            if place.person != person:
                for entry in (one for entries in place.entries.values() for one in entries):
                    all_of_it.add(entry.text)
                    seen |= {entry.text} if self.reads_entry(person, place, entry) else set()
                for copies in place.drafts.values():
                    all_of_it |= {draft.text for draft in copies.values()}
        keys = {
            f"Explained: {one.ident}."
            for attempt in self._open_attempts(person)
            for one in attempt.questions
            if not (one.tries and f"/attempts/{next(iter(attempt.ids.values()), 0)}" in url)
        }
        return sorted((all_of_it - seen - {""}) | keys)


def prompt_named(ident: str) -> Part:
    """Return the prompt of that IDENT."""
    return Part("prompt", ident)
