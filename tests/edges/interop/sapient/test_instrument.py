"""A node of the twin: the technology reads it, and the people are where they are."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.interop.sapient.instrument import build
from standex.edges.interop.sapient.technology import build as build_technology
from standex.model.errors import SiteError
from standex.model.hints import no_hints
from standex.model.observation import Positions
from standex.model.site import SensorSpec, Site
from standex.model.trajectories import Trajectories
from standex.model.truth import Truth
from standex.testing import check_instrument
from standex.twin.scene import Scene

CAMERA = {"range_m": 20.0, "half_angle_deg": 180.0, "p_detect": 1.0, "clutter_per_m2": 0.0,
          "sigma_m": 0.05}  # fmt: skip


@pytest.fixture
def spec(site: Site) -> SensorSpec:
    settings = {**site.sensors[0].settings, "gives": ["positions"], "features": []}
    return replace(site.sensors[0], settings=settings, instrument_settings=CAMERA)


@pytest.fixture
def scene() -> Scene:
    """Return a person who stands at (6, 5)."""
    people = Trajectories(
        name="stands", person=np.ones(101, dtype=int), frame=np.arange(101),
        position_m=np.tile([6.0, 5.0], (101, 1)), height_m=np.full(101, np.nan),
        frame_rate_hz=25.0,
    )  # fmt: skip
    return Scene(trajectories=people, truth=Truth(seed=1, items=()), start_utc_ns=0)


def test_conforms(spec: SensorSpec, site: Site, scene: Scene) -> None:
    check_instrument(build(spec, site, 1), scene, sensor_id="radar-0", t_utc_ns=10**9, n_records=4)


def test_the_technology_reads_it(spec: SensorSpec, site: Site, scene: Scene) -> None:
    technology, node = build_technology(spec, site, None), build(spec, site, 1)
    state, places = technology.start(), []
    for sequence in range(30):
        record = node.record(scene, (sequence + 1) * 10**8, sequence)
        assert record is not None
        state, said = technology.perceive(state, record, no_hints(0))
        places += [one.position_site_m for one in said if isinstance(one, Positions)]
    seen = np.concatenate(places)
    assert len(seen) == 30
    np.testing.assert_allclose(seen.mean(axis=0), [6, 5], atol=5 * 0.05 / np.sqrt(30))


def test_looks_have_no_stand_in(site: Site) -> None:
    with pytest.raises(SiteError, match="surrogate"):
        build(replace(site.sensors[0], instrument_settings=CAMERA), site, 1)
