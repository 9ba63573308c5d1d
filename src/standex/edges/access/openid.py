"""Signing in at an OpenID provider: authorization code with PKCE, state and nonce.

Every answer of the provider is taken for what anybody could have sent: of limited size and time,
with no redirect followed, and an ID token counts only with a signature by the provider's key under
an algorithm with a public key, for this client, of now, with the nonce that was sent.

References:
    OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE); RFC 9207 (issuer in the answer);
    RFC 9700 (best practice).
"""

import base64
import hashlib
import hmac
import json
import math
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, final
from urllib.parse import quote, urlencode

from standex.edges.access.account import AccessError
from standex.edges.access.openid_settings import (
    OpenIdSettings,
    Person,
    check_address,
    roles_of,
)
from standex.edges.clock import Clock
from standex.model.errors import StandexError

try:
    import httpx
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet
except ImportError as error:
    raise StandexError(
        "OpenID needs the packages httpx and joserfc; install them with "
        "pip install 'standex[service]'"
    ) from error

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
_MOST_BYTES = 256 * 1024  # of one answer
_MOST_USED = 10_000  # states remembered; a provider takes a code only once itself
_PENDING_S = 600
# Nested a thousand times, JSON ends in a RecursionError.
_UNREADABLE = (JoseError, ValueError, TypeError, KeyError, RecursionError)
_KEYS_AGAIN_S = 30.0  # keys are asked for again at most so often


