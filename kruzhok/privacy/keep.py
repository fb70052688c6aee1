"""How long something is kept where whoever runs the site may say so, and how long where they do not."""

from dataclasses import dataclass

#: Days between the letter to an account that nobody uses and its end.
NOTICE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Keep:
    """In days, but for accounts in months, of which None means for good."""

    looks: int = 365
    notices: int = 365
    requests: int = 365
    accounts: int | None = None
