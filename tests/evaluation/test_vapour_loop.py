"""Twin and sensing together (simulated): who walks past an inlet is smelled, and gets a share."""

from dataclasses import replace

import numpy as np
import pytest

from standex.fusion.drift import drift_weights
from standex.model.frames import RigidTransform
from standex.model.hints import no_hints
from standex.model.observation import Coverage, Evidence, Health, HealthState
from standex.model.tracks import Snapshot
from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.sensing.vapour.technology import build_gas_array
from standex.twin.gas_array_sensor import at_rest, build
from standex.twin.gas_plume import VAPOURS

KNOWN = ("person", "simulant-a", "hand-cream-like")
CLASSES = ["nothing", "threat_dielectric", "benign_residue"]
UG_PER_M3 = 0.1  # at which each vapour was given to the array beforehand
SHARED = {
    "open_llr": 8.0, "look_s": 6.0, "max_age_s": 15.0, "cover_s": 2.0,
    "wind_site_m_per_s": [0.0, 0.0], "wind_std_m_per_s": 0.1, "diffusivity_m2_per_s": 0.05,
    "source_m": 0.6, "transport_s": 0.4, "p_contribute": 0.9, "exposure_s": [2.0, 4.0, 8.0],
    "window_s": 12.0, "recover_s": 60.0, "stuck_s": 5.0, "saturated": 1e6,
    "drift_per_sqrt_s": 0.25, "min_flow_l_per_min": 0.5,
}  # fmt: skip


@pytest.fixture
def nose(metro):
    """Return the twin's array and a technology that knows its patterns."""
    pose = RigidTransform.from_pose(position_m=(0.0, 0.0, 1.2), yaw_rad=0.0)
    spec = replace(
        metro.sensor("cam-entry"),
        sensor_id="nose",
        rate_hz=1.0,
        site_from_sensor=pose,
        instrument_settings={"wind_x_m_per_s": 0.1, "wind_sigma_m_per_s": 0.02},
    )
    instrument = build(spec, metro, 3)
    channels = instrument.channels
    given = UG_PER_M3 * np.eye(len(VAPOURS))[[VAPOURS.index(name) for name in KNOWN]]
    pattern = np.log1p(at_rest(channels, given))
    settings = {
        **SHARED,
        "substances": list(KNOWN),
        "item_classes": CLASSES,
        "pattern": pattern.ravel().tolist(),
        "rise_s": channels.rise_s.tolist(),
        "decay_s": channels.decay_s.tolist(),
    }
    return instrument, build_gas_array(replace(spec, settings=settings), metro, None)


def smell(nose, scene, seconds: int):
    instrument, technology = nose
    state, said = technology.start(), []
    for row in range(1, seconds):
        record = instrument.record(scene, row * 10**9, row)
        state, observations = technology.perceive(state, record, no_hints(record.t_utc_ns))
        said += observations
    return [one for one in said if isinstance(one, Evidence)], said


def smeared(person: int, residue: str, item_class: str) -> CarriedItem:
    return CarriedItem(
        person=person, item_class=item_class, zone=BodyZone.WAIST, width_m=0.0, height_m=0.0,
        thickness_m=0.0, permittivity=0.0, loss_tangent=0.0, residue=residue,
        residue_ug_per_cm2=600.0,
    )  # fmt: skip


def history_of(scene, until_s: int) -> tuple[Snapshot, ...]:
    past = []
    for half_s in range(2 * until_s):
        now = scene.at(half_s * 10**9 // 2)
        n = len(now.person)
        past.append(
            Snapshot(
                t_utc_ns=now.t_utc_ns,
                track_id=now.person.astype(np.int64),
                position_site_m=now.position_site_m,
                velocity_site_m_per_s=now.velocity_site_m_per_s,
                covariance_site_m2=np.tile(0.01 * np.eye(2), (n, 1, 1)),
            )
        )
    return tuple(past)


@pytest.mark.slow
def test_whoever_walks_past_is_smelled_and_gets_the_share(nose, walk) -> None:
    # The first passes the inlet at 0, 0 after 35 s; the second stays 5.5 m downwind of it.
    scene = walk(
        ((-42.0, 0.6), (18.0, 0.6)),
        ((5.5, 0.6), (5.8, 0.6)),
        lasts_s=50.0,
        items=(smeared(1, "simulant-a", "threat_dielectric"),),
    )
    looks, said = smell(nose, scene, 48)
    assert looks
    first = looks[0]
    assert 30 < first.t_first_utc_ns * 1e-9 < 40
    assert first.score["match_threat_dielectric"] > first.score["match_benign_residue"]
    assert first.score["match_threat_dielectric"] > 0.85
    who, weight = drift_weights(first.footprint, history_of(scene, 48), t_utc_ns=first.t_utc_ns)
    assert dict(zip(who.tolist(), weight.tolist(), strict=True))[1] > 0.2
    assert dict(zip(who.tolist(), weight.tolist(), strict=True))[2] < 0.01
    assert {type(one) for one in said} == {Evidence, Health, Coverage}


@pytest.mark.slow
def test_an_empty_hall_says_nothing(nose, walk) -> None:
    scene = walk(((-60.0, 30.0), (-60.0, 31.0)), lasts_s=100.0)
    looks, said = smell(nose, scene, 98)
    assert not looks
    last = [one for one in said if isinstance(one, Health)][-1]
    assert last.state is HealthState.DEGRADED  # not calibrated, and nothing worse
    assert "no calibration" in last.message


@pytest.mark.slow
def test_what_is_carried_shows_in_the_pattern(nose, walk) -> None:
    best = {}
    for residue, item_class in (
        ("simulant-a", "threat_dielectric"), ("hand-cream-like", "benign_residue"), ("", "nothing")
    ):  # fmt: skip
        items = (smeared(1, residue, item_class),) if residue else ()
        looks, _ = smell(nose, walk(((-42.0, 0.6), (18.0, 0.6)), lasts_s=50.0, items=items), 48)
        matches = {name: looks[0].score[f"match_{name}"] for name in CLASSES}
        best[item_class] = max(matches, key=matches.__getitem__)
    assert best == {name: name for name in CLASSES}
