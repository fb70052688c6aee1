"""Where Chromium is, and how the tests start it."""

import os
import shutil

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
