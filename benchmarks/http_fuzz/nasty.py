"""What no form should be sent, as the bytes that go over the wire, and requests made of it."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlencode, urlsplit

from benchmarks.http_fuzz.reading import TYPED, Form

#: Instead of a value. Bytes go over the wire as they are.
VALUES: Sequence[bytes] = (
    b"",
    b" ",
    b"\0",
    b"a\0b",
    b"\x01\x07\x1b[31m",
    b"\r\nSet-Cookie: owned=1",
    b"\xff\xfe",
    b"\xc0\xaf",
    b"\xed\xa0\x80",  # half of a surrogate pair
    b"caf\xe9",
    b"\xf4\x90\x80\x80",  # beyond the last character there is
    "\u202eright to left\u202c".encode(),
    "\ufeff\u200b\u2028".encode(),
    "\U0010ffff".encode(),
    "\u0665".encode(),  # a digit that is not ours
    "\u00b2".encode(),
    b"1e999",
    b"NaN",
    b"-Infinity",
    b"-0",
    b"-1",
    b"0",
    b"1",
    b"2",
    b"+1",
    b"1_000",
    b" 7 ",
    b"0x10",
    b"1.5",
    b"2147483648",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775809",
    b"999999999999999999",
    b"1" * 400,
    b"1" * 5000,
    b"0000-00-00",
    b"0001-01-01",
    b"9999-12-31",
    b"10000-01-01",
    b"2026-02-30",
    b"2026-11-23T25:61",
    b"0001-01-01T00:00",
    b"9999-12-31T23:59",
    b"24:00",
    b"-infinity",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'{"__class__": 1}',
    b"../../../../etc/passwd",
    b"%s%n%d{0}{__class__}",
    b"{{7*7}}",
    b"' OR 1=1 --",
    b'"><img src=x onerror=alert(1)>',
    b"javascript:alert(1)",
    b"//evil.example/",
    b"/\\evil.example",
    b"https:evil.example",
    b"=cmd|' /C calc'!A0",
    b"a" * 300,
    b"\xd0\x96" * 5000,
    b"a " * 20_000,
    b"[" * 3000,
    b"> " * 1000,
    b"*_" * 3000,
    b"x" * 150_000,
    b"nobody@example.org\nBcc: all@example.org",
    b"a@b.c,d@e.f",
    "\u00e4@\u00f6.example".encode(),
    b"Europe/../../etc/passwd",
)

#: Instead of a part of a path, as it stands in the address.
PARTS: Sequence[str] = (
    "%00",
    "a%00b",
    "%2e%2e",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..",
    "%ff",
    "%ed%a0%80",
    "%F0%9F%92%A5",
    "%E2%80%AE",
    "0",
    "-1",
    "1",
    "2",
    "3",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "1" * 60,
    "1" * 5000,
    "%D9%A5",
    "1e3",
    "%20",
    "%0d%0aX-Evil:1",
    "nothing",
    "x" * 3000,
    "%25s",
    "'",
    "%5c",
    "{{7*7}}",
)

#: Headers that come with a request instead of, or beside, what a browser would send.
HEADERS: Sequence[tuple[str, str]] = (
    ("Range", "bytes=0-1"),
    ("Range", "bytes=-9999999999999999999"),
    ("Range", "bytes=5-2,0-0,-1"),
    ("Range", "nonsense"),
    ("If-None-Match", "*"),
    ("If-None-Match", '"' + "x" * 5000),
    ("If-Modified-Since", "Thu, 99 Zzz 99999 99:99:99 GMT"),
    ("If-Modified-Since", "Thu, 01 Jan 0001 00:00:00 GMT"),
    ("If-Range", "\x80"),
    ("Accept", "application/json;q=nan, text/html;q=1e999"),
    ("Accept", "application/json"),
    ("Accept", "*/*;" * 500),
    ("Accept-Encoding", "gzip;q=NaN, identity;q=-1"),
    ("Accept-Language", "\xe4\xff,,;q=,"),
    ("Referer", "http://[::1"),
    ("Referer", "http://localhost//evil.example/"),
    ("Referer", "http://localhost/\\evil.example?\xff"),
    ("Referer", "javascript:alert(1)"),
    ("User-Agent", "\x01\x1b[31m\xff" + "u" * 3000),
    ("User-Agent", ""),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-Forwarded-For", "1.2.3.4, ' OR 1=1"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("Cookie", "kruzhok=.eJx; kruzhok=\xff\xfe"),
    ("Cookie", "kruzhok=" + "A" * 5000),
    ("Authorization", "Basic \xff"),
    ("HX-Request", "true"),
    ("Origin", "null"),
    ("Date", "\xff"),
)

#: Names of files that are sent.
FILE_NAMES: Sequence[bytes] = (
    b"a.txt",
    b"",
    b"../../etc/passwd",
    b"C:\\windows\\x.epub",
    b"a\0.csv",
    b"<img src=x onerror=alert(1)>.epub",
    b"\xff\xfe.zip",
    "\u202etxt.exe".encode(),
    b"x" * 2000 + b".md",
    b"=1+1.csv",
)

#: What is in them.
FILES: Sequence[bytes] = (
    b"",
    b"\0" * 100,
    b"\xff\xfe\0a",
    b"PK\x03\x04" + b"\0" * 40,
    b"%PDF-1.7\n%%EOF",
    b"<html><body><p>words &amp; more</p><script>1</script>",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    b"e-mail,name\r\na@example.org,\xff\r\n",
    b'"unclosed,\r\n' * 50,
    b"# Words\n\n" + b"> " * 500 + b"deep\n",
    b"email\n" + b"a@example.org\n" * 3000,
    b"\x1f\x8b\x08" + b"\0" * 30,
)

#: What a person might have typed at length: it must still stand there when a form is refused.
TYPED_WORDS = "What I typed here took me an evening, and is not to be lost"

METHODS = ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "CONNECT", "OPTIONS", "HEAD", "get", "X" * 300, "M-SEARCH")

BOUNDARY = b"a-boundary-of-ours"


@dataclass
class Request:
    """A request as it goes over the wire. `typed` are the words that must still stand there if it is refused."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    typed: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        query = f"?{self.query[:200]}" if self.query else ""
        with_ = "".join(f" [{name}: {value[:60]!r}]" for name, value in self.headers)
        return f"{self.method[:12]} {self.path[:200]}{query}{with_} {self.content_type or ''} {self.body[:300]!r}"


