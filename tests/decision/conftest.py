import pytest

from standex.edges.settings import load_site
from standex.model.site import Site


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site("metro")
