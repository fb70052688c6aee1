"""Pages are compressed as they leave: of a lesson a quarter is left, which a phone notices more than a millisecond."""

import gzip
import secrets
from io import BytesIO

import brotli
from flask import Response, request

#: Of what is smaller than this, in bytes, nothing worth while is saved.
WORTH_IT = 1400

#: For either: the next costs half as much time again, or more, and saves a twentieth.
LEVEL = 3

#: So many characters are put into the head of a page at the most, where nobody reads them: who listens on the way, and
#: has a page answer with words of theirs, must not learn by its length whether a token in it is like these.
FILLING = 100

TEXT = frozenset({"text/html", "text/csv", "text/markdown", "text/calendar", "application/json", "image/svg+xml"})


def compress(response: Response) -> Response:
    """Return RESPONSE compressed, where it is text, is worth it, is not yet, and the browser takes it."""
    if response.mimetype not in TEXT or response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    if (encoding := taken()) is None or "Content-Encoding" in response.headers or "ETag" in response.headers:
        return response
    if len(content := response.get_data()) >= WORTH_IT:
        response.set_data(brotlied(content) if encoding == "br" else gzipped(content))
        response.headers["Content-Encoding"] = encoding
    return response


def taken() -> str | None:
    """Return what the browser takes: *br* (over HTTPS), an eighth smaller in less time, or *gzip*, or None."""
    return next((one for one in ("br", "gzip") if request.accept_encodings[one] > 0), None)


def gzipped(content: bytes) -> bytes:
    """Return CONTENT compressed with gzip, and of no length that says anything of it."""
    written = BytesIO()
    filling = "-" * secrets.randbelow(FILLING)
    with gzip.GzipFile(filling, "wb", LEVEL, written, mtime=0) as file:
        file.write(content)
    return written.getvalue()


def brotlied(content: bytes) -> bytes:
    """Return CONTENT compressed with Brotli, and of no length that says anything of it.

    Behind a flush comes a block that readers pass over (RFC 7932, 9.2): two bytes that say so and how long it is, and
    the filling."""
    compressor = brotli.Compressor(quality=LEVEL)
    filling = 1 + secrets.randbelow(FILLING)
    block = (0b01_0_11_0 | (filling - 1) << 6).to_bytes(2, "little") + b"-" * filling
    return bytes(compressor.process(content) + compressor.flush() + block + compressor.finish())
