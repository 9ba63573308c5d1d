from pathlib import Path

import pytest

from standex.edges.settings import load_site
from standex.model.site import Site


@pytest.fixture(scope="session")
def site() -> Site:
    """Return a site that no shipped site changes."""
    return load_site(Path(__file__).parents[1] / "edges" / "survey.toml")
