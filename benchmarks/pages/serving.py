"""Servers in process groups of their own, each with what it says in a file, killed at the end."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.pages.client import Ask, Connection, WrongAnswer

PATIENCE = 300.0  #: seconds that a start may take on a busy machine


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Server:
    """The COMMAND, which serves at PORT; with what ENVIRONMENT says besides. `started` is how many seconds it took
    until it answered at the path FIRST."""

    def __init__(
        self, command: Sequence[str], port: int, said: Path, *, first: str, environment: Mapping[str, str]
    ) -> None:
        self.command, self.port, self.said, self.first = command, port, said, first
        self.environment = environment
        self.started = 0.0

    def __enter__(self) -> "Server":
        others = {name: value for name, value in os.environ.items() if not name.startswith("KRUZHOK_")}
        began = time.perf_counter()
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                self.command, env=others | dict(self.environment), stdout=said, stderr=said, start_new_session=True
            )
        try:
            while not self._answers():
                if self.process.poll() is not None or time.perf_counter() - began > PATIENCE:
                    raise RuntimeError(f"{self.command} did not start:\n{self.said.read_text()[-2000:]}")
                time.sleep(0.02)
        except BaseException:
            self.__exit__()
            raise
        self.started = time.perf_counter() - began
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=20)
        with suppress(ProcessLookupError):  # whatever of it has not ended
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)

    @property
    def pid(self) -> int:
        """The process that all others come from."""
        return self.process.pid

    def _answers(self) -> bool:
        try:
            connection = Connection(self.port)
        except OSError:
            return False
        try:
            connection.ask(Ask("GET", self.first))
        except (OSError, WrongAnswer, ValueError, IndexError):
            return False
        finally:
            connection.close()
        return True
