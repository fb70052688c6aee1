"""Pages are compressed as they leave: of a lesson a quarter is left, which a phone notices more than a millisecond."""

import gzip
import secrets
from io import BytesIO

from flask import Response, request

#: Of what is smaller than this, in bytes, nothing worth while is saved.
WORTH_IT = 1400

#: Half way: the next costs a third more time and saves a twentieth.
LEVEL = 4

#: So many characters are put into the head of a page at the most, where nobody reads them: who listens on the way, and
#: has a page answer with words of theirs, must not learn by its length whether a token in it is like these.
FILLING = 100

TEXT = frozenset({"text/html", "text/csv", "text/markdown", "text/calendar", "application/json", "image/svg+xml"})


def compress(response: Response) -> Response:
    """Return RESPONSE compressed, where it is text, is worth it, is not yet, and the browser takes it."""
    if response.mimetype not in TEXT or response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or "Content-Encoding" in response.headers or "ETag" in response.headers:
        return response
    if len(content := response.get_data()) >= WORTH_IT:
        response.set_data(compressed(content))
        response.headers["Content-Encoding"] = "gzip"
    return response


def compressed(content: bytes) -> bytes:
    """Return CONTENT compressed, and of no length that says anything of it."""
    written = BytesIO()
    filling = "-" * secrets.randbelow(FILLING)
    with gzip.GzipFile(filling, "wb", LEVEL, written, mtime=0) as file:
        file.write(content)
    return written.getvalue()
