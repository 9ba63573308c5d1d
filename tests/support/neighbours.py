"""Modules of the tests by their path: test folders are no packages, and cannot be imported."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]


def loaded(path: str | Path, *, name: str = "") -> Any:
    """Return a module of the tests, or of anything beside them; the same one every time.

    Args:
        path: of its file; a relative one begins at ``tests``.
        name: under which it is kept; another name makes another module of the same file, which
            may be changed without harm to the first.
    """
    file = (TESTS / path).resolve()
    name = name or "_".join((file.parent.name, file.stem))
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:  # a module half-way would be taken for a whole one
        del sys.modules[name]
        raise
    return module
