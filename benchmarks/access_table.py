"""How much of the site is tried by the tables of access: cells of address x role, methods, mixed addresses, tokens.

    ./run python -m benchmarks.access_table

Counts what tests/test_access.py and tests/test_doors.py ask, from the same tables and the same map of the site, and
prints it by who may what. It fails (exit code 1) where an address of the site stands in no row.
"""

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from course.base.db import Database, make_engine
from kruzhok.app import create_app
from kruzhok.config import Config
from kruzhok.migrations import migrate
from tests.conftest import SECRET
from tests.test_access import ACTING, LOOKING, ROLES, make_world
from tests.test_doors import METHODS, cases


def main() -> int:
    """Print the figures, by role and then as one JSON line."""
    with tempfile.TemporaryDirectory(prefix="kruzhok-access-") as folder:
        database = Database(make_engine(f"sqlite:///{folder}/kruzhok.db"))
        migrate(database)
        app = create_app(Config(Path(folder), "sqlite://", secret=SECRET, development=True), database)
        with database.transaction() as session:
            mixed = len(cases(make_world(session), make_world(session)))
        database.engine.dispose()
    rules = list(app.url_map.iter_rules())
    taken: dict[str, set[str]] = {}
    for rule in rules:
        taken.setdefault(rule.rule, set()).update(rule.methods or ())
    asked = {(rule.endpoint, method) for rule in rules for method in {"GET", "POST"} & (rule.methods or set())}
    rows = [(row[0], "GET", row[-1]) for row in LOOKING] + [(row[0], "POST", row[-1]) for row in ACTING]
    without = sorted(asked - {(endpoint, method) for endpoint, method, _statuses in rows})
    for role in ROLES:
        told = Counter(_kind(statuses[role]) for _endpoint, _method, statuses in rows)
        print(f"{role:24}", *(f"{kind} {told[kind]:4}" for kind in ("let in", "refused", "not there")), sep="  ")
    figures = {
        "addresses": len(taken),
        "rows": {"GET": len(LOOKING), "POST": len(ACTING)},
        "roles": len(ROLES),
        "cells": len(rows) * len(ROLES),
        "other_methods_refused": sum(len(METHODS - methods) for methods in taken.values()),
        "with_anothers_thing": mixed * 3,
        "without_token": len(ACTING) * 2 * 4,
        "without_row": without,
    }
    print(json.dumps(figures))
    return 1 if without else 0


def _kind(status: int) -> str:
    if status in {401, 403}:
        return "refused"
    return "not there" if status == 404 else "let in"


if __name__ == "__main__":
    sys.exit(main())
