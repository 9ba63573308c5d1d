"""A site that is easy to reckon with, and people who walk straight through it.

For tracking: people at stated places in each scan, and a tracker that shows what it is told.
"""

from collections.abc import Callable

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.evaluation.tracking_scans import Whereabouts
from standex.model.ports import TrackUpdate
from standex.model.site import Site
from standex.model.tracks import Association, Tracks
from standex.model.trajectories import Trajectories
from standex.model.truth import CarriedItem, Truth
from standex.model.zones import BodyZone
from standex.twin.scene import Scene

Walk = Callable[..., Scene]
Places = dict[int, tuple[float, float]]


@pytest.fixture
def scans_of() -> Callable[..., Whereabouts]:
    """Return a maker of whereabouts: for each scan, who is where."""

    def make(scans: list[Places], *, step_s: float = 0.1) -> Whereabouts:
        rows = [pair for scan in scans for pair in scan.items()]
        return Whereabouts(
            t_utc_ns=np.round(np.arange(len(scans)) * step_s * 1e9).astype(np.int64),
            first_row=np.cumsum([0, *(len(scan) for scan in scans)]),
            who=np.array([who for who, _ in rows], dtype=np.int64),
            position_site_m=np.array([place for _, place in rows], dtype=float).reshape(-1, 2),
        )

    return make


class Scripted:
    """A tracker that shows a script, whatever it is given; rows are the nearest track's within 1 m.

    Every track is known to a centimetre and walks nowhere.
    """

    def __init__(self, script: Whereabouts) -> None:
        self.script = script

    def tracks(self, scan: int) -> Tracks:
        who, place = self.script.at(scan)
        n, t_utc_ns = len(who), int(self.script.t_utc_ns[scan])
        return Tracks(
            t_utc_ns=t_utc_ns,
            track_id=who,
            mean=np.concatenate([place, np.zeros((n, 2))], axis=1),
            covariance=np.tile(1e-4 * np.eye(4), (n, 1, 1)),
            existence=np.full(n, 0.99),
            is_confirmed=np.ones(n, dtype=bool),
            last_seen_utc_ns=np.full(n, t_utc_ns),
            next_track_id=int(self.script.who.max(initial=0)) + 1,
            descriptor=np.zeros((n, 0)),
            p_object=np.zeros(n),
        )

    def __call__(self, tracks, positions, coverage, /) -> TrackUpdate:
        scan = int(np.searchsorted(self.script.t_utc_ns, positions.t_utc_ns))
        who, place = self.script.at(scan)
        away = np.linalg.norm(positions.position_site_m[:, None] - place[None], axis=2)
        near = np.zeros(len(away), dtype=bool)
        if away.size:
            near = away.min(axis=1) < 1
        return TrackUpdate(
            tracks=self.tracks(scan),
            association=Association(
                sensor_id=positions.sensor_id,
                t_utc_ns=positions.t_utc_ns,
                first_pair=np.cumsum([0, *near]),
                pair_track_id=who[away[near].argmin(axis=1)] if near.any() else who[:0],
                pair_weight=np.ones(int(near.sum())),
                nobody=1.0 - near,
            ),
        )


@pytest.fixture
def scripted() -> Callable[[Whereabouts], Scripted]:
    return Scripted


@pytest.fixture(scope="session")
def metro() -> Site:
    return load_site("metro")


@pytest.fixture
def walk() -> Walk:
    """Return a maker of scenes: people from one place to another in ``lasts_s``."""

    def make(*ways, lasts_s: float = 4.0, items: tuple[CarriedItem, ...] = ()) -> Scene:
        frame = np.arange(round(lasts_s * 25) + 1)
        share = (frame / frame[-1])[:, None]
        at = [np.array(a) + share * (np.array(b) - np.array(a)) for a, b in ways]
        trajectories = Trajectories(
            name="straight",
            person=np.repeat(np.arange(len(ways)) + 1, len(frame)),
            frame=np.tile(frame, len(ways)),
            position_m=np.concatenate(at),
            height_m=np.full(len(frame) * len(ways), np.nan),
            frame_rate_hz=25.0,
        )
        return Scene(trajectories=trajectories, truth=Truth(seed=3, items=items), start_utc_ns=0)

    return make


@pytest.fixture
def item() -> Callable[..., CarriedItem]:
    def make(person: int, item_class: str = "threat_dielectric") -> CarriedItem:
        return CarriedItem(
            person=person,
            item_class=item_class,
            zone=BodyZone.TORSO_FRONT,
            width_m=0.14,
            height_m=0.18,
            thickness_m=0.03,
            permittivity=2.9,
            loss_tangent=0.01,
        )

    return make
