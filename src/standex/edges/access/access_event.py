"""What was done about access, by whom: the words in which it is told to the audit."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """How somebody showed who they are."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    LINK = "one_time_link"
    OPENID = "openid"


class AccessAction(StrEnum):
    """What was done, or tried."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SET_PASSWORD = "set_password"  # noqa: S105 - the word, not one
    ADD_ACCOUNT = "add_account"
    SET_ROLES = "set_roles"
    ENABLE_ACCOUNT = "enable_account"
    DISABLE_ACCOUNT = "disable_account"
    REMOVE_ACCOUNT = "remove_account"
    END_SESSIONS = "end_sessions"
    MAKE_LINK = "make_link"
    MAKE_AUTHORITY = "make_authority"
    ISSUE_CERTIFICATE = "issue_certificate"
    ISSUE_TOKEN = "issue_token"  # noqa: S105 - the word, not one
    REVOKE_SENSOR = "revoke_sensor"
    ADMIT_SENSOR = "admit_sensor"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEvent:
    """One thing that the audit should know.

    Attributes:
        action: what.
        t_utc_ns: when.
        by: account, or ``console`` for whoever may read the service's files.
        of: account or sensor that it was done to.
        is_done: False where it was refused.
        detail: why, how or what exactly; never a secret.
        address: from where; empty for this computer.
    """

    action: AccessAction
    t_utc_ns: int
    by: str
    of: str
    is_done: bool
    detail: str = ""
    address: str = ""


Tell = Callable[[AccessEvent], None]
"""Called for each; what it raises stops the action where that has not been done yet."""
