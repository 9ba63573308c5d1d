"""Scans and coverage to feed a tracker with."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from standex.model.observation import Coverage, Positions
from standex.model.tracks import Modes, Tracks, no_tracks
from standex.model.zones import ZONES
from standex.tracking.existence import seen_by
from standex.tracking.motion import combined
from standex.tracking.settle import Rows, SettleSettings
from standex.tracking.step import Heard, People, StepSettings
from standex.tracking.tracker import CrowdTracker

Scan = Callable[..., Positions]
Look = Callable[..., Coverage]
Crowd = Callable[..., tuple[Tracks, People, Heard]]
Settings = Callable[..., StepSettings]
ToSettle = Callable[..., SettleSettings]
RowsOf = Callable[..., Rows]


@pytest.fixture(scope="session", autouse=True)
def warm() -> None:
    """Compile what is compiled, or read it from the cache, before the first test is timed."""
    CrowdTracker().warm_up()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261121)


@pytest.fixture
def scan() -> Scan:
    def make(
        place_site_m,
        *,
        t_s: float = 0.0,
        sigma_m: float = 0.15,
        existence: float = 1.0,
        clutter_per_m2: float = 0.02,
        sensor_id: str = "camera",
        level_id: str = "ground",
    ) -> Positions:
        place = np.asarray(place_site_m, dtype=float).reshape(-1, 2)
        return Positions(
            sensor_id=sensor_id,
            t_utc_ns=round(t_s * 1e9),
            level_id=level_id,
            position_site_m=place,
            covariance_site_m2=np.tile(sigma_m**2 * np.eye(2), (len(place), 1, 1)),
            existence=np.full(len(place), existence),
            descriptor=np.zeros((len(place), 0)),
            clutter_per_m2=clutter_per_m2,
        )

    return make


@pytest.fixture
def look() -> Look:
    def make(
        *,
        low_site_m=(-2.0, -2.0),
        high_site_m=(12.0, 12.0),
        p_report: float = 0.95,
        sensor_id: str = "camera",
        level_id: str = "ground",
        cell_m: float = 0.5,
    ) -> Coverage:
        low, high = np.asarray(low_site_m, dtype=float), np.asarray(high_site_m, dtype=float)
        nx, ny = np.ceil((high - low) / cell_m).astype(int)
        return Coverage(
            sensor_id=sensor_id,
            t_utc_ns=0,
            level_id=level_id,
            origin_site_m=low,
            cell_m=cell_m,
            p_report=np.full((nx, ny), p_report),
            p_detect=np.zeros((len(ZONES), nx, ny)),
        )

    return make


def spreads(rng: np.random.Generator, n: int, scale: float, size: int = 2) -> np.ndarray:
    """Return covariances that are longer one way than the other."""
    root = rng.normal(scale=scale, size=(n, size, size))
    return root @ root.transpose(0, 2, 1) + 0.01 * scale**2 * np.eye(size)


@pytest.fixture
def crowd(look: Look) -> Crowd:
    """Return people at random places, and a scan of most of them among clutter."""

    def make(
        rng: np.random.Generator,
        *,
        n: int = 40,
        width_m: float = 8.0,
        n_clutter: int = 8,
        n_lost: int = 0,
        is_seen: bool = True,
        is_covered: bool = True,
        wall_site_m=(),
    ) -> tuple[Tracks, People, Heard]:
        place = rng.uniform(0, width_m, (n, 2))
        mean = np.concatenate([place, rng.normal(0, 1, (n, 2))], axis=1)[:, None]
        mean = mean + rng.normal(0, 0.1, (n, 2, 4))
        covariance = spreads(rng, 2 * n, 0.15, 4).reshape(n, 2, 4, 4)
        covariance[:n_lost, :, :2, :2] += 2 * np.eye(2)
        walks = rng.uniform(0.02, 0.98, n)
        modes = Modes(
            mean=mean, covariance=covariance, probability=np.stack([walks, 1 - walks], axis=1)
        )
        mean, covariance = combined(modes)
        confirmed = rng.random(n) < 0.8
        confirmed[:n_lost] = True
        tracks = replace(
            no_tracks(10**9),
            track_id=2 * np.arange(1, n + 1),
            mean=mean,
            covariance=covariance,
            existence=rng.uniform(0.02, 0.999, n),
            is_confirmed=confirmed,
            last_seen_utc_ns=rng.integers(0, 10**9, n),
            next_track_id=2 * n + 1,
            descriptor=np.zeros((n, 0)),
            p_object=rng.random(n),
            modes=modes,
        )
        seen = place[rng.random(n) < 0.9 * is_seen]
        seen = seen + rng.normal(0, 0.15, seen.shape)
        clutter = rng.uniform(0, width_m, (n_clutter * is_seen, 2))
        z = rng.permutation(np.concatenate([seen, clutter]))
        people = People(
            place_site_m=mean[:, :2],
            modes=modes,
            existence=tracks.existence,
            is_confirmed=confirmed,
        )
        coverage = look(low_site_m=(0, 0), high_site_m=(width_m, width_m))
        coverage.p_report[:, : len(coverage.p_report) // 3] = 0.3  # a fresh array of the fixture's
        return (
            tracks,
            people,
            Heard(
                position_site_m=z,
                covariance_site_m2=spreads(rng, len(z), 0.15),
                nobody_per_m2=0.02,
                seen=seen_by(coverage) if is_covered else None,
                wall_site_m=np.array(wall_site_m, dtype=float).reshape(-1, 2, 2),
            ),
        )

    return make


@pytest.fixture
def settings() -> Settings:
    def make(**changed) -> StepSettings:
        usual = {
            "gate": 4.0, "sharpness": 2.0, "min_p_report": 0.1, "max_pairs_per_track": 8,
            "lost_std_m": 0.8, "survive": 0.997, "survive_outside": 0.8, "max_gain": 2.6,
            "max_loss": 3.0, "area_site_m": np.array([[-np.inf] * 2, [np.inf] * 2]),
        }  # fmt: skip
        return StepSettings(**(usual | changed))

    return make


@pytest.fixture
def to_settle() -> ToSettle:
    def make(**changed: float) -> SettleSettings:
        usual = {
            "gate": 4.0, "newcomer_per_m2": 0.002, "birth_existence": 0.1,
            "confirm_existence": 0.9, "end_existence": 0.02, "speed_std_m_per_s": 0.7,
            "max_tentative": 2000,
        }  # fmt: skip
        return SettleSettings(**(usual | changed))

    return make


@pytest.fixture
def rows_of() -> RowsOf:
    """Return all the rows of what was heard, as of a scan that came at 1.1 s."""

    def make(rng: np.random.Generator, heard: Heard, *, n_columns: int = 0, **changed) -> Rows:
        n = len(heard.position_site_m)
        scan = Positions(
            sensor_id="camera",
            t_utc_ns=1_100_000_000,
            level_id="ground",
            position_site_m=heard.position_site_m,
            covariance_site_m2=heard.covariance_site_m2,
            existence=rng.uniform(0.1, 1.0, n),
            descriptor=rng.normal(size=(n, n_columns)),
            clutter_per_m2=0.02,
            **changed,
        )
        return Rows(scan=scan, used=scan, row=None, begun_before=None)

    return make
