import pytest
from starlette.exceptions import HTTPException

from standex.edges.web.web_parts import present


def test_what_is_missing_is_named() -> None:
    assert present([], "lists") == []
    with pytest.raises(HTTPException) as refused:
        present(None, "evidence bundles")
    assert refused.value.status_code == 501
