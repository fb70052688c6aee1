"""YAML with the place of every key and value.

YAML 1.1 guesses: `no` is false, `2017-05-06` a day, `1:30` ninety. Here a plain scalar is words, a whole or decimal
number, `true`, `false` or nothing; whatever else YAML would make of it is a `Surprise`, which no field takes. Aliases,
tags and merging are refused: they make files that say other than they look.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.resolver import Resolver

from course.base.words import _

Path = tuple[str | int, ...]
"""The way from the top of a file to a value: keys, and positions in lists from 0."""

DEEPEST = 30  #: levels of nesting; the format needs six


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, counted from 1, and the scalar as written; `style` is `|`, `>`, a quote or nothing."""

    line: int
    column: int
    written: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Surprise:
    """A plain scalar that YAML takes for something nobody meant."""

    written: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the YAML itself."""

    place: Place
    message: str
    hint: str = ""


@dataclass(slots=True)
class Parsed:
    """What a file says and where it says it. With a syntax error `value` is None and `faults` has it."""

    value: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def known_part(self, location: Path) -> Path:
        """Return LOCATION without the parts that stand nowhere in the file, as the tag of a union."""
        path: Path = ()
        for part in location:
            if (*path, part) in self.values:
                path = (*path, part)
        return path

    def place(self, location: Path) -> Place:
        """Return where the value at LOCATION stands, or the nearest thing around it."""
        return self.values.get(self.known_part(location), Place(1, 1))

    def key_place(self, location: Path) -> Place:
        """Return where the key at LOCATION stands; of what has none, its value."""
        return self.keys.get(self.known_part(location)) or self.place(location)


def read_yaml(text: str, *, first_line: int = 1) -> Parsed:
    """Return what TEXT says, with places counted from FIRST_LINE. TEXT holds no control characters."""
    reader = _Reader(text, first_line)
    try:
        reader.read()
    except yaml.YAMLError as error:
        reader.parsed.value = None
        reader.parsed.faults = [_syntax_fault(error, first_line)]
    except _Stop as stop:
        reader.parsed.value = None
        reader.parsed.faults.append(stop.fault)
    return reader.parsed


class _Stop(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


class _Reader:
    """Builds values from the parser's events: flat, so that no nesting can exhaust the stack."""

    def __init__(self, text: str, first_line: int) -> None:
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self.first_line = first_line
        self.parsed = Parsed()

    def read(self) -> None:
        event = self._skip(yaml.StreamStartEvent, yaml.DocumentStartEvent)
        if isinstance(event, yaml.StreamEndEvent):
            self.parsed.values[()] = Place(self.first_line, 1)
            return
        self.parsed.value = self._value(event, ())
        event = self._skip(yaml.DocumentEndEvent)
        if not isinstance(event, yaml.StreamEndEvent):
            raise _Stop(Fault(self._place(event), _("A second document begins here."), _("Take the line `---` out.")))

    def _skip(self, *kinds: type[Any]) -> Any:
        event = next(self.events)
        while isinstance(event, kinds):
            event = next(self.events)
        return event

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        written, style = getattr(event, "value", ""), getattr(event, "style", "") or ""
        return Place(mark.line + self.first_line, mark.column + 1, written, style)

    def _value(self, event: Any, path: Path) -> Any:
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            raise _Stop(Fault(place, _("Aliases (`*name`) are not understood."), _("Write out what it stands for.")))
        if event.tag not in {None, "tag:yaml.org,2002:str"} or (event.tag and not isinstance(event, yaml.ScalarEvent)):
            raise _Stop(Fault(place, _("Tags (`!name`) are not understood."), _("Take it out.")))
        if len(path) > DEEPEST:
            raise _Stop(Fault(place, _("This is nested too deeply."), _("Look for a bracket that is never closed.")))
        self.parsed.values[path] = place
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        return self._list(path) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(path)

    def _scalar(self, event: Any, place: Place) -> Any:
        if "\0" in event.value:
            message = _("This holds a NUL character, which no database keeps.")
            self.parsed.faults.append(Fault(place, message, _("Take it out.")))
        plain = event.tag is None and event.implicit[0] and not event.style
        return plain_value(event.value) if plain else event.value

    def _list(self, path: Path) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            result.append(self._value(event, (*path, len(result))))
        return result

    def _mapping(self, path: Path) -> dict[str, Any]:
        """Keys are words as they are written, whatever YAML would make of them."""
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            place = self._place(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise _Stop(Fault(place, _("A key must be a word."), _("Put text with brackets in quotes.")))
            key, where = event.value, (*path, event.value)
            if key in result:
                message = _("The key `{key}` stands twice.").format(key=key)
                hint = _("The first is in line {line}: drop one.").format(line=self.parsed.keys[where].line)
                self.parsed.faults.append(Fault(place, message, hint))
                self._value(next(self.events), (*path, f"{key} (again)"))
                continue
            self.parsed.keys[where] = place
            result[key] = self._value(next(self.events), where)
        return result


_resolver = Resolver()
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})?\.[0-9]{1,15}")


def plain_value(written: str) -> Any:
    """Return what the plain scalar WRITTEN is."""
    tag = str(_resolver.resolve(yaml.ScalarNode, written, (True, False))).rpartition(":")[2]  # type: ignore[no-untyped-call]
    if tag in {"str", "value", "merge"}:
        return written
    if tag == "null":
        return None
    if tag == "bool" and written.lower() in {"true", "false"}:
        return written.lower() == "true"
    if tag == "int" and _WHOLE.fullmatch(written):
        return int(written)
    if tag == "float" and _DECIMAL.fullmatch(written):
        return float(written)
    return Surprise(written)


#: What the parser says -> how to mend it.
_HINTS = {
    "mapping values are not allowed": _("If the text holds a colon and a space, put all of it in quotes."),
    "cannot start any token": _("Indent with spaces, not with tabs; put text that begins with @, ` or % in quotes."),
    "unexpected end of stream": _("A quotation mark or a bracket is opened and never closed."),
    "did not find expected key": _("Look at the indentation here, and at the quotation marks in the line above."),
    "could not find expected ':'": _("A key is followed by a colon and a space; look at the line above, too."),
    "did not find expected": _("Look for a missing bracket, comma or quotation mark, here or in the line above."),
    "unknown escape character": _("In double quotes a backslash must be doubled; single quotes take it as it is."),
    "nesting depth": _("Look for brackets that are never closed."),
}


def _syntax_fault(error: yaml.YAMLError, first_line: int) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(mark.line + first_line, mark.column + 1) if mark else Place(first_line, 1)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or _("it cannot be read")
    hint = next((hint for words, hint in _HINTS.items() if words in problem), "")
    return Fault(place, _("This is not valid YAML: {problem}.").format(problem=problem), hint)
