"""Random secrets that are handed out once, and kept only as a hash.

256 random bits cannot be guessed, so a fast hash is enough to make a stolen store worthless.
"""

import hashlib
import secrets

_BYTES = 32
LONGEST = 200  # characters of a token that is looked up at all


def new_token() -> str:
    """Return a new secret of 256 bits, fit for an address, a cookie and a header."""
    return secrets.token_urlsafe(_BYTES)


def hash_of(token: str) -> str:
    """Return under which name a token is kept; of one that is too long, that of none."""
    if not 0 < len(token) <= LONGEST:
        return ""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def csrf_of(token: str) -> str:
    """Return what a page must send with the cookie of a session to show that it is ours.

    Who has the cookie alone cannot work it out, and it tells nothing about the cookie.
    """
    return hashlib.sha256(b"csrf:" + token.encode(errors="replace")).hexdigest()


def is_csrf_of(token: str, sent: str) -> bool:
    """Return whether a page sent the right one."""
    return secrets.compare_digest(csrf_of(token).encode(), sent.encode(errors="replace"))
