"""What a browser's report brings."""

from flask import request

from kruzhok.violations.reading import Violation, violations_in


def reported() -> list[Violation]:
    """Return what the body tells; raise Unreadable (kruzhok.violations.reading) where it is no report."""
    return violations_in(request.mimetype, request.get_data(cache=False))
