"""Tells systemd that the service is ready, alive, and stopping; elsewhere it does nothing."""

import os
import socket
from collections.abc import Mapping


def notify(word: str, environment: Mapping[str, str] | None = None) -> bool:
    """Send a word such as ``READY=1``; return whether anybody was there to hear it.

    References:
        sd_notify(3).
    """
    environment = os.environ if environment is None else environment
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    # A leading @ stands for the abstract namespace.
    name = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.sendto(word.encode(), name)
    except OSError:
        return False  # the watch does not end because nobody listens
    return True
