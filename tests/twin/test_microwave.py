from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import SiteError
from standex.model.site import SensorSpec, Site
from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.testing.instrument import check_instrument
from standex.twin.body import make_body
from standex.twin.faults import Fault
from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.microwave import KIND, MicrowavePanels, _reflection, build

S = 10**9
NEAR_NS = 2 * S  # at 2 m from the line of the pillars
PAST = ((-3.0, 1.25), (-8.0, 1.25))
IN = ((5.4, 1.25), (1.0, 1.25))  # 1.1 m/s


def samples_of(panels: MicrowavePanels, scene, t_utc_ns: int = NEAR_NS, sequence: int = 0):
    record = panels.record(scene, t_utc_ns, sequence)
    assert record is not None
    return record.arrays["samples"]


def test_a_record_has_the_documented_arrays(panels, walk):
    record = panels.record(walk(IN), NEAR_NS, 4)
    assert record is not None
    assert (record.kind, record.sensor_id, record.sequence) == (KIND, "mw-south", 4)
    layout = {name: (array.dtype.kind, array.shape) for name, array in record.arrays.items()}
    assert layout == {
        "samples": ("c", (16, 16, 64)),
        "tx_position_m": ("f", (16, 3)),
        "rx_position_m": ("f", (16, 3)),
        "tx_panel": ("i", (16,)),
        "rx_panel": ("i", (16,)),
        "frequency_hz": ("f", (64,)),
        "t_offset_s": ("f", (16, 64)),
    }
    assert record.arrays["samples"].dtype == np.complex64
    # Sensor frame: the pillars stand left and right of the origin.
    for name in ("tx", "rx"):
        at, panel = record.arrays[f"{name}_position_m"], record.arrays[f"{name}_panel"]
        for row, y_m in ((0, 1.25), (1, -1.25)):
            assert np.abs(at[panel == row, :2] - [0.0, y_m]).max() < 0.15
    assert np.ptp(record.arrays["t_offset_s"]) == pytest.approx(0.010, rel=0.01)


@pytest.mark.slow
def test_it_is_an_instrument(panels, walk):
    check_instrument(panels, walk(IN), sensor_id="mw-south", t_utc_ns=NEAR_NS)


def across(panels: MicrowavePanels):
    return panels.tx.panel[:, None] != panels.rx.panel[None, :]


def test_a_pillar_is_blanked_while_it_transmits(panels, walk):
    samples = samples_of(panels, walk(IN))
    assert not samples[~across(panels)].any()
    assert samples[across(panels)].all()


def test_an_empty_room_is_coupling_and_noise(panels, walk):
    pairs = across(panels)
    noise = (samples_of(panels, walk(PAST)) - panels.background)[pairs]
    power = np.mean(np.abs(noise) ** 2)
    assert power == pytest.approx(1e-6, rel=0.05)  # 8,192 samples: 1 % standard deviation
    assert np.abs(noise.mean()) < 5e-5
    assert np.mean(noise.real * noise.imag) == pytest.approx(0, abs=5e-8)
    more = (samples_of(panels, walk(PAST), sequence=1) - panels.background)[pairs]
    assert abs(np.vdot(noise, more)) < 5e-6 * np.sqrt(noise.size)


