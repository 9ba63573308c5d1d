"""What a site says about its OpenID provider, and what claims make of somebody there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from standex.edges.access.account import AccessError
from standex.edges.access.roles import Role

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdSettings:
    """The site's OpenID provider.

    Attributes:
        issuer: its address, exactly as it writes it in its tokens.
        client_id: what it calls this service.
        redirect_uri: address of this service that it sends browsers back to.
        role_claim: where roles are in the ID token, dots between levels; ``realm_access.roles``.
        roles: from a value of that claim to roles here; other values give none.
        name_claim: what an account is called after.
        scopes: that are asked for.
        leeway_s: by how much its clock may differ.
        timeout_s: for each of its answers.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    role_claim: str
    roles: Mapping[str, tuple[Role, ...]]
    name_claim: str = "preferred_username"
    scopes: tuple[str, ...] = field(default=("openid", "profile"))
    leeway_s: float = 30.0
    timeout_s: float = 5.0

    def __post_init__(self) -> None:
        for name in ("issuer", "redirect_uri"):
            check_address(getattr(self, name), name)
        if "openid" not in self.scopes:
            raise AccessError("openid: scopes must have 'openid' among them")
        if not self.roles:
            raise AccessError(f"openid: roles is empty: no value of {self.role_claim} lets one in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom the provider vouches for.

    Attributes:
        subject: issuer and subject, with a space between: the same for ever.
        account_name: what to call their account.
        roles: what they are here.
    """

    subject: str
    account_name: str
    roles: frozenset[Role]


@runtime_checkable
class Provider(Protocol):
    """A provider that is set up; see ``standex.edges.access.openid``."""

    async def begin(self) -> str:
        """Return where to send a browser.

        Raises:
            AccessError: the provider does not answer as one.
        """
        ...

    async def finish(self, query: Mapping[str, str]) -> Person:
        """Return whom the provider vouches for in what it sent the browser back with.

        Raises:
            AccessError: it is not an answer to a question of ours, or not by the provider.
        """
        ...

    async def aclose(self) -> None:
        """Close its connections."""
        ...


def check_address(address: str, name: str) -> None:
    """Refuse an address that anybody on the way could read or change.

    Raises:
        AccessError: it is not https, and not of this computer.
    """
    parts = urlsplit(address)
    is_here = parts.scheme == "http" and parts.hostname in _HERE
    if not parts.hostname or not (parts.scheme == "https" or is_here):
        raise AccessError(f"openid: {name} {address[:200]!r} must be an https address")


def roles_of(claims: Mapping[str, Any], settings: OpenIdSettings) -> frozenset[Role]:
    """Return what claims make of somebody here; nothing for values that the site does not name."""
    value: Any = claims
    for step in settings.role_claim.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return frozenset(
        role for one in values if isinstance(one, str) for role in settings.roles.get(one, ())
    )
