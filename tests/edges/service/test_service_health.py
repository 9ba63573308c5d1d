from standex.edges.service.service_health import ServiceHealth
from standex.model.observation import HealthState


def test_a_trouble_is_said_when_it_begins_and_when_it_is_over(clock) -> None:
    said: list = []
    health = ServiceHealth(said.append, clock=clock)
    health.update({"store": "", "space": ""})
    assert not said
    for _ in range(3):
        health.update({"store": "the disk is full", "space": "little"})
    assert {(one.sensor_id, one.state) for one in said} == {
        ("service:store", HealthState.FAILED),
        ("service:space", HealthState.DEGRADED),
    }
    assert [str(one) for one in health.troubles()] == ["space: little", "store: the disk is full"]
    health.update({"store": "the disk is full"})
    assert (said[-1].sensor_id, said[-1].state) == ("service:space", HealthState.OK)
    assert len(said) == 3
