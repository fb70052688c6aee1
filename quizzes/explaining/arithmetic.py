"""How numbers stand in an explanation: two digits, and the way to them."""

from fractions import Fraction

from quizzes.attempts.wording import amount


def said(share: Fraction) -> str:
    """Return SHARE with two digits at most."""
    return amount(float(share))


def equals(reckoning: str, share: Fraction) -> str:
    """Return "(2 − 1) / 3 = 0.33", RECKONING being what leads to SHARE."""
    return f"{reckoning} = {said(share)}"


def out_of(part: int, whole: int) -> str:
    """Return "7 / 10 = 0.7"."""
    return equals(f"{part} / {whole}", Fraction(part, whole))
