"""What a page holds that can be sent: its forms with their fields, and the names its addresses ask by."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qsl, urljoin, urlsplit

#: The kinds of field in which a person types.
TYPED = frozenset({"text", "textarea", "search"})


class Field(NamedTuple):
    """A field of a form: its name, what kind of input it is, and a value that the page would send."""

    name: str
    kind: str
    value: str


@dataclass
class Form:
    """A form: the page it stands on, its method and address, what it sends."""

    page: str
    method: str
    action: str
    fields: list[Field] = field(default_factory=list)
    has_files: bool = False

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """What tells it from the other forms."""
        return self.method, self.action, tuple(sorted({one.name for one in self.fields}))


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open: Form | None = None
        self._select: tuple[str, list[str]] | None = None
        self._area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(urljoin(self.page, said["href"]))
        elif tag == "form":
            action = urljoin(self.page, said.get("action") or self.page)
            self._open = Form(self.page, said.get("method", "get").upper(), action)
            self._open.has_files = said.get("enctype") == "multipart/form-data"
            self.forms.append(self._open)
        elif self._open is not None:
            self._field(self._open, tag, said)

    def _field(self, form: Form, tag: str, said: dict[str, str]) -> None:
        name, kind = said.get("name", ""), said.get("type", "text")
        if tag in {"input", "button"} and name:
            form.fields.append(Field(name, "button" if tag == "button" else kind, said.get("value", "")))
        elif tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select:
            # The chosen one goes first: that is what the page would send.
            self._select[1].insert(0 if "selected" in said else len(self._select[1]), said.get("value", ""))
        elif tag == "textarea":
            self._area = (name, [])

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self._open is not None:
            name, values = self._select
            self._open.fields += [Field(name, "select", value) for value in values[:1]]
            self._select = None
        elif tag == "textarea" and self._area:
            if self._open is not None and self._area[0]:
                self._open.fields.append(Field(self._area[0], "textarea", "".join(self._area[1])))
            self._area = None
        elif tag == "form":
            self._open = None


def read(page: str, html: str) -> tuple[list[Form], list[str]]:
    """Return the forms of a page at the address PAGE, and where its links lead."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.forms, reader.links


def asked_by(links: list[str]) -> Iterator[tuple[str, str]]:
    """Give the (name, value) of what LINKS ask for after their question marks."""
    for link in links:
        yield from parse_qsl(urlsplit(link).query, keep_blank_values=True)
