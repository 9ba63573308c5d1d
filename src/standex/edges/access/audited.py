"""What was done about access, as rows of the audit."""

import uuid

from standex.edges.access.access_event import AccessAction, AccessEvent, Tell
from standex.edges.audit.contract import AuditEntry, AuditLog, What

_WHAT = {
    AccessAction.SIGN_IN: What.SIGNED_IN,
    AccessAction.SIGN_OUT: What.SIGNED_OUT,
    AccessAction.SET_PASSWORD: What.ACCOUNT_CHANGED,
    AccessAction.ADD_ACCOUNT: What.ACCOUNT_ADDED,
    AccessAction.SET_ROLES: What.ACCOUNT_CHANGED,
    AccessAction.ENABLE_ACCOUNT: What.ACCOUNT_CHANGED,
    AccessAction.DISABLE_ACCOUNT: What.ACCOUNT_CHANGED,
    AccessAction.REMOVE_ACCOUNT: What.ACCOUNT_REMOVED,
    AccessAction.END_SESSIONS: What.ACCOUNT_CHANGED,
    AccessAction.MAKE_LINK: What.ACCOUNT_CHANGED,
    AccessAction.MAKE_AUTHORITY: What.SENSOR_CREDENTIAL_MADE,
    AccessAction.ISSUE_CERTIFICATE: What.SENSOR_CREDENTIAL_MADE,
    AccessAction.ISSUE_TOKEN: What.SENSOR_CREDENTIAL_MADE,
    AccessAction.REVOKE_SENSOR: What.SENSOR_CREDENTIAL_REVOKED,
    AccessAction.ADMIT_SENSOR: What.SENSOR_ADMITTED,
}
_REFUSED = {
    AccessAction.SIGN_IN: What.SIGN_IN_REFUSED,
    AccessAction.ADMIT_SENSOR: What.SENSOR_REFUSED,
}
NOBODY = "nobody"  # who tried under a name that cannot be one


def tell_into(log: AuditLog) -> Tell:
    """Return what writes each event into an audit log; it is on the disk when that returns."""

    def tell(event: AccessEvent) -> None:
        log.append([entry_of(event)])

    return tell


def what_of(event: AccessEvent) -> What:
    """Return what an event is called in the audit."""
    if event.is_done:
        return _WHAT[event.action]
    return _REFUSED.get(event.action, What.REFUSED)


def entry_of(event: AccessEvent) -> AuditEntry:
    """Return the row of an event."""
    return AuditEntry(
        t_utc_ns=event.t_utc_ns,
        who=event.by or NOBODY,
        role="",
        what=what_of(event),
        of_what=event.of,
        why="",
        request_id=f"access-{uuid.uuid4()}",
        body={
            "action": event.action.value,
            "detail": event.detail,
            "address": event.address,
        },
    )
