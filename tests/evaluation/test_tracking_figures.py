import pytest

from standex.evaluation.tracking_figures import tracking_figures


@pytest.fixture(autouse=True)
def _library() -> None:
    pytest.importorskip("trackeval", reason="the optional package trackeval is not installed")


def test_figures_of_one_run(scans_of) -> None:
    """Two people for three minutes; one is lost for a scan and comes back renamed."""
    truth = scans_of([{1: (0, 0), 2: (4, 0)}] * 60, step_s=3.0)
    report = scans_of(
        [{11: (0, 0), 12: (4, 0)}] * 30 + [{12: (4, 0)}] + [{13: (0, 0), 12: (4, 0)}] * 29,
        step_s=3.0,
    )
    found = tracking_figures(truth, report)
    assert found.person_minutes == pytest.approx(6)
    assert found.switches_per_person_minute == pytest.approx(1 / 6)
    values = found.values()
    assert values["missed_per_scan"] == pytest.approx(1 / 60)
    assert values["false_per_scan"] == 0
    assert values["gospa_m"] == pytest.approx(0.5**0.5 / 60)
    assert (values["people"], values["tracks"], values["switches"]) == (2, 3, 1)
    assert values["mota"] == pytest.approx(1 - 2 / 120)


def test_skipped_scans_do_not_count(scans_of) -> None:
    truth = scans_of([{9: (8, 8)}, {1: (0, 0)}, {1: (0, 0)}])
    report = scans_of([{}, {5: (0, 0)}, {5: (0, 0)}])
    values = tracking_figures(truth, report, skip=1).values()
    assert values["gospa_m"] == 0
    assert values["people"] == values["tracks"] == 1


@pytest.mark.parametrize("skip", [-1, 3, 4])
def test_some_scan_must_be_left(scans_of, skip: int) -> None:
    truth = scans_of([{1: (0, 0)}] * 3)
    with pytest.raises(ValueError, match=r"skip must be inside 0\.\.2"):
        tracking_figures(truth, truth, skip=skip)
