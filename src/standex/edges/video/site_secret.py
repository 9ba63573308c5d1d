"""What turns clothing descriptors: random, one for each site, forgotten when the program ends."""

import secrets
import threading

_lock = threading.Lock()
_of_site: dict[str, int] = {}


def site_secret(site_id: str) -> int:
    """Return the secret of a site: all its cameras share it, and nobody writes it anywhere."""
    with _lock:
        return _of_site.setdefault(site_id, secrets.randbits(128))
