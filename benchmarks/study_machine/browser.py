"""A browser without scripts: pages are fetched, their forms filled in as they stand there, and sent."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TAG = re.compile(r"<(/?)(form|input|select|option|textarea|button)\b([^>]*)>")
ATTRIBUTE = re.compile(r'([a-zA-Z][\w:-]*)(?:="([^"]*)")?')
LOOSE = re.compile(r"<(script|style|title)\b.*?</\1>|<[^>]*>", re.DOTALL)
SPACE = re.compile(r"\s+")

#: So many addresses one after the other a browser follows before it gives up.
MOST_REDIRECTS = 5

SEE_OTHER = 303


class NotThere(AssertionError):
    """A page lacks what somebody would use on it."""


class Button(NamedTuple):
    """A button of a form: what it sends, and where to if that is not the form's own address."""

    name: str
    value: str
    action: str | None


@dataclass(slots=True)
class Field:
    """One control: `kind` is that of an input, or select or textarea. Of boxes and radio buttons there is one for each
    value; of a select `options` are its (value, words)."""

    kind: str
    name: str
    value: str = ""
    on: bool = True
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    """A form as it stands on a page."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Say whether there is a control of that NAME."""
        return any(one.name == name for one in self.fields)

    def value(self, name: str) -> str:
        """Return what stands in the control NAME."""
        return next(one.value for one in self._named(name) if one.on)

    def fill(self, name: str, *values: str) -> None:
        """Type into NAME, or choose there: an option by its value or its words, boxes by their values."""
        controls = self._named(name)
        if controls[0].kind in {"radio", "checkbox"}:
            offered = {one.value for one in controls}
            if not offered.issuperset(values):
                raise NotThere(f"{name} offers {sorted(offered)} and not {values}")
            for one in controls:
                one.on = one.value in values
            return
        (value,) = values
        if controls[0].kind == "select":
            value = self._option(controls[0], value)
        controls[0].value = value

    @staticmethod
    def _option(control: Field, wanted: str) -> str:
        for value, words in control.options:
            if wanted in (value, words):
                return value
        raise NotThere(f"{control.name} offers {control.options} and not {wanted}")

    def _named(self, name: str) -> list[Field]:
        found = [one for one in self.fields if one.name == name]
        if not found:
            raise NotThere(f"no field {name} in the form to {self.action}")
        return found

    def button(self, name: str = "", value: str = "") -> Button:
        """Return the button of that NAME (and VALUE, if said); raise NotThere."""
        for one in self.buttons:
            if one.name == name and (not value or one.value == value):
                return one
        raise NotThere(f"no button {name}={value} in the form to {self.action}")

    def sent(self, button: Button | None) -> list[tuple[str, str]]:
        """Return what a browser sends when BUTTON is pressed."""
        pairs = [(one.name, one.value) for one in self.fields if one.on and one.name]
        return pairs + ([(button.name, button.value)] if button is not None and button.name else [])


class Page(NamedTuple):
    """What a browser shows: where it ended, the status, the HTML."""

    url: str
    status: int
    html: str

    @property
    def words(self) -> str:
        """What a reader sees, white space aside."""
        return SPACE.sub(" ", html.unescape(LOOSE.sub(" ", self.html))).strip()

    def forms(self) -> list[Form]:
        """Return the forms on it."""
        return forms_in(self.html, self.url)

    def form(self, to: str, *having: str) -> Form:
        """Return the form that is sent to an address ending in TO (the query aside) and has the fields HAVING."""
        found = self.find_form(to, *having)
        if found is None:
            there = [one.action for one in self.forms()]
            raise NotThere(f"no form to …{to} on {self.url} ({self.status}), only to {there}")
        return found

    def find_form(self, to: str, *having: str) -> Form | None:
        """Return the same, None where there is none."""
        for one in self.forms():
            if one.action.partition("?")[0].endswith(to) and all(one.has(name) for name in having):
                return one
        return None


def forms_in(page: str, url: str) -> list[Form]:
    """Return the forms of the HTML PAGE, which stands at URL."""
    found: list[Form] = []
    form: Form | None = None
    for match in TAG.finditer(page):
        closing, tag, rest = match.groups()
        told = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(rest)}
        if tag == "form":
            form = None if closing else Form(told.get("action") or url, told.get("method", "get").lower())
            if form is not None:
                found.append(form)
        elif form is not None and not closing and "disabled" not in told:
            _add(form, tag, told, page, match.end())
    return found


def _add(form: Form, tag: str, told: Mapping[str, str], page: str, at: int) -> None:
    """Add to FORM the control of that TAG, whose attributes TOLD say; its content begins AT a place of PAGE."""
    if tag == "select":
        form.fields.append(Field("select", told["name"]))
    elif tag == "option":
        select, words = form.fields[-1], html.unescape(page[at : page.index("<", at)]).strip()
        value = told.get("value", words)
        if "selected" in told or not select.options:
            select.value = value
        select.options.append((value, words))
    elif tag == "textarea":
        words = html.unescape(page[at : page.index("</textarea", at)])
        form.fields.append(Field("textarea", told["name"], words.removeprefix("\n")))
    elif tag == "button" or told.get("type") == "submit":
        if told.get("type", "submit") == "submit":
            form.buttons.append(Button(told.get("name", ""), told.get("value", ""), told.get("formaction")))
    else:
        kind = told.get("type", "text")
        boxed = kind in {"radio", "checkbox"}
        value = told.get("value", "on" if boxed else "")
        form.fields.append(Field(kind, told.get("name", ""), value, "checked" in told if boxed else True))


class Browser:
    """One browser of one person, with its cookies; it remembers nothing else."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str) -> Page:
        """Look at URL, following where it leads."""
        return self._follow(url, self.client.get(url.partition("#")[0]))

    def send(self, form: Form, button: Button | None = None, *, look: bool = True) -> Page:
        """Press BUTTON of FORM (else its first, as the Enter key does), and LOOK where that leads."""
        button = button or next(iter(form.buttons), None)
        url = (button.action if button else None) or form.action
        answer = self.client.post(url.partition("#")[0], data=_as_data(form.sent(button)))
        if answer.status_code == SEE_OTHER and not look:
            return Page(str(answer.location), SEE_OTHER, "")
        return self._follow(url, answer)

    def script(self, url: str, fields: Mapping[str, Sequence[str]]) -> TestResponse:
        """Send FIELDS as the page's script does, and return its answer."""
        return self.client.post(url, data=dict(fields), headers={"Accept": "application/json"})

    def _follow(self, url: str, answer: TestResponse) -> Page:
        for _time in range(MOST_REDIRECTS):
            if answer.status_code not in (301, 302, 303, 307, 308):
                return Page(url, answer.status_code, answer.text)
            url = str(answer.location)
            answer = self.client.get(url.partition("#")[0])
        raise NotThere(f"{url} leads on and on")


def _as_data(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return data
