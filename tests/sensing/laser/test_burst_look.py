"""What a burst is made of: a measured spectrum, the fit with a substance in it, and noise."""

import numpy as np
import pytest

from neighbours import loaded
from standex.edges.settings import load_site
from standex.model.curves import CurveRole, Curves, Heard
from standex.model.hints import no_hints
from standex.model.observation import Evidence
from standex.model.ports import Explaining

_bursts = loaded("sensing/laser/test_technology.py")
burst, technology = _bursts.burst, _bursts.technology


@pytest.fixture(scope="module")
def laser():
    return technology(load_site("metro"), memory_s=60.0)


def explained(laser, *records) -> tuple[Evidence, Curves]:
    """Return the last look and what it is made of."""
    state, before, said = laser.start(), None, ()
    for record in records:
        before = state
        state, said = laser.perceive(before, record, no_hints(record.t_utc_ns))
    (look,) = [one for one in said if isinstance(one, Evidence)]
    curves = laser.explained(Heard(state=before, record=records[-1]), look)
    assert curves is not None
    return look, curves


def of_role(curves: Curves, role: CurveRole) -> np.ndarray:
    (one,) = [one for one in curves.curves if one.role is role]
    return one.values


def test_it_explains_what_it_says(laser) -> None:
    assert isinstance(laser, Explaining)


def test_the_fit_holds_the_substance_that_was_named(laser, rng) -> None:
    looks = [burst(rng, number=k, task=f"t{k}") for k in range(3)]
    look, curves = explained(laser, *looks, burst(rng, simulant=60.0, number=3, task="t3"))
    assert curves.substance == "simulant"
    assert curves.figures["z"] == pytest.approx(look.score["threat_z"], rel=1e-6)
    assert curves.figures["amplitude_counts"] == pytest.approx(60.0, rel=0.15)
    added = of_role(curves, CurveRole.FIT) - of_role(curves, CurveRole.WITHOUT)
    strongest = curves.x[int(np.argmax(added))]
    assert min(abs(strongest - 1040.0), abs(strongest - 715.0)) < 5.0
    assert {round(mark.at, -1) for mark in curves.marks} == {1040.0, 720.0}
    assert curves.t_utc_ns == look.t_utc_ns


@pytest.mark.parametrize("simulant", [0.0, 60.0])
def test_what_is_left_over_is_noise_of_one(laser, rng, simulant: float) -> None:
    _, curves = explained(laser, burst(rng, simulant=simulant))
    left = of_role(curves, CurveRole.RESIDUAL)
    assert left.std() == pytest.approx(1.0, abs=0.15)
    assert abs(left.mean()) < 0.15
    measured, fit = of_role(curves, CurveRole.MEASURED), of_role(curves, CurveRole.FIT)
    assert np.sign(measured - fit).tolist() == np.sign(left).tolist()


def test_where_nothing_stands_out_no_substance_is_drawn(laser, rng) -> None:
    _, curves = explained(laser, burst(rng))
    assert curves.substance == ""
    assert curves.marks == ()
    assert CurveRole.WITHOUT not in {one.role for one in curves.curves}


def test_a_record_without_shots_has_nothing_to_show(laser, rng) -> None:
    look, _ = explained(laser, burst(rng))
    nothing = burst(rng, n_shots=0)
    assert laser.explained(Heard(state=laser.start(), record=nothing), look) is None
