"""What is written: drafts in several windows, journal entries, posts, replies, new words, and what is hidden."""

from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from benchmarks.study_machine.attempting import MOST_WINDOWS
from benchmarks.study_machine.base import Different
from benchmarks.study_machine.browser import Browser, Button, Form, Page
from benchmarks.study_machine.model.things import ALONE, Place, Post, Subgroup
from benchmarks.study_machine.model.words import prompt_named
from benchmarks.study_machine.reviewing import Reviewing
from benchmarks.study_machine.setup import COURSE
from benchmarks.study_machine.site import Site
from benchmarks.study_machine.studying import SOMEWHERE

#: Prompt -> the lesson it is in.
PROMPTS = {"why": "first", "what-else": "second"}

#: A page tells its draft by copy x this + number of saves.
SAVES = 1_000_000


@dataclass(slots=True)
class Writing:
    """A page that somebody has open to write on: an answer to a prompt, a reply to a post, new words for one."""

    place: Place
    prompt: str
    doing: str
    base: tuple[int, int]
    forms: dict[str, Form]
    on: Post | None = None
    version: int = 0
    talk: Subgroup | None = None  #: whose talk the page says an answer is for

    @property
    def where(self) -> str:
        """The place of its draft, as the model calls it."""
        return f"prompt:{self.prompt}"


