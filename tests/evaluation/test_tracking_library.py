import sys

import numpy as np
import pytest

from standex.evaluation import tracking_library
from standex.evaluation.tracking_library import identity_figures
from standex.model.errors import StandexError


@pytest.fixture(autouse=True)
def _library() -> None:
    """The first import of it takes a while and says something; nobody is to hear it."""
    try:
        tracking_library._metrics()
    except StandexError:
        pytest.skip("the optional package trackeval is not installed")


def still(n: int, **who: tuple[float, float]):
    return [{int(name[1:]): place for name, place in who.items()} for _ in range(n)]


def test_perfect_is_one(scans_of) -> None:
    truth = scans_of(still(5, p1=(0, 0), p2=(3, 0)))
    report = scans_of(still(5, p11=(0, 0), p12=(3, 0)))
    found = identity_figures(truth, report)
    assert found is not None
    assert (found.mota, found.idf1, found.hota, found.switches) == (1, 1, pytest.approx(1), 0)


def test_one_switch_in_closed_form(scans_of) -> None:
    """One person, ten scans, another number from the seventh on: six of ten are one track's."""
    truth = scans_of(still(10, p1=(0, 0)))
    report = scans_of(still(6, p11=(0, 0)) + still(4, p12=(0, 0)))
    found = identity_figures(truth, report)
    assert found is not None
    assert found.switches == 1
    assert found.mota == pytest.approx(1 - 1 / 10)
    assert found.idf1 == pytest.approx(2 * 6 / (10 + 10))
    # Association of a detection: matches of the pair, over all of both; then HOTA at any alpha.
    ass_a = (6 * 6 / 10 + 4 * 4 / 10) / 10
    assert found.ass_a == pytest.approx(ass_a)
    assert found.det_a == pytest.approx(1)
    assert found.hota == pytest.approx(np.sqrt(ass_a))


def test_missed_and_false_in_closed_form(scans_of) -> None:
    truth = scans_of(still(4, p1=(0, 0), p2=(5, 0)))
    report = scans_of(still(4, p11=(0, 0), p12=(9, 9), p13=(9, 0)))
    found = identity_figures(truth, report)
    assert found is not None
    assert found.mota == pytest.approx(1 - (4 + 8) / 8)
    assert found.idf1 == pytest.approx(2 * 4 / (8 + 12))


@pytest.mark.parametrize(("away_m", "mota"), [(0.59, 1.0), (0.61, -1.0)])
def test_the_gate_is_where_it_is_said(scans_of, away_m: float, mota: float) -> None:
    truth, report = scans_of(still(3, p1=(0, 0))), scans_of(still(3, p11=(away_m, 0)))
    found = identity_figures(truth, report)
    assert found is not None
    assert found.mota == pytest.approx(mota)


def test_skipped_scans_count_for_memory_only(scans_of) -> None:
    """A switch right after the skipped scans is one; what was wrong in them is not counted."""
    truth = scans_of(still(6, p1=(0, 0)))
    report = scans_of([{11: (0, 0)}, {}, {11: (0, 0), 15: (7, 7)}, *still(3, p12=(0, 0))])
    whole, after = identity_figures(truth, report), identity_figures(truth, report, skip=3)
    assert whole is not None
    assert after is not None
    assert (whole.switches, after.switches) == (1, 1)
    assert whole.mota == pytest.approx(1 - (1 + 1 + 1) / 6)
    assert after.mota == pytest.approx(1 - 1 / 3)
    assert after.idf1 == 1


def test_a_tracker_that_shows_nobody(scans_of) -> None:
    truth, report = scans_of(still(3, p1=(0, 0))), scans_of([{}, {}, {}])
    found = identity_figures(truth, report)
    assert found is not None
    assert (found.mota, found.idf1, found.hota, found.switches) == (0, 0, 0, 0)


def test_what_is_too_large_is_said_so(scans_of, monkeypatch) -> None:
    truth = scans_of(still(3, p1=(0, 0), p2=(1, 1)))
    monkeypatch.setattr(tracking_library, "MOST_CELLS", 3)
    assert identity_figures(truth, truth) is None


def test_nobody_in_the_truth_is_refused(scans_of) -> None:
    with pytest.raises(ValueError, match="nobody is in the truth"):
        identity_figures(scans_of([{}, {}]), scans_of([{}, {1: (0, 0)}]))


def test_without_the_library(scans_of, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "trackeval", None)
    monkeypatch.delitem(sys.modules, "trackeval.metrics", raising=False)
    truth = scans_of(still(2, p1=(0, 0)))
    with pytest.raises(StandexError, match=r"trackeval.*pip install 'standex\[evaluation\]'"):
        identity_figures(truth, truth)


@pytest.mark.slow
def test_its_import_prints_nothing(capsys, monkeypatch) -> None:
    for name in list(sys.modules):
        if name == "trackeval" or name.startswith("trackeval."):
            monkeypatch.delitem(sys.modules, name)
    tracking_library._metrics()
    assert capsys.readouterr() == ("", "")
