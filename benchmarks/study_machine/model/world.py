"""All of it: with review, and who joins, signs up or signs in."""

from datetime import timedelta

from benchmarks.study_machine.model.outline import CHECKS, LESSONS, READS, Part
from benchmarks.study_machine.model.remembering import Recall
from benchmarks.study_machine.model.sitting import QUIZZES
from benchmarks.study_machine.model.things import ALONE, Place, Told
from benchmarks.study_machine.model.words import Words

#: Whatever review asks, and whatever new questions have a third of the day for, this is time for it.
TIME_FOR_ALL = timedelta(minutes=7)


class World(Words):
    """The model of study."""

    # Review

    def reached(self, person: str) -> set[str]:
        """Return the questions of lessons that PERSON has done as a student, those of quizzes once they stood in one
        that was handed in."""
        mine = [one for one in self.places if one.person == person]
        students = [one for one in mine if one.role == "student"]
        sat = [one for place in students for attempts in place.attempts.values() for one in attempts]
        stood = {one.ident for attempt in sat if attempt.submitted is not None for one in attempt.questions}
        found: set[str] = set()
        for lesson in LESSONS:
            if any(not one.left and self.state(one, lesson) == "done" for one in students):
                asked = {ident for text in self._texts_of(lesson) for ident in CHECKS.get(text, ())}
                found |= asked
                for part in self.parts_of(lesson):
                    found |= stood & QUIZZES[part.ident].asks.keys() if part.kind == "quiz" else set()
        return found

    def _texts_of(self, lesson: Part) -> list[str]:
        """Return the texts in the house that a lesson has: its own, and those that it reads."""
        return [lesson.ident, *(READS[one.ident] for one in self.parts_of(lesson) if one.ident in READS)]

    def may_review(self, person: str) -> set[str]:
        """Return what review may ask PERSON by itself now. An essay that they never wrote does not come."""
        recall = self.recall[person]
        reached = {one for one in self.reached(person) if not self.by_hand(one)}
        return {one for one in recall.may_come(reached, self.now) if not self.in_open_attempt(person, one)}

    def must_review(self, person: str) -> bool:
        """Say whether review must ask PERSON something: something is due, and there is time for whatever it is."""
        recall = self.recall[person]
        due = [one for one in recall.must_come(self.now) if not self.in_open_attempt(person, one)]
        return bool(due) and recall.left(self.now) >= TIME_FOR_ALL

    def by_hand(self, ident: str) -> bool:
        """Say whether the question IDENT is an essay."""
        return any(ident in quiz.asks and quiz.asks[ident].by_hand for quiz in QUIZZES.values())

    # Groups

    def join(self, person: str, group: str, *, bring: bool) -> Place:
        """Let PERSON join GROUP, or come back: with the work done alone, which is then the group's, or afresh."""
        if (former := self.former(person, group)) is not None:
            former.left, former.role = False, "student"
            place = former
        elif bring and (alone := self.place(person, ALONE)) is not None:
            alone.group, alone.joined = group, self.now
            place = alone
        else:
            place = Place(person, group, self.now)
            self.places.append(place)
        self.settle(place)
        for one in self.places:
            leads = one.role == "tutor" or self.keys.get(group) == one.person
            if one.group == group and not one.left and leads and one.person != person:
                self.told[one.person].add(Told("joined", place))
        return place

    def sign_up(self, guest: str) -> None:
        """Let a guest, or a visitor, have an account: what they did is theirs."""
        for among in (self.guests, self.visitors):
            if guest in among:
                among.remove(guest)
        self.accounts.append(guest)

    def merge(self, guest: str, person: str) -> None:
        """Let what GUEST did alone be PERSON's: attempts and entries after theirs, facts as they came, all drafts."""
        there = self.place(guest, ALONE)
        self.guests.remove(guest)
        self.gone.add(guest)
        if there is None:
            return
        place = self.place(person, ALONE)
        self.places.remove(there)
        if place is None:
            place = Place(person, ALONE, there.joined)
            self.places.append(place)
        self._merge_attempts(there, place)
        for part, facts in there.facts.items():
            place.facts[part] = sorted([*place.facts[part], *facts], key=lambda fact: fact.nth)
        for prompt, entries in there.entries.items():
            place.entries[prompt] += entries
        for where, copies in there.drafts.items():
            for _copy, draft in sorted(copies.items()):
                own_copies = place.drafts[where]
                own_copies[max(own_copies, default=-1) + 1] = draft
        for note in self.notes:
            if note.place is there:
                note.place = place
        for ident, answers in there.answered.items():
            place.answered[ident] += answers
        self.recall[person].take_up(self.recall.pop(guest, Recall()))
        self.settle(place)

    def _merge_attempts(self, there: Place, place: Place) -> None:
        """Let the attempts of THERE come after those of PLACE; of two that are open the guest's is handed in."""
        for quiz, attempts in there.attempts.items():
            own = place.attempts[quiz]
            mine = place.open_attempt(quiz)
            if mine is not None:
                for one in attempts:
                    self.submit(there, one)
                own.remove(mine)
            own += attempts
            if mine is not None:
                own.append(mine)
            for number, one in enumerate(own, 1):
                one.number = number
