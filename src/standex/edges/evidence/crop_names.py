"""How crops from cameras are called in a bundle."""

import re

_CROP = re.compile(r"crop-\d{3}\.png")


def crop_name(number: int) -> str:
    """Return the name of a crop, counted from 0."""
    return f"crop-{number:03d}.png"


def is_crop(name: str) -> bool:
    """Return whether a file of a bundle is a crop from a camera."""
    return _CROP.fullmatch(name) is not None
