"""Errors that a caller can act on.

A broken contract between two pieces of code is a ``ValueError``. What comes from outside (a file,
a device, a site description) and can be mended there is a ``StandexError``; its message says
what is wrong, where, and what to do.
"""


class StandexError(Exception):
    """Something from outside is wrong in a way that the caller can mend."""


class SiteError(StandexError):
    """A site description cannot be used."""


class DataFileError(StandexError):
    """A file of recorded data cannot be read as what it claims to be."""


class RecordingError(StandexError):
    """A recording cannot be written, opened or replayed."""


class RecordError(StandexError):
    """One record of a device cannot be used; the sensor's next record may be fine."""


class PluginError(StandexError):
    """A named plug-in is missing, doubled or broken."""
