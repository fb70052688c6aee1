"""Whole study in any order, against a model, on SQLite and PostgreSQL at once.

./run python -m benchmarks.study_machine [--steps N] [--database sqlite|postgresql|both] [--seed S] [--quick]
"""

import argparse
import gc
import json
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import time_machine
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.study_machine.machine import StudyMachine
from benchmarks.study_machine.setup import BEGIN, settle_in
from benchmarks.study_machine.site import sites

#: So far apart are the seeds of what one call goes on with, that calls with seeds beside each other do other things.
SEEDS = 1_000_003


def main() -> int:
    """Run, print what was done and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1917)
    parser.add_argument("--quick", action="store_true", help="some hundred steps")
    parser.add_argument("--length", type=int, default=60, help="steps of one run, which begins from nothing")
    parser.add_argument("--as-found", action="store_true", help="do not look for the shortest way to a difference")
    options = parser.parse_args()
    steps = 300 if options.quick else options.steps
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that PostgreSQL is stopped, too
    gc.freeze()  # what is there by now stays; to look through it again and again would take a tenth of the time
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kruzhok-machine-") as folder:
        difference = run(kinds, Path(folder), steps, options.length, options.seed, as_found=options.as_found)
    took = time.perf_counter() - began
    for what, count in sorted(StudyMachine.counts.items()):
        print(f"{count:8}  {what}")
    done = StudyMachine.steps
    print(f"{done:8}  steps on {' and '.join(kinds)}, {done / took:.1f} a second")
    told = {"databases": kinds, "seed": options.seed, "steps": done, "seconds": round(took, 1)}
    told |= {"pages": StudyMachine.pages, "answers": StudyMachine.answers.hexdigest()}
    print(json.dumps(told | {"counts": dict(StudyMachine.counts), "difference": difference}))
    return 1 if difference else 0


def run(kinds: list[str], folder: Path, steps: int, length: int, number: int, *, as_found: bool = False) -> str | None:
    """Do STEPS on sites of those KINDS, in runs of LENGTH drawn by the seed NUMBER; return the difference that was
    found, if any, having printed the shortest way to it. AS_FOUND: print the way it was found."""
    with sites(kinds, folder) as found:
        with time_machine.travel(BEGIN, tick=False):
            for site in found:
                site.make(BEGIN)
                settle_in(site)
                site.keep()
        StudyMachine.sites = found
        StudyMachine.steps = 0
        while StudyMachine.steps < steps:
            rules = settings(
                max_examples=max(1, (steps - StudyMachine.steps) // length),
                stateful_step_count=length,
                deadline=None,
                database=None,
                print_blob=False,
                report_multiple_bugs=False,
                phases=[Phase.generate] if as_found else [Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            )
            try:
                run_state_machine_as_test(seed(number)(StudyMachine), settings=rules)
            except KeyboardInterrupt:
                return "stopped before all was done"
            except Exception as error:  # noqa: BLE001 (whatever it is, it is printed with the way to it)
                traceback.print_exception(error, limit=-4)
                return str(error)
            number += SEEDS
    return None


if __name__ == "__main__":
    sys.exit(main())
