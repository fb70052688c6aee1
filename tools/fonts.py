"""Make the fonts of the site from the families as their authors publish them.

    PYTHONHASHSEED=0 uv run tools/fonts.py

(or with a Python that has the packages named below; the seed makes it come out the same.)

A first visit is to cost little on a slow phone, and each file is a request. So what nearly every page needs of a face
is in one file, its *first*: English and the letters of its neighbours, and where courses set Russian words inside
English ones, in italics and in labels, Russian too. What few pages need lies in further files, which a browser fetches
for the letters it meets. The names carry the hash of the content, for fonts are kept for a year.

Writes kruzhok/static/fonts/*.woff2, takes away those it does not know, and puts the rules for them between two marks in
kruzhok/static/kruzhok.css. What the templates preload by name is to be changed by hand; a test says so.
"""
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "fonttools==4.68.0", "brotli==1.2.1", "fontpkg-literata==3.103", "fontpkg-alumni-sans==1.18",
#   "fontpkg-fira-sans==4.203", "fontpkg-fira-sans-condensed==4.203",
# ]
# ///

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

STATIC = Path(__file__).parents[1] / "kruzhok" / "static"

#: English, the letters of western Europe, of Polish and of the South Slavs, and the signs that writers use.
FIRST = (
    "U+20-7E, U+A0, U+A3, U+A7, U+AB, U+B0-B1, U+B7, U+BB, U+BD, U+C0-FF, U+104-107, U+10C-10D, U+110-111, U+118-119, "
    "U+141-144, U+152-153, U+15A-15B, U+160-161, U+179-17E, U+2009-2014, U+2018-201A, U+201C-201E, U+2022, U+2026, "
    "U+2032-2033, U+2039-203A, U+20AC, U+2190-2193, U+2212, U+2264-2265"
)
RUSSIAN = "U+401, U+410-44F, U+451, U+2116"
#: A rule further down wins, so these may name again what is in the first file; the files do not hold it twice.
LATIN = "U+A1-17F, U+218-21B, U+2C6-2DC, U+2009-2044, U+2212-2265"
CYRILLIC = "U+400-45F, U+490-491, U+2116"


class Face(NamedTuple):
    """A face: its name here, the package and file it comes from, how the stylesheet calls it, where its axes stand."""

    name: str
    package: str
    file: str
    family: str
    weight: str
    style: str = "normal"
    axes: Mapping[str, float | tuple[float, float]] = {}
    has_russian: bool = False


#: Literata's weight ends at 650: what is strong in a text is set in that, and further up each letter costs more.
FACES = (
    Face("literata", "literata", "Literata[opsz,wght]", "Literata", "400 700", axes={"opsz": 14, "wght": (400, 650)}),
    Face(
        "literata-italic",
        "literata",
        "Literata-Italic[opsz,wght]",
        "Literata",
        "400",
        "italic",
        {"opsz": 14, "wght": 400},
        has_russian=True,
    ),
    Face("alumni-sans", "alumni_sans", "AlumniSans[wght]", "Alumni Sans", "500 900", axes={"wght": (500, 900)}),
    Face(
        "fira-condensed",
        "fira_sans_condensed",
        "FiraSansCondensed-Medium",
        "Fira Sans Condensed",
        "500",
        has_russian=True,
    ),
    # The reader's sans: fetched only where data-face="sans" asks for it.
    Face("fira-sans", "fira_sans", "FiraSans-Regular", "Fira Sans", "400"),
    Face("fira-sans-italic", "fira_sans", "FiraSans-Italic", "Fira Sans", "400", "italic", has_russian=True),
    Face("fira-sans-600", "fira_sans", "FiraSans-SemiBold", "Fira Sans", "600"),
)


