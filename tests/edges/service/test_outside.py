import threading

import anyio
import pytest

from standex.edges.access.proposal import Proposal, Proposals
from standex.edges.health_board import HealthBoard
from standex.edges.live_status import RunCounts
from standex.edges.service.outside import StationDoor
from standex.edges.single_writer import Outputs, SingleWriter
from standex.edges.web.service_view import RefusedError
from standex.model.event import Order, Ordered, OrderKind
from standex.model.observation import Health, HealthReason, HealthState
from standex.model.site import OperatingPoint

S = 10**9
T0 = 1_760_000_000 * S


def from_a_thread(door, fakes, clock, call):
    """Run a station's writer in a loop, and call from another thread; return what was said."""
    said: list = []
    station = fakes.station()

    async def go() -> None:
        writer = SingleWriter(
            station,
            started_utc_ns=T0,
            outputs=Outputs(listeners=(lambda _, events: said.extend(events),)),
            board=HealthBoard(),
            counts=RunCounts(station.site, started_utc_ns=T0, is_simulated=True),
            clock=clock,
        )
        door.open(writer)
        await anyio.to_thread.run_sync(call)
        await anyio.sleep(0.01)

    anyio.run(go)
    door.close()
    return said


def order(kind=OrderKind.STOP, **changes) -> Order:
    facts = {"t_utc_ns": T0, "kind": kind, "sensor_id": "", "by": "anna", "why": "a drill"}
    return Order(**(facts | changes))


@pytest.fixture
def door(fakes, kept, clock):
    return StationDoor(fakes.site(), kept.store, clock=clock)


def test_an_order_from_another_thread_is_taken(door, fakes, clock) -> None:
    threads: list = []

    def call() -> None:
        threads.append(threading.current_thread())
        door.order(order())

    said = from_a_thread(door, fakes, clock, call)
    assert isinstance(said[0], Ordered)
    assert threads[0] is not threading.main_thread()


def test_an_order_that_means_nothing_is_refused(door, fakes, clock) -> None:
    def call() -> None:
        with pytest.raises(RefusedError):
            door.order(order(OrderKind.ARM, sensor_id="no such", until_utc_ns=T0 + S))

    assert not from_a_thread(door, fakes, clock, call)


def test_a_door_that_leads_nowhere_says_so(door) -> None:
    with pytest.raises(RefusedError, match="not running"):
        door.order(order())
    assert door.status() is None
    door.say(
        Health(
            sensor_id="x",
            t_utc_ns=T0,
            state=HealthState.OK,
            reason=HealthReason.NONE,
            message="",
        )
    )


def test_an_operating_point_holds_when_two_people_agreed(door, fakes, clock, kept) -> None:
    now = fakes.site().operating_point
    wanted = OperatingPoint(
        p_alarm=0.77, min_coverage=now.min_coverage, wanted_zones=now.wanted_zones
    )
    with pytest.raises(RefusedError, match="nobody has confirmed"):
        door.apply_operating_point(wanted)
    proposals = Proposals(kept.store, clock=clock)
    made = proposals.put(
        Proposal(
            proposal_id="1",
            what="operating_point",
            body={
                "p_alarm": 0.77,
                "min_coverage": now.min_coverage,
                "wanted_zones": [zone.value for zone in now.wanted_zones],
            },
            proposer="anna",
            why="a crowd",
            proposed_utc_ns=T0,
            expires_utc_ns=T0 + 3600 * S,
        )
    )
    proposals.put(made.confirmed(by="bert", t_utc_ns=T0 + S))
    said = from_a_thread(door, fakes, clock, lambda: door.apply_operating_point(wanted))
    assert (said[0].order.by, said[0].order.confirmed_by) == ("anna", "bert")
    assert said[0].order.operating_point is wanted
    other = OperatingPoint(p_alarm=0.77, min_coverage=0.9, wanted_zones=now.wanted_zones)
    with pytest.raises(RefusedError, match="nobody has confirmed"):
        door.apply_operating_point(other)
