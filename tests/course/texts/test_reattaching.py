"""Anchors follow their words through several versions of a text, and come home with it."""

from benchmarks.reanchor import add_course, add_version
from benchmarks.reanchor_set import Revision
from course.base.markdown import blocks
from course.texts.models import Anchor, AnchorState, Passage, Text
from course.texts.reattaching import anchor_on, is_reworded, reattach

STRIKE = "The strike began in the mills. It spread to the works, and it spread to the trams. {#strike}"
BREAD = "Bread was short that winter. {#bread}"


def state(*passages, moved=None):
    """Return a version of the text that consists of PASSAGES."""
    source = "\n\n".join(passages)
    return Revision(source, None, source, blocks(source)[0], moved or {})


class Reader:
    """A text with one anchor on it: on the last EXACT of the first passage."""

    def __init__(self, session, exact, first):
        self.session = session
        self.text = Text(course_id=add_course(session), ident="notes", title="Notes")
        session.add(self.text)
        session.flush()
        self.first = add_version(session, self.text, first)
        start = self.first[0].plain.rindex(exact)
        self.anchor = anchor_on(self.text, self.first, 0, start, start + len(exact))
        session.add(self.anchor)
        session.flush()

    def after(self, *states):
        """Return in which passage the anchor is after STATES, with which words; None without a place."""
        for one in states:
            add_version(self.session, self.text, one)
            reattach(self.session, self.text, one.moved)
        return self.place()

    def home(self):
        self.text.current_version_id = self.first[0].version_id
        self.session.flush()
        reattach(self.session, self.text, {})
        return self.place()

    def place(self):
        anchor = self.session.get_one(Anchor, self.anchor.id)
        now = self.session.get(Passage, anchor.now_passage_id) if anchor.now_passage_id else None
        return (now.ident, now.plain[anchor.start : anchor.end]) if now else None


def test_where_its_words_are_now_does_not_forget_where_they_were(session):
    reader = Reader(session, "it spread", state(STRIKE, BREAD))
    began = reader.anchor.start
    split = STRIKE.replace(
        ", and it spread to the trams. {#strike}", ". {#strike}\n\nAnd it spread to the trams. {#trams}"
    )
    assert reader.after(state(split, BREAD)) == ("trams", "it spread")
    assert reader.anchor.state is AnchorState.moved
    assert reader.home() == ("strike", "it spread")
    assert (reader.anchor.start, reader.anchor.state) == (began, AnchorState.kept)


def test_words_that_were_changed_are_followed_through_the_next_change(session):
    reader = Reader(session, "it spread to the trams", state(STRIKE, BREAD))
    changed = STRIKE.replace("it spread to the trams", "soon it also spread to all the trams")
    assert reader.after(state(changed, BREAD)) == ("strike", "it also spread to all the trams")
    assert is_reworded(reader.anchor, session.get_one(Passage, reader.anchor.now_passage_id))
    again = changed.replace("{#strike}", "{#the-strike}")
    assert reader.after(state(BREAD, again)) == ("the-strike", "it also spread to all the trams")
    assert not reader.after(state(BREAD))
    assert reader.anchor.state is AnchorState.orphaned
    assert reader.home() == ("strike", "it spread to the trams")


def test_where_its_author_says_it_leads_now_goes_before_what_it_led_to_once(session):
    reader = Reader(session, "The strike began in the mills.", state(STRIKE, BREAD, "Trams stood still. {#trams}"))
    gone = (BREAD, "Trams stood still. {#trams}")
    assert reader.after(state(*gone, moved={"strike": "bread"})) == ("bread", "Bread was short that winter.")
    assert reader.after(state("New. {#new}", *gone, moved={"strike": "trams"})) == ("trams", "Trams stood still.")
