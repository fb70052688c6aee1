"""HTML that is the same for all who look at a version from one place: made once, and held as what it is made of is."""

import secrets
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

from flask import Flask
from flask_wtf import FlaskForm
from markupsafe import Markup

from course.base.db import db_session
from course.base.held import Held, held

Macro = Callable[..., Markup]

#: What stands in a form that is held, where each reader has a token of their own: a word that nobody can write.
HOLE = secrets.token_hex(16)

#: Draws a form that is held, with the hole in place of its token.
HELD_FORM = SimpleNamespace(csrf_token=SimpleNamespace(current_token=HOLE))

#: So many pieces of one page are held.
PIECES = 1000


def init_fragments(app: Flask) -> None:
    """Let the templates of APP hold what their macros make."""
    app.jinja_env.globals |= {
        "held_html": held_html,
        "held_each": held_each,
        "held_pieces": held_pieces,
        "held_form": HELD_FORM,
    }
    app.jinja_env.filters["with_token"] = with_token


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


def held_pieces(key: Hashable) -> Callable[..., Markup]:
    """Return what draws the pieces of a page, called with what is shown of the reader, a macro and its arguments: what
    it made of these before, where nothing but KEY and what is shown of the reader makes the piece what it is.

    KEY names the page and its version, as for `held_html`; what is shown of the reader are states and numbers."""
    shelf: Held = Held(PIECES) if key is None else held(db_session, ("pieces", key), partial(Held, PIECES))

    def piece(shown: Hashable, macro: Macro, *arguments: Any) -> Markup:
        return shelf.get((macro_name(macro), shown), partial(macro, *arguments))

    return piece


def with_token(html: Markup, form: FlaskForm) -> Markup:
    """Return HTML with the token of FORM in all forms of it that are held."""
    token = form.csrf_token.current_token if form.csrf_token else ""
    return Markup(str(html).replace(HOLE, token))  # noqa: S704 (a token is letters and signs of no meaning in HTML)


def macro_name(macro: Any) -> str:
    """Return what tells MACRO from others."""
    return str(macro.name)
