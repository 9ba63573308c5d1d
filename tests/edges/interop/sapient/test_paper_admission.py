"""Papers decide who is a sensor."""

import pytest

pytest.importorskip("cryptography", reason="cryptography is not installed")

from standex.edges.access.admission import Shown
from standex.edges.interop.sapient.admission import Claim
from standex.edges.interop.sapient.paper_admission import by_papers


def test_shows_what_the_connection_has_shown() -> None:
    asked: list[tuple[str, Shown]] = []

    def check(sensor_id: str, shown: Shown) -> str | None:
        asked.append((sensor_id, shown))
        return None if shown.token == "good" else "its token is not good"

    admit = by_papers(check)
    claim = Claim(node_id="n", sensor_id="s", address="a", certificate_der=b"", token="good")
    assert admit(claim) == ""
    assert asked[0][0] == "s"
    assert asked[0][1].certificate_der is None
    other = Claim(node_id="n", sensor_id="s", address="a", certificate_der=b"x", token="")
    assert admit(other) == "its token is not good"
    assert (asked[1][1].certificate_der, asked[1][1].token) == (b"x", None)