def main() -> None:
    """Make the files and the rules, and say what they weigh."""
    for old in (STATIC / "fonts").glob("*.woff2"):
        old.unlink()
    rules = [rule for face in FACES for rule in made(face)]
    stylesheet = STATIC / "kruzhok.css"
    before, _old, after = re.split(
        r"(?<=/\* fonts \*/\n)(.*)(?=/\* end of fonts \*/)", stylesheet.read_text(), flags=re.DOTALL
    )
    stylesheet.write_text(before + "".join(f"{rule}\n" for rule in rules) + after)


def made(face: Face) -> Iterator[str]:
    """Write the files of FACE; give the rule for each, the first file last."""
    spec = find_spec(f"fontpkg_{face.package}")
    assert spec is not None
    assert spec.origin is not None
    whole = TTFont(Path(spec.origin).with_name("files") / f"{face.file}.ttf", recalcTimestamp=False)
    if face.axes:
        whole = copied(instantiateVariableFont(whole, dict(face.axes)))
        weigh_kerning_once(whole)
    held = letters(FIRST) | letters(RUSSIAN) if face.has_russian else letters(FIRST)
    parts = {"rest": f"{LATIN}, {CYRILLIC}"} if face.has_russian else {"latin": LATIN, "cyrillic": CYRILLIC}
    for name, ranges in parts.items():
        yield written(face, f"{face.name}-{name}", subset(whole, letters(ranges) - held), ranges)
    yield written(face, face.name, subset(whole, held), f"{FIRST}, {RUSSIAN}" if face.has_russian else FIRST)


def letters(ranges: str) -> set[int]:
    """Return the code points that RANGES name, written as in a stylesheet."""
    found: set[int] = set()
    for one in ranges.replace("U+", "").split(", "):
        first, _, last = one.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


def copied(font: TTFont) -> TTFont:
    """Return FONT as it is once it was written and read: what was cut from it is gone from all its tables."""
    file = io.BytesIO()
    font.save(file)
    return TTFont(file, recalcTimestamp=False)


def weigh_kerning_once(font: TTFont) -> None:
    """Let the kerning of the regular hold for all weights: how it changes with them is a tenth of Literata."""
    for lookup in font["GPOS"].table.LookupList.Lookup if "fvar" in font else ():
        for table in (getattr(one, "ExtSubTable", one) for one in lookup.SubTable):
            pairs = [pair for of in getattr(table, "PairSet", ()) for pair in of.PairValueRecord]
            classes = [pair for of in getattr(table, "Class1Record", ()) for pair in of.Class2Record]
            for pair in pairs + classes:
                vars(pair.Value1).pop("XAdvDevice", None)
            if pairs or classes:
                table.ValueFormat1 &= 0xF


def subset(font: TTFont, wanted: set[int]) -> bytes:
    """Return FONT with no more than the letters WANTED, their kerning, and the notices of who made it."""
    options = Options(hinting=False, glyph_names=False, notdef_outline=False, name_IDs=[0, 5, 13, 14])
    options.layout_features = ["kern", "liga", "locl", "ccmp", "pnum", "tnum"]
    options.drop_tables += ["vhea", "vmtx", "VVAR", "STAT"]
    # A copy, for what is cut off is gone.
    part = copied(font)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(part)
    part.flavor = "woff2"
    file = io.BytesIO()
    part.save(file)
    return file.getvalue()


def written(face: Face, name: str, content: bytes, ranges: str) -> str:
    """Write a file under a name that carries the hash of its CONTENT; return the rule for it."""
    file = f"{name}.{hashlib.sha256(content).hexdigest()[:6]}.woff2"
    (STATIC / "fonts" / file).write_bytes(content)
    print(f"{len(content):6} {file}")
    style = "" if face.style == "normal" else f"font-style: {face.style}; "
    return (
        f'@font-face {{ font-family: "{face.family}"; {style}font-weight: {face.weight}; font-display: swap; '
        f'src: url("fonts/{file}"); unicode-range: {ranges}; }}'
    )


if __name__ == "__main__":
    main()
