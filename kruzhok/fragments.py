"""HTML that is the same for all who look at a version from one place: made once, and held as what it is made of is."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import partial
from typing import Any

from flask import Flask
from markupsafe import Markup

from course.base.db import db_session
from course.base.held import held

Macro = Callable[..., Markup]


def init_fragments(app: Flask) -> None:
    """Let the templates of APP hold what their macros make."""
    app.jinja_env.globals |= {"held_html": held_html, "held_each": held_each}


def held_html(key: Hashable, macro: Macro, *arguments: Any) -> Markup:
    """Return what MACRO makes of ARGUMENTS, held under KEY, which names the version of all that these show.

    Nothing of who looks may come in, nor a token, nor what is flashed. Where KEY is None nothing is held."""
    make = partial(macro, *arguments)
    return make() if key is None else held(db_session, ("html", macro_name(macro), key), make)


def held_each(key: Hashable, macro: Macro, things: Iterable[Any], *arguments: Any) -> Mapping[str, Markup]:
    """Return ident -> what MACRO makes of each of THINGS, which have one, and ARGUMENTS; held as by `held_html`."""

    def make() -> Mapping[str, Markup]:
        return {one.ident: macro(one, *arguments) for one in things}

    return {} if key is None else held(db_session, ("html of each", macro_name(macro), key), make)


def macro_name(macro: Any) -> str:
    """Return what tells MACRO from others."""
    return str(macro.name)