def test_the_background_stands_still_and_is_stronger_than_noise(panels):
    power = np.abs(panels.background[across(panels)]) ** 2
    assert power.mean() > 20 * panels.noise_amplitude**2
    np.testing.assert_array_equal(panels.background, replace(panels).background)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_record(metro: Site, panel_spec: SensorSpec, walk):
    first, again, other = (samples_of(build(panel_spec, metro, s), walk(IN)) for s in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_the_echo_comes_from_where_the_body_is(panels, walk):
    scene = walk(IN)
    now = scene.at(NEAR_NS)
    echo = panels.echo(scene, now)
    k = 2 * np.pi / LIGHT_M_PER_S * panels.sweep.frequency_hz
    period_m = 2 * np.pi / (k[1] - k[0])  # paths repeat: the grid of frequencies is coarse
    for t, r in ((3, 12), (12, 3), (6, 10)):  # across the lane
        way = np.append(now.position_site_m[0], 1.2)
        middle_m = sum(
            np.linalg.norm(way - antennas.position_m[row])
            for antennas, row in ((panels.tx, t), (panels.rx, r))
        )
        path_m = middle_m + np.arange(-period_m / 2, period_m / 2, 0.01)
        steer = np.exp(1j * np.outer(path_m, k)) * np.hamming(len(k))
        found_m = path_m[np.abs(steer @ echo[t, r]).argmax()]
        # Chest or belly before the middle, at most an arm further out.
        assert middle_m - 0.5 < found_m < middle_m + 0.1


@pytest.mark.parametrize(
    "item",
    [
        None,
        {"item_class": "threat_dielectric", "permittivity": 2.9, "loss_tangent": 0.01},
        {"item_class": "threat_metal", "permittivity": 0.0, "loss_tangent": 0.0},
    ],
    ids=["nothing", "slab", "metal"],
)
def test_two_records_differ_by_the_object_and_nothing_else(panels, walk, item):
    carried = (
        ()
        if item is None
        else (
            CarriedItem(
                person=1,
                zone=BodyZone.TORSO_FRONT,
                width_m=0.14,
                height_m=0.18,
                thickness_m=0.03,
                **item,
            ),
        )
    )
    bare, carrying = walk(IN), walk(IN, items=carried)
    difference = samples_of(panels, carrying) - samples_of(panels, bare)
    echo = panels.echo(bare, bare.at(NEAR_NS))
    if item is None:
        np.testing.assert_array_equal(difference, 0)
        return
    share = np.sum(np.abs(difference) ** 2) / np.sum(np.abs(echo) ** 2)
    assert 0.02 < share < 4
    # It sits on the chest: seen from the middle between the pillars, before the person.
    assert np.abs(difference).max() > 5 * panels.noise_amplitude


@pytest.mark.parametrize("permittivity", [0.0, 2.9], ids=["metal", "slab"])
def test_an_item_reflects_at_its_front_before_the_skin(permittivity):
    item = CarriedItem(
        person=1, item_class="threat", zone=BodyZone.TORSO_FRONT, width_m=0.14, height_m=0.18,
        thickness_m=0.05, permittivity=permittivity, loss_tangent=0.0,
    )  # fmt: skip
    body = make_body(item, pitch_m=0.02, lowest_m=0.7, rng=np.random.default_rng(3))
    f_hz = np.linspace(8e9, 18e9, 201)
    tables = _reflection(body, tuple(f_hz))
    depth_m = np.arange(-0.12, 0.12, 5e-4)
    steer = np.exp(2j * np.outer(depth_m, 2 * np.pi / LIGHT_M_PER_S * f_hz)) * np.hanning(201)
    bare, carrying = np.abs(steer @ tables[..., -1].T).T / np.hanning(201).sum()
    assert depth_m[bare.argmax()] == pytest.approx(0, abs=2e-3)  # at the skin, clothing or not
    front = depth_m < -0.02
    raised_m = 0.05 + body.gap_m
    assert depth_m[front][carrying[front].argmax()] == pytest.approx(-raised_m, abs=2e-3)
    behind = depth_m > -0.02
    if permittivity:
        later_m = 0.05 * (np.sqrt(permittivity) - 1)
        assert depth_m[behind][carrying[behind].argmax()] == pytest.approx(later_m, abs=3e-3)
    else:
        assert carrying.max() > 0.9  # all but what the clothing keeps
        assert carrying[behind].max() < 0.1


def test_who_stands_gives_the_same_echo_again(panels, walk):
    scene = walk(((3.0, 1.25), (3.0, 1.25)))
    first, again = (panels.echo(scene, scene.at(t)) for t in (1 * S, 3 * S))
    assert np.abs(first).max() > 0
    np.testing.assert_array_equal(first, again)


def test_who_is_out_of_reach_or_past_sends_nothing_back(panels, walk):
    for way in (PAST, ((6.0, 1.25), (5.0, 1.25)), ((1.3, 1.25), (0.5, 1.25))):
        scene = walk(way)
        assert not panels.echo(scene, scene.at(NEAR_NS)).any()


@pytest.mark.slow
def test_people_behind_the_lane_divider_send_nothing_back(panels, walk):
    scene = walk(((3.4, 3.1), (3.0, 3.1)))
    assert not panels.echo(scene, scene.at(500_000_000)).any()


def test_echoes_of_people_apart_add(panels, walk):
    left, right = ((5.0, 0.6), (1.0, 0.6)), ((5.0, 1.9), (1.0, 1.9))
    both = walk(left, right)
    now = both.at(NEAR_NS)

    def only(row: int):
        return replace(
            now,
            **{
                name: getattr(now, name)[row : row + 1]
                for name in (
                    "person", "position_site_m", "velocity_site_m_per_s", "heading_rad",
                    "walked_m", "height_m",
                )
            },
        )  # fmt: skip

    whole = panels.echo(both, now)
    parts = panels.echo(both, only(0)) + panels.echo(both, only(1))
    # Each hides a little of the other from the pillar beyond; most of the power stays.
    assert np.abs(np.vdot(whole, parts)) > 0.8 * np.vdot(parts, parts).real


def test_a_dead_panel_delivers_nothing(panels, walk):
    dead = replace(panels, faults=(Fault(kind="dead", from_s=1.0, to_s=3.0),))
    scene = walk(IN)
    assert dead.record(scene, NEAR_NS, 0) is None
    assert dead.record(scene, 3 * S, 0) is not None


def test_a_covered_panel_loses_the_body_and_some_of_the_coupling(panels, walk):
    covered = replace(panels, faults=(Fault(kind="obscured", from_s=1.0, to_s=3.0),))
    person, nobody = walk(IN), walk(PAST)
    open_echo = samples_of(panels, person) - samples_of(panels, nobody)
    echo = samples_of(covered, person) - samples_of(covered, nobody)
    np.testing.assert_allclose(echo, 0.03 * open_echo, atol=1e-6)
    background = panels.background[across(panels)]
    kept = np.vdot(background, samples_of(covered, nobody)[across(panels)]) / np.vdot(
        background, background
    )
    assert abs(kept) == pytest.approx(0.7, abs=0.01)


def test_a_lying_panel_has_one_nan(panels, walk):
    lying = replace(panels, faults=(Fault(kind="nan", from_s=1.0, to_s=3.0),))
    scene = walk(IN)
    assert np.isnan(samples_of(lying, scene)).sum() == 1
    assert np.isfinite(samples_of(lying, scene, 3 * S)).all()


def test_settings_must_be_numbers(metro: Site, panel_spec: SensorSpec):
    spec = panel_spec
    short = {k: v for k, v in spec.instrument_settings.items() if k != "sweep_s"}
    with pytest.raises(SiteError, match="sweep_s"):
        build(replace(spec, instrument_settings=short), metro, 1)


def test_the_site_can_be_built(metro: Site, walk):
    for sensor_id in ("mw-south", "mw-north"):
        record = build(metro.sensor(sensor_id), metro, 1).record(walk(PAST), 0, 0)
        assert record is not None
        assert record.sensor_id == sensor_id
