from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from standex.edges.settings import load_site
from standex.model.hand_over import HandOverState
from standex.model.observation import Coverage
from standex.model.ports import HandOverUpdate
from standex.model.tracks import Tracks
from standex.testing.hand_over import check_hand_over
from standex.tracking.hand_over import JointHandOver

GAP = ((12.4, 0.0), (15.6, 0.0))


@dataclass(frozen=True)
class Careless:
    """The built-in hand-over, erring as ``fault`` says."""

    fault: str

    def __call__(
        self, state: HandOverState, tracks: Tracks, coverage: Mapping[str, Coverage], /
    ) -> HandOverUpdate:
        update = JointHandOver(site=load_site("rome"))(state, tracks, coverage)
        joins = update.joins
        if self.fault == "both the same":
            joins = tuple(replace(j, earlier_track_id=1) for j in joins)
        elif self.fault == "crosswise":
            joins = tuple(replace(j, earlier_track_id=3 - j.earlier_track_id) for j in joins)
        elif self.fault == "too sure":
            joins = tuple(replace(j, p_same=1.5) for j in joins)
        elif self.fault == "says not why":
            joins = tuple(replace(j, reason="") for j in joins)
        elif self.fault == "writes":
            tracks.mean[:] = 0.0
        elif self.fault == "remembers":
            last = update.state.departed.last
            kept = state.departed.last
            if len(last.track_id) < len(kept.track_id):
                return HandOverUpdate(
                    state=replace(update.state, departed=state.departed), joins=joins
                )
        return HandOverUpdate(state=update.state, joins=joins)


@pytest.mark.slow
def test_a_good_one_passes() -> None:
    check_hand_over(Careless(""), gap_site_m=GAP)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("both the same", "became two"),
        ("crosswise", "came out as"),
        ("too sure", "p_same must be in"),
        ("says not why", "must say why"),
        ("writes", "must not be written to"),
        ("remembers", "forgotten in time|became two|has not left"),
    ],
)
def test_a_bad_one_is_caught(fault: str, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_hand_over(Careless(fault), gap_site_m=GAP)
