import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.tracks import no_tracks
from standex.model.zones import ZONES
from standex.testing.examples import example_passage


def test_nobody_is_followed_at_first() -> None:
    tracks = no_tracks(7)
    assert tracks.t_utc_ns == 7
    assert len(tracks.track_id) == 0
    assert tracks.mean.shape == (0, 4)
    assert tracks.next_track_id == 1


@pytest.mark.parametrize("zone", ZONES)
def test_coverage_is_read_by_zone(zone) -> None:
    passage = example_passage(load_site("metro"), track_id=1, position_site_m=(0.0, 0.0))
    passage.covered[:] = np.arange(len(ZONES)) / 10
    assert passage.coverage_of(zone) == ZONES.index(zone) / 10
