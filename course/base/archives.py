"""Zip archives from people we do not know, read into memory and believed in nothing.

What an archive states of itself (how many entries, how large) is only compared with what is found: entries are counted
before the library builds a list of them, bytes while they are unpacked. Nothing is written to disk, no link is followed
and an archive inside an archive stays the bytes it is.
"""

import copy
import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from course.base.errors import DomainError
from course.base.words import _

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read of one archive: entries, bytes of all and of one, unpacked bytes for each packed one."""

    entries: int = 2000
    total: int = 64 * MIB
    one: int = 16 * MIB
    ratio: int = 200


class BadArchive(DomainError):
    """An archive that is broken, too large or unsafe. Its message names the entry where there is one."""

    status = 422
    title = _("This archive cannot be read")
    hint = _("Nothing of it was kept. Pack the files again with an ordinary zip tool, or export them anew.")


#: The ratio is not asked of less than this: a blank page packs well, and harms nobody.
RATIO_FROM = MIB

CHUNK = 64 * 1024

#: zlib is bounded; LZMA may ask for gigabytes of memory in one header byte, and no tool of ours writes it.
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

ENCRYPTED = 0x0001 | 0x0040 | 0x2000
UTF8_NAME = 0x0800

#: They turn the direction of writing, so that a name reads as another.
TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def read_archive(data: bytes | BinaryIO, *, limits: Limits = Limits()) -> dict[str, bytes]:
    """Return name -> content of the files in the zip archive DATA, in its order, without the folders.

    Of a stream no more is read than an archive within LIMITS can have, packed: a little more than unpacked.

    Names are paths with forward slashes in Unicode form NFC, none of which leads out of the archive, and no two of
    which some disk would take for one. Raise BadArchive for an archive that breaks this or LIMITS, is encrypted, cut
    short or no zip, holds links, or whose parts lie over each other or are not what its own list says."""
    packed = limits.total + MIB
    data = data[: packed + 1] if isinstance(data, bytes) else data.read(packed + 1)
    if len(data) > packed:
        raise BadArchive(_("The archive has more than {most} MiB.").format(most=f"{packed / MIB:g}"))
    directory_at = _directory_of(data, limits)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, struct.error):
        raise BadArchive(_("The list of contents of the archive is damaged.")) from None
    with archive:
        entries = archive.infolist()
        names = _names_of(entries)
        _refuse_overlaps(data, entries, directory_at)
        files: dict[str, bytes] = {}
        left = limits.total
        for entry, name in zip(entries, names, strict=True):
            if not entry.orig_filename.endswith("/"):
                files[name] = _content_of(archive, entry, limits, left)
                left -= len(files[name])
    return files


def _directory_of(data: bytes, limits: Limits) -> int:
    """Return where the list of contents of DATA begins, having counted its entries."""
    end = len(data) - 22 if data[-22:-18] == b"PK\5\6" and data[-2:] == b"\0\0" else data.rfind(b"PK\5\6", -22 - 65535)
    if end < 0 or len(data) - end < 22:
        started = data.startswith(b"PK\3\4")
        raise BadArchive(_("The archive is cut short.") if started else _("This is not a zip archive."))
    if data[end - 20 : end - 16] == b"PK\6\7":
        raise BadArchive(_("The archive is of the kind for more than 4 GB, which is not read here."))
    disk, disk_of_list, here, stated, size, offset, comment = struct.unpack_from("<HHHHLLH", data, end + 4)
    if disk or disk_of_list or here != stated:
        raise BadArchive(_("The archive is one of several volumes."))
    if offset + size != end or end + 22 + comment != len(data):
        raise BadArchive(_("There is something in the archive before its beginning or after its end."))
    at, count = offset, 0
    while at < end and data[at : at + 4] == b"PK\1\2" and at + 46 <= end:
        count += 1
        if count > limits.entries:
            raise BadArchive(_("The archive has more than {most} entries.").format(most=limits.entries))
        at += 46 + sum(struct.unpack_from("<HHH", data, at + 28))
    if at != end or count != stated:
        raise BadArchive(_("The list of contents of the archive is damaged."))
    return int(offset)


def _names_of(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Return the normalised names of ENTRIES, in their order."""
    names, seen = [], dict[str, str]()
    for entry in entries:
        name = _safe_name(entry)
        _refuse_what_is_no_file(entry, name)
        if not entry.orig_filename.endswith("/"):
            key = unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
            if (other := seen.get(key)) == name:
                raise BadArchive(_("“{name}” is in the archive twice.").format(name=_shown(name)))
            if other is not None:
                message = _("“{name}” and “{other}” in the archive differ only in their spelling.")
                raise BadArchive(message.format(name=_shown(name), other=_shown(other)))
            seen[key] = name
        names.append(name)
    for key in seen:
        parents = key.split("/")[:-1]
        for depth in range(1, len(parents) + 1):
            if (file := seen.get("/".join(parents[:depth]))) is not None:
                raise BadArchive(_("“{name}” is both a file and a folder in the archive.").format(name=_shown(file)))
    return names