#: (name, value, file name or None) of what a form sends.
Sent = tuple[str, bytes, bytes | None]


def _filled(form: Form, rng: random.Random, token: str) -> tuple[list[Sent], list[tuple[str, str]]]:
    """Return what FORM sends when it is filled in well, and which words of it were typed at length."""
    sent: list[Sent] = []
    typed = []
    seen = set()
    buttons = [one for one in form.fields if one.kind == "button"]
    pressed = rng.choice([None, *buttons])
    for one in form.fields:
        if one.kind == "button":
            if one is pressed:
                sent.append((one.name, one.value.encode(), None))
        elif one.name == "csrf_token":
            sent.append((one.name, token.encode(), None))
        elif one.kind == "file":
            sent.append((one.name, rng.choice(FILES), rng.choice(FILE_NAMES)))
        elif one.kind in {"radio", "checkbox"}:
            if rng.random() < (0.5 if one.name in seen else 0.8):
                sent.append((one.name, one.value.encode(), None))
        elif one.kind == "textarea" or (one.kind in TYPED and rng.random() < 0.3):
            words = f"{TYPED_WORDS}, {rng.randrange(10**6)}."
            sent.append((one.name, words.encode(), None))
            typed += [(one.name, words)] if one.kind == "textarea" else []
        else:
            sent.append((one.name, one.value.encode(), None))
        seen.add(one.name)
    return sent, typed


def _one_value(sent: list[Sent], rng: random.Random, others: Sequence[str]) -> list[Sent]:
    """Change some values of SENT: to nasty ones, or to what stands elsewhere on the site (ids of OTHERS)."""
    sent = list(sent)
    free = [n for n, one in enumerate(sent) if one[0] != "csrf_token" and one[2] is None]
    for n in rng.sample(free, min(len(free), rng.choice([1, 1, 1, 2, 3]))):
        value = rng.choice(others).encode() if others and rng.random() < 0.25 else rng.choice(VALUES)
        sent[n] = (sent[n][0], value, None)
    return sent


def _another_shape(sent: list[Sent], rng: random.Random, _others: Sequence[str]) -> list[Sent]:
    """Leave out, double, or rename some of SENT, or put much beside it."""
    sent = list(sent)
    free = [n for n, one in enumerate(sent) if one[0] != "csrf_token"]
    act = rng.choice(["out", "out", "double", "rename", "many", "suffix", "file"])
    if not free or act == "many":
        return sent + [(rng.choice(["x", "text", "group", "item-1", "\u202e"]), b"1", None)] * rng.choice(
            [5, 300, 2500]
        )
    n = rng.choice(free)
    name, value, file = sent[n]
    if act == "out":
        del sent[n]
    elif act == "file":
        sent[n] = (name, rng.choice(FILES), rng.choice(FILE_NAMES))
    elif act == "double":
        sent.append((name, rng.choice([value, rng.choice(VALUES)]), file))
    elif act == "rename":
        sent[n] = (name + rng.choice(["[]", "-0", "\0", "-" + "9" * 30]), value, file)
    else:
        sent.append((f"{name}-{rng.choice(['1', '-1', '9' * 25, 'x', ''])}", rng.choice(VALUES), None))
    return sent


