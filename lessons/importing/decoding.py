"""Words out of bytes: by the mark before them, by what they say of themselves, as UTF-8, or by their look."""

import re
from contextlib import suppress

from course.base.decoding import MARKS, by_look, by_mark, utf16_by_look
from course.base.words import _
from lessons.importing.imported import Notice

#: Names that may be declared -> what is meant. A codec of Python that is none of these (zip, idna …) is not asked.
_ENCODINGS = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("us-ascii", "ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1"), "cp1252"),
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)},
    **{f"windows-{n}": f"cp{n}" for n in range(1250, 1259)},
    **{f"cp{n}": f"cp{n}" for n in range(1250, 1259)},
    **{name: name for name in ("koi8-r", "koi8-u", "cp866", "shift_jis", "euc-jp", "euc-kr", "gb18030", "big5")},
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
}

_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})|<meta[^>]{0,300}?\bcharset\s*=\s*["']?\s*([A-Za-z0-9._-]{1,40})""",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufff9-\ufffb]")


def decoded(content: bytes) -> tuple[str, Notice | None]:
    """Return the words of CONTENT, and what is to be said where its encoding had to be guessed or did not hold.

    There are always words: a byte that means nothing is shown as U+FFFD."""
    if (marked := by_mark(content)) is not None:
        return tidy(marked.words), None
    found = _DECLARED.search(content[:2048])
    declared = (found[1] or found[2]).decode().lower() if found else ""
    for name in (_ENCODINGS.get(declared, ""), "utf-8"):
        if name:
            with suppress(UnicodeDecodeError):
                return tidy(content.decode(name)), None
    return _guessed(content)


def tidy(words: str) -> str:
    """Return WORDS with \\n for every end of a line and without controls, lone surrogates and marks of byte order."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", words))


def looks_binary(content: bytes) -> bool:
    """Return whether CONTENT, which begins as no format that is known here, has bytes that no text has."""
    head = content[:8192]
    if any(head.startswith(mark) for mark, _encoding in MARKS) or utf16_by_look(head):
        return False
    odd = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return b"\0" in head or odd * 50 > len(head)


def _guessed(content: bytes) -> tuple[str, Notice]:
    found = by_look(content)
    if not found.guessed:
        message = _("Some of the file is damaged: {n} signs that could not be read are shown as �.")
        return tidy(found.words), Notice(message.format(n=found.damaged))
    message = _("The file does not say how its letters are written; it was read as {name}. See whether it looks right.")
    return tidy(found.words), Notice(message.format(name=found.encoding))
