"""Where Chromium is, and how the tests start it."""

import os
import shutil
import subprocess
import sys
from functools import cache

#: As root Chromium has no sandbox of its own; the rest keeps it from asking the network for anything.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """Return the path of a Chromium on this machine, None without one."""
    if told := os.environ.get("KRUZHOK_CHROMIUM"):
        return told
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None


@cache
def driver_runs() -> bool:
    """Whether Playwright's driver starts: its own node needs libatomic, which a minimal Debian has not."""
    asked = subprocess.run([sys.executable, "-m", "playwright", "--version"], capture_output=True, check=False)
    return asked.returncode == 0
