"""OpenCV, if it is installed in a version that can do what is asked of it here."""

import importlib
from functools import cache
from typing import Any

from standex.model.errors import StandexError

NEEDED = ("HOGDescriptor", "resize", "connectedComponentsWithStats", "morphologyEx")
HOW = "install the extra: pip install 'standex[video]' (opencv-python-headless>=4.8,<5)"


@cache
def opencv() -> Any:
    """Return the module ``cv2``, kept to one thread.

    Sensors run beside each other, each on its own core; threads of the library would only get in
    each other's way, and sums in another order would not be the same to the last bit.

    Raises:
        StandexError: it is not installed, or lacks something: the plain wheels of version 5 have
            no ``HOGDescriptor``.
    """
    try:
        cv2: Any = importlib.import_module("cv2")
    except ImportError as error:
        raise StandexError(
            f"cameras need OpenCV, which cannot be imported ({error}); {HOW}"
        ) from error
    missing = [name for name in NEEDED if not hasattr(cv2, name)]
    if missing:
        version = getattr(cv2, "__version__", "of unknown version")
        raise StandexError(f"OpenCV {version} has no {', '.join(missing)}; {HOW}")
    cv2.setNumThreads(1)
    return cv2
