"""Help for those who write a curriculum: a folder to begin from, idents for passages, a schema for editors."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from course.base.markdown import slug_of, write_idents
from kruzhok.curriculum import schema
from kruzhok.curriculum.export import write_files
from kruzhok.curriculum.files import LARGEST_FILE, name_of, read_folder, split_front_matter, text_of
from kruzhok.curriculum.schema_quizzes import Quiz

TEMPLATE = Path(__file__).parent / "template"

#: File of a curriculum -> its schema, in the order of docs/curriculum.md.
FILES: Mapping[str, type[BaseModel]] = {
    "course.yaml": schema.Course,
    "lessons/NN-slug.md": schema.Lesson,
    "texts/slug.md": schema.Text,
    "quizzes/slug.yaml": Quiz,
    "people.yaml": schema.People,
    "terms.yaml": schema.Terms,
    "timeline.yaml": schema.Timeline,
    "sources.yaml": schema.Sources,
    "figures.yaml": schema.Figures,
}


def new_course(folder: Path) -> str:
    """Lay out a small valid course in FOLDER, which is new or empty; return its ident, made of the folder's name."""
    ident = slug_of(folder.resolve().name.replace("-", " ").replace("_", " "))
    ident = "my-course" if ident == "passage" else ident
    files = read_folder(TEMPLATE)
    files["course.yaml"] = files["course.yaml"].replace(b"ident: my-course", f"ident: {ident}".encode(), 1)
    write_files(folder, files)
    return ident


def write_missing_idents(folder: Path) -> list[str]:
    """Write an ident after each passage in FOLDER that lacks one; return the paths of the files this changed.

    Files that cannot be read are left alone: the check says why."""
    changed = []
    for path, content in read_folder(folder).items():
        name = name_of(path)
        if name and name.kind in {"lesson", "text"} and len(content) <= LARGEST_FILE:
            with_idents = _with_idents(path, content)
            if with_idents != content:
                _replace(folder / path, with_idents)
                changed.append(path)
    return changed


def _with_idents(path: str, content: bytes) -> bytes:
    text, unreadable = text_of(path, content)
    parts = split_front_matter(text)
    if unreadable or parts.front is None:
        return content
    head = text.removesuffix(parts.body) if parts.body else text
    return (head + write_idents(parts.body)).encode()


def _replace(path: Path, content: bytes) -> None:
    """Put CONTENT in the place of the file at PATH, whole or not at all."""
    path = path.resolve()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of all files of a curriculum; `$defs` has one for each."""
    models = [(model, "validation") for model in FILES.values()]
    names, whole = models_json_schema(models, title="A curriculum of Kruzhok")  # type: ignore[arg-type]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": whole["title"],
        "description": "Any file of a curriculum, or the front matter of one (docs/curriculum.md).",
        "anyOf": [{"title": file, **names[model, "validation"]} for file, model in FILES.items()],
        "$defs": whole["$defs"],
    }
