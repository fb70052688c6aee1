"""Whether every figure has a drawing that may be shown, words that say the same, and a source."""

from collections.abc import Iterator

from course.base.words import _
from kruzhok.curriculum.drawings import Drawing, read_drawing
from kruzhok.curriculum.files import is_picture, most_bytes, text_of
from kruzhok.curriculum.findings import Finding, did_you_mean
from kruzhok.curriculum.model import Curriculum
from kruzhok.curriculum.places import Path
from kruzhok.curriculum.tables import found, words_at

#: Fewer words than these cannot say what a map or diagram says.
FEWEST_WORDS = 20


def figure_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield what is wrong with the figures of CURRICULUM and their drawings."""
    named: dict[str, Path] = {}
    for at, path in words_at(curriculum.figures.raw, "figures.*.file"):
        if path in named:
            yield curriculum.figures.finding(at, _("Another figure shows `{path}` already.").format(path=path))
        else:
            named[path] = at
            yield from _file(curriculum, at, path)
    for at, says in words_at(curriculum.figures.raw, "figures.*.says"):
        if len(says.split()) < FEWEST_WORDS:
            hint = _("Say here all that the drawing says, so that somebody who sees nothing loses nothing.")
            yield curriculum.figures.finding(at, _("This is too short to stand for a drawing."), hint, "warning")
    for at, figure in found(curriculum.figures.raw, "figures.*"):
        if isinstance(figure, dict) and not figure.get("sources"):
            hint = _("Name what it was drawn from: `sources: [ident]`.")
            yield curriculum.figures.finding(at, _("This figure has no source."), hint)
    yield from _unnamed(curriculum, set(named))


def drawing_of(curriculum: Curriculum, path: str, ident: str, title: str) -> Drawing:
    """Return the drawing in the file at PATH, for the figure IDENT called TITLE; the file is there and can be read."""
    text, _finding = text_of(path, curriculum.files[path])
    return read_drawing(text, ident, title)


def _file(curriculum: Curriculum, at: Path, path: str) -> Iterator[Finding]:
    sheet, content = curriculum.figures, curriculum.files.get(path, b"")
    drawings = [image for image in curriculum.images if image.endswith(".svg")]
    if not (path.startswith("images/") and path.endswith(".svg")):
        yield sheet.finding(at, _("`{path}` is no drawing.").format(path=path), _("Write images/name.svg."))
    elif path not in curriculum.files:
        message = _("There is no drawing `{path}`.").format(path=path)
        yield sheet.finding(at, message, did_you_mean(path, drawings))
    elif len(content) <= most_bytes(path) and is_picture(path, content):  # what is not has been said of the file
        text, finding = text_of(path, content)
        problems = [] if finding else read_drawing(text, "figure", "").problems
        yield from filter(None, [finding])
        yield from (Finding(path, one.line, one.column, one.message, one.hint) for one in problems)


def _unnamed(curriculum: Curriculum, named: set[str]) -> Iterator[Finding]:
    """Yield a finding for each drawing that no figure shows: nothing else may show one."""
    if curriculum.figures.broken:
        return  # it may be the file that names them
    for path in curriculum.images:
        if path.endswith(".svg") and path not in named:
            hint = _("Describe it in figures.yaml (`file: {path}`), or take it out.").format(path=path)
            yield Finding(path, 1, 1, _("No figure shows this drawing."), hint, "warning")
