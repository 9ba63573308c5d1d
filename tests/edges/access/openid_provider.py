"""A small OpenID provider for tests: discovery, keys, codes with PKCE, and ID tokens."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

ISSUER = "https://id.example/realm"
CLIENT, SECRET = "standex", "client's secret: 100 %"


@cache
def rsa_key(kid: str) -> RSAKey:
    """Return the key of a name, the same each time: making one takes a while."""
    return RSAKey.generate_key(2048, parameters={"kid": kid})


class Provider:
    """Answers as the standard says; ``spoil`` changes the claims, ``answers`` whole answers."""

    def __init__(self, now_s: Callable[[], float], issuer: str = ISSUER) -> None:
        self.issuer = issuer
        self.now_s = now_s
        self.key = rsa_key("one")
        self.algorithm = "RS256"
        self.claims = {
            "sub": "17",
            "preferred_username": "Kim",
            "roles": ["guards"],
        }
        self.spoil: Callable[[dict], object] = lambda claims: None
        self.answers: dict[str, Callable[[], httpx.Response]] = {}
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}

    def sign_in(self, address: str) -> dict[str, str]:
        """Play the browser and the person: return the query that the browser comes back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = query
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to a request of a client."""
        path = request.url.path.removeprefix(urlsplit(self.issuer).path)
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]()
        if path == "/.well-known/openid-configuration":
            return httpx.Response(
                200,
                json={
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/auth",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                },
            )
        if path == "/keys":
            return httpx.Response(200, json={"keys": [self.key.as_dict(private=False)]})
        assert path == "/token"
        return self._token(request)

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {n: v[0] for n, v in parse_qs(request.content.decode()).items()}
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        user = base64.b64decode(request.headers["authorization"].partition(" ")[2]).decode()
        right = f"{CLIENT}:client%27s%20secret%3A%20100%20%25"
        if asked is None or challenge != asked["code_challenge"] or user != right:
            return httpx.Response(400, json={"error": "invalid_grant"})
        now_s = int(self.now_s())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "exp": now_s + 300,
            "iat": now_s,
            "nonce": asked["nonce"],
            **self.claims,
        }
        self.spoil(claims)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        token = jwt.encode(header, claims, self.key, algorithms=[self.algorithm])
        return httpx.Response(200, json={"id_token": token, "access_token": "x"})


def part(value: bytes) -> str:
    """Return a part of a token."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unsigned(claims: dict) -> str:
    """Return a token under the algorithm ``none``."""
    return f"{part(json.dumps({'alg': 'none'}).encode())}.{part(json.dumps(claims).encode())}."


def signed_with_public_key(claims: dict, key: RSAKey) -> str:
    """Return a token signed with a public key as if it were a shared secret."""
    header = {"alg": "HS256", "kid": key.kid}
    head = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    mac = hmac.digest(key.as_pem(private=False), head.encode(), "sha256")
    return f"{head}.{part(mac)}"
