"""The ring holds what is young or needed, and nothing that shows a body."""

import numpy as np
import pytest

from standex.edges.evidence.ring import StepRing
from standex.model.observation import Evidence, Positions


def test_old_steps_leave_unless_they_are_needed(scene) -> None:
    ring = StepRing(ring_s=3.0)
    for second in range(10):
        ring.add(scene.T0 + second * scene.SECOND_NS, (scene.positions(second),), ())
    now = scene.T0 + 9 * scene.SECOND_NS

    def seconds() -> list[int]:
        return [(step.t_utc_ns - scene.T0) // scene.SECOND_NS for step in ring.steps()]

    ring.forget(now_utc_ns=now, needed_from_utc_ns=scene.T0 + 7 * scene.SECOND_NS)
    assert seconds() == [4, 5, 6, 7, 8, 9]
    ring.forget(now_utc_ns=now)
    assert seconds() == [6, 7, 8, 9]
    with pytest.raises(ValueError, match="ring_s"):
        StepRing(ring_s=0.0)


def test_nothing_in_it_shows_a_body(scene) -> None:
    ring = StepRing(ring_s=3.0)
    ring.place(scene.picture(0).tracks)
    ring.add(scene.T0, (scene.coverage(0), scene.positions(0), scene.evidence("a", 0)), ())
    ring.add(scene.T0, (scene.coverage(1),), ())
    first, second = ring.steps()
    assert second.observations == ()
    where, look = first.observations
    assert isinstance(where, Positions)
    assert isinstance(look, Evidence)
    assert where.descriptor.shape == (3, 0)
    assert look.patch is None
    assert ring.coverage["mw-1"].t_utc_ns == scene.T0 + scene.SECOND_NS


def test_places_are_those_after_the_step(scene) -> None:
    ring = StepRing(ring_s=30.0)
    ring.add(scene.T0, (), ())
    ring.place(scene.picture(0).tracks)
    ring.add(scene.T0 + 1, (), ())
    before = ring.steps()[1].places
    ring.place(scene.picture(4).tracks)
    assert np.array_equal(before.position_site_m[0], scene.place_of(scene.THEIRS, 0))
    assert np.array_equal(ring.steps()[1].places.position_site_m[0], [2.0, 0.0])
