"""Bags between two panels: frames kept, joined on a straight way, told in numbers and words."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.imaging_panels import build
from standex.evaluation.panel_passages import only
from standex.model.hints import Hints, no_hints
from standex.model.observation import Coverage, Evidence
from standex.model.truth import CarriedItem
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.sensing.microwave.panel_bag import (
    BAG_M,
    BEHIND_M,
    DARK_DB,
    OPEN_FOR_S,
    SCORES,
    UP_M,
    BagFrame,
    BagLook,
    bag_scores,
    bag_shares,
    has_lines_behind,
    in_words,
    loss_and_excess,
    still_open,
    with_frame,
)
from standex.sensing.microwave.sweep import LIGHT_M_PER_S, parse_sweep
from standex.sensing.microwave.transmission import EXTRA_M, Shares, Through, through
from standex.twin.wardrobe import draw_outfit

S = 10**9
CELL_M2 = 0.02 * 0.04


def shares_of(loss_db=0.0, extra_m=0.0, shown=True) -> Shares:
    """Return shares with a loss and an extra path at each place."""
    shape = (len(BEHIND_M), len(UP_M))
    power = np.exp(-0.5 * ((EXTRA_M - np.broadcast_to(extra_m, shape)[..., None]) / 0.012) ** 2)
    power /= power.sum(axis=-1, keepdims=True)
    power = power * 10 ** (-np.broadcast_to(loss_db, shape)[..., None] / 10)
    return Shares(power=power, n_frames=np.broadcast_to(shown, shape).astype(float))


def patch(value: float, rest: float = 0.0) -> np.ndarray:
    """Return a value over 6 x 12 cm in the middle of the bag, another around."""
    here = np.full((len(BEHIND_M), len(UP_M)), rest)
    here[2:5, 5:8] = value
    return here


def named(shares: Shares) -> dict[str, float]:
    scores = bag_scores(shares)
    assert scores is not None
    return dict(zip(SCORES, scores.tolist(), strict=True))


def test_loss_and_path_are_read_back():
    loss, excess = loss_and_excess(shares_of(patch(6.0, 2.0), patch(0.05, 0.01)))
    np.testing.assert_allclose(loss, patch(6.0, 2.0), atol=1e-6)
    np.testing.assert_allclose(excess, patch(0.05, 0.01), atol=1e-4)
    hidden, _ = loss_and_excess(shares_of(shown=patch(0.0, 1.0) > 0))
    assert np.isnan(hidden).sum() == 9


def test_the_integral_is_of_the_index_over_the_volume():
    found = named(shares_of(3.0, patch(0.05)))
    assert found["bag_excess_volume_m3"] == pytest.approx(9 * 0.05 * CELL_M2, rel=0.01)
    assert found["bag_loss_db"] == pytest.approx(3.0)
    assert found["bag_dark_m2"] == 0
    assert found["bag_local_excess_m"] == pytest.approx(0.05, rel=0.05)


def test_dark_places_have_no_path():
    found = named(shares_of(patch(DARK_DB + 5, 3.0), patch(0.2, 0.02)))
    assert found["bag_dark_m2"] == pytest.approx(9 * CELL_M2)
    assert found["bag_excess_m"] == pytest.approx(0.02, rel=0.02)
    assert found["bag_local_loss_db"] == pytest.approx(DARK_DB + 2, rel=0.05)
    all_dark = named(shares_of(40.0))
    assert all_dark["bag_excess_m"] == all_dark["bag_excess_volume_m3"] == 0
    assert all_dark["bag_loss_db"] == pytest.approx(30.0)


def test_a_place_seen_by_too_little_is_not_told():
    assert bag_scores(shares_of(shown=patch(1.0) > 0)) is None


def test_words_say_what_was_seen_and_what_was_not():
    def words(shares: Shares) -> str:
        scores = bag_scores(shares)
        assert scores is not None
        return in_words(scores)

    assert "nothing between" in words(shares_of(0.1, BAG_M / 2))
    full = words(shares_of(6.0, 0.03))
    assert "30 mm of extra path" in full
    assert "6 dB" in full
    assert "not beside or before the body" in full
    assert "let nothing through" not in full
    assert "let nothing through" in words(shares_of(patch(30.0, 3.0), 0.02))
    assert "not calibrated" in full
    assert "explosive" not in full


def frame(t_s: float, x_m: float, y_m: float = 0.0) -> BagFrame:
    none = np.zeros((0, 3))
    k = 2 * np.pi / LIGHT_M_PER_S * np.linspace(8e9, 18e9, 8)
    rays = Through(from_m=none, to_m=none, ratio=np.zeros((0, 8), np.complex64), k_rad_per_m=k)
    return BagFrame(
        t_utc_ns=round(t_s * S),
        place_m=np.array([x_m, y_m]),
        velocity_m_per_s=np.array([-1.2, 0.0]),
        through=rays,
    )


def test_frames_of_one_person_are_one_look():
    looks = with_frame((), frame(0.0, 0.2))
    looks = with_frame(looks, frame(0.1, 0.1))
    assert [len(one.frames) for one in looks] == [2]
    looks = with_frame(looks, frame(0.1, 1.4))
    assert [len(one.frames) for one in looks] == [2, 1]


def test_a_look_closes_when_nothing_has_been_added_for_a_while():
    look = BagLook(frames=(frame(0.0, 0.2),))
    just, late = round(0.9 * OPEN_FOR_S * S), round(1.1 * OPEN_FOR_S * S)
    assert still_open((look,), just) == ((look,), ())
    assert still_open((look,), late) == ((), (look,))


# The twin's gate from here on.


@pytest.fixture(scope="module")
def bag_gate(gate_panels):
    """Return the gate's twin with people who stand in the way, and arrays of 32."""
    return gate_panels(n_per_panel=32, n_frequencies=64, transmission=True)


