import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from standex.edges.access.account import AccessError
from standex.edges.access.openid import OpenId
from standex.edges.access.openid_settings import OpenIdSettings
from standex.edges.access.roles import Role
from standex.edges.clock import SimulatedClock

from .openid_provider import (
    CLIENT,
    ISSUER,
    SECRET,
    Provider,
    rsa_key,
    signed_with_public_key,
    unsigned,
)


def settings_of(issuer: str = ISSUER) -> OpenIdSettings:
    return OpenIdSettings(
        issuer=issuer,
        client_id=CLIENT,
        redirect_uri="https://station.example/api/v1/session/oidc",
        role_claim="roles",
        roles={"guards": (Role.OPERATOR,)},
    )


@pytest.fixture
def provider(clock) -> Provider:
    return Provider(lambda: clock.utc_ns() * 1e-9)


def run(clock: SimulatedClock, provider: Provider, steps):
    """Run steps with a client of the provider."""

    async def go():
        transport = httpx.MockTransport(provider.answer)
        client = OpenId(settings_of(), client_secret=SECRET, clock=clock, transport=transport)
        try:
            return await steps(client)
        finally:
            await client.aclose()

    return anyio.run(go)


def came(clock: SimulatedClock, provider: Provider, change=None):
    """Return whom a whole sign-in brings; ``change`` alters what the browser brings back."""

    async def steps(client: OpenId):
        query = provider.sign_in(await client.begin())
        return await client.finish(query if change is None else change(query))

    return run(clock, provider, steps)


def refused(clock, provider, match: str, change=None) -> None:
    with pytest.raises(AccessError, match=match):
        came(clock, provider, change)


def test_somebody_comes_in(clock, provider: Provider) -> None:
    person = came(clock, provider)
    assert person.subject == f"{ISSUER} 17"
    assert person.account_name == "Kim"
    assert person.roles == {Role.OPERATOR}


def test_each_way_has_its_own_secrets(clock, provider: Provider) -> None:
    async def steps(client: OpenId) -> list[str]:
        return [await client.begin() for _ in range(20)]

    queries = [parse_qs(urlsplit(address).query) for address in run(clock, provider, steps)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({query[name][0] for query in queries}) == 20


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda q: q | {"state": "x"}, "not begun here"),
        (lambda q: q | {"state": "9999999999.x." + q["state"].split(".")[2]}, "not begun here"),
        (lambda q: {k: v for k, v in q.items() if k != "state"}, "not begun here"),
        (lambda q: q | {"iss": "https://evil.example"}, "another OpenID provider"),
        (lambda q: q | {"code": "another"}, "status 400"),
        (lambda q: q | {"code": "", "error": "access_denied<script>"}, "access_deniedscript$"),
    ],
)
def test_what_was_not_asked_for_is_refused(clock, provider: Provider, change, match: str) -> None:
    refused(clock, provider, match, change)


def test_an_answer_counts_once_and_in_time(clock, provider: Provider) -> None:
    async def steps(client: OpenId) -> None:
        query = provider.sign_in(await client.begin())
        await client.finish(query)
        with pytest.raises(AccessError, match="begin again"):
            await client.finish(query)
        query = provider.sign_in(await client.begin())
        clock.advance(601.0)
        with pytest.raises(AccessError, match="begin again"):
            await client.finish(query)

    run(clock, provider, steps)


def test_a_code_of_another_sign_in_does_not_do(clock, provider: Provider) -> None:
    """Somebody who steals a code cannot have it taken by a sign-in of their own."""

    async def steps(client: OpenId) -> None:
        stolen = provider.sign_in(await client.begin())
        own = provider.sign_in(await client.begin())
        with pytest.raises(AccessError, match="status 400"):
            await client.finish(own | {"code": stolen["code"]})

    run(clock, provider, steps)


@pytest.mark.parametrize(
    ("spoilt", "match"),
    [
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"aud": "other"}, "somebody else"),
        ({"aud": ["other", CLIENT]}, "does not say for which"),
        ({"aud": CLIENT, "azp": "other"}, "another client"),
        ({"nonce": "x"}, "another nonce"),
        ({"nonce": None}, "another nonce"),
        ({"exp": 1}, "run out"),
        ({"exp": None}, "run out"),
        ({"exp": True}, "run out"),
        ({"iat": 10**12}, "from the future"),
        ({"iat": None}, "from the future"),
        ({"sub": None}, "no sub"),
        ({"sub": ""}, "no sub"),
        ({"preferred_username": None}, "no preferred_username"),
        ({"roles": ["cooks"]}, "no role"),
        ({"roles": None}, "no role"),
    ],
)
def test_claims_that_are_wrong_are_refused(clock, provider, spoilt, match: str) -> None:
    provider.spoil = lambda claims: claims.update(spoilt)
    refused(clock, provider, match)


