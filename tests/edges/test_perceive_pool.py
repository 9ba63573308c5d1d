import os
import signal

import anyio
import numpy as np
import pytest

from standex.edges.perceive_pool import PerceivePool, heavy_sensors
from standex.edges.plugins import build_technologies
from standex.edges.settings import load_site
from standex.model.errors import StandexError
from standex.model.hints import no_hints
from standex.model.observation import Positions
from standex.model.record import Record
from standex.station import Station


def record(sequence: int, **changes) -> Record:
    arrays = {
        "position_sensor_m": np.array([[3.0, 0.5]]),
        "sigma_m": np.array([0.1]),
        "score": np.array([0.9]),
    }
    return Record(
        sensor_id="cam-entry",
        t_utc_ns=10**18 + sequence,
        kind="video.floor_positions",
        sequence=sequence,
        arrays=arrays | changes,
    )


def test_only_known_light_technologies_are_light() -> None:
    site = load_site("metro")
    light = {s.sensor_id for s in site.sensors} - heavy_sensors(site)
    assert light == {"cam-entry", "cam-exit"}


def test_light_sensors_are_perceived_on_the_spot(fakes) -> None:
    pool = PerceivePool(fakes.station(), heavy=())
    state, seen = anyio.run(pool.perceive, 4, fakes.record(), no_hints(0))
    assert state == 5
    assert any(isinstance(entry, Positions) for entry in seen)


@pytest.mark.slow
def test_the_worker_gives_what_the_station_gives_and_survives_what_fails(fakes) -> None:
    site = fakes.site()
    station = Station.of(site, build_technologies(site, {}), {})
    with PerceivePool(station, heavy={"cam-entry"}) as pool:

        async def go() -> None:
            state, seen = await pool.perceive(None, record(0), no_hints(0))
            here_state, here = station.perceive(None, record(0), no_hints(0))
            assert state == here_state
            np.testing.assert_array_equal(seen[1].position_site_m, here[1].position_site_m)
            with pytest.raises(StandexError, match="ValueError"):
                await pool.perceive("no state of this technology", record(1), no_hints(0))
            child = pool._child
            os.kill(child.process.pid, signal.SIGKILL)
            with pytest.raises(StandexError, match="started again"):
                await pool.perceive(state, record(2), no_hints(0))
            again, _ = await pool.perceive(state, record(3), no_hints(0))
            assert again == record(3).t_utc_ns

        anyio.run(go)
        child = pool._child
    assert pool._child is None
    with pytest.raises(ValueError, match="closed"):
        child.process.is_alive()
