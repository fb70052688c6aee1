"""The examples in deploy/ say what the program does."""

import re

import pytest

from kruzhok.commands.serve import STOP_WEB, STOP_WORKER
from kruzhok.config import ROOT
from kruzhok.errors import MOST_THROWN_AWAY

DEPLOY = ROOT / "deploy"
MIB = 1024 * 1024


def found(pattern: str, name: str) -> str:
    """Return what PATTERN captures in the file called NAME."""
    match = re.search(pattern, (DEPLOY / name).read_text())
    assert match, f"{pattern} is not in {name}"
    return match[1]


@pytest.mark.parametrize("path", sorted(path.name for path in DEPLOY.iterdir()))
def test_every_setting_that_is_named_is_one(path: str) -> None:
    known = set(re.findall(r"KRUZHOK_[A-Z_]+", (ROOT / "kruzhok" / "config.py").read_text()))
    assert set(re.findall(r"KRUZHOK_[A-Z_]+", (DEPLOY / path).read_text())) <= known


def test_whoever_stops_a_site_waits_for_what_it_may_take() -> None:
    assert int(found(r"TimeoutStopSec=(\d+)", "kruzhok.service")) > STOP_WEB + STOP_WORKER
    assert int(found(r"--stop-timeout (\d+)", "Containerfile")) > STOP_WEB + STOP_WORKER


def test_a_proxy_lets_through_what_the_site_refuses_in_its_own_words() -> None:
    assert int(found(r"client_max_body_size (\d+)m;", "nginx.conf")) * MIB == MOST_THROWN_AWAY
    assert int(found(r"max_size (\d+)MiB", "Caddyfile")) * MIB == MOST_THROWN_AWAY


def test_an_image_has_every_folder_that_the_program_reads() -> None:
    copied = set(re.findall(r"^COPY (\w+) \w+$", (DEPLOY / "Containerfile").read_text(), re.M))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert copied == packages | {"templates", "curricula"}
    let_in = set((DEPLOY / "Containerfile.dockerignore").read_text().split())
    assert {f"!{name}" for name in copied} <= let_in