def test_several_audiences_with_us_named_do(clock, provider: Provider) -> None:
    provider.spoil = lambda claims: claims.update(aud=["other", CLIENT], azp=CLIENT)
    assert came(clock, provider).account_name == "Kim"


@pytest.mark.parametrize("how", ["none", "another key", "public key as secret", "cut", "odd"])
def test_a_token_that_the_provider_did_not_sign_is_refused(clock, provider, how: str) -> None:
    now_s = int(clock.utc_ns() * 1e-9)
    claims = {"iss": ISSUER, "aud": CLIENT, "exp": now_s + 300, "iat": now_s, **provider.claims}
    other = RSAKey.import_key(rsa_key("other").as_dict(private=True) | {"kid": "one"})
    forged = {
        "none": lambda: unsigned(claims),
        "another key": lambda: jwt.encode({"alg": "RS256", "kid": "one"}, claims, other),
        "public key as secret": lambda: signed_with_public_key(claims, provider.key),
        "cut": lambda: jwt.encode({"alg": "RS256", "kid": "one"}, claims, provider.key)[:-20],
        "odd": lambda: "a.b.c",
    }[how]()
    provider.answers["/token"] = lambda: httpx.Response(200, json={"id_token": forged})
    refused(clock, provider, "not signed by the provider")


def test_a_provider_may_change_its_keys(clock, provider: Provider) -> None:
    async def steps(client: OpenId) -> None:
        await client.finish(provider.sign_in(await client.begin()))
        provider.key = rsa_key("two")
        clock.advance(60.0)
        query = provider.sign_in(await client.begin())
        assert (await client.finish(query)).account_name == "Kim"
        # Whoever sends odd tokens does not make us ask for keys each time.
        n_asked = provider.asked.count("/keys")
        provider.answers["/token"] = lambda: httpx.Response(200, json={"id_token": "a.b.c"})
        for _ in range(5):
            with pytest.raises(AccessError):
                await client.finish(provider.sign_in(await client.begin()))
        assert provider.asked.count("/keys") == n_asked

    run(clock, provider, steps)


def down() -> httpx.Response:
    raise httpx.ConnectError("refused")


CONFIGURATION = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("path", "answer", "match"),
    [
        (CONFIGURATION, down, "fails"),
        (CONFIGURATION, lambda: httpx.Response(302, headers={"location": "http://x"}), "302"),
        (CONFIGURATION, lambda: httpx.Response(200, text="<html>"), "fails"),
        (CONFIGURATION, lambda: httpx.Response(200, json=[1]), "no JSON object"),
        (CONFIGURATION, lambda: httpx.Response(200, json={"issuer": "x"}), "calls itself"),
        (CONFIGURATION, lambda: httpx.Response(200, json={"issuer": ISSUER}), "https address"),
        ("/keys", lambda: httpx.Response(200, content=b" " * 300_000), "over"),
        ("/keys", lambda: httpx.Response(200, content=b"[" * 200_000), "fails"),
        ("/keys", lambda: httpx.Response(200, json={"keys": 3}), "keys"),
        ("/keys", lambda: httpx.Response(200, json={"keys": [{"kty": "RSA"}]}), "keys"),
        ("/token", lambda: httpx.Response(200, json={}), "no ID token"),
    ],
)
def test_a_provider_that_fails_is_told(clock, provider, path: str, answer, match: str) -> None:
    provider.answers[path] = answer
    refused(clock, provider, match)


def test_a_provider_that_comes_back_is_asked_again(clock, provider: Provider) -> None:
    async def steps(client: OpenId) -> None:
        provider.answers[CONFIGURATION] = down
        with pytest.raises(AccessError):
            await client.begin()
        provider.answers.clear()
        assert await client.begin()

    run(clock, provider, steps)


@pytest.mark.slow
def test_it_works_over_a_socket(clock) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length", 0))
            request = httpx.Request(
                self.command,
                f"{issuer}{self.path.removeprefix('/realm')}",
                headers=dict(self.headers.items()),
                content=self.rfile.read(length),
            )
            answer = provider.answer(request)
            self.send_response(answer.status_code)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_GET

        def log_message(self, *_) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = f"http://127.0.0.1:{server.server_port}/realm"
        provider = Provider(lambda: clock.utc_ns() * 1e-9, issuer)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()

        async def go() -> None:
            client = OpenId(settings_of(issuer), client_secret=SECRET, clock=clock)
            try:
                person = await client.finish(provider.sign_in(await client.begin()))
                assert person.subject == f"{issuer} 17"
            finally:
                await client.aclose()

        try:
            anyio.run(go)
        finally:
            server.shutdown()
            thread.join()
