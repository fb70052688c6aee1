"""The machines of the site, each a process group of its own on this one, started again by who looks after them."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from kruzhok.config import ROOT

AGAIN = 2.0  #: seconds until a supervisor starts again what ended, as deploy/kruzhok.service says
STARTS = 300.0  #: seconds that a start may take on a busy machine


class Machine:
    """A command that is started again after it ended, as systemd does. What it says goes to a file."""

    def __init__(self, name: str, command: Sequence[str], settings: Mapping[str, str], folder: Path) -> None:
        self.name, self.said = name, folder / f"{name}.log"
        others = {name: value for name, value in os.environ.items() if not name.startswith("KRUZHOK_")}
        self._command, self._environment = [sys.executable, "-m", *command], others | dict(settings)
        self._ending = threading.Event()
        self._process = self._started()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def strike(self, number: signal.Signals = signal.SIGKILL) -> float:
        """Send a signal, SIGKILL to all its processes, any other to the first; return when that was."""
        with suppress(ProcessLookupError):
            (os.killpg if number == signal.SIGKILL else os.kill)(self._process.pid, number)
        return time.time()

    def end(self) -> None:
        """Kill it for good."""
        self._ending.set()
        self.strike()
        self._thread.join(timeout=30)

    def _started(self) -> "subprocess.Popen[bytes]":
        with self.said.open("ab") as said:
            return subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=said, stderr=said, start_new_session=True
            )

    def _watch(self) -> None:
        while True:
            self._process.wait()
            if self._ending.wait(AGAIN):
                return
            self._process = self._started()


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def is_ready(port: int) -> bool:
    """Return whether what listens at PORT says that it can serve."""
    with suppress(OSError, HTTPException):
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    return False


def wait_until_ready(*ports: int) -> float:
    """Return after how many seconds all PORTS were ready; raise RuntimeError where they are not in time."""
    began = time.monotonic()
    for port in ports:
        while not is_ready(port):
            if time.monotonic() > began + STARTS:
                raise RuntimeError(f"what should listen at {port} was not ready within {STARTS:.0f} s")
            time.sleep(0.1)
    return time.monotonic() - began
