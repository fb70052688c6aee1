"""What is known of the last backup that was made here: one small file in the instance folder."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from kruzhok.backup.archive import whole_file

NAME = "last-backup.json"


@dataclass(frozen=True, slots=True)
class LastBackup:
    """When a backup was begun, where it was written to, how large it was then, and its rows."""

    at: datetime
    file: str
    size: int
    rows: int


def note_backup(instance: Path, made: LastBackup) -> None:
    """Let MADE be the last backup of the site in INSTANCE."""
    with whole_file(instance / NAME) as file:
        file.write(json.dumps(asdict(made) | {"at": made.at.isoformat()}).encode() + b"\n")


def last_backup(instance: Path) -> LastBackup | None:
    """Return what is known of the last backup of the site in INSTANCE; None where nothing is."""
    try:
        said = json.loads((instance / NAME).read_bytes())
        return LastBackup(**said | {"at": datetime.fromisoformat(said["at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
