"""Who may do what: roles, permissions, and the one table between them."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is at a site; one account may hold several roles."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ENGINEER = "engineer"
    EVALUATOR = "evaluator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What can be allowed.

    Attributes:
        SEE_PICTURE: the plan, who is on it, health of sensors.
        SEE_INCIDENTS: incidents and why.
        WORK_INCIDENTS: acknowledge, own, hand over, dismiss, escalate, note, close.
        SHELVE: put an alarm aside for a limited time.
        SEE_EVIDENCE: what sensors delivered of an alarmed passage; every look is audited.
        SEE_CROPS: masked crops from cameras, where the site keeps any; every look is audited.
        STOP: the stop button.
        ARM: let a tasked sensor be used.
        PROPOSE_OPERATING_POINT: ask for another operating point.
        CONFIRM_OPERATING_POINT: be the second person.
        WALK_TEST: run and score one.
        RECORD_DECLINED: count somebody who was screened another way.
        CONFIRM_PUBLIC_ALERT: let a public warning go out.
        SEE_REPLAY: recordings.
        SEE_FIGURES: evaluation, walk tests, charts.
        EXERCISE: inject simulated passages.
        KNOW_EXERCISES: which people and incidents are simulated, while an exercise runs.
        EDIT_SITE: sensors, lines, zones, calibrations.
        MANAGE_ACCOUNTS: who may sign in, as what.
        MANAGE_SENSORS: certificates and tokens of sensors.
        SEE_PRIVACY: what is kept, where, how long.
        SEE_AUDIT: who did what.
    """

    SEE_PICTURE = "see_picture"
    SEE_INCIDENTS = "see_incidents"
    WORK_INCIDENTS = "work_incidents"
    SHELVE = "shelve"
    SEE_EVIDENCE = "see_evidence"
    SEE_CROPS = "see_crops"
    STOP = "stop"
    ARM = "arm"
    PROPOSE_OPERATING_POINT = "propose_operating_point"
    CONFIRM_OPERATING_POINT = "confirm_operating_point"
    WALK_TEST = "walk_test"
    RECORD_DECLINED = "record_declined"
    CONFIRM_PUBLIC_ALERT = "confirm_public_alert"
    SEE_REPLAY = "see_replay"
    SEE_FIGURES = "see_figures"
    EXERCISE = "exercise"
    KNOW_EXERCISES = "know_exercises"
    EDIT_SITE = "edit_site"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_SENSORS = "manage_sensors"
    SEE_PRIVACY = "see_privacy"
    SEE_AUDIT = "see_audit"


_P = Permission
_LOOK = {_P.SEE_PICTURE, _P.SEE_INCIDENTS}
_WORK = _LOOK | {_P.WORK_INCIDENTS, _P.SEE_EVIDENCE, _P.STOP, _P.WALK_TEST, _P.RECORD_DECLINED}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({_P.SEE_PICTURE}),
    Role.OPERATOR: frozenset(_WORK),
    Role.SUPERVISOR: frozenset(
        _WORK
        | {
            _P.SEE_CROPS,
            _P.SHELVE,
            _P.ARM,
            _P.PROPOSE_OPERATING_POINT,
            _P.CONFIRM_OPERATING_POINT,
            _P.CONFIRM_PUBLIC_ALERT,
            _P.SEE_REPLAY,
            _P.SEE_FIGURES,
            _P.EXERCISE,
            _P.KNOW_EXERCISES,
        }
    ),
    Role.ENGINEER: frozenset(
        {
            _P.SEE_PICTURE,
            _P.STOP,
            _P.WALK_TEST,
            _P.EDIT_SITE,
            _P.MANAGE_SENSORS,
            _P.MANAGE_ACCOUNTS,
            _P.PROPOSE_OPERATING_POINT,
            _P.SEE_FIGURES,
            _P.SEE_PRIVACY,
            _P.KNOW_EXERCISES,
        }
    ),
    Role.EVALUATOR: frozenset({_P.SEE_FIGURES, _P.SEE_REPLAY, _P.KNOW_EXERCISES}),
    Role.AUDITOR: frozenset({_P.SEE_AUDIT, _P.SEE_PRIVACY, _P.SEE_FIGURES, _P.KNOW_EXERCISES}),
}
"""The whole table. An engineer sees no incidents: they need not know whom staff went to see."""


def may(roles: frozenset[Role], permission: Permission) -> bool:
    """Return whether any of the roles allows it."""
    return any(permission in ALLOWED[role] for role in roles)
