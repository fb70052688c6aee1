"""The files of a curriculum: reading a folder within limits, what each file is, and making text of its bytes."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from course.base.words import _
from kruzhok.curriculum.findings import Finding, did_you_mean

LARGEST_FILE = 2 * 1024 * 1024
#: A long book is parted in texts; what is longer than this takes too long to read.
LARGEST_TEXT = 512 * 1024
#: What is drawn by hand is far smaller.
LARGEST_DRAWING = 256 * 1024
LARGEST_FOLDER = 64 * 1024 * 1024

_IDENT = "[a-z][a-z0-9-]{0,63}"
_KINDS = {
    "course": re.compile(r"course\.yaml"),
    "people": re.compile(r"people\.yaml"),
    "terms": re.compile(r"terms\.yaml"),
    "timeline": re.compile(r"timeline\.yaml"),
    "sources": re.compile(r"sources\.yaml"),
    "figures": re.compile(r"figures\.yaml"),
    "lesson": re.compile(rf"lessons/(?P<number>[0-9]{{1,4}})-(?P<slug>{_IDENT})\.md"),
    "text": re.compile(rf"texts/(?P<slug>{_IDENT})\.md"),
    "quiz": re.compile(rf"quizzes/(?P<slug>{_IDENT})\.yaml"),
    "image": re.compile(r"images/[A-Za-z0-9][A-Za-z0-9._-]{0,99}"),
    "beside": re.compile(r"(README|LICEN[CS]E)(\.md|\.txt)?"),
}
_HOW_TO_NAME = {
    "lessons": _("A lesson is `lessons/NN-slug.md`, as lessons/05-april-theses.md."),
    "texts": _("A text is `texts/slug.md`, as texts/april-theses.md."),
    "quizzes": _("A quiz is `quizzes/slug.yaml`, as quizzes/april-theses.yaml."),
    "images": _(
        "A picture is `images/name.webp` (or .png, .jpg, .gif, .avif; a drawing .svg), in letters, digits, dots and"
        " hyphens."
    ),
}
#: Ending -> media type, and the bytes such a file begins with (None: any four before them).
_PICTURES: dict[str, tuple[str, re.Pattern[bytes]]] = {
    "png": ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    "gif": ("image/gif", re.compile(rb"GIF8[79]a")),
    "webp": ("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    "avif": ("image/avif", re.compile(rb".{4}ftypavi[fs]", re.DOTALL)),
    # Never handed out as it is: a figure shows what `drawings` makes of it.
    "svg": ("image/svg+xml", re.compile(rb"\s*<")),
}


class Name(NamedTuple):
    """What a path says of its file."""

    kind: str
    slug: str = ""
    number: int = 0


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return path -> bytes of the files in FOLDER, without dot files and what links lead out to.

    Of a file that is too large only so much is read that its size is seen to be; likewise of the whole."""
    root, files, total = folder.resolve(), {}, 0
    for path in _paths(root):
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        files[path.relative_to(root).as_posix()] = content
        total += len(content)
        if total > LARGEST_FOLDER:
            break
    return files


def _paths(root: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(here, name) for name in sorted(names) if not name.startswith(".")):
            if path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(root)):
                yield path


def name_of(path: str) -> Name | None:
    """Return what the file at PATH is; None if it is nothing we know."""
    for kind, pattern in _KINDS.items():
        if found := pattern.fullmatch(path):
            parts = found.groupdict()
            return Name(kind, parts.get("slug", ""), int(parts.get("number") or 0))
    return None


def media_type_of(path: str) -> str:
    """Return the media type of the file at PATH, which is one of a curriculum."""
    picture = _PICTURES.get(path.rpartition(".")[2].lower())
    if picture and path.startswith("images/"):
        return picture[0]
    return "application/yaml" if path.endswith(".yaml") else "text/markdown" if path.endswith(".md") else "text/plain"


