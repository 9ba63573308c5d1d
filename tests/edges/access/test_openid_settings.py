from dataclasses import replace

import pytest

from standex.edges.access.account import AccessError
from standex.edges.access.openid_settings import OpenIdSettings, check_address, roles_of
from standex.edges.access.roles import Role

SETTINGS = OpenIdSettings(
    issuer="https://id.example",
    client_id="standex",
    redirect_uri="https://station.example/api/v1/session/oidc",
    role_claim="realm_access.roles",
    roles={"guards": (Role.OPERATOR,), "chiefs": (Role.SUPERVISOR, Role.AUDITOR)},
)


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({"realm_access": {"roles": ["guards", "cooks"]}}, {Role.OPERATOR}),
        ({"realm_access": {"roles": "guards"}}, {Role.OPERATOR}),
        (
            {"realm_access": {"roles": ["chiefs", "guards"]}},
            {Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR},
        ),
        ({"realm_access": {"roles": ["supervisor", "GUARDS", "guard"]}}, set()),
        ({"realm_access": {"roles": [None, 3, ["guards"], {"guards": 1}]}}, set()),
        ({"realm_access": {"roles": {"guards": True}}}, set()),
        ({"realm_access": ["guards"]}, set()),
        ({"realm_access.roles": ["guards"]}, set()),
        ({}, set()),
    ],
)
def test_only_values_that_the_site_names_give_roles(claims, roles: set[Role]) -> None:
    assert roles_of(claims, SETTINGS) == roles


@pytest.mark.parametrize(
    "address",
    ["", "id.example", "http://id.example", "ftp://id.example", "https://", "http://127.0.0.1.a.b"],
)
def test_an_address_that_others_could_read_is_refused(address: str) -> None:
    with pytest.raises(AccessError, match="https"):
        replace(SETTINGS, issuer=address)
    with pytest.raises(AccessError, match="jwks_uri"):
        check_address(address, "jwks_uri")


def test_settings_that_let_nobody_in_are_refused() -> None:
    with pytest.raises(AccessError, match="'openid'"):
        replace(SETTINGS, scopes=("profile",))
    with pytest.raises(AccessError, match="lets one in"):
        replace(SETTINGS, roles={})
    check_address("http://127.0.0.1:8000/x", "issuer")
