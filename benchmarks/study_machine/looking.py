"""Looking about: any page there is, on all sites; and addresses of what is somebody else's."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from benchmarks.study_machine.base import Different
from benchmarks.study_machine.changing import Changing
from benchmarks.study_machine.model.sitting import Attempt
from benchmarks.study_machine.model.things import ALONE, Place
from benchmarks.study_machine.setup import COURSE
from benchmarks.study_machine.studying import SOMEWHERE

#: Pages of one's place; {group} is where one looks from.
PAGES = (
    "/today?group={group}",
    f"{COURSE}?group={{group}}",
    f"{COURSE}/lessons/first?group={{group}}",
    f"{COURSE}/lessons/second?group={{group}}",
    f"{COURSE}/texts/theses?group={{group}}",
    f"{COURSE}/quizzes/first?group={{group}}",
    f"{COURSE}/quizzes/second?group={{group}}",
    f"{COURSE}/quizzes/second/rules?group={{group}}",
    f"{COURSE}/units/all/pack?group={{group}}",
    "/search?q=So+says",
    "/search?q=explained",
)

#: Pages of everybody with an account.
OWN_PAGES = (
    "/notices",
    "/me/places",
    "/me/notes",
    "/me/notes.md",
    "/me/memory",
    "/me/calibration",
    "/me",
    "/review",
    "/digest",
    "/groups",
    "/calendar",
)

#: One's progress in a place, and the record of it.
PROGRESS = ("/me/places/{place}", "/me/places/{place}/record", "/me/places/{place}/record.md")

#: Pages of a group: those for all members, those for who plans it, and those for its tutors.
GROUP_PAGES = ("", "/discussions", "/members", "/syllabus", "/calendar", "/meetings/1")
PLANNING_PAGES = ("/subgroups", "/assignments", "/assign")
LEADING_PAGES = ("/progress", "/progress.csv", "/marking", "/results", "/results/first", "/results/second/questions")


class Looking(Changing):
    """Pages looked at."""

    @rule(at=SOMEWHERE, page=st.sampled_from(PAGES + OWN_PAGES + PROGRESS))
    def look_around(self, at: int, page: str) -> None:
        """Look at a page of one's place, of one's account, or of one's progress."""
        self.done("look at a page")
        if page in PAGES:
            person, group = self.somewhere(at)
            self.look(person, page.format(group=group))
        elif page in OWN_PAGES:
            people = [one for one in self.world.people() if self.world.has_account(one)]
            self.look(people[at % len(people)], page)
        else:
            known = [one for one in self.world.places if one.group != ALONE and not one.left]
            place = known[at % len(known)]
            ids = {site.kind: site.place_id(place.person, place.group) for site in self.sites}
            self.look(place.person, lambda site: page.format(place=ids[site.kind]))

    @rule(
        at=SOMEWHERE,
        group=st.sampled_from(["circle", "round"]),
        page=st.sampled_from(GROUP_PAGES + PLANNING_PAGES + LEADING_PAGES),
    )
    def look_at_group(self, at: int, group: str, page: str) -> None:
        """Look at a page of a group: it is there for members, some of it for tutors only, and for nobody else."""
        self.done("look at a group")
        people = [one for one in self.world.people() if self.world.has_account(one)]
        person = people[at % len(people)]
        place = self.world.place(person, group)
        seen = self.look(person, f"/groups/{group}{page}", 200, 403, 404)
        if place is None and seen.status != 404:
            raise Different(f"{person}, who is not in {group}, is answered {seen.status} at {page}")
        if page in LEADING_PAGES and place is not None and (seen.status == 403) != (place.role != "tutor"):
            raise Different(f"{person}, {place.role} in {group}, is answered {seen.status} at {page}")
        plans = place is not None and (place.role == "tutor" or self.world.keys[group] == person)
        if page in PLANNING_PAGES and place is not None and (seen.status == 403) == plans:
            raise Different(f"{person}, who plans in {group}: {plans}, is answered {seen.status} at {page}")
        if page in GROUP_PAGES[:4] and place is not None and seen.status != 200:
            raise Different(f"{person}, who is in {group}, is answered {seen.status} at {page}")

    def _attempts(self) -> list[tuple[Place, Attempt]]:
        found = [(place, one) for place in self.world.places for all_ in place.attempts.values() for one in all_]
        return [(place, one) for place, one in found if one.ids]

    @precondition(lambda self: self._attempts())
    @rule(at=SOMEWHERE, which=SOMEWHERE, end=st.sampled_from(["", "/submission", "/questions/1/score"]))
    def look_at_others(self, at: int, which: int, end: str) -> None:
        """Ask for an attempt by its address: it is there for whose it is, and for nobody else."""
        self.done("look at an attempt")
        attempts = self._attempts()
        place, attempt = attempts[which % len(attempts)]
        people = self.world.people()
        person = people[at % len(people)]
        page = self.look(person, lambda site: f"/attempts/{attempt.ids[site.kind]}{end}", 200, 404)
        if page.status == 200 and person != place.person:
            raise Different(f"{person} is shown {page.url}, which is {place.person}'s")
        if person == place.person and end == "" and page.status != 200:
            raise Different(f"{person} is not shown {page.url}, which is theirs")

    @precondition(lambda self: self.world.posts)
    @rule(at=SOMEWHERE, which=SOMEWHERE)
    def look_at_post(self, at: int, which: int) -> None:
        """Ask for a post by its address: it is there for who may read it."""
        self.done("look at a post")
        post = self.world.posts[which % len(self.world.posts)]
        people = [one for one in self.world.people() if self.world.has_account(one)]
        person = people[at % len(people)]
        place = self.world.place(person, post.group)
        seen = self.look(person, lambda site: f"/groups/{post.group}/posts/{post.ids[site.kind]}", 200, 404)
        if (seen.status == 200) != (place is not None and self.world.sees(place, post)):
            raise Different(f"{person} asks for {post.words[-1]!r} and is answered {seen.status}")
