"""What can go wrong between us and another node."""

from standex.model.errors import StandexError


class SapientError(StandexError):
    """A node, a connection or a message cannot be used."""


def no_protobuf() -> SapientError:
    """Return what is said where the messages cannot be read at all."""
    return SapientError("SAPIENT needs the package protobuf: pip install 'standex[sapient]'")
