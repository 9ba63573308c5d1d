"""What all tests share: seeded chance, the folder of recorded data, a database server."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from postgresql_server import postgresql  # noqa: F401 - a fixture

# A busy machine is no error: how long an example takes says nothing about the law it tests.
# The same examples every time: a change is judged by what it changed. Look for new ones with
# STANDEX_EXPLORE=1, and put what they find into a test of its own.
settings.register_profile("standex", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("STANDEX_EXPLORE") else "standex")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260101)


@pytest.fixture
def data_dir() -> Path:
    """Return the folder named by STANDEX_DATA; tests that use it are marked ``data``."""
    folder = os.environ.get("STANDEX_DATA")
    if not folder:
        pytest.skip("STANDEX_DATA is not set: no folder with recorded data")
    return Path(folder)


def pytest_make_parametrize_id(config, val: object, argname: str) -> str | None:
    """Name cases alike in every process: bytes may hold the time at which they were made."""
    return argname if isinstance(val, bytes) else None
