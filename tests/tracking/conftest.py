"""Scans and coverage to feed a tracker with."""

from collections.abc import Callable

import numpy as np
import pytest

from standex.model.observation import Coverage, Positions
from standex.model.zones import ZONES

Scan = Callable[..., Positions]
Look = Callable[..., Coverage]


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
