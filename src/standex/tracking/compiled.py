"""Whether loops can be compiled, and how; Numba is optional (extra ``tracking``)."""

# Numba comes without types.
# pyright: basic

from inspect import unwrap
from typing import Any

import numpy as np

try:
    import numba
except ImportError:  # the extra [tracking] is not installed
    numba = None

AVAILABLE = numba is not None


def jit(function: Any) -> Any:
    """Return a function compiled, or as it is without Numba."""
    if numba is None:
        return function
    # A product and the sum that takes it may be one instruction; nothing else is reordered, so the
    # same input gives the same output. Under test, functions arrive wrapped in checks of their
    # annotations, which these have none of.
    options = {"cache": True, "error_model": "numpy", "nogil": True, "fastmath": {"contract"}}
    return numba.njit(**options)(unwrap(function))


def in_order(values: np.ndarray) -> np.ndarray:
    """Return an array as loops are compiled for: of doubles, in order, not read-only.

    For any other kind the loop would be compiled again, for seconds, in the middle of a run.
    """
    flags = values.flags
    if flags.c_contiguous and flags.writeable and values.dtype == np.float64:
        return values
    return np.require(values, np.float64, ("C", "W"))
