"""Letters outlive their worker: it is killed outright, and what another takes up is neither missing nor another."""

from pathlib import Path

from benchmarks import letters
from course.base.db import Database


def test_a_worker_that_is_killed_in_the_midst_leaves_no_letter_out_and_repeats_the_same(
    tmp_path: Path, database: Database
) -> None:
    letters.fill(database, 12)
    url = database.engine.url.render_as_string(hide_password=False)
    with letters.MailServer() as server, letters.Worker(tmp_path, url, server) as worker:
        struck = letters.run(database, worker, server, kills=2)
    assert struck == [letters.MADE, letters.TAKEN]
    assert letters.faults(database, server, 12) == []
    assert len(server.kept) == 13  # the one that was taken before the worker could know it came twice
