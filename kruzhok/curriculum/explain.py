"""The schema's complaints in the words of somebody who writes a course."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from course.base.words import _, plural
from kruzhok.curriculum.findings import Finding, did_you_mean
from kruzhok.curriculum.places import Parsed, Path, Place, Surprise


class Said(NamedTuple):
    """What is wrong, and how to mend it."""

    message: str
    hint: str = ""


def schema_findings(file: str, parsed: Parsed, error: ValidationError, model: type[BaseModel]) -> Iterator[Finding]:
    """Yield a finding for each complaint of MODEL about what was PARSED of FILE."""
    blamed = set()
    for details in error.errors(include_url=False):
        location: Path = details["loc"]
        at_key = details["type"] == "extra_forbidden" or location[-1:] == ("[key]",)
        whole = location[:-1] if details["type"] == "missing" else location
        place = parsed.key_place(whole) if at_key else parsed.place(whole)
        if details["type"] in _WANTED:
            if place in blamed:  # of "a whole number or a decimal one" one complaint will do
                continue
            blamed.add(place)
        said = _said(Complaint(details, place, model))
        yield Finding(file, place.line, place.column, said.message, said.hint)


class Complaint(NamedTuple):
    """One complaint of pydantic, with the place it is about and the model of the file."""

    details: ErrorDetails
    place: Place
    model: type[BaseModel]

    @property
    def key(self) -> str:
        """Return the last part of the way to the value."""
        return str(self.details["loc"][-1]) if self.details["loc"] else ""

    @property
    def context(self) -> dict[str, Any]:
        """Return what pydantic says besides."""
        return self.details.get("ctx", {})


def _said(complaint: Complaint) -> Said:
    details = complaint.details
    if not details["loc"] and details["input"] is None:
        return Said(_("There is nothing in this file."), _("`kruzhok new course FOLDER` shows what may stand in it."))
    explain = _EXPLAINED.get(details["type"])
    if explain is None:
        return Said(details["msg"] + ".", _("docs/curriculum.md says what may stand here."))
    return explain(complaint)


def _missing(complaint: Complaint) -> Said:
    location, message = complaint.details["loc"], _("The key `{key}` is missing.").format(key=complaint.key)
    field = _fields(complaint.model, location[:-1]).get(complaint.key)
    return Said(message, (field and field.description) or _("docs/curriculum.md says what it is for."))


def _no_type(_complaint: Complaint) -> Said:
    return Said(_("The key `type` is missing."), _("It says what kind of question this is, as `type: single`."))


def _out_of_range(complaint: Complaint) -> Said:
    limit = next(iter(complaint.context.values()), 0)
    words = _LIMITS[complaint.details["type"]]
    return Said(words.format(limit=f"{limit:g}" if isinstance(limit, int | float) else limit))


def _too_few(complaint: Complaint) -> Said:
    least = int(complaint.context.get("min_length", 1))
    return Said(plural("At least {n} entry is needed here.", "At least {n} entries are needed here.", least))


def _too_many(complaint: Complaint) -> Said:
    most = int(complaint.context.get("max_length", 1))
    return Said(plural("At most {n} entry fits here.", "At most {n} entries fit here.", most))


_WANTED = {
    "string_type": _("words"),
    "int_type": _("a whole number"),
    "int_from_float": _("a whole number"),
    "float_type": _("a number"),
    "bool_type": _("`true` or `false`"),
    "list_type": _("a list"),
    "dict_type": _("keys and values"),
    "model_type": _("keys and values"),
    "model_attributes_type": _("keys and values"),
}
_LIMITS = {
    "greater_than": _("This number must be more than {limit}."),
    "greater_than_equal": _("This number must be {limit} or more."),
    "less_than": _("This number must be less than {limit}."),
    "less_than_equal": _("This number must be {limit} or less."),
    "finite_number": _("This number must be finite."),
    "string_too_short": _("This is empty: write something."),
}
_SHAPES = {
    "a list": _("Put each entry on a line of its own after `- `, or all of them in [brackets, with commas]."),
    "keys and values": _("Write `key: value`, one a line and all indented alike."),
    "`true` or `false`": _("Write true or false, without quotes."),
    "words": _("If the text begins with a bracket or holds a colon and a space, put it in quotes."),
    "a whole number": _("Write the number alone, in digits and without quotes."),
    "a number": _("Write the number alone, as 2 or 0.6, without quotes."),
}


def _wrong_type(complaint: Complaint) -> Said:
    kind, value = complaint.details["type"], complaint.details["input"]
    wanted = _WANTED[kind]
    if value is None:
        empty = _("Nothing is written here, and {wanted} must be.").format(wanted=wanted)
        return Said(empty, _("Write it, or leave the key out where it is optional."))
    if kind == "string_type" and isinstance(value, bool | int | float | Surprise):
        return _read_as(complaint.place.written)
    message = _("Here must stand {wanted}, not {found}.").format(wanted=wanted, found=_called(value))
    return Said(message, _SHAPES[wanted])


def _read_as(written: str) -> Said:
    """YAML made something else of words."""
    quoted = f"'{written}'"
    if re.match(r"\d{4}-\d", written):
        return Said(_("A date must stand in quotes."), _("Put the date in quotes: {quoted}.").format(quoted=quoted))
    if written.lower() in {"no", "off", "false"}:
        meaning = _("false")
    elif written.lower() in {"yes", "on", "true"}:
        meaning = _("true")
    else:
        meaning = _("a number")
    hint = _("`{written}` is read as {meaning}: put it in quotes.").format(written=written, meaning=meaning)
    return Said(_("Words are wanted here."), hint)


def _called(value: Any) -> str:
    if isinstance(value, Surprise):
        return f"`{value.written}`"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, int | float):
        return _("the number {value}").format(value=value)
    if isinstance(value, list):
        return _("a list")
    return _("keys and values") if isinstance(value, dict) else _("words")


def _unknown_key(complaint: Complaint) -> Said:
    known = sorted(_fields(complaint.model, complaint.details["loc"][:-1]))
    names = ", ".join(f"`{name}`" for name in known)
    hint = did_you_mean(complaint.key, known) or (_("Known here are {names}.").format(names=names) if known else "")
    return Said(_("The key `{key}` is not known here.").format(key=complaint.key), hint)


def _not_one_of(complaint: Complaint) -> Said:
    """`expected` or `expected_tags` is a list of words in quotation marks."""
    context, value = complaint.context, complaint.details["input"]
    allowed = re.findall(r"'([^']+)'", str(context.get("expected") or context.get("expected_tags") or ""))
    given = str(context.get("tag") or (value if isinstance(value, str) else _called(value))).strip("`'")
    hint = _("It is one of {words}.").format(words=", ".join(f"`{word}`" for word in allowed)) if allowed else ""
    message = _("`{given}` is not known here.").format(given=given)
    return Said(message, f"{did_you_mean(given, allowed)} {hint}".strip())


def _no_ident(complaint: Complaint) -> Said:
    value, pattern = complaint.details["input"], complaint.context.get("pattern", "")
    if "#" in pattern:
        hint = _("Write `lesson-or-text#passage`, as `april-theses#thesis-2`.")
        return Said(_("“{value}” is no address of a passage.").format(value=value), hint)
    if "{2,3}" in pattern:
        return Said(_("“{value}” is no code of a language.").format(value=value), _("Write it as `en` or `ru`."))
    hint = _("Lower-case letters, digits and hyphens, beginning with a letter, at most 64 characters.")
    return Said(_("“{value}” is no ident.").format(value=value), hint)


def _author_said(complaint: Complaint) -> Said:
    """Part an author's message at its colon: what is wrong, and how to mend it. A colon in `code` is no such colon."""
    message = complaint.details["msg"]
    parted = re.fullmatch(r"((?:`[^`]*`|“[^”]*”|[^`“:]|:(?! ))*): (.+)", message, re.DOTALL)
    return Said(parted[1] + ".", parted[2][0].upper() + parted[2][1:]) if parted else Said(message)


_EXPLAINED: dict[str, Callable[[Complaint], Said]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "item": _author_said,
    "curriculum": _author_said,
    "literal_error": _not_one_of,
    "union_tag_invalid": _not_one_of,
    "union_tag_not_found": _no_type,
    "string_pattern_mismatch": _no_ident,
    "too_short": _too_few,
    "too_long": _too_many,
    **dict.fromkeys(_WANTED, _wrong_type),
    **dict.fromkeys(_LIMITS, _out_of_range),
}


def _fields(model: type[BaseModel], location: Path) -> dict[str, Any]:
    """Return the fields that may stand at LOCATION of MODEL: name -> field. A tag of a union chooses among models."""
    models = [model]
    for part in location:
        found = [field for one in models if (field := one.model_fields.get(str(part)))]
        if found:
            models = [one for field in found for one in _models_in(field.annotation)]
        elif isinstance(part, str):
            models = [one for one in models if part in _tags(one)] or models
    return {name: field for one in models for name, field in one.model_fields.items()}


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    """Return by what words a union may choose MODEL: those of its `type` or `kind`, else its own name."""
    field = model.model_fields.get("type") or model.model_fields.get("kind")
    if field is None:
        return (model.__name__,)
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
