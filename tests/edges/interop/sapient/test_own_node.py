"""What this station says of itself is valid and true."""

from dataclasses import replace

import pytest

from standex.edges.interop.sapient.generated.registration_pb2 import Registration
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.validation import problems_of
from standex.model.errors import SiteError
from standex.model.observation import Health, HealthReason, HealthState

T0 = 1_760_000_000_000_000_000


def health(sensor_id: str, state: HealthState) -> Health:
    return Health(
        sensor_id=sensor_id, t_utc_ns=T0, state=state, reason=HealthReason.OBSCURED, message="wall"
    )


def test_registers_as_a_fusion_node(own: OwnNode) -> None:
    message = replace(own, dependent_node_ids=("a",)).registration(T0)
    assert problems_of(message) == ()
    (definition,) = message.registration.node_definition
    assert definition.node_type == Registration.NODE_TYPE_FUSION_NODE
    assert list(message.registration.dependent_nodes) == ["a"]


@pytest.mark.parametrize(
    ("states", "system"),
    [
        ((), StatusReport.SYSTEM_OK),
        ((HealthState.OK, HealthState.OK), StatusReport.SYSTEM_OK),
        ((HealthState.OK, HealthState.FAILED), StatusReport.SYSTEM_WARNING),
        ((HealthState.DEGRADED,), StatusReport.SYSTEM_WARNING),
        ((HealthState.FAILED, HealthState.FAILED), StatusReport.SYSTEM_ERROR),
    ],
)
def test_says_how_it_is(own: OwnNode, states, system) -> None:
    words = [health(f"s{at}", state) for at, state in enumerate(states)]
    message = own.status(T0, health=words, is_new=True)
    assert problems_of(message) == ()
    assert message.status_report.system == system
    assert len(message.status_report.status) == sum(s is not HealthState.OK for s in states)
    unchanged = own.status(T0, health=words, is_new=False)
    assert unchanged.status_report.system == system
    assert unchanged.status_report.info == StatusReport.INFO_UNCHANGED
    bye = own.status(T0, health=words, is_new=False, is_goodbye=True)
    assert bye.status_report.system == StatusReport.SYSTEM_GOODBYE


def test_its_own_id_must_be_one(own: OwnNode) -> None:
    with pytest.raises(SiteError, match="UUID of version 4"):
        replace(own, node_id="station-1")
