"""Messages on the wire: a length of four bytes, little endian, and so many bytes."""

from typing import final

from standex.edges.interop.sapient.errors import SapientError

LENGTH_BYTES = 4
MOST_BYTES = 1 << 20
"""Longest message that is read or sent, when nothing is said: as other people's middleware."""


class FramingError(SapientError):
    """What comes cannot be cut into messages; nothing that follows can be, either."""


def framed(message: bytes) -> bytes:
    """Return a message with its length before it."""
    return len(message).to_bytes(LENGTH_BYTES, "little") + message


@final
class Deframer:
    """Cuts what comes from one connection into messages.

    A length is believed only up to the limit, and nothing is set aside for a message before its
    bytes are there: who claims two gigabytes costs four bytes.
    """

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        """Start at the beginning of a message, each of at most so many bytes."""
        self._most_bytes = most_bytes
        self._rest = bytearray()

    @property
    def n_waiting(self) -> int:
        """Return how many bytes of an unfinished message wait."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the messages that are complete with these bytes; to be called until there is none.

        Raises:
            FramingError: the next length is beyond the limit.
        """
        rest = self._rest
        rest += data
        messages: list[bytes] = []
        at, end = 0, len(rest)
        while end - at >= LENGTH_BYTES:
            n_bytes = int.from_bytes(rest[at : at + LENGTH_BYTES], "little")
            if n_bytes > self._most_bytes:
                if messages:
                    break  # these first; the next call comes to it again
                raise FramingError(
                    f"a message claims {n_bytes} bytes, {self._most_bytes} are allowed"
                )
            begin = at + LENGTH_BYTES
            if end - begin < n_bytes:
                break
            at = begin + n_bytes
            messages.append(bytes(rest[begin:at]))
        if at:
            del rest[:at]
        return messages
