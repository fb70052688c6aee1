"""Books and pages of others, and hostile files: whether each is read as is written down beside it.

    ./run python -m benchmarks.samples --folder PATH [--only WORD]

PATH holds the folders `epub`, `books` and `hostile` with an EXPECTED.yaml each. Every file in them is brought as
somebody would bring it: archives as books (what is no book must be refused), XML as pages, text as text; and the HTML
in questions of the hostile XML, each as a page. `benchmarks.samples_expected` says what an expectation means here.

Each is read in a process of its own, which must take less than SECONDS and MEGABYTES, must open no file and no
connection, and must come to a text or to a refusal in a sentence. Of every text must hold that nothing in it acts, that
no ident is twice in it and that every link inside leads to a passage. It fails (exit code 1) where one of this, or of
what is expected, does not hold.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import yaml

from benchmarks.samples_expected import Outcome, Verdict, always, expected, pages_in
from course.base.errors import DomainError
from lessons.importing.reading import read_text

SECONDS = 10.0
MEGABYTES = 512.0
PATIENCE = 60.0  #: seconds after which a process that gives no answer is ended

#: What a process may not do while it reads: open a file, look up or call a host, begin another process.
WATCHED = ("open", "socket.", "subprocess.", "os.", "shutil.", "tempfile.", "urllib.", "ctypes.")
WARM = b"<!DOCTYPE html><title>Warm</title><p>All that is loaded late is loaded now."


@dataclass(frozen=True)
class Sample:
    """A file as it is brought: its name here, the name it is brought under, its bytes and what is expected of it."""

    shown: str
    name: str
    content: bytes
    kind: str
    expectation: dict[str, Any]


def main() -> int:
    """Read all samples, print what held and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path, required=True, help="the folder with epub, books and hostile")
    parser.add_argument("--only", default="", help="only samples with this in their name")
    options = parser.parse_args()
    samples = [sample for sample in samples_in(options.folder) if options.only in sample.shown]
    if not samples:
        print(f"There are no samples in {options.folder}.", file=sys.stderr)
        return 1
    verdicts: list[Verdict] = []
    slowest, largest, refused = 0.0, 0.0, 0
    for sample in samples:
        outcome = in_a_process(sample)
        found = [*limits(outcome), *always(outcome), *expected(sample.kind, sample.shown, sample.expectation, outcome)]
        show(sample, outcome, found)
        verdicts += found
        slowest, largest = max(slowest, outcome.seconds), max(largest, outcome.megabytes)
        refused += outcome.refusal is not None
    broken = sum(not verdict.held for verdict in verdicts)
    print(f"\n{len(samples)} samples, {refused} of them refused; {len(verdicts)} things asked, {broken} do not hold.")
    print(f"The slowest took {slowest:.1f} s, the largest {largest:.0f} MB.")
    figures = {"samples": len(samples), "refused": refused, "asked": len(verdicts), "broken": broken}
    print(json.dumps(figures | {"slowest_s": round(slowest, 2), "largest_mb": round(largest)}))
    return 1 if broken else 0


def samples_in(folder: Path) -> Iterator[Sample]:
    """Yield what lies in FOLDER, as it is brought."""
    for kind in ("epub", "books"):
        for name, expectation in _expectations(folder / kind).get("files", {}).items():
            yield Sample(f"{kind}/{name}", name, (folder / kind / name).read_bytes(), kind, expectation)
    hostile = _expectations(folder / "hostile")
    for group, ending in (("archives", ".epub"), ("xml", ".xhtml"), ("text", ".txt")):
        for path in sorted((folder / "hostile" / group).glob("*")):
            stem = path.name.split(".")[0]
            expectation = (hostile.get(group) or {}).get(stem) or {}
            content = path.read_bytes()
            yield Sample(f"{group}/{path.name}", stem + ending, content, group, expectation)
            for number, page in enumerate(pages_in(content) if group == "xml" else [], 1):
                yield Sample(f"{group}/{path.name}, page {number}", f"{stem}.html", page, "page", expectation)


def _expectations(folder: Path) -> dict[str, Any]:
    path = folder / "EXPECTED.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}


def in_a_process(sample: Sample) -> Outcome:
    """Return what reading SAMPLE comes to in a process of its own."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_read, args=(sample, theirs))
    process.start()
    theirs.close()
    try:
        outcome = ours.recv() if ours.poll(PATIENCE) else Outcome(fault="no answer", seconds=PATIENCE)
    except EOFError:
        outcome = Outcome(fault="the process ended without an answer")
    process.kill()
    process.join()
    assert isinstance(outcome, Outcome)
    return outcome


def _read(sample: Sample, answer: Connection) -> None:
    touched: list[str] = []
    read_text("warm.html", WARM)
    watching = False

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        of_python = event == "open" and str(arguments[0]).startswith((sys.base_prefix, sys.prefix))  # a codec, say
        if watching and event.startswith(WATCHED) and not of_python:
            touched.append(f"{event} {str(arguments)[:100]}")

    sys.addaudithook(watch)
    began, watching = time.process_time(), True
    outcome = Outcome()
    try:
        outcome.text = read_text(sample.name, sample.content)
    except DomainError as refusal:
        outcome.refusal = refusal.message
    except BaseException as fault:  # noqa: BLE001 (that there is none is what is asked)
        outcome.fault = repr(fault)[:200]
    watching = False
    outcome.seconds = time.process_time() - began
    outcome.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    outcome.touched = touched
    answer.send(outcome)


def limits(outcome: Outcome) -> Iterator[Verdict]:
    """Yield whether OUTCOME came in time and in little memory, and touched nothing."""
    yield Verdict("in time", outcome.seconds < SECONDS, f"{outcome.seconds:.1f} s")
    yield Verdict("in little memory", outcome.megabytes < MEGABYTES, f"{outcome.megabytes:.0f} MB")
    yield Verdict("touches nothing outside", not outcome.touched, "; ".join(outcome.touched[:3]))


def show(sample: Sample, outcome: Outcome, verdicts: list[Verdict]) -> None:
    """Print what came of SAMPLE in a line, and what does not hold or was asked otherwise below it."""
    broken = [verdict for verdict in verdicts if not verdict.held]
    if outcome.text:
        passages = sum(len(section.passages) for section in outcome.text.sections)
        came = f"“{outcome.text.title}”, {len(outcome.text.sections)} sections, {passages} passages"
    else:
        came = f"refused: {outcome.refusal}" if outcome.refusal else f"FAULT: {outcome.fault}"
    print(f"{'  ' if not broken else '! '}{sample.shown}: {came}")
    for verdict in verdicts:
        if not verdict.held or verdict.remark:
            print(f"    {'held' if verdict.held else 'DOES NOT HOLD'}: {verdict.asked} ({verdict.found})")


if __name__ == "__main__":
    sys.exit(main())
