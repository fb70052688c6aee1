"""The drawings of a curriculum: SVG from people we do not know, read strictly and written anew. Pure.

Nothing of a file comes through as it stands. What comes out holds shapes and words, coloured by classes that the style
sheet of the site knows: no styles, no scripts, no fonts, no pictures, and no address but of its own parts."""

import re
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from course.base.hardened_xml import BadXml, Whereabouts, feed_xml
from course.base.markdown import Problem
from course.base.words import _
from kruzhok.curriculum.findings import did_you_mean

#: Elements in a drawing, and in each other.
MOST_ELEMENTS = 4000
DEEPEST = 16
#: No number in a drawing is larger, and no value of an attribute longer.
LARGEST_NUMBER = 10_000
LONGEST_VALUE = 8_000
#: More problems than these nobody reads of one drawing.
MOST_PROBLEMS = 50
#: What is wider than this is read on a phone by scrolling it, not by making it smaller.
WIDEST_ON_A_PHONE = 420

#: What `class` may say; docs/curriculum.md says how each looks. On the page each begins with `d-`, for a drawing has no
#: class of the site's.
CLASSES = frozenset(
    """
    land water paper river border front road rail way way-dots way-red arrow arrow-red rule bar grid axis link link-red
    link-dashed area-a area-b area-c area-d area-red box box-red box-quiet town mark mark-red mark-quiet head
    head-small head-red label label-small label-2nd label-red number on-ink water-name halo
    """.split()  # noqa: SIM905 (read as a list of words)
)

_SVG = "{http://www.w3.org/2000/svg}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NUMBER = r"[-+]?(?:[0-9]{1,6}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})(?:e-[0-9])?"
_LENGTH = re.compile(_NUMBER)
_LENGTHS = re.compile(rf"{_NUMBER}(?:[\s,]+{_NUMBER})*")
_IDENT = re.compile(r"[a-z][a-z0-9-]{0,63}")
_TRANSFORM = re.compile(rf"(?:(?:translate|rotate|scale)\({_NUMBER}(?:[\s,]+{_NUMBER}){{0,2}}\)\s*)+")
_PATTERNS = {
    "number": _LENGTH,
    "numbers": _LENGTHS,
    "path": re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE.,+\-\s]+"),
    "transform": _TRANSFORM,
    "anchor": re.compile("start|middle|end"),
    "orient": re.compile(f"auto|auto-start-reverse|{_NUMBER}"),
    "language": re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
    "marker": re.compile(r"url\(#([a-z][a-z0-9-]{0,63})\)"),
    "own": re.compile("#([a-z][a-z0-9-]{0,63})"),
}

_EVERYWHERE = {"id": "ident", "class": "classes", "transform": "transform"}
_SHAPE = {**_EVERYWHERE, "marker-start": "marker", "marker-mid": "marker", "marker-end": "marker"}
_WORDS = {**_EVERYWHERE, "text-anchor": "anchor", _LANG: "language", "lang": "language"}
_WORDS |= dict.fromkeys(("x", "y", "dx", "dy"), "number")


def _numbers(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "number")


#: Element -> attribute -> what its value is. Nothing else may stand in a drawing.
_ELEMENTS: dict[str, dict[str, str]] = {
    "svg": {"viewBox": "numbers"},
    "g": _EVERYWHERE,
    "defs": {},
    "title": {},
    "desc": {},
    "path": {**_SHAPE, "d": "path"},
    "line": {**_SHAPE, **_numbers("x1", "y1", "x2", "y2")},
    "polyline": {**_SHAPE, "points": "numbers"},
    "polygon": {**_SHAPE, "points": "numbers"},
    "rect": {**_SHAPE, **_numbers("x", "y", "width", "height")},
    "circle": {**_SHAPE, **_numbers("cx", "cy", "r")},
    "ellipse": {**_SHAPE, **_numbers("cx", "cy", "rx", "ry")},
    "text": _WORDS,
    "tspan": _WORDS,
    "use": {**_EVERYWHERE, "href": "own", **_numbers("x", "y", "width", "height")},
    "marker": {
        "id": "ident",
        "viewBox": "numbers",
        "orient": "orient",
        **_numbers("refX", "refY", "markerWidth", "markerHeight"),
    },
}
_HOLDS_WORDS = frozenset({"text", "tspan"})
#: For people who open the file; on the page the figure says it better.
_LEFT_OUT = frozenset({"title", "desc"})