@final
class OpenId:
    """The site's provider; use it from one event loop, and close it.

    Args:
        settings: which provider.
        client_secret: that it knows this service by; empty for a public client.
        clock: of the service.
        transport: instead of the network; for tests.
    """

    def __init__(
        self,
        settings: OpenIdSettings,
        *,
        client_secret: str,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._secret = client_secret
        self._clock = clock
        self._http = httpx.AsyncClient(
            timeout=settings.timeout_s,
            follow_redirects=False,
            transport=transport,
            trust_env=False,
        )
        self._provider: Mapping[str, Any] | None = None
        self._keys: KeySet | None = None
        self._keys_utc_ns = 0
        # All that is remembered of whom was sent away is in the state itself, under this key: a
        # flood of beginnings costs no memory and pushes nobody out.
        self._key = secrets.token_bytes(32)
        self._used: OrderedDict[str, None] = OrderedDict()

    async def begin(self) -> str:
        """Return where to send a browser.

        Raises:
            AccessError: the provider does not answer as one.
        """
        provider = await self._discovered()
        expires_s = self._clock.utc_ns() // 10**9 + _PENDING_S
        state = f"{expires_s}.{secrets.token_urlsafe(24)}"
        state = f"{state}.{self._derived('state', state)}"
        digest = hashlib.sha256(self._derived("verifier", state).encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect_uri,
            "scope": " ".join(self._settings.scopes),
            "state": state,
            "nonce": self._derived("nonce", state),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        address = str(provider["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    async def finish(self, query: Mapping[str, str]) -> Person:
        """Return whom the provider vouches for in what it sent the browser back with.

        Raises:
            AccessError: it is not an answer to a question of ours, or not by the provider.
        """
        state = query.get("state", "")
        self._use(state)
        if query.get("iss", self._settings.issuer) != self._settings.issuer:
            raise AccessError("the answer is of another OpenID provider")
        code = query.get("code", "")
        if not code:
            said = "".join(c for c in query.get("error", "no code") if c.isalnum() or c in "_ ")
            raise AccessError(f"the OpenID provider refused: {said[:80]}")
        token = await self._exchanged(code, self._derived("verifier", state))
        claims = await self._claims(token, self._derived("nonce", state))
        name, subject = claims.get(self._settings.name_claim), claims.get("sub")
        if not isinstance(name, str) or not isinstance(subject, str) or not name or not subject:
            raise AccessError(f"the ID token has no {self._settings.name_claim} or no sub")
        roles = roles_of(claims, self._settings)
        if not roles:
            raise AccessError("the OpenID provider gives this account no role at this site")
        return Person(subject=f"{self._settings.issuer} {subject}", account_name=name, roles=roles)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    def _derived(self, what: str, state: str) -> str:
        """Return a secret of one sign-in that nobody else can work out."""
        mac = hmac.digest(self._key, f"{what}:{state}".encode(), "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def _use(self, state: str) -> None:
        """Take a state, once.

        Raises:
            AccessError: it is not of this service, too old, or was taken before.
        """
        again = "this way of signing in was not begun here, or too long ago; begin again"
        head, _, mac = state.rpartition(".")
        if len(state) > 200 or not secrets.compare_digest(
            mac.encode(), self._derived("state", head).encode()
        ):
            raise AccessError(again)
        if self._clock.utc_ns() // 10**9 >= int(head.partition(".")[0]) or state in self._used:
            raise AccessError(again)
        self._used[state] = None
        while len(self._used) > _MOST_USED:
            self._used.popitem(last=False)

    async def _exchanged(self, code: str, verifier: str) -> str:
        """Return the ID token for a code."""
        provider = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_uri,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {}
        if self._secret:
            both = f"{quote(self._settings.client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        else:
            form["client_id"] = self._settings.client_id
        address = str(provider["token_endpoint"])
        token = (await self._asked("POST", address, form=form, headers=headers)).get("id_token")
        if not isinstance(token, str):
            raise AccessError("the OpenID provider sent no ID token")
        return token

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """Return what a token says, once it is certain who says it, to whom, and when."""
        try:
            claims = json.loads(await self._verified(token))
        except _UNREADABLE as error:
            raise AccessError(f"the ID token is not signed by the provider ({error})") from error
        if not isinstance(claims, dict):
            raise AccessError("the ID token says nothing")
        said: dict[str, Any] = claims
        audience = said.get("aud")
        for_whom = audience if isinstance(audience, list) else [audience]
        client = self._settings.client_id
        now_s, leeway_s = self._clock.utc_ns() * 1e-9, self._settings.leeway_s
        wrong = {
            "is of another issuer": said.get("iss") != self._settings.issuer,
            "is for somebody else": client not in for_whom,
            "was made for another client": said.get("azp", client) != client,
            "has another nonce": not secrets.compare_digest(
                str(said.get("nonce")).encode(), nonce.encode()
            ),
            "has run out": not now_s < _seconds(said.get("exp")) + leeway_s,
            "is from the future": not _seconds(said.get("iat")) <= now_s + leeway_s,
        }
        if len(for_whom) > 1 and "azp" not in said:
            wrong["is for several and does not say for which"] = True
        problems = [what for what, is_so in wrong.items() if is_so]
        if problems:
            raise AccessError(f"the ID token {', '.join(problems)}")
        return said

    async def _verified(self, token: str) -> bytes:
        """Return the signed text of a token."""
        for is_last in (False, True):
            keys = await self._key_set(is_again=is_last)
            try:
                registry = jws.JWSRegistry(algorithms=list(ALGORITHMS))
                return jws.deserialize_compact(
                    token.encode(), keys, algorithms=list(ALGORITHMS), registry=registry
                ).payload
            except (JoseError, ValueError, KeyError):
                # The provider may have changed its keys since they were asked for.
                if is_last:
                    raise
        raise AssertionError

    async def _key_set(self, *, is_again: bool) -> KeySet:
        now = self._clock.utc_ns()
        is_due = is_again and abs(now - self._keys_utc_ns) >= _KEYS_AGAIN_S * 1e9
        if self._keys is None or is_due:
            provider = await self._discovered()
            found = await self._asked("GET", str(provider["jwks_uri"]))
            try:
                listed = [k for k in found["keys"] if k.get("kty") in {"RSA", "EC", "OKP"}]
                self._keys = KeySet.import_key_set({"keys": listed})
            except (*_UNREADABLE, AttributeError) as error:
                raise AccessError(f"the keys of the OpenID provider are none ({error})") from error
            self._keys_utc_ns = now
        return self._keys

    async def _discovered(self) -> Mapping[str, Any]:
        if self._provider is None:
            issuer = self._settings.issuer
            address = issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = await self._asked("GET", address)
            if found.get("issuer") != issuer:
                itself = str(found.get("issuer"))[:200]
                raise AccessError(
                    f"the OpenID provider at {address} calls itself {itself!r}, not {issuer!r}; "
                    "correct issuer"
                )
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                check_address(str(found.get(name, "")), name)
            self._provider = found
        return self._provider

    async def _asked(
        self,
        method: str,
        address: str,
        *,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """Return the JSON object at an address of the provider."""
        body = bytearray()
        sent = {"accept": "application/json", **(headers or {})}
        try:
            async with self._http.stream(method, address, data=form, headers=sent) as answer:
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > _MOST_BYTES:
                        raise AccessError(f"{address} answers with over {_MOST_BYTES} bytes")
                if answer.status_code != 200:
                    raise AccessError(f"{address} answers with status {answer.status_code}")
            found = json.loads(bytes(body))
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise AccessError(f"the OpenID provider at {address} fails: {error!r}") from error
        if not isinstance(found, dict):
            raise AccessError(f"{address} answers with something that is no JSON object")
        return found


def _seconds(value: object) -> float:
    """Return a time of a token; no number for one that is none, so that no comparison holds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