def person_with_deep_bag() -> int:
    for seed in range(1, 3000):
        outfit = draw_outfit(np.random.default_rng([seed, 5, 1]))
        if outfit.has_backpack and outfit.backpack_m > 0.14:
            return seed
    raise AssertionError


def across_bag(kind: str) -> tuple[CarriedItem, ...]:
    """Return the reference slab, or a flat bottle of its size, facing the panels' lines."""
    if kind == "none":
        return ()
    slab = kind == "slab"
    return (
        CarriedItem(
            person=1,
            item_class="threat_dielectric" if slab else "benign_dielectric",
            zone=BodyZone.BAG,
            width_m=0.03,
            height_m=0.18,
            thickness_m=0.11,
            permittivity=2.9 if slab else 56.0,
            loss_tangent=0.01 if slab else 0.6,
        ),
    )


def scores_through(bag_gate, scene) -> dict[str, float]:
    frames: list[BagFrame] = []
    empty = bag_gate.background
    for sequence, t in enumerate(range(round(1.8 * S), round(2.7 * S), S // 12)):
        now = scene.at(t)
        place, velocity = now.position_site_m[0], now.velocity_site_m_per_s[0]
        record = bag_gate.record(scene, t, sequence)
        assert record is not None
        sweep = parse_sweep(record)
        if not has_lines_behind(sweep, place, velocity / np.hypot(*velocity)):
            continue
        raw = replace(sweep, samples=sweep.samples - empty)
        frames.append(
            BagFrame(
                t_utc_ns=t,
                place_m=place,
                velocity_m_per_s=velocity,
                through=through(raw, empty),
            )
        )
    assert len(frames) >= 4
    return named(bag_shares(BagLook(frames=tuple(frames))))


@pytest.mark.slow
def test_empty_slab_and_bottle_are_told_apart(bag_gate, walk):
    """The same bag with nothing in its filling, the reference slab, a flat bottle; simulated."""
    seed = person_with_deep_bag()
    way = ((2.6, 0.0), (-2.2, 0.0))
    found = {
        kind: scores_through(bag_gate, walk(way, items=across_bag(kind), seed=seed))
        for kind in ("none", "slab", "bottle")
    }
    volume = {kind: one["bag_excess_volume_m3"] for kind, one in found.items()}
    loss = {kind: one["bag_loss_db"] for kind, one in found.items()}
    # (n - 1) V of the slab is 416 cm3; part of it is hidden by the body and replaces filling.
    assert 50e-6 < volume["slab"] - volume["none"] < 500e-6
    assert volume["bottle"] < volume["none"]
    assert loss["bottle"] > loss["none"] + 0.5
    assert loss["bottle"] > loss["slab"] + 0.5
    assert found["none"]["bag_loss_db"] > 2


@pytest.mark.slow
def test_who_has_no_bag_lets_everything_pass(bag_gate, walk):
    outfits = (draw_outfit(np.random.default_rng([seed, 5, 1])) for seed in range(1, 50))
    seed = next(n for n, outfit in enumerate(outfits, start=1) if not outfit.has_backpack)
    found = scores_through(bag_gate, walk(((2.6, 0.0), (-2.2, 0.0)), seed=seed))
    assert found["bag_excess_m"] < BAG_M
    assert found["bag_loss_db"] < 2
    assert found["bag_dark_m2"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("sides", [(0, 1), (0,)])
def test_the_technology_shows_a_bag_and_gives_it_no_weight(gate, gate_spec, bag_gate, walk, sides):
    """Somebody walks right through: a look for the bag, without calibration, and no coverage."""
    spec = replace(gate_spec, settings={**gate_spec.settings, "transmission": True})
    technology = build(spec, gate, None)
    technology = replace(technology, tables_of=lambda array, grid: pytest.fail("not in the box"))
    state, nobody = technology.start(), walk(((-5.0, 0.0), (-8.0, 0.0)))
    said = []
    for sequence in range(5):
        t = -(5 - sequence) * S
        record = replace(bag_gate.record(nobody, 0, sequence), t_utc_ns=t)
        state, _ = technology.perceive(state, only(record, sides), no_hints(t))
    scene = walk(((2.6, 0.0), (-2.2, 0.0)), seed=person_with_deep_bag())
    for sequence, t in enumerate(range(round(1.8 * S), round(3.2 * S), S // 12)):
        record = bag_gate.record(scene, t, 100 + sequence)
        assert record is not None
        now = scene.at(t)
        hints = Hints(
            t_utc_ns=t,
            position_site_m=now.position_site_m,
            velocity_site_m_per_s=now.velocity_site_m_per_s,
            spread_m=np.full(1, 0.04),
            need=np.ones(1),
        )
        state, one = technology.perceive(state, only(record, sides), hints)
        said += one
    bags = [one for one in said if isinstance(one, Evidence)]
    for one in said:
        if isinstance(one, Coverage):
            assert not one.p_detect[ZONE_INDEX[BodyZone.BAG]].any()
    if sides == (0,):
        assert not bags
        return
    (bag,) = bags
    assert bag.zone is BodyZone.BAG
    assert bag.calibration_id == ""
    assert not bag.log_likelihood.any()
    assert tuple(bag.score) == SCORES
    assert "extra path" in bag.reason
    assert bag.patch is not None
    assert state.bags == ()
