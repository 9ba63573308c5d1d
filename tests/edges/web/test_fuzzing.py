"""The API under requests that schemathesis makes up: no server error, nothing undocumented.

``STANDEX_FUZZ_EXAMPLES`` asks for more per endpoint than the few of every test run.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from standex.edges.access.rate_limit import Rate
from standex.edges.access.roles import Role
from standex.edges.web import app as module
from standex.edges.web.server import WebServer

schemathesis = pytest.importorskip("schemathesis", reason="install schemathesis (dev) to fuzz")
pytestmark = pytest.mark.slow
N_EXAMPLES = int(os.environ.get("STANDEX_FUZZ_EXAMPLES", "2"))
LEFT_OUT = "/session"  # signing out in between would leave nothing to try


@pytest.fixture
def server(service, monkeypatch):
    """Serve to somebody with every role, as fast as they ask."""
    gate, often = module.Gate, Rate(burst=10**6, per_s=1e6)
    monkeypatch.setattr(module, "Gate", lambda *args, **more: gate(*args, rate=often, **more))
    service.sign_in.roles["boss"] = set(Role)
    server = WebServer(module.make_app(service.view, is_secure=False), host="127.0.0.1", port=0)
    server.start()
    yield server
    server.stop()


def checks():
    from schemathesis.checks import not_a_server_error  # noqa: PLC0415
    from schemathesis.specs.openapi import checks as of  # noqa: PLC0415

    return [
        not_a_server_error,
        of.status_code_conformance,
        of.content_type_conformance,
        of.response_schema_conformance,
    ]


def test_nothing_made_up_breaks_it(server, client) -> None:
    openapi = client("viewer").get("/api/v1/openapi.json").json()
    problems = []
    n = 0
    for result in schemathesis.openapi.from_dict(openapi).get_all_operations():
        operation = result.ok()
        if LEFT_OUT in operation.path:
            continue
        for mode in schemathesis.GenerationMode:
            try:
                fuzz(operation, mode, server.port)
            except Unsatisfiable:  # nothing about it can be wrong
                continue
            except Exception as error:  # noqa: BLE001 - all are told at once
                problems.append(f"{operation.label} ({mode.value}): {error}")
            n += 1
    assert n > 60
    assert not problems, "\n\n".join(problems)


def fuzz(operation, mode, port) -> None:
    @settings(
        max_examples=N_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def once(case) -> None:
        case.headers["authorization"] = "Bearer token-boss"
        case.call_and_validate(base_url=f"http://127.0.0.1:{port}", checks=checks())

    once()
