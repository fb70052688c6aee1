"""Quoting a passage: from the text to the discussion, and back to where the words stand, whatever became of them."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity
from course.syllabus.models import AssignmentTarget
from course.texts.models import Anchor, AnchorState, Passage, Text
from course.texts.reattaching import reattach
from lessons.discussion.models import Post, PostQuotation, PostVersion
from lessons.discussion.posts import edit_post, last_version, write_post
from lessons.discussion.quoting import Quoted, Source, quoted_in, said_by
from lessons.models import Document, Prompt
from lessons.moderation.hiding import hide
from tests import factories
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle
from tests.test_access import browser_of
from tests.test_queries import counted
from tests.web import post as send

Browser = Callable[[Enrolment], FlaskClient]

LATER = NOW + timedelta(minutes=1)
POWER = "All power to the soviets, said the banners in April."
NOTES = ["The tsar has gone and nobody wept for him.", POWER, "The war went on as it had gone on before."]


def set_words(session: Session, text: Text, words: list[str], *, number: int = 1) -> None:
    """Let TEXT have those passages: a new version, where it has another."""
    if number == 1:
        version_id = text.current_version_id
    else:
        version_id = factories.make_text_version(session, text, passages=len(words), number=number).id
    passages = select(Passage).where(Passage.version_id == version_id).order_by(Passage.position)
    for passage, plain in zip(session.scalars(passages).all(), words, strict=True):
        passage.plain, passage.html = plain, f"<p>{plain}</p>"
    text.current_version_id = version_id
    session.flush()
    if number > 1:
        reattach(session, text, {})


def lesson_of(session: Session, circle: Circle) -> Activity:
    prompt = session.get_one(Activity, circle.prompt.activity_id)
    assert prompt.parent is not None
    return prompt.parent


def notes_of(session: Session, circle: Circle) -> Text:
    return factories.notes_of(session, lesson_of(session, circle))


@pytest.fixture
def notes(session: Session, circle: Circle) -> Text:
    """Return the notes of the lesson, with words worth quoting."""
    text = notes_of(session, circle)
    set_words(session, text, NOTES)
    return text


@pytest.fixture
def read(database: Database, there: Circle) -> Text:
    """Return the same for the pages."""
    with database.transaction() as session:
        text = notes_of(session, there)
        set_words(session, text, NOTES)
        return text


@pytest.fixture
def browser(app: Application, database: Database) -> Browser:
    """Return what opens the browser of a member."""
    return lambda enrolment: browser_of(app, database, enrolment.user_id)


def written(session: Session, circle: Circle, text: str, **more: Any) -> Post:
    return write_post(session, circle.vera, circle.prompt, text, once=None, base=0, now=NOW, **more)


def quoted_by(session: Session, post: Post) -> list[Quoted | None]:
    """Return where the quotations of POST stand, None for one that is in no text."""
    version = last_version(session, post)
    session.expire_all()
    return [
        piece.quoted for piece in said_by(session, post.enrolment, [version])[version.id] if "blockquote" in piece.html
    ]


def anchors(session: Session) -> list[tuple[str, str]]:
    """Return the words of each anchor of a post, and the passage it is at."""
    rows = session.execute(
        select(Anchor.exact, Passage.ident)
        .join(PostQuotation, PostQuotation.anchor_id == Anchor.id)
        .join(Passage, Passage.id == Anchor.now_passage_id)
        .order_by(PostQuotation.id)
    )
    return [(exact, ident) for exact, ident in rows]


def test_a_quotation_is_tied_to_where_it_stands(session: Session, circle: Circle, notes: Text) -> None:
    written(session, circle, "Look:\n\n> all power to\n> the *soviets*\n\nSo.")
    assert anchors(session) == [("All power to the soviets", "p-2")]


def test_one_over_several_passages_is_tied_to_each_of_them(session: Session, circle: Circle, notes: Text) -> None:
    written(session, circle, "> nobody wept for him. All power to the soviets")
    assert anchors(session) == [("nobody wept for him", "p-1"), ("All power to the soviets", "p-2")]


@pytest.mark.parametrize(
    "said", ["wept for him. [Established] And who ruled", "nobody wept for him", "And who ruled then? [Disputed]"]
)
def test_words_around_the_label_of_a_claim_are_tied_to_their_place(
    session: Session, circle: Circle, notes: Text, said: str
) -> None:
    set_words(
        session,
        notes,
        ["The tsar has gone and nobody wept for him. [Established] And who ruled then? [Disputed]", *NOTES[1:]],
    )
    written(session, circle, f"> {said}")
    assert {ident for _words, ident in anchors(session)} == {"p-1"}


def test_a_document_that_the_lesson_reads_can_be_quoted(session: Session, circle: Circle, notes: Text) -> None:
    course = circle.group.course
    document, other = (factories.make_text(session, course) for _more in range(2))
    factories.make_reading(session, lesson_of(session, circle), text=document)
    for text in (document, other):
        set_words(session, text, ["No support for the Provisional Government.", POWER, f"Only in {text.ident} it is."])
    post = written(session, circle, f"> No support for the Provisional Government\n\n> Only in {other.ident} it is")
    found, elsewhere = quoted_by(session, post)
    assert found is not None
    assert [one.text.id for one in found.tied] == [document.id]
    assert elsewhere is None


def test_words_that_stand_in_several_texts_are_those_that_were_quoted(
    session: Session, circle: Circle, notes: Text
) -> None:
    document = factories.make_text(session, circle.group.course)
    factories.make_reading(session, lesson_of(session, circle), text=document)
    set_words(session, document, ["No support for the Provisional Government.", "Nothing.", POWER])
    for source, text in ((None, notes), (Source(document.ident, "p-3"), document)):
        (found,) = quoted_by(session, written(session, circle, f"> {POWER}", source=source))
        assert found is not None
        assert [one.text.id for one in found.tied] == [text.id]


def test_what_is_from_elsewhere_or_short_or_no_block_is_tied_to_nothing(
    session: Session, circle: Circle, notes: Text
) -> None:
    written(session, circle, "> Workers of the world, unite today\n\n> the soviets\n\n“All power to the soviets”")
    assert anchors(session) == []


def test_of_very_many_quotations_the_first_are_tied(session: Session, circle: Circle, notes: Text) -> None:
    post = written(session, circle, "\n\nso\n\n".join([f"> {POWER}"] * 200))
    found = quoted_by(session, post)
    assert [one is not None for one in found] == [True] * 50 + [False] * 150


def test_a_double_click_ties_once(session: Session, circle: Circle, notes: Text) -> None:
    for _click in range(2):
        write_post(session, circle.vera, circle.prompt, f"> {POWER}", once="a", base=0, now=NOW)
    assert len(anchors(session)) == 1


def test_a_quotation_says_when_its_words_are_others_or_gone_and_stays_readable(
    session: Session, circle: Circle, notes: Text
) -> None:
    post = written(session, circle, f"> {POWER}\n\n> The war went on as it had gone on before.")
    reworded = POWER.replace("said the banners", "said all banners")
    set_words(session, notes, [NOTES[0], reworded, "Peace was far away still, and bread."], number=2)
    first, second = quoted_by(session, post)
    assert first is not None
    assert second is not None
    assert first.there is not None
    assert first.is_changed
    assert second.there is None
    assert POWER in last_version(session, post).html


def test_a_quotation_says_when_it_stands_in_another_passage(session: Session, circle: Circle, notes: Text) -> None:
    post = written(session, circle, f"> {POWER}")
    set_words(session, notes, [f"{NOTES[0]} {POWER}", "Something else was put here instead.", NOTES[2]], number=2)
    (found,) = quoted_by(session, post)
    assert found is not None
    assert found.there is not None
    assert found.there.now is not None
    assert (found.there.now.ident, found.is_moved, found.is_changed) == ("p-1", True, False)


def test_what_is_edited_stays_tied_even_where_the_text_says_it_no_longer(
    session: Session, circle: Circle, notes: Text
) -> None:
    post = written(session, circle, f"Luk:\n\n> {POWER}")
    set_words(session, notes, [NOTES[0], "Nothing of it is left.", NOTES[2]], number=2)
    edit_post(session, circle.vera, post, f"Look:\n\n> {POWER}\n\n> {NOTES[2]}", base=1, now=LATER)
    first, second = quoted_by(session, post)
    assert first is not None
    assert second is not None
    assert [one.anchor.state for one in first.tied] == [AnchorState.orphaned]
    assert [one.anchor.state for one in second.tied] == [AnchorState.kept]


def test_the_way_back_names_the_posts_that_quote_a_passage_as_they_are_now(
    session: Session, circle: Circle, notes: Text
) -> None:
    post, again = (written(session, circle, f"> {POWER}") for _more in range(2))
    edit_post(session, circle.vera, again, "Nothing is quoted any more.", base=1, now=LATER)
    found = quoted_in(session, circle.ivan, notes)
    assert {ident: [(by.post_id, by.name) for by in posts] for ident, posts in found.items()} == {
        "p-2": [(post.id, "Vera")]
    }


def test_the_way_back_leads_to_nothing_that_is_not_seen(session: Session, circle: Circle, notes: Text) -> None:
    post = written(session, circle, f"> {POWER}")
    other = factories.make_enrolment(session, course=circle.group.course)
    stranger = factories.make_enrolment(session, group=factories.make_group(session, circle.group.course))
    for reader in (None, other, stranger):
        assert quoted_in(session, reader, notes) == {}
    circle.group.write_first = True
    session.flush()
    assert quoted_in(session, circle.ivan, notes) == {}
    assert list(quoted_in(session, circle.vera, notes)) == ["p-2"]
    circle.group.write_first = False
    hide(session, post, "It is rude.", by_id=circle.tutor.user_id, now=NOW)
    for reader in (circle.ivan, circle.vera, circle.tutor):
        assert quoted_in(session, reader, notes) == {}


def quote_links(client: FlaskClient, address: str) -> list[str]:
    return [
        found.replace("&amp;", "&") for found in re.findall(r'href="([^"]+/quote\?[^"]+)"', client.get(address).text)
    ]


def test_from_the_passage_to_the_discussion_and_back(there: Circle, read: Text, browser: Browser) -> None:
    vera, lesson = browser(there.vera), there.address.partition("/prompts/")[0]
    place = f"?group={there.group.slug}"
    led = vera.get(quote_links(vera, lesson + place)[1])
    page = unescape(vera.get(led.headers["Location"]).text)
    assert f"\n> {POWER}" in page
    sent = {"text": f"So it was.\n\n> {POWER}", "quoted": f"{read.ident}:p-2"}
    assert f'name="quoted" value="{sent["quoted"]}"' in page
    send(vera, f"/groups/{there.group.slug}/lessons/" + there.address.partition("/lessons/")[2], sent)
    ivan = browser(there.ivan)
    shown = ivan.get(there.address + place).text
    assert "In the notes, passage 2</a>" in shown
    assert f"{place}#p-2" in shown
    assert "Quoted in a post" in ivan.get(lesson + place).text


def test_the_words_that_were_chosen_are_quoted_and_a_draft_stays_before_them(
    there: Circle, read: Text, browser: Browser
) -> None:
    vera, place = browser(there.vera), f"?group={there.group.slug}"
    send(vera, f"{there.address}/draft", {"text": "So far.", "group": there.group.slug})
    asked = f"{there.address}{place}&quote={read.ident}:p-2"
    assert f"So far.\n\n> {POWER}" in unescape(vera.get(asked).text)
    assert "> to the soviets, said\n" in unescape(vera.get(f"{asked}&words=to the soviets, said").text)
    assert "bread" not in vera.get(f"{asked}&words=bread").text


def test_of_several_prompts_one_is_chosen(there: Circle, read: Text, browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        factories.make_prompt(session, lesson_of(session, there), title="Another prompt")
    vera = browser(there.vera)
    shown = vera.get(f"/groups/{there.group.slug}/quote?quote={read.ident}:p-2&words=said")
    assert shown.status_code == 200
    assert "Another prompt" in shown.text
    assert shown.text.count("words=said") == 2


def test_there_is_nothing_to_quote_without_a_group_a_prompt_or_a_passage(
    there: Circle, read: Text, browser: Browser, database: Database, app: Application
) -> None:
    lesson, group = there.address.partition("/prompts/")[0], f"/groups/{there.group.slug}"
    assert quote_links(app.test_client(), lesson) == []
    vera = browser(there.vera)
    assert vera.get(f"{group}/quote?quote={read.ident}:p-9").status_code == 404
    assert vera.get(f"{group}/quote").status_code == 404
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == there.group.id).values(archived_at=NOW))
    assert quote_links(vera, f"{lesson}?group={there.group.slug}") == []


def test_two_hundred_posts_that_quote_ask_as_much_as_one(
    there: Circle, read: Text, app: Application, database: Database
) -> None:
    client = browser_of(app, database, there.ivan.user_id)

    def queries(address: str) -> int:
        client.get(address)  # what is done once a day is done
        with counted(database) as said:
            assert client.get(address).status_code == 200
        return len(said)

    def post(times: int) -> None:
        with database.transaction() as session:
            prompt = session.merge(there.prompt, load=False)
            vera = session.merge(there.vera)
            for _more in range(times):
                write_post(session, vera, prompt, f"> {POWER}", once=None, base=0, now=NOW)

    pages = f"{there.address}?group={there.group.slug}&all=1", there.address.partition("/prompts/")[0]
    post(1)
    alone = [queries(address) for address in pages]
    post(199)
    assert [queries(address) for address in pages] == alone


def test_versions_of_a_post_keep_what_they_quoted(session: Session, circle: Circle, notes: Text) -> None:
    post = written(session, circle, f"> {POWER}")
    edit_post(session, circle.vera, post, f"> {NOTES[0]}", base=1, now=LATER)
    versions = session.scalars(select(PostVersion).where(PostVersion.post_id == post.id)).all()
    said = said_by(session, circle.vera, versions)
    assert [[piece.quoted is not None for piece in said[version.id]] for version in versions] == [[True], [True]]


# On a prompt of the group's own


@pytest.fixture
def own(session: Session, circle: Circle) -> Prompt:
    """Return a prompt that the group gave itself."""
    activity = factories.make_group_prompt(session, circle.group)
    factories.make_assignment(session, circle.group, activity)
    return session.scalars(select(Prompt).where(Prompt.activity_id == activity.id)).one()


def texts_quoted(session: Session, by: Enrolment, prompt: Prompt, *words: str, **more: Any) -> list[int]:
    """Return the texts to which the quotations of a post of BY that quotes WORDS are tied."""
    text = "\n\nso\n\n".join(f"> {one}" for one in words)
    post = write_post(session, by, prompt, text, once=None, base=0, now=NOW, **more)
    return [found.tied[0].text.id for found in quoted_by(session, post) if found]


def group_text(session: Session, circle: Circle, *readers: Enrolment) -> Text:
    """Return a text of the group that says something only there, given to READERS."""
    text = factories.make_text(session, group_id=circle.group.id, title="A letter home")
    set_words(session, text, ["Nothing.", "The bread is mixed with straw in our barracks.", "Nothing."])
    given = factories.make_assignment(
        session, circle.group, factories.make_group_reading(session, circle.group, text=text)
    )
    for one in readers:
        told = {"assignment_id": given.id, "group_id": circle.group.id, "enrolment_id": one.id}
        factories.add(session, AssignmentTarget(**told))
    return text


STRAW = "the bread is mixed with straw"


def test_where_the_group_asks_any_text_of_the_course_can_be_quoted(
    session: Session, circle: Circle, notes: Text, own: Prompt
) -> None:
    assert texts_quoted(session, circle.vera, own, "all power to the “Soviets”", "Workers of the world, unite") == [
        notes.id
    ]
    document = factories.make_text(session, circle.group.course)
    set_words(session, document, ["Nothing.", POWER, "Nothing."])
    assert texts_quoted(session, circle.vera, own, POWER) == [notes.id]
    assert texts_quoted(session, circle.vera, own, POWER, source=Source(document.ident, "p-2")) == [document.id]


def test_where_the_group_asks_its_texts_are_quoted_by_whom_they_are_open_to_and_shown_to_them(
    session: Session, circle: Circle, own: Prompt
) -> None:
    text = group_text(session, circle, circle.vera)
    assert texts_quoted(session, circle.ivan, own, STRAW) == []
    assert texts_quoted(session, circle.vera, own, STRAW) == [text.id]
    (post,) = session.scalars(select(Post).where(Post.enrolment_id == circle.vera.id))
    for reader, seen in ((circle.vera, True), (circle.tutor, True), (circle.ivan, False)):
        version = last_version(session, post)
        (said,) = said_by(session, reader, [version])[version.id]
        assert (said.quoted is not None) is seen
    (back,) = quoted_in(session, circle.vera, text)["p-2"]
    assert back.where == {"ident": own.activity.ident}


def test_what_is_ones_own_alone_and_what_another_group_reads_is_tied_to_nothing(
    session: Session, circle: Circle, own: Prompt
) -> None:
    other = factories.make_group(session, circle.group.course)
    for owner in ({"enrolment_id": circle.vera.id}, {"group_id": other.id}):
        text = factories.make_text(session, **owner)
        set_words(session, text, ["Nothing.", "The bread is mixed with straw in our barracks.", "Nothing."])
    assert texts_quoted(session, circle.vera, own, STRAW) == []


def test_from_a_text_of_the_group_to_its_own_prompt_and_back(
    there: Circle, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        text = group_text(session, there, there.vera)
        factories.add(session, Document(text_id=text.id, about={"by": "A soldier"}))
        asked = factories.make_group_prompt(session, there.group)
        given = factories.make_assignment(session, there.group, asked)
        told = {"assignment_id": given.id, "group_id": there.group.id, "enrolment_id": there.vera.id}
        factories.add(session, AssignmentTarget(**told))
        address = f"{there.address.partition('/lessons/')[0]}/texts/{text.ident}?group={there.group.slug}"
    vera, page = browser(there.vera), f"/groups/{there.group.slug}/prompts/{asked.ident}"
    led = vera.get(quote_links(vera, address)[1]).headers["Location"]
    assert led.startswith(page)
    assert "> The bread is mixed with straw" in unescape(vera.get(led).text)
    send(vera, page, {"text": f"> {STRAW}", "once": "0123456789ab"})
    assert "In “A letter home”" in vera.get(page).text
    assert f"{page}?post=" in vera.get(address).text
    ivan = browser(there.ivan)
    quote = f"/groups/{there.group.slug}/quote?quote={text.ident}:p-2"
    assert ivan.get(quote).status_code == 404
