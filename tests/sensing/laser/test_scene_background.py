"""A fabric that nobody listed is learnt from the scene; a residue is not, however it persists."""

import numpy as np
import pytest

from standex.sensing.laser.joint_fit import JointFit
from standex.sensing.laser.nuisance import nuisance_of
from standex.sensing.laser.scene_background import (
    SceneBackground,
    directions,
    is_unremarkable,
    learn,
)

GUARDED = np.arange(40)
SECOND_NS = 1_000_000_000


def fit_of(bench, learnt: np.ndarray | None = None) -> JointFit:
    nuisance = nuisance_of(
        bench.axis_per_cm, substrates=bench.grid("fabric").chosen((0, 1)), learnt=learnt
    )
    return JointFit.of(
        bench.grid("target"),
        noise=bench.noise,
        typical_counts=bench.light(200, np.random.default_rng(1)).mean(axis=0),
        nuisance=nuisance,
        is_compiled=False,
    )


def seen(bench, rng, fit, light_of, *, groups: int = 8, shots: int = 4) -> SceneBackground:
    scene = SceneBackground.empty(n_channels=512)
    for group in range(groups):
        counts = bench.counts(light_of(shots), rng)
        scene = learn(
            scene, counts, fit=fit, guarded=GUARDED, t_utc_ns=group * SECOND_NS, group=f"g{group}"
        )
    return scene


def test_an_unknown_fabric_is_learnt_and_then_no_evidence(bench, rng) -> None:
    fit = fit_of(bench)

    def unknown(n: int) -> np.ndarray:
        return bench.light(n, rng, fabric=3, fabric_counts=1500.0)

    scene = seen(bench, rng, fit, unknown)
    assert len(scene.group) == 32
    learnt = directions(scene, fit=fit, guarded=GUARDED, not_of_group="next")
    assert 1 <= len(learnt) <= 3
    after = fit_of(bench, learnt)
    counts = bench.counts(unknown(300), rng)
    assert fit.inflation(counts).mean() > 2
    assert after.inflation(counts).mean() < 1.2
    assert np.abs(fit.z(counts).mean(axis=0)).max() > 3
    assert np.abs(after.z(counts).mean(axis=0)).max() < 1


def test_a_residue_on_it_is_still_found(bench, rng) -> None:
    fit = fit_of(bench)

    def unknown(n: int) -> np.ndarray:
        return bench.light(n, rng, fabric=3, fabric_counts=1500.0)

    learnt = directions(
        seen(bench, rng, fit, unknown), fit=fit, guarded=GUARDED, not_of_group="next"
    )
    after = fit_of(bench, learnt)
    clean = unknown(1)
    for row in range(40):
        gain = (after.z(clean + 100 * bench.residue(row)) - after.z(clean))[0, row]
        known = (fit.z(clean + 100 * bench.residue(row)) - fit.z(clean))[0, row]
        assert gain > 0.75 * known


def test_guarded_entries_keep_their_length_beside_all_that_is_learnt(bench, rng) -> None:
    """Whatever is learnt: here mixtures of fabrics and residues, weak enough to pass as blanks."""
    fit = fit_of(bench)

    def mixture(n: int) -> np.ndarray:
        light = bench.light(n, rng, fabric=int(rng.integers(2, 4)), fabric_counts=1500.0)
        return light + rng.uniform(0, 150, (n, 1)) * bench.residue(int(rng.integers(40)))

    scene = seen(bench, rng, fit, mixture)
    for min_retained in (0.8, 0.95):
        learnt = directions(
            scene, fit=fit, guarded=GUARDED, not_of_group="", min_retained=min_retained
        )
        white = (learnt * fit.weight).T
        basis = np.linalg.qr(white)[0]
        entries = fit.matrix[:, :40].astype(float)
        kept = np.linalg.norm(entries - basis @ (basis.T @ entries), axis=0)
        assert kept.min() >= min_retained - 1e-6


@pytest.mark.parametrize("amplitude", [30.0, 100.0, 1000.0])
def test_a_residue_that_every_group_shows_is_never_learnt(bench, rng, amplitude: float) -> None:
    fit = fit_of(bench)

    def dirty(n: int) -> np.ndarray:
        return bench.light(n, rng) + amplitude * bench.residue(9)

    scene = seen(bench, rng, fit, dirty)
    learnt = directions(scene, fit=fit, guarded=GUARDED, not_of_group="next")
    counts = bench.counts(dirty(100), rng)
    before, after = fit.z(counts)[:, 9].mean(), fit_of(bench, learnt).z(counts)[:, 9].mean()
    assert after > 0.8 * before - 3 / np.sqrt(100)  # what guarded entries are promised
    assert len(learnt) == 0 or amplitude < 50  # so weak that noise is most of the direction