class Drawing(NamedTuple):
    """A drawing that was read: SVG for a page (empty where there are problems), and what is wrong, in its order."""

    svg: str
    problems: list[Problem]


def read_drawing(text: str, ident: str, title: str) -> Drawing:
    """Return the drawing in TEXT as SVG that can stand in a page for the figure IDENT, called TITLE.

    Ids in it begin with `drawing-IDENT-`, so that several drawings can stand on one page."""
    whereabouts = Whereabouts()
    reader = _Reader(whereabouts, ident, title)
    try:
        feed_xml(text, reader, whereabouts)
        reader.end_of_file()
    except _Enough:
        pass
    except BadXml as bad:
        reader.problem(str(bad), _("A drawing is SVG, which is XML: look for an element that is never closed."))
    problems = sorted(reader.problems, key=lambda problem: (problem.line, problem.column))
    return Drawing("" if problems else "".join(reader.made), problems)


class _Enough(Exception):
    """Nothing more is to be read of this file."""


@dataclass
class _Reader:
    """Told of elements, it writes those that may stand there and takes note of all else."""

    whereabouts: Whereabouts
    ident: str
    title: str
    made: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _count: int = 0
    _ids: set[str] = field(default_factory=set)
    _reused: set[str] = field(default_factory=set)
    _wanted: list[tuple[str, int, int]] = field(default_factory=list)

    def problem(self, message: str, hint: str = "") -> None:
        """Take note that something is wrong here."""
        self.problems.append(Problem(*self.whereabouts.place, message, hint))

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """Write the beginning of an element."""
        self._stop_if_enough()
        name = tag.removeprefix(_SVG)
        self._count += 1
        self._open.append(name)
        if self._count > MOST_ELEMENTS or len(self._open) > DEEPEST:
            self.problem(
                _("This drawing has too many elements, or too many in each other."),
                _("At most {most}, and {deep} in each other: draw it more simply.").format(
                    most=MOST_ELEMENTS, deep=DEEPEST
                ),
            )
            raise _Enough
        known = self._known(tag, name)
        if known is None or name in _LEFT_OUT:
            return
        written = [self._written(name, known, key, value) for key, value in attrs.items()]
        if name == "svg":
            written += self._of_the_whole(attrs)
        self.made.append("<" + " ".join([name, *filter(None, written)]) + ">")

    def end(self, tag: str) -> None:
        """Write the end of an element."""
        name = self._open.pop()
        if tag.startswith(_SVG) and name in _ELEMENTS and name not in _LEFT_OUT:
            self.made.append(f"</{name}>")

    def data(self, data: str) -> None:
        """Write words, where they may stand."""
        self._stop_if_enough()
        inside = self._open[-1] if self._open else ""
        if inside in _HOLDS_WORDS:
            self.made.append(escape(re.sub(r"\s+", " ", data), quote=False))
        elif data.strip() and inside in _ELEMENTS and inside not in _LEFT_OUT:
            self.problem(_("Words cannot stand here."), _("They stand in <text> or <tspan>."))

    def _stop_if_enough(self) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Enough

    def close(self) -> None:
        """Take note that all is read."""

    def end_of_file(self) -> None:
        """Take note of what is only known when all is read."""
        for ident, line, column in self._wanted:
            if ident not in self._reused:
                message = _("Nothing in <defs> of this drawing has the id `{ident}`.").format(ident=ident)
                self.problems.append(Problem(line, column, message, did_you_mean(ident, self._reused)))

    def _known(self, tag: str, name: str) -> dict[str, str] | None:
        """Return the attributes that the element may have; None where it may not stand here itself."""
        if not tag.startswith(_SVG) or name not in _ELEMENTS:
            shown = tag.rpartition("}")[2][:40]
            hint = did_you_mean(shown, _ELEMENTS) or _("A drawing is made of {elements}.").format(
                elements=", ".join(_ELEMENTS)
            )
            if name == "svg":
                hint = _('Its first line is <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 500">.')
            self.problem(_("<{element}> may not stand in a drawing.").format(element=shown), hint)
            return None
        if (name == "svg") != (len(self._open) == 1):
            self.problem(_("One <svg> holds all the rest."))
            return None
        if any(outer in _HOLDS_WORDS for outer in self._open[:-1]) and name not in {"tspan", *_LEFT_OUT}:
            self.problem(_("Only <tspan> may stand in <text>."))
            return None
        return _ELEMENTS[name]

    def _written(self, element: str, known: dict[str, str], key: str, value: str) -> str:
        """Return the attribute KEY as it may stand in the page; nothing where it may not."""
        kind, shown = known.get(key), key.rpartition("}")[2][:40]
        if kind is None:
            hint = _HINT_TO_CLASSES if shown in _LOOKS else did_you_mean(shown, known)
            self.problem(_("<{element}> may not have `{name}`.").format(element=element, name=shown), hint)
            return ""
        if len(value) > LONGEST_VALUE:
            self.problem(_("The value of `{name}` is too long.").format(name=shown), _("Part it in several elements."))
            return ""
        if kind in {"classes", "ident"}:
            return self._classes(value) if kind == "classes" else self._own_ident(value)
        found = _PATTERNS[kind].fullmatch(value.strip())
        if found is None or not _is_moderate(value):
            message = _("“{value}” is no value that `{name}` may have.").format(value=value[:40], name=shown)
            self.problem(message, _HINTS.get(kind, _("Numbers are plain, without a unit, and not beyond 10000.")))
            return ""
        return self._reference(key, found[1]) if found.lastindex and kind in _REFERENCES else _attribute(key, value)

    def _reference(self, key: str, ident: str) -> str:
        if self._in_defs:  # or a few lines could ask a browser for a billion shapes
            self.problem(_("In <defs> nothing may refer to anything."), _("Draw it out there."))
        self._wanted.append((ident, *self.whereabouts.place))
        own = f"#drawing-{self.ident}-{ident}"
        return f'href="{own}"' if key == "href" else f'{key}="url({own})"'

    def _classes(self, value: str) -> str:
        for name in value.split():
            if name not in CLASSES:
                message = _("There is no class `{name}` for drawings.").format(name=name[:40])
                self.problem(message, did_you_mean(name, CLASSES) or _("docs/curriculum.md lists the classes."))
                return ""
        return f'class="{" ".join(f"d-{name}" for name in value.split())}"'

    def _own_ident(self, value: str) -> str:
        if not _IDENT.fullmatch(value) or value in self._ids:
            message = _("“{value}” is no id, or stands here twice.").format(value=value[:40])
            self.problem(message, _("An id is lower-case letters, digits and hyphens, and begins with a letter."))
            return ""
        self._ids.add(value)
        if self._in_defs:
            self._reused.add(value)
        return f'id="drawing-{self.ident}-{value}"'

    @property
    def _in_defs(self) -> bool:
        return "defs" in self._open

    def _of_the_whole(self, attrs: dict[str, str]) -> list[str]:
        """Return what the page says of the drawing: that it is a picture, what it is called, whether it is wide."""
        box = [float(number) for number in re.findall(_NUMBER, attrs.get("viewBox", "")[:100])]
        if len(box) != 4 or not all(100 <= side <= 4000 for side in box[2:]):
            self.problem(
                _("The drawing does not say how large it is."),
                _('<svg> has viewBox="0 0 WIDTH HEIGHT", each side from 100 to 4000.'),
            )
            return []
        wide = " wide" if box[2] > WIDEST_ON_A_PHONE else ""
        return [f'class="drawing{wide}"', 'role="img"', f'aria-label="{escape(self.title)}"']


def _attribute(key: str, value: str) -> str:
    return f'{"lang" if key == _LANG else key}="{" ".join(value.split())}"'


_REFERENCES = frozenset({"marker", "own"})
#: Attributes that say in SVG how something looks.
_LOOKS = frozenset({"style", "fill", "stroke", "stroke-width", "font-size", "font-family", "opacity"})
_HINT_TO_CLASSES = _("How a drawing looks is said by `class`; docs/curriculum.md lists the classes.")
_HINTS = {
    "transform": _("translate(x y), rotate(degrees x y) and scale(x y) are understood."),
    "anchor": _("start, middle or end."),
    "marker": _("url(#id) of a <marker> in this drawing."),
    "own": _("#id of something in this drawing."),
    "path": _("A path is letters and numbers, as M10 20 L30 40, and no number beyond 10000."),
}


def _is_moderate(value: str) -> bool:
    """Say whether no number in VALUE is too large, or has more digits than anybody draws with."""
    return all(len(number) <= 12 and abs(float(number)) <= LARGEST_NUMBER for number in _DIGITS.findall(value))


_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,3})?|\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?")