class Talking(Reviewing):
    """Writing to prompts, alone and in study groups."""

    def __init__(self) -> None:
        super().__init__()
        self.writings: list[Writing] = []

    def close_all(self, person: str) -> None:
        super().close_all(person)
        self.writings = [one for one in self.writings if one.place.person != person]

    @rule(at=SOMEWHERE, prompt=st.sampled_from(sorted(PROMPTS)), whom=st.integers(0, 3))
    def open_prompt(self, at: int, prompt: str, whom: int) -> None:
        """Open the page of a prompt to write there, in one more window."""
        self.done("open a prompt")
        person, group = self.somewhere(at)
        place = self.world.place(person, group) or self.world.new_place(person, group)
        forms: dict[str, Form] = {}
        url = f"{COURSE}/lessons/{PROMPTS[prompt]}/prompts/{prompt}?group={group}&anew=1&all=1"

        def look(site: Site, browser: Browser) -> Page:
            page = browser.get(url)
            forms[site.kind] = page.form(f"/prompts/{prompt}", "text")
            return page

        page = self.see(person, look)
        self.expect(page, 200)
        self._hold_talk(place, prompt, page)
        posted = any(one.to is None for one in self.world.posts_of(place, prompt))
        written = [one.text for one in place.entries[prompt]]
        last = "" if posted else next(iter(written[-1:]), "")  # to be written anew, or made a post of
        base = self._hold_draft(place, f"prompt:{prompt}", forms, last)
        talk = self._hold_audience(place, prompt, forms, whom)
        self.writings.append(Writing(place, prompt, "answer", base, forms, talk=talk))
        del self.writings[:-MOST_WINDOWS]

    def _hold_talk(self, place: Place, prompt: str, page: Page) -> None:
        """Hold that all posts that may be read stand on PAGE; that no other does, every page is held to."""
        if place.group == ALONE:
            return
        for post in self.world.talk(place.group, prompt):
            if self.world.sees(place, post) and post.words[-1] not in page.words:
                raise Different(f"{place.person} in {place.group} does not see {post.words[-1]!r}: {page.words}")

    def _hold_audience(self, place: Place, prompt: str, forms: dict[str, Form], whom: int) -> Subgroup | None:
        """Hold that FORMS say in whose talk an answer is, and return that; a tutor chooses, by WHOM, where several are.

        None is the talk of the whole group."""
        if place.group == ALONE:
            return None
        talks = [None, *self.world.talks_on(place.group, prompt)] if place.role == "tutor" else []
        talk = talks[whom % len(talks)] if talks else self.world.subgroup_for(place, prompt_named(prompt))
        for kind, form in forms.items():
            said = "0" if talk is None else str(talk.ids[kind])
            if len(talks) > 1:
                form.fill("talk", said)
            elif form.value("talk") != said:
                raise Different(f"{kind}: {place.person} answers {prompt} in {form.value('talk')} and not in {said}")
        return talk

    def _hold_draft(self, place: Place, where: str, forms: dict[str, Form], otherwise: str) -> tuple[int, int]:
        """Hold that FORMS show the first draft there is, else what they ought to; return what they have seen."""
        copies = place.drafts[where]
        copy = min(copies, default=None)
        base, text = ((copy, copies[copy].saves), copies[copy].text) if copy is not None else ((0, 0), otherwise)
        for kind, form in forms.items():
            if form.value("base") != str(base[0] * SAVES + base[1]):
                raise Different(f"{kind}: {where} has seen draft {form.value('base')} and not {base}")
            if form.value("text") != text:
                raise Different(f"{kind}: {where} shows {form.value('text')!r} and not {text!r}")
        return base

    @precondition(lambda self: self.world.posts)
    @rule(at=SOMEWHERE, which=st.integers(0, 20), edit=st.booleans())
    def open_post(self, at: int, which: int, edit: bool) -> None:
        """Open a post to reply to it, or one's own to edit it; what one may not read is not there."""
        self.done("open a post")
        post = self.world.posts[which % len(self.world.posts)]
        members = [one for one in self.world.places if one.group == post.group]
        place = members[at % len(members)]
        doing = "edit" if edit else "reply"
        ids = post.ids
        lesson = PROMPTS[post.prompt]
        forms: dict[str, Form] = {}

        def look(site: Site, browser: Browser) -> Page:
            there = f"{COURSE}/lessons/{lesson}/prompts/{post.prompt}"
            page = browser.get(f"{there}?group={post.group}&{doing}={ids[site.kind]}&all=1")
            if (form := page.find_form(f"/posts/{ids[site.kind]}/{doing}", "text")) is not None:
                forms[site.kind] = form
            return page

        page = self.see(place.person, look)
        if not forms:
            may = self.world.sees(place, post) and not place.left
            may = may and self._may_add(place, post, edit=edit)
            if may:
                raise Different(f"{place.person} cannot {doing} {post.words[-1]!r}: {page.status} {page.words}")
            return
        if not self.world.sees(place, post) or (edit and post.place is not place):
            raise Different(f"{place.person} may {doing} {post.words[-1]!r}")
        version = len(post.words)
        base = self._hold_draft(place, self._draft_at(post, doing), forms, post.words[-1] if edit else "")
        self.writings.append(Writing(place, post.prompt, doing, base, forms, post, version))
        del self.writings[:-MOST_WINDOWS]

    def _may_add(self, place: Place, post: Post, *, edit: bool) -> bool:
        """Say whether who has PLACE may give POST new words, theirs and in a talk they have a part in; or reply to it,
        in the talk in which they speak."""
        if edit:
            return post.place is place and self.world.has_open(place, post)
        return not post.hidden and self.world.may_speak(place, post.prompt, post.subgroup)

    def _draft_at(self, post: Post, doing: str) -> str:
        return f"{doing}:{self.world.posts.index(post) + 1}"

    @precondition(lambda self: self.writings)
    @rule(
        which=st.integers(0, MOST_WINDOWS - 1),
        text=st.integers(0, 2),
        then=st.sampled_from(["draft", "hand", "hand", "hand twice", "journal"]),
    )
    def write(self, which: int, text: int, then: str) -> None:
        """Type into a window, and keep it as a draft or hand it over, perhaps by a double click; of an answer in a
        group one's journal can be where to."""
        window = self.writings.pop(which % len(self.writings))
        person = window.place.person
        if then == "journal" and (window.doing != "answer" or window.place.group == ALONE):
            then = "hand"
        self.done(f"{window.doing}, {'hand over' if 'hand' in then else then}")
        words = f"So says {person}, for the time {text}."
        self.fill(window.forms, text=words)
        for form in window.forms.values():
            form.buttons = [one for one in form.buttons if one.name != "preview"]

        def button(_site: Site, form: Form) -> Button:
            drafts = [one for one in form.buttons if one.action and "/draft" in one.action]
            journal = [one for one in form.buttons if one.action and "/draft" not in one.action]
            others = [one for one in form.buttons if not one.action]
            return {"draft": drafts, "journal": journal}.get(then, others)[0]

        if then == "hand twice":
            self.press(person, window.forms, button, look=False)
        page = self.press(person, window.forms, button, look=False)
        self._take(window, words, page, then)

    def _take(self, window: Writing, words: str, page: Page, then: str) -> None:
        place = window.place
        if place.left:
            self.expect(page, 403, 404)
            return
        if window.on is not None:
            self._take_on_post(window, window.on, words, page, draft=then == "draft")
            return
        place = self.world.acting(place.person, place.group)
        posts = then.startswith("hand") and place.group != ALONE
        if posts and not self.world.may_speak(place, window.prompt, window.talk):
            self.expect(page, 409)  # others would read it than the page said
            return
        self.expect(page, 200)
        if then == "draft":
            self.world.draft_answer(place, window.prompt, words, window.base)
        elif then == "journal" or place.group == ALONE:
            self.world.write_entry(place, window.prompt, words, window.base)
        else:
            made = self.world.post(place, window.prompt, words, window.where, window.base, subgroup=window.talk)
            self._remember(made)

    def _entries(self) -> list[tuple[Place, str, int]]:
        """Return what stands in journals of students in the group that has a tutor, with prompt and number."""
        return [
            (place, prompt, number)
            for place in self.world.places
            if place.group in self.world.tutors and place.role == "student" and not place.left
            for prompt, entries in place.entries.items()
            for number in range(1, len(entries) + 1)
        ]

    @precondition(lambda self: self._entries())
    @rule(which=SOMEWHERE)
    def share_entry(self, which: int) -> None:
        """Share an entry of one's journal with the tutors, or take it back."""
        self.done("share or take back an entry")
        entries = self._entries()
        place, prompt, number = entries[which % len(entries)]
        url = f"{COURSE}/lessons/{PROMPTS[prompt]}/prompts/{prompt}?group={place.group}"
        forms = self.form(place.person, url, f"/entries/{number}/sharing", "shared")
        self.expect(self.press(place.person, forms, look=False), 200)
        self.world.share_entry(place, place.entries[prompt][number - 1])

    def _take_on_post(self, window: Writing, post: Post, words: str, page: Page, *, draft: bool) -> None:
        """Reply to POST or edit it, as far as that may be by now."""
        place, where = window.place, self._draft_at(post, window.doing)
        if not self.world.has_open(place, post) or not self.world.sees(place, post):
            self.expect(page, 404)
        elif draft:
            self.expect(page, 200)
            self.world.keep_draft(place, where, words, window.base)
        elif window.doing == "reply":
            if post.hidden and place.role != "tutor":
                self.expect(page, 404, 409)
                return
            if post.hidden:
                self.expect(page, 409)
                self.world.keep_draft(place, where, words, window.base)
                return
            if not self.world.may_speak(place, window.prompt, post.subgroup):
                self.expect(page, 409)
                return
            self.expect(page, 200)
            made = self.world.post(place, window.prompt, words, where, window.base, to=post, subgroup=post.subgroup)
            self._remember(made)
        elif words == post.words[-1]:
            self.expect(page, 200)
            self.world.hand_over(place, where, words, window.base)
        elif len(post.words) != window.version:
            self.expect(page, 409)
        else:
            self.expect(page, 200)
            post.words.append(words)
            self.world.hand_over(place, where, words, window.base)

    def _remember(self, post: Post) -> None:
        """Learn the id that POST has on each site."""
        for site in self.sites:
            post.ids[site.kind] = site.last_post()

    @precondition(lambda self: self.world.posts)
    @rule(which=st.integers(0, 20), by=st.sampled_from(["ada", "ben", "eve"]), again=st.booleans())
    def hide(self, which: int, by: str, again: bool) -> None:
        """Hide a post, with a reason, or show it again; only who looks after the talk may."""
        self.done("hide or show a post")
        post = self.world.posts[which % len(self.world.posts)]
        place = self.world.place(by, post.group)
        if again != post.hidden:
            return
        looks_after = place is not None and (place.role == "tutor" or self.world.keys.get(post.group) == by)
        may = place is not None and looks_after and self.world.has_open(place, post)
        at = f"/groups/{post.group}/posts"
        if not may:
            self.look(by, lambda site: f"{at}/{post.ids[site.kind]}/hide", 403, 404)
            return

        def press(site: Site, browser: Browser) -> Page:
            url = f"{at}/{post.ids[site.kind]}"
            form = browser.get(f"{url}/hide").form(f"{url}/hide", "why")
            if again:
                form.action = f"{url}/show"
            else:
                form.fill("why", "We speak of the text.")
            return browser.send(form, look=False)

        page = self.see(by, press)
        if again and post.place is place and post.hidden_by != by:
            self.expect(page, 403)
            return
        self.expect(page, 200)
        self.world.hide(post, by, hidden=not again)