def file_findings(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield what is wrong with the files before any is opened: names, sizes, pictures that are none."""
    if "course.yaml" not in files:
        hint = _("`kruzhok new course FOLDER` lays out a course to write from.")
        yield Finding("course.yaml", 1, 1, _("There is no course.yaml, so this is no curriculum."), hint)
    if sum(map(len, files.values())) > LARGEST_FOLDER:
        message = _("The files are larger than {most} MB together.").format(most=LARGEST_FOLDER // 2**20)
        yield Finding("course.yaml", 1, 1, message, _("Make the pictures smaller."))
    for path, content in files.items():
        name = name_of(path)
        if name is None:
            yield _unknown(path)
        elif len(content) > most_bytes(path):
            message = _("This file is larger than {most} kB.").format(most=most_bytes(path) // 2**10)
            yield Finding(path, 1, 1, message, _("Part it in two, or make the picture smaller."))
        elif name.kind == "image" and not is_picture(path, content):
            message = _("This is no picture of the kind its name says.")
            yield Finding(path, 1, 1, message, _HOW_TO_NAME["images"])


def most_bytes(path: str) -> int:
    """Return how long the file at PATH may be, in bytes."""
    if path.endswith(".svg"):
        return LARGEST_DRAWING
    return LARGEST_TEXT if path.endswith((".md", ".yaml")) else LARGEST_FILE


def is_picture(path: str, content: bytes) -> bool:
    """Say whether CONTENT begins as a picture does that is named as PATH is."""
    picture = _PICTURES.get(path.rpartition(".")[2].lower())
    return picture is not None and picture[1].match(content) is not None


def _unknown(path: str) -> Finding:
    folder = path.partition("/")[0] if "/" in path else ""
    shown = path.encode("utf-8", "backslashreplace").decode()
    if hint := _HOW_TO_NAME.get(folder):
        return Finding(shown, 1, 1, _("This file is not named as one of its kind is."), hint)
    if path.endswith((".yaml", ".yml", ".md")) or not is_safe(path):
        known = ["course.yaml", "people.yaml", "terms.yaml", "timeline.yaml", "sources.yaml", "figures.yaml"]
        return Finding(shown, 1, 1, _("No file of a curriculum has this name."), did_you_mean(path, known))
    message = _("Nothing reads this file; it is kept as it is.")
    return Finding(shown, 1, 1, message, _("Take it out if it is not meant to be here."), "warning")


def is_safe(path: str) -> bool:
    """Say whether PATH can be written below any folder and means the same file there."""
    fits = len(path) <= 200 and path.isprintable() and not set(path) & set('\\:*?"<>|')
    return fits and all(part.strip(". ") for part in path.split("/"))


_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def text_of(path: str, content: bytes) -> tuple[str, Finding | None]:
    """Return the text in CONTENT, and the finding if it cannot be read (the text is then empty)."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        message = _("This file is not UTF-8: byte {position} is 0x{byte:02x}.")
        message = message.format(position=error.start + 1, byte=content[error.start])
        return "", _at_end_of(path, before, message, _("Save it as UTF-8."))
    if unfit := _UNFIT.search(text):
        message = _("This file holds the invisible character U+{code:04X}.").format(code=ord(unfit[0]))
        hint = _("Save it as UTF-8 without a byte order mark.") if unfit[0] == "\ufeff" else _("Take it out.")
        return "", _at_end_of(path, text[: unfit.start()], message, hint)
    return text, None


def _at_end_of(path: str, before: str, message: str, hint: str) -> Finding:
    lines = re.split(r"\r\n|\r|\n", before)
    return Finding(path, len(lines), len(lines[-1]) + 1, message, hint)


class Parts(NamedTuple):
    """A Markdown file in two: its front matter (None where there is none) and its body, from line `body_line`."""

    front: str | None
    body: str
    body_line: int


def split_front_matter(text: str) -> Parts:
    """Return the two parts of TEXT. The front matter stands between two lines `---`, the first of them line 1."""
    lines = text.splitlines(keepends=True)
    if lines and lines[0].rstrip() == "---":
        for number, line in enumerate(lines[1:], 1):
            if line.rstrip() == "---":
                return Parts("".join(lines[1:number]), "".join(lines[number + 1 :]), number + 2)
    return Parts(None, text, 1)