def test_even_shots_let_through_cannot_teach_a_guarded_entry(bench, rng) -> None:
    """The length it must keep refuses what the first guard missed."""
    fit = fit_of(bench)
    scene = SceneBackground.empty(n_channels=512)
    for group in range(8):
        counts = bench.counts(bench.light(4, rng) + 300 * bench.residue(9), rng)
        scene = learn(
            scene, counts, fit=fit, guarded=np.array([20]), t_utc_ns=group, group=f"g{group}"
        )
    assert len(scene.group) == 32
    unguarded = directions(scene, fit=fit, guarded=np.array([20]), not_of_group="")
    assert len(unguarded) >= 1
    assert not len(directions(scene, fit=fit, guarded=GUARDED, not_of_group=""))


def test_nobodys_own_shots_are_his_background(bench, rng) -> None:
    """What one person alone carries is not common to the scene, whatever it is."""
    fit = fit_of(bench)
    scene = SceneBackground.empty(n_channels=512, max_per_group=16)
    for i, group in enumerate(("a", "b", "c", "d")):
        fabric, strength = (3, 4000.0) if group == "d" else (0, 500.0)
        counts = bench.counts(bench.light(16, rng, fabric=fabric, fabric_counts=strength), rng)
        scene = learn(scene, counts, fit=fit, guarded=GUARDED, t_utc_ns=i, group=group)
    for judged in ("d", "somebody else"):
        assert not len(directions(scene, fit=fit, guarded=GUARDED, not_of_group=judged))
    few = seen(bench, rng, fit, lambda n: bench.light(n, rng, fabric=3, fabric_counts=4000.0),
               groups=3)  # fmt: skip
    assert len(directions(few, fit=fit, guarded=GUARDED, not_of_group="other"))
    assert not len(directions(few, fit=fit, guarded=GUARDED, not_of_group="g1"))


def test_noise_alone_teaches_nothing(bench, rng) -> None:
    fit = fit_of(bench)
    scene = seen(bench, rng, fit, lambda n: bench.light(n, rng), groups=12)
    assert not len(directions(scene, fit=fit, guarded=GUARDED, not_of_group=""))


def test_remarkable_shots_are_refused(bench, rng) -> None:
    fit = fit_of(bench)
    blank = bench.counts(bench.light(20, rng), rng)
    residue = bench.counts(bench.light(20, rng) + 150 * bench.residue(3), rng)
    fabric = bench.counts(bench.light(20, rng, fabric=2, fabric_counts=3000.0), rng)
    assert is_unremarkable(blank, fit=fit, guarded=GUARDED).all()
    assert not is_unremarkable(residue, fit=fit, guarded=GUARDED).any()
    assert is_unremarkable(fabric, fit=fit, guarded=GUARDED).all()


def test_old_shots_and_too_many_of_one_group_go(bench, rng) -> None:
    fit = fit_of(bench)
    scene = SceneBackground.empty(n_channels=512, memory_s=10.0, max_per_group=2)
    for second in (0, 4, 8, 12):
        scene = learn(
            scene,
            bench.counts(bench.light(3, rng), rng),
            fit=fit,
            guarded=GUARDED,
            t_utc_ns=second * SECOND_NS,
            group="same" if second >= 8 else f"g{second}",
        )
    assert scene.group == ("g4", "g4", "same", "same")
    assert scene.t_utc_ns.tolist() == [4 * SECOND_NS] * 2 + [12 * SECOND_NS] * 2
    assert len(scene.residual_counts) == 4
    with pytest.raises(ValueError, match="time order"):
        learn(scene, np.zeros((0, 512)), fit=fit, guarded=GUARDED, t_utc_ns=0, group="late")


def test_refuses_bad_settings(bench) -> None:
    for wrong in ({"memory_s": 0.0}, {"max_per_group": 0}, {"memory_s": np.nan}):
        with pytest.raises(ValueError, match="memory_s must be above 0"):
            SceneBackground.empty(n_channels=512, **wrong)
    scene = SceneBackground.empty(n_channels=512)
    for share in (0.0, 1.1):
        with pytest.raises(ValueError, match="min_retained"):
            directions(
                scene, fit=fit_of(bench), guarded=GUARDED, not_of_group="", min_retained=share
            )
