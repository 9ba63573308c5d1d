"""The optional packages of the crowd, imported when first needed."""

from importlib import import_module
from typing import Any

from standex.model.errors import StandexError

OLDEST, FIRST_UNKNOWN = (1, 4), (2, 0)


def jupedsim() -> Any:
    """Return the package that computes the steps.

    Raises:
        StandexError: it is missing or of a version that this adapter does not know.
    """
    package = _imported("jupedsim")
    text = str(getattr(package, "__version__", ""))
    parts = tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
    if not OLDEST <= parts < FIRST_UNKNOWN:
        raise StandexError(
            f"a simulated crowd needs jupedsim >= 1.4 and < 2, found {text or 'another'}: "
            "pip install 'standex[crowd]'"
        )
    return package


def shapely() -> Any:
    """Return the package that knows floors.

    Raises:
        StandexError: it is missing.
    """
    return _imported("shapely")


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise StandexError(
            f"a simulated crowd needs {name} ({error}): pip install 'standex[crowd]'. Its wheel "
            "also asks for viewers of 1.5 GB that are not needed here; without them: "
            "pip install --no-deps 'jupedsim>=1.4,<2' and pip install shapely deprecated"
        ) from error
