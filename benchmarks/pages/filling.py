"""What somebody in a hurry fills into a form of a page: whatever offers itself in each field."""

from html.parser import HTMLParser

TYPED = "1917"  #: into a field that takes words, numbers or dates


class _Reader(HTMLParser):
    """Reads the fields of the first form that goes to ACTION."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.inside = self.done = self.says_itself = False
        self.fields: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = not self.done and told.get("action") == self.action
        if not self.inside:
            return
        name = told.get("name", "")
        if tag == "select":
            self.choices[name] = []
        elif tag == "option":
            self.says_itself = "value" not in told
            if told.get("value"):
                self.choices[[*self.choices][-1]].append(told["value"])
        elif tag == "textarea" or (tag == "input" and told.get("type", "text") in {"text", "number"}):
            self.fields[name] = TYPED
        elif tag == "input" or (tag == "button" and name == "do"):
            self.fields.setdefault(name, told.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.inside and self.says_itself and data.strip():
            self.choices[[*self.choices][-1]].append(data.strip())
            self.says_itself = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.inside:
            self.inside, self.done = False, True


def filled(page: str, action: str) -> list[tuple[str, str]]:
    """Return the fields of the form on PAGE that goes to ACTION, filled in."""
    reader = _Reader(action)
    reader.feed(page)
    # Of an ordering each has another place, and not the one it is shown at.
    chosen = {name: values[-1 - at % len(values)] for at, (name, values) in enumerate(reader.choices.items())}
    return list((reader.fields | chosen).items())
