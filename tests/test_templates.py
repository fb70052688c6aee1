"""What templates let through unescaped: a list, each with the place where it was made safe."""

from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from course.base.web import Application
from kruzhok.config import ROOT

#: What is passed to `safe`: HTML that was made by course.base.markdown or by loading, and attributes written there.
MADE_SAFE = frozenset(
    {
        "html",
        "about_html",
        "before_html",
        "hint_html",
        "introduction_html",
        "look_for_html",
        "note_html",
        "opening_html",
        "preview_html",
        "question_html",
    }
)
#: Names of things that are HTML as they come, by template.
NAMED = {"lessons/lesson.html": {"objective"}}
#: The page of parts, in development only, writes its examples itself.
OWN_WORDS = "kruzhok/styleguide.html"


def trees() -> dict[str, nodes.Template]:
    """Return name -> syntax tree of every template."""
    folder = ROOT / "templates"
    environment = Environment(autoescape=True)
    environment.filters |= dict.fromkeys(("md", "inline_md"), str)
    return {str(path.relative_to(folder)): environment.parse(path.read_text()) for path in folder.rglob("*.*")}


def let_through(value: nodes.Expr | None, template: str) -> bool:
    """Return whether VALUE may be passed to `safe` in TEMPLATE: HTML made safe before, or words of the template."""
    match value:
        case nodes.Const():
            return True
        case nodes.Getattr(attr=name) | nodes.Name(name=name):
            return name in MADE_SAFE | NAMED.get(template, set())
        case nodes.CondExpr(expr1=one, expr2=other):
            return all(part is None or let_through(part, template) for part in (one, other))
    return False


def test_nothing_is_let_through_unescaped_but_what_was_made_safe() -> None:
    through = {
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        for node in tree.find_all(nodes.Filter)
        if node.name in {"safe", "forceescape"} and not let_through(node.node, name)
    }
    assert through == set()


def test_escaping_is_never_turned_off() -> None:
    kinds = (nodes.ScopedEvalContextModifier, nodes.EvalContextModifier, nodes.MarkSafe, nodes.MarkSafeIfAutoescape)
    assert [name for name, tree in trees().items() for kind in kinds if list(tree.find_all(kind))] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_template_is_escaped(app: Application) -> None:
    escaped = app.jinja_env.autoescape
    assert callable(escaped)
    plain = {name for name in trees() if not escaped(name)}
    assert {Path(name).suffix for name in plain} <= {".txt"}  # letters are words alone
