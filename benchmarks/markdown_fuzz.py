"""How the time of Markdown grows with the text, for pieces repeated that parsers are known to stumble over.

    ./run python -m benchmarks.markdown_fuzz [--quick] [--most N]

Assumes: a text of one piece repeated, in sizes that double; CPU time, the least of three runs each. Both dialects are
measured: what users write and a curriculum. For each piece the growth is fitted: time as size to the power of
`exponent`, between the two largest sizes (the smaller ones measure what any text costs).

It fails (exit code 1) where the exponent is above 1.5: from twice the text nobody may make three times the work. A text
that is refused (nested too deep) costs what finding that out costs, and is measured all the same.
"""

import argparse
import contextlib
import json
import math
import sys
import time
from collections.abc import Callable

from course.base.markdown import LONGEST, TooLong, blocks, to_html

PIECES = (
    *(
        "[",
        "![",
        "](",
        "[a](",
        "[a]: b\n",
        "[a][",
        "[[a]",
        "*",
        "*a ",
        "**a_b ",
        "_a __",
        "`",
        "``a`",
        "<",
        "<a:",
        "<!--",
    ),
    *(
        "&",
        "&#",
        "&#x",
        "\\",
        "|",
        "a|",
        "|-|\n",
        "> ",
        "> a\n\n",
        "- a\n",
        "- ",
        "1. a\n",
        "    a\n",
        "\t",
        "```\n",
        "~~~a\n",
    ),
    *(
        "{#",
        "{#a} ",
        "[a]{",
        "{lang=",
        "# ",
        "#",
        "---\n",
        "===\n",
        "a\n===\n",
        "\n",
        " ",
        "a",
        "a ",
        "\u202e",
        "\U0001f600",
    ),
    *(
        "http://a.b ",
        "www.",
        "a@b.c ",
        "<a@b.c>",
        '"',
        "'",
        "(",
        ")",
        "[a]( <",
        '[a](b "',
        "%",
        "{{",
        "\r",
        "\x00",
        "<b>",
    ),
)
MOST_EXPONENT = 1.5
#: Below this many seconds a clock measures itself.
TOO_LITTLE = 0.02


def _seconds(act: Callable[[str], object], source: str) -> float:
    least = math.inf
    for _again in range(3):
        began = time.process_time()
        with contextlib.suppress(TooLong):
            act(source)
        least = min(least, time.process_time() - began)
    return least


def main() -> int:
    """Print the pieces that grow fastest, and the figures last."""
    parser = argparse.ArgumentParser(prog="benchmarks.markdown_fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="up to 16,000 characters")
    parser.add_argument("--most", type=int, default=LONGEST, help="characters of the longest text")
    asked = parser.parse_args()
    most = min(16_000 if asked.quick else asked.most, LONGEST)
    found = []
    for dialect, act in (("users", to_html), ("curriculum", blocks)):
        for piece in PIECES:
            half, whole = (_seconds(act, (piece * most)[:size]) for size in (most // 2, most))
            exponent = math.log2(whole / half) if half > TOO_LITTLE else 0.0
            found.append((exponent, whole, dialect, piece))
            print(f"{dialect:10} {piece!r:16} {whole:7.3f} s  to the power of {exponent:4.2f}", flush=True)
    grown = [one for one in found if one[0] > MOST_EXPONENT]
    slowest = max(found, key=lambda one: one[1])
    figures = {
        "characters": most,
        "pieces": len(PIECES),
        "slowest": {"piece": slowest[3], "dialect": slowest[2], "seconds": round(slowest[1], 3)},
        "largest_exponent": round(max(found)[0], 2),
        "too_steep": [{"piece": piece, "dialect": dialect, "exponent": round(e, 2)} for e, _s, dialect, piece in grown],
    }
    print(json.dumps(figures))
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
