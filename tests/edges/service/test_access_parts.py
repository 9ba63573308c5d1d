from contextlib import ExitStack

import pytest

from standex.edges.access.sensor_papers import SensorPapers
from standex.edges.service.access_parts import access_parts, admits
from standex.edges.service.config import ServiceFileError, parse_config

OIDC = """
[access.oidc]
issuer = "https://id.example"
client_id = "standex"
redirect_uri = "https://standex.example/api/v1/session/oidc/callback"
roles = { guards = ["operator"], chiefs = ["supervisor", "operator"] }
"""


def test_a_first_start_gives_a_link_and_no_password(config, kept, fakes, clock) -> None:
    with ExitStack() as stack:
        parts = access_parts(config, kept, fakes.site(), stack, clock=clock)
        assert parts.first_link
        assert [one["has_password"] for one in parts.accounts.all()] == [False]


def test_a_sensor_needs_its_paper(config, kept, fakes, clock) -> None:
    site = fakes.site()
    with ExitStack() as stack:
        parts = access_parts(config, kept, site, stack, clock=clock)
        spec = site.sensors[0]
        papers = SensorPapers(kept.store, clock=clock)
        token, _ = papers.new_token(spec.sensor_id, zone=spec.level_id, days=1)
        assert admits(parts.admission, spec.sensor_id, "::1", b"", token) == ""
        assert admits(parts.admission, site.sensors[1].sensor_id, "::1", b"", token)
        assert admits(parts.admission, spec.sensor_id, "::1", b"", "")


def test_a_provider_is_taken_from_the_file(made, kept, fakes, clock, tmp_path) -> None:
    config = parse_config(made.FILE + OIDC, path=tmp_path / "s.toml", site=fakes.site())
    with ExitStack() as stack:
        assert access_parts(config, kept, fakes.site(), stack, clock=clock).sign_in
    with pytest.raises(ServiceFileError, match="king"):
        parse_config(
            made.FILE + OIDC.replace("operator", "king"),
            path=tmp_path / "s.toml",
            site=fakes.site(),
        )
