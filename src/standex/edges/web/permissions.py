"""Which permission each endpoint asks for: one table, and nothing is served that is not in it."""

from collections.abc import Iterable
from enum import StrEnum

from standex.edges.access.roles import Permission


class Open(StrEnum):
    """What needs no permission.

    Attributes:
        PUBLIC: whoever can reach the port: the page to sign in with, and signing in.
        SIGNED_IN: whoever has signed in, as whatever.
    """

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


_P = Permission
API = "/api/v1"

ASKED: dict[tuple[str, str], Permission | Open] = {
    ("GET", f"{API}/alive"): Open.PUBLIC,
    ("POST", f"{API}/session"): Open.PUBLIC,
    ("POST", f"{API}/session/link"): Open.PUBLIC,
    ("GET", f"{API}/session/oidc"): Open.PUBLIC,
    ("GET", f"{API}/session/oidc/callback"): Open.PUBLIC,
    ("GET", "/{path:path}"): Open.PUBLIC,
    ("GET", f"{API}/session"): Open.SIGNED_IN,
    ("DELETE", f"{API}/session"): Open.SIGNED_IN,
    ("POST", f"{API}/session/password"): Open.SIGNED_IN,
    ("GET", f"{API}/openapi.json"): Open.SIGNED_IN,
    ("WEBSOCKET", f"{API}/live"): _P.SEE_PICTURE,
    ("GET", f"{API}/site"): _P.SEE_PICTURE,
    ("GET", f"{API}/site/coverage"): _P.SEE_PICTURE,
    ("GET", f"{API}/picture"): _P.SEE_PICTURE,
    ("GET", f"{API}/health"): _P.SEE_PICTURE,
    ("GET", "/metrics"): _P.SEE_PICTURE,
    ("GET", f"{API}/incidents"): _P.SEE_INCIDENTS,
    ("GET", f"{API}/incidents/{{incident_id}}"): _P.SEE_INCIDENTS,
    ("GET", f"{API}/incidents/{{incident_id}}/why"): _P.SEE_INCIDENTS,
    ("GET", f"{API}/incidents/{{incident_id}}/patches"): _P.SEE_EVIDENCE,
    ("GET", f"{API}/incidents/{{incident_id}}/evidence"): _P.SEE_EVIDENCE,
    ("GET", f"{API}/incidents/{{incident_id}}/evidence/{{file:path}}"): _P.SEE_EVIDENCE,
    ("GET", f"{API}/incidents/{{incident_id}}/crops/{{number}}"): _P.SEE_CROPS,
    ("GET", f"{API}/colleagues"): _P.WORK_INCIDENTS,
    ("POST", f"{API}/incidents/{{incident_id}}/actions"): _P.WORK_INCIDENTS,
    ("POST", f"{API}/incidents/{{incident_id}}/shelving"): _P.SHELVE,
    ("POST", f"{API}/incidents/{{incident_id}}/public-alert"): _P.CONFIRM_PUBLIC_ALERT,
    ("GET", f"{API}/shift-report"): _P.SEE_INCIDENTS,
    ("POST", f"{API}/orders/stop"): _P.STOP,
    ("POST", f"{API}/orders/arm"): _P.ARM,
    ("POST", f"{API}/orders/disarm"): _P.STOP,
    ("GET", f"{API}/operating-point"): _P.SEE_PICTURE,
    ("GET", f"{API}/operating-point/proposals"): _P.PROPOSE_OPERATING_POINT,
    ("POST", f"{API}/operating-point/proposals"): _P.PROPOSE_OPERATING_POINT,
    ("POST", f"{API}/operating-point/proposals/{{proposal_id}}/confirm"): (
        _P.CONFIRM_OPERATING_POINT
    ),
    ("POST", f"{API}/operating-point/proposals/{{proposal_id}}/decline"): (
        _P.PROPOSE_OPERATING_POINT
    ),
    ("GET", f"{API}/walk-tests"): _P.WALK_TEST,
    ("POST", f"{API}/walk-tests"): _P.WALK_TEST,
    ("POST", f"{API}/walk-tests/{{walk_test_id}}/end"): _P.WALK_TEST,
    ("GET", f"{API}/walk-tests/chart"): _P.SEE_FIGURES,
    ("GET", f"{API}/walk-tests/control"): _P.SEE_FIGURES,
    ("GET", f"{API}/calibrations"): _P.SEE_FIGURES,
    ("GET", f"{API}/declined"): _P.RECORD_DECLINED,
    ("POST", f"{API}/declined"): _P.RECORD_DECLINED,
    ("GET", f"{API}/recordings"): _P.SEE_REPLAY,
    ("GET", f"{API}/recordings/{{recording_id}}/timeline"): _P.SEE_REPLAY,
    ("GET", f"{API}/recordings/{{recording_id}}/pictures"): _P.SEE_REPLAY,
    ("GET", f"{API}/recordings/{{recording_id}}/highest"): _P.SEE_FIGURES,
    ("GET", f"{API}/exercises"): _P.KNOW_EXERCISES,
    ("GET", f"{API}/exercises/known"): _P.KNOW_EXERCISES,
    ("POST", f"{API}/exercises"): _P.EXERCISE,
    ("POST", f"{API}/exercises/{{exercise_id}}/end"): _P.EXERCISE,
    ("GET", f"{API}/site-file"): _P.EDIT_SITE,
    ("POST", f"{API}/site-file/check"): _P.EDIT_SITE,
    ("PUT", f"{API}/site-file/draft"): _P.EDIT_SITE,
    ("GET", f"{API}/accounts"): _P.MANAGE_ACCOUNTS,
    ("POST", f"{API}/accounts"): _P.MANAGE_ACCOUNTS,
    ("PUT", f"{API}/accounts/{{account_id}}/roles"): _P.MANAGE_ACCOUNTS,
    ("POST", f"{API}/accounts/{{account_id}}/disable"): _P.MANAGE_ACCOUNTS,
    ("POST", f"{API}/accounts/{{account_id}}/enable"): _P.MANAGE_ACCOUNTS,
    ("POST", f"{API}/accounts/{{account_id}}/link"): _P.MANAGE_ACCOUNTS,
    ("GET", f"{API}/privacy"): _P.SEE_PRIVACY,
    ("GET", f"{API}/audit"): _P.SEE_AUDIT,
    ("GET", f"{API}/audit/verification"): _P.SEE_AUDIT,
}
"""The whole table, by method and path."""


def unlisted(routes: Iterable[tuple[str, str]]) -> list[str]:
    """Return what is served without standing in the table, and what stands there unserved."""
    served = set(routes)
    return sorted(
        [f"{method} {path}: served, and not in the table" for method, path in served - ASKED.keys()]
        + [
            f"{method} {path}: in the table, and not served"
            for method, path in ASKED.keys() - served
        ]
    )
