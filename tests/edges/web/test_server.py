import socket

import httpx
import pytest
from fastapi import FastAPI

from standex.edges.web.server import WebServer, WebServerError

pytestmark = pytest.mark.slow


def test_it_serves_until_it_is_stopped(app, service) -> None:
    server = WebServer(app, host="127.0.0.1", port=0)
    server.start()
    url = f"http://127.0.0.1:{server.port}/api/v1/alive"
    with httpx.Client(trust_env=False) as client:
        answer = client.get(url)
        assert answer.json()["is_alive"]
        assert "server" not in answer.headers
        assert server.is_serving
        server.stop()
        assert not server.is_serving
        assert service.sign_in.is_closed
        with pytest.raises(httpx.HTTPError):
            client.get(url)


def test_a_port_that_is_taken_is_said_to_be() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(WebServerError, match="is another service there"):
            WebServer(FastAPI(), host="127.0.0.1", port=taken.getsockname()[1])


def test_an_app_that_cannot_begin_is_said_not_to() -> None:
    async def broken(_):
        raise OSError("no disk")
        yield

    server = WebServer(FastAPI(lifespan=broken), host="127.0.0.1", port=0)
    with pytest.raises((WebServerError, TypeError)):
        server.start()
    server.stop()
