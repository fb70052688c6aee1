"""The words of the interface that do not stand in a template: one catalogue, English for now.

Every string a person may read that is written in Python goes through `_`, so that a translation is a catalogue beside
the code and not a search through it.
"""

import gettext

_catalogue = gettext.NullTranslations()


def _(message: str) -> str:
    """Return MESSAGE in the language of the interface."""
    return _catalogue.gettext(message)


def plural(one: str, many: str, count: int) -> str:
    """Return ONE or MANY as COUNT asks, with `{n}` in it replaced by COUNT."""
    return _catalogue.ngettext(one, many, count).format(n=count)
