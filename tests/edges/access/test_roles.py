import pytest

from standex.edges.access.roles import ALLOWED, Permission, Role, may

MANAGE = {Permission.MANAGE_ACCOUNTS, Permission.MANAGE_SENSORS, Permission.EDIT_SITE}
PEOPLE = {Permission.SEE_INCIDENTS, Permission.SEE_EVIDENCE, Permission.WORK_INCIDENTS}


def test_nobody_may_nothing() -> None:
    assert not any(may(frozenset(), permission) for permission in Permission)


@pytest.mark.parametrize("permission", list(Permission))
def test_somebody_may_each_thing(permission: Permission) -> None:
    assert any(permission in allowed for allowed in ALLOWED.values())


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_its_line_and_none_has_all(role: Role) -> None:
    assert ALLOWED[role]
    assert ALLOWED[role] != set(Permission)


def test_several_roles_may_what_any_of_them_may() -> None:
    both = frozenset({Role.VIEWER, Role.AUDITOR})
    allowed = {permission for permission in Permission if may(both, permission)}
    assert allowed == ALLOWED[Role.VIEWER] | ALLOWED[Role.AUDITOR]


def test_who_changes_the_system_does_not_see_the_people_and_the_other_way_round() -> None:
    for role, allowed in ALLOWED.items():
        assert not (allowed & MANAGE and allowed & PEOPLE), role


def test_the_audit_is_for_the_auditor_alone() -> None:
    assert {r for r in Role if may(frozenset({r}), Permission.SEE_AUDIT)} == {Role.AUDITOR}
    assert not ALLOWED[Role.AUDITOR] & (MANAGE | PEOPLE)


def test_whoever_watches_can_stop() -> None:
    for role in (Role.OPERATOR, Role.SUPERVISOR, Role.ENGINEER):
        assert Permission.STOP in ALLOWED[role]


def test_only_one_of_two_roles_confirms_an_operating_point() -> None:
    confirms = {r for r in Role if Permission.CONFIRM_OPERATING_POINT in ALLOWED[r]}
    assert confirms == {Role.SUPERVISOR}
