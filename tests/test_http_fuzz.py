"""Forms and pages, asked as no form or link would ask. `benchmarks.http_fuzz` asks longer, by forms of real pages."""

import random
from urllib.parse import parse_qsl

from benchmarks.http_fuzz.asking import Surface, ask
from benchmarks.http_fuzz.world import MARKERS, make_house
from course.base.db import Database
from course.base.web import Application

#: What pages ask by, and a value each.
NAMES = parse_qsl(
    "group=alone&course=course-1&q=words&page=2&part=1&at=p-1&post=1&talk=1&edit=1&reply=1&from=review-1&back=/today"
    "&next=/me&item=1&passage=1&member=1&subgroup=1&seed=7&size=3&text=1&before=1&sort=name&week=2026-11-23&tag=power"
    "&checked=1&quote=text-1:p-1&key=1"
)


def test_nothing_breaks_leaks_leads_astray_or_is_lost_whatever_is_sent(app: Application, database: Database) -> None:
    house = make_house(app, database)
    seen, found = set(), []
    for person in house.people:
        rng = random.Random(f"1917-{person.role}")
        forms = house.acts(person.role)
        rng.shuffle(forms)
        surface = Surface(house.pages, forms, NAMES)
        for request, status, faults in ask(app, person, surface, rng, times=25, markers=MARKERS, others=house.others):
            seen.add(status)
            found += [(fault, person.role, str(request)) for fault in faults]
    assert found == []
    assert {200, 303, 400, 404, 422} <= seen  # it gets behind the doors, and is refused there
