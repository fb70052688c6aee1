"""Numbers and texts with gaps, on the page."""

import re

import pytest

from tests.quizzes.attempts.make import House, add_item, make_house
from tests.quizzes.attempts.test_views import begin, enter, items_of, post, reading
from tests.quizzes.items.make import gaps, raw_item

VERSTS = [{"ident": "verst", "text": "versts"}, {"ident": "sazhen", "text": "sazhens", "factor": 0.002}]


@pytest.fixture
def house(database) -> House:
    with database.transaction() as session:
        house = make_house(session, "single")
        text = "On *{month} the 25th, {year}*, [the paper](https://example.org) said: {who}."
        with_gaps = raw_item("cloze", text=text, gaps=[*gaps()[:2], gaps()[2] | {"units": VERSTS}])
        for position, data in enumerate([with_gaps, raw_item("numeric", units=VERSTS[:1])], 2):
            add_item(session, house.course, house.lesson, house.quiz, position, data)
        return house


@pytest.fixture
def student(client, database, house):
    enter(client, database, house.enrolment.user_id)
    return client


def sent(database, url, **fields):
    """Return the form of a page with FIELDS filled in: `cloze__who` is a gap of the cloze."""
    ids = items_of(database, url)
    filled = {}
    for name, value in fields.items():
        kind, _part, part = name.partition("__")
        filled[f"item-{ids[kind]}" + (f"-{part.replace('__', '.')}" if part else "")] = value
    return {f"base-{item}": "0" for item in ids.values()} | filled


def saved(database, url, kind):
    """Return the responses that were saved to the item of that KIND."""
    with reading(database, url) as (_session, _attempt, items):
        return [step.response for step in items[kind].steps]


def test_each_gap_is_a_field_in_its_place_with_a_name(student, house):
    page = student.get(begin(student, house)).text
    text = re.search(r'<div class="cloze">(.*?)</div>', page, re.DOTALL)[1]
    assert re.findall(r'aria-label="([^"]+)"', text) == ["Gap 1 of 3", "Gap 2 of 3", "Gap 2 of 3, unit", "Gap 3 of 3"]
    assert "\ue000" not in page
    assert re.search(r"<em>\s*<span.*</em>, <a href=", text, re.DOTALL)  # what is emphasised stays so around the fields
    assert sorted(re.findall(r'<option value="([ab])">Text of \1', text)) == ["a", "b"]


def test_of_a_refused_gap_nothing_typed_in_the_others_is_lost(student, house, database):
    url = begin(student, house)
    typed = {"cloze__month": "<b>*May*", "cloze__year": "1,917", "cloze__year__unit": "sazhen", "cloze__who": "a"}
    answer = post(student, url, sent(database, url, **typed, numeric="1861"))
    assert answer.status_code == 422
    assert "Gap 2: Did you mean 1917 or 1.917?" in answer.text
    assert 'value="&lt;b&gt;*May*"' in answer.text
    assert 'value="1,917"' in answer.text
    assert '<option value="sazhen" selected>' in answer.text
    assert '<option value="a" selected>' in answer.text
    assert saved(database, url, "numeric") == [{"number": "1861"}]
    assert saved(database, url, "cloze") == []


def test_what_was_saved_is_shown_and_saving_the_page_again_changes_nothing(student, house, database):
    url = begin(student, house)
    first = sent(database, url, cloze__month="May", cloze__year="1.9170 sazhens", cloze__who="b", numeric="٥ versts")
    post(student, url, first)
    page = student.get(url).text
    assert 'value="May"' in page
    assert 'value="1.9170"' in page
    assert '<option value="sazhen" selected>' in page
    assert '<option value="b" selected>' in page
    assert 'value="5" inputmode="decimal"' in page

    shown = {"cloze__month": "May", "cloze__year": "1.9170", "cloze__year__unit": "sazhen", "cloze__who": "b"}
    post(student, url, sent(database, url, **shown, numeric="5"))
    assert len(saved(database, url, "cloze")) == len(saved(database, url, "numeric")) == 1


def test_the_result_shows_the_text_with_the_numbers_of_its_gaps(student, house, database):
    url = begin(student, house)
    post(student, url, sent(database, url, cloze__month="May", cloze__year="1917 versts", numeric="1861"))
    post(student, f"{url}/submission")
    page = student.get(url).text
    assert page.count('<span class="vh">Gap </span>') == 3
    assert "Gap 1: May" in page
    assert "Gap 1: October" in page
    assert "Partly right, 0.33 of 1 point" in page
    assert "1861 versts" in page
