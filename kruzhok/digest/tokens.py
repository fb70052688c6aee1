"""Who wants no more letters: a signed word in the address at the foot of each. It names the user and nothing else,
opens nothing else, and does not expire, since a letter may be read years later."""

from collections.abc import Sequence

from itsdangerous import BadSignature, URLSafeSerializer

_SALT = "unsubscribe"


def unsubscribe_token(secret: str, user_id: int) -> str:
    """Return the token of the user for a site of that SECRET."""
    return str(URLSafeSerializer(secret, salt=_SALT).dumps(user_id))


def user_of_token(secrets: Sequence[str], token: str) -> int | None:
    """Return the id of the user of TOKEN, None where it is not of this site or was copied without its end.

    Any of the SECRETS that the site has or had will do: links stand in letters for years."""
    try:
        user_id = URLSafeSerializer(list(secrets), salt=_SALT).loads(token)
    except BadSignature:
        return None
    return user_id if isinstance(user_id, int) else None
