from dataclasses import replace

import numpy as np
import pytest

from standex.evaluation.tracking_scans import Whereabouts, check_same_scans, reported, shown


@pytest.fixture
def three(scans_of) -> Whereabouts:
    return scans_of([{1: (0, 0), 2: (1, 0)}, {}, {2: (1, 1)}])


def test_who_was_where(three) -> None:
    who, place = three.at(0)
    assert who.tolist() == [1, 2]
    assert place.tolist() == [[0, 0], [1, 0]]
    assert not len(three.at(1)[0])
    assert three.scan.tolist() == [0, 0, 2]


@pytest.mark.parametrize(("first", "last", "who"), [(0, None, [1, 2, 2]), (1, None, [2]),
                                                    (0, 1, [1, 2]), (0, 0, []), (3, None, []),
                                                    (0, 9, [1, 2, 2])])  # fmt: skip
def test_a_cut_is_the_scans_in_it(three, first, last, who) -> None:
    cut = three.cut(first, last)
    assert cut.who.tolist() == who
    kept = range(3)[first:last]
    assert len(cut.t_utc_ns) == len(kept)
    for k, scan in enumerate(kept):
        assert cut.t_utc_ns[k] == three.t_utc_ns[scan]
        np.testing.assert_array_equal(cut.at(k)[1], three.at(scan)[1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first_row": np.array([0, 2, 2])}, "4 bounds from 0 to 3"),
        ({"first_row": np.array([0, 3, 2, 3])}, "follow one another"),
        ({"t_utc_ns": np.array([0, 2, 1])}, "follow one another"),
        ({"position_site_m": np.full((3, 2), np.nan)}, "6 places are not finite"),
        ({"who": np.array([2, 2, 2])}, "two places in one scan"),
    ],
)
def test_what_cannot_be_is_refused(three, change, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(three, **change)


def test_reported_are_the_present_ones(three, scripted) -> None:
    tracker = scripted(three)
    tracks = [tracker.tracks(scan) for scan in range(3)]
    same = reported(shown(one) for one in tracks)
    for name in ("t_utc_ns", "first_row", "who", "position_site_m"):
        np.testing.assert_array_equal(getattr(same, name), getattr(three, name))
    tracks[0] = replace(tracks[0], is_confirmed=np.array([True, False]))
    tracks[2] = replace(tracks[2], existence=np.array([0.4]))
    assert reported(map(shown, tracks)).who.tolist() == [1]
    assert not len(reported([]).who)


def test_other_scans_are_refused(three) -> None:
    check_same_scans(three, three)
    with pytest.raises(ValueError, match="truth has 3 scans, the report 2"):
        check_same_scans(three, three.cut(1))