def _is_text(said: bytes) -> bool:
    try:
        return "\0" not in said.decode()
    except UnicodeDecodeError:
        return False


def _as_url(sent: Sequence[Sent]) -> bytes:
    return "&".join(f"{quote(name)}={quote_from_bytes(value)}" for name, value, _file in sent).encode()


def _as_parts(sent: Sequence[Sent]) -> bytes:
    lines = []
    for name, value, file in sent:
        said = b'Content-Disposition: form-data; name="' + name.encode() + b'"'
        if file is not None:
            said += b'; filename="' + file + b'"\r\nContent-Type: application/octet-stream'
        lines += [b"--" + BOUNDARY, said, b"", value]
    return b"\r\n".join([*lines, b"--" + BOUNDARY + b"--", b""])


#: What a body is called that is none of a form's.
WRONG_TYPES: Sequence[str] = (
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=nonsense",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "b" * 300,
    "multipart/form-data; boundary=another",
    "\xff\x01",
    "",
)


def of_form(form: Form, rng: random.Random, token: str, others: Sequence[str]) -> Request:
    """Return a request that FORM might be made to send: near to what it should be, so that it gets far."""
    sent, typed = _filled(form, rng, token)
    address = urlsplit(form.action)
    for _again in range(rng.choice([0, 1, 1, 1, 2])):
        change: Callable[..., list[Sent]] = rng.choice([_one_value, _one_value, _one_value, _another_shape])
        sent = change(sent, rng, others)
    if any(file is not None and not _is_text(file) for _name, _value, file in sent):
        typed = []  # the body cannot be told apart at all then; no browser sends one
    typed = [(name, words) for name, words in typed if (name, words.encode(), None) in sent]
    request = Request(form.method, address.path, address.query, typed=typed)
    if form.method == "GET":
        request.query = _as_url(sent).decode()
    elif rng.random() < 0.04:
        request.content_type, request.typed = rng.choice(WRONG_TYPES), []
        request.headers.append(("X-CSRFToken", token))
        json_body = json.dumps({name: value.decode("latin-1") for name, value, _file in sent}).encode()
        request.body = rng.choice([json_body, _as_parts(sent), _as_url(sent), b"\0\xff", b"[" * 2000])
    elif form.has_files or any(file is not None for _name, _value, file in sent) or rng.random() < 0.1:
        request.body, request.content_type = _as_parts(sent), f"multipart/form-data; boundary={BOUNDARY.decode()}"
    else:
        request.body, request.content_type = _as_url(sent), "application/x-www-form-urlencoded"
    if rng.random() < 0.1:
        request = _other_path(request, rng)
    return _with_header(request, rng) if rng.random() < 0.1 else request


def _other_path(request: Request, rng: random.Random) -> Request:
    parts = request.path.split("/")
    n = rng.randrange(1, len(parts))
    parts[n] = rng.choice(PARTS)
    request.path = "/".join(parts)
    request.typed = []
    return request


def _with_header(request: Request, rng: random.Random) -> Request:
    name, value = rng.choice(HEADERS)
    request.headers.append((name, value))
    if name in {"Cookie", "Accept"}:
        request.typed = []
    return request


def of_page(address: str, rng: random.Random, names: Sequence[tuple[str, str]], others: Sequence[str]) -> Request:
    """Return a request to a page at ADDRESS as no link would ask for it; NAMES are what links ask by elsewhere."""
    split = urlsplit(address)
    request = Request("GET", split.path, split.query)
    act: Any = rng.random()
    if act < 0.35:
        request = _other_path(request, rng)
    elif act < 0.8 and names:
        asked: list[tuple[str, Any]] = []
        for _again in range(rng.choice([1, 1, 2, 3])):
            name, value = rng.choice(names)
            asked.append(
                (name, rng.choice([value, rng.choice(VALUES), rng.choice(VALUES), rng.choice(others or ["1"])]))
            )
        short = [(name, value[:8000]) for name, value in asked]
        request.query = "&".join([*([split.query] if split.query else []), urlencode(short)])
    elif act < 0.85:
        request.query = rng.choice(
            ["%", "%zz=%", "=&=&&&", "a" * 30_000, "&".join(["group=x"] * 3000), "\xff=\xff", "%00=%00"]
        )
    elif act < 0.92:
        request.method = rng.choice(METHODS)
    return _with_header(request, rng) if rng.random() < 0.3 else request
