import pytest

from standex.edges.intake import MOST_UNKNOWN_IDS, Intake
from standex.model.observation import HealthReason

S = 10**9


@pytest.mark.parametrize("away_s", [-3600, -5.1, 5.1, 1e9])
def test_times_far_from_the_clock_are_refused(fakes, away_s: float) -> None:
    record = fakes.record(t_utc_ns=fakes.T0 + round(away_s * S))
    admission = Intake({"cam-entry"}).admit(record, now_utc_ns=fakes.T0)
    assert not admission.is_accepted
    assert admission.reason is HealthReason.CLOCK
    assert f"{away_s:+.1f} s" in admission.message


def test_time_that_runs_backwards_is_refused_and_then_goes_on(fakes) -> None:
    intake = Intake({"cam-entry"})
    times = [0, 100, 50, 100, 101]
    got = [
        intake.admit(fakes.record(t_utc_ns=fakes.T0 + t, sequence=n), now_utc_ns=fakes.T0)
        for n, t in enumerate(times)
    ]
    assert [one.is_accepted for one in got] == [True, True, False, False, True]
    assert "backwards" in got[2].message


def test_gaps_in_the_count_are_lost_records(fakes) -> None:
    intake = Intake({"cam-entry"})
    lost = [
        intake.admit(fakes.record(t_utc_ns=fakes.T0 + n, sequence=n), now_utc_ns=fakes.T0).n_lost
        for n in (0, 1, 5, 6)
    ]
    assert lost == [0, 0, 3, 0]


def test_unknown_sensors_are_counted_and_bounded(fakes) -> None:
    intake = Intake({"cam-entry"})
    for n in range(3 * MOST_UNKNOWN_IDS):
        record = fakes.record(f"ghost-{n}")
        assert not intake.is_known(record)
        assert intake.count_unknown(record) == (n < MOST_UNKNOWN_IDS)
    assert not intake.count_unknown(fakes.record("ghost-0"))
    assert intake.unknown["ghost-0"] == 2
    assert len(intake.unknown) == MOST_UNKNOWN_IDS