def _safe_name(entry: zipfile.ZipInfo) -> str:
    raw = entry.orig_filename  # `filename` is cut at a NUL
    if not entry.flag_bits & UTF8_NAME:
        with suppress(UnicodeError):  # many tools write UTF-8 and do not say so
            raw = raw.encode("cp437").decode("utf-8")
    name = unicodedata.normalize("NFC", raw)
    parts = [part for part in name.split("/") if part not in {"", "."}]
    odd = any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or char in TURNING for char in name)
    if odd or "\\" in name or ".." in parts or name.startswith("/") or re.match("[A-Za-z]:", name):
        raise BadArchive(_("The name “{name}” in the archive is not safe.").format(name=_shown(name)))
    if not parts and not name.endswith("/"):
        raise BadArchive(_("There is an entry without a name in the archive."))
    return "/".join(parts)


def _refuse_what_is_no_file(entry: zipfile.ZipInfo, name: str) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise BadArchive(_("“{name}” in the archive is a link.").format(name=_shown(name)))
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR} or (kind == stat.S_IFDIR and not entry.orig_filename.endswith("/")):
        raise BadArchive(_("“{name}” in the archive is not a file.").format(name=_shown(name)))
    if entry.flag_bits & ENCRYPTED:
        raise BadArchive(_("“{name}” in the archive is encrypted.").format(name=_shown(name)))
    if entry.compress_type not in METHODS:
        raise BadArchive(
            _("“{name}” in the archive is packed in a way that is not read here.").format(name=_shown(name))
        )


def _refuse_overlaps(data: bytes, entries: Sequence[zipfile.ZipInfo], directory_at: int) -> None:
    """Refuse ENTRIES that share bytes of DATA, which would unpack many times, or run into the list of contents."""
    spans = []
    for entry in entries:
        start = entry.header_offset
        if not 0 <= start <= directory_at - 30:
            raise BadArchive(_("“{name}” in the archive is damaged.").format(name=_shown(entry.filename)))
        lengths = sum(struct.unpack_from("<HH", data, start + 26))
        spans.append((start, start + 30 + lengths + entry.compress_size, entry.filename))
    spans.append((directory_at, directory_at, ""))
    for (_start, end, name), (following, _end, _name) in pairwise(sorted(spans)):
        if end > following:
            message = _("“{name}” in the archive lies over another part of it.")
            raise BadArchive(message.format(name=_shown(name)))


def _content_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits, left: int) -> bytes:
    """Return the bytes of ENTRY, of which there may be LEFT at most."""
    name = _shown(entry.filename)
    unbelieving = copy.copy(entry)
    unbelieving.file_size = limits.one + 2 * CHUNK  # or the library would stop where the header says
    chunks, size = [], 0
    try:
        with archive.open(unbelieving) as stream:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > limits.one:
                    most = f"{limits.one / MIB:g}"
                    raise BadArchive(
                        _("“{name}” in the archive has more than {most} MiB.").format(name=name, most=most)
                    )
                if size > left:
                    most = f"{limits.total / MIB:g}"
                    message = _("The archive has more than {most} MiB in all: it ran over in “{name}”.")
                    raise BadArchive(message.format(name=name, most=most))
                if size > RATIO_FROM and size > limits.ratio * entry.compress_size:
                    message = _("“{name}” in the archive unpacks to more than {ratio} times its size.")
                    raise BadArchive(message.format(name=name, ratio=limits.ratio))
                chunks.append(chunk)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
        struct.error,
    ):
        raise BadArchive(_("“{name}” in the archive is damaged.").format(name=name)) from None
    if size != entry.file_size:
        raise BadArchive(_("“{name}” in the archive has not the size that it states.").format(name=name))
    return b"".join(chunks)


def _shown(name: str) -> str:
    """Return NAME as it may stand in a message: on one line, read in one direction, not too long."""
    plain = "".join(char if char.isprintable() else "\ufffd" for char in name)
    return plain if len(plain) <= 80 else f"{plain[:40]}…{plain[-39:]}"
