import pytest

from standex.edges.access.bearer_token import csrf_of, new_token
from standex.edges.access.cookies import (
    CSRF_HEADER,
    clear_cookie,
    cookie_name,
    is_same_origin,
    is_state_of,
    presented,
    set_cookie,
    set_state_cookie,
)

TOKEN = new_token()


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    secure = set_cookie(TOKEN, is_secure=True)
    assert secure.startswith(f"__Host-standex={TOKEN};")
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/", "Secure"):
        assert attribute in secure
    assert "Domain" not in secure  # the prefix forbids it
    assert "Secure" not in set_cookie(TOKEN, is_secure=False)
    assert "Max-Age=0" in clear_cookie(is_secure=True)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "ODD"])
def test_a_change_by_cookie_needs_the_header(method: str) -> None:
    headers = {"cookie": f"other=1; {cookie_name(is_secure=True)}={TOKEN}"}
    alone = presented(method, headers, is_secure=True)
    assert alone is not None
    assert alone.token == TOKEN
    assert not alone.is_ours
    both = presented(method, headers | {CSRF_HEADER: csrf_of(TOKEN)}, is_secure=True)
    assert both is not None
    assert both.is_ours


def test_reading_and_a_bearer_need_no_header() -> None:
    by_cookie = presented("GET", {"cookie": f"standex={TOKEN}"}, is_secure=False)
    assert by_cookie is not None
    assert by_cookie.is_ours
    by_bearer = presented("POST", {"authorization": f"Bearer {TOKEN}"}, is_secure=True)
    assert by_bearer is not None
    assert by_bearer.is_ours
    assert not by_bearer.is_cookie


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": "standex="},
        {"cookie": "standex=1"},  # without the prefix, where there is TLS
        {"cookie": "\x00;;==="},
        {"authorization": "Bearer "},
        {"authorization": "Basic a2ltOnB3"},
    ],
)
def test_nothing_presented_is_nobody(headers: dict[str, str]) -> None:
    assert presented("GET", headers, is_secure=True) is None


def test_a_socket_is_opened_by_our_pages_only() -> None:
    host = {"host": "station.example:8443"}
    assert is_same_origin(host)
    assert is_same_origin(host | {"origin": "https://station.example:8443"})
    for origin in ("https://evil.example", "null", "", "https://station.example:8443.evil.example"):
        assert not is_same_origin(host | {"origin": origin})


def test_a_sign_in_elsewhere_is_finished_by_the_browser_that_began_it() -> None:
    line = set_state_cookie("https://id.example/auth?a=1&state=12.ab_c.d-e&b=2", is_secure=True)
    assert "SameSite=Lax" in line
    assert "HttpOnly" in line
    headers = {"cookie": line.partition(";")[0]}
    assert is_state_of(headers, {"state": "12.ab_c.d-e"}, is_secure=True)
    assert not is_state_of(headers, {"state": "12.ab_c.d-f"}, is_secure=True)
    assert not is_state_of({}, {"state": ""}, is_secure=True)
    assert not is_state_of({}, {"state": "12.ab_c.d-e"}, is_secure=True)
