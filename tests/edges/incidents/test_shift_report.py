from dataclasses import replace

import pytest

from standex.edges.incidents.actions import Act, Action, acted
from standex.edges.incidents.incident import Disposition, Rules
from standex.edges.incidents.shift_report import shift_report
from standex.edges.incidents.station_events import opened

RULES = Rules()


def done(incident, act, after_s, n=0, **more):
    t_utc_ns = incident.opened_utc_ns + round(after_s * 1e9)
    action = Action(act=act, by="anna", t_utc_ns=t_utc_ns, request_id=f"r{n}", text="so", **more)
    return acted(incident, action, RULES)


def test_it_counts_what_was_there(made) -> None:
    minute = 60 * made.S
    some = [opened(made.alert(n, t_utc_ns=made.T0 + n * 4 * minute), RULES) for n in range(1, 5)]
    some[0] = done(some[0], Act.ACKNOWLEDGE, 4.0)
    some[1] = done(some[1], Act.DISMISS, 8.0, disposition=Disposition.BENIGN)
    report = shift_report(some, from_utc_ns=made.T0, to_utc_ns=made.T0 + 60 * minute)
    assert report["n_incidents"] == report["per_hour"] == 4
    assert report["most_in_10_min"] == 3
    assert report["by_disposition"] == {"benign": 1}
    assert (report["median_acknowledged_s"], report["slowest_acknowledged_s"]) == (6.0, 8.0)
    assert report["by_account"] == {"anna": 2}
    assert len(report["still_open"]) == 3


def test_what_came_before_and_after_does_not_count(made) -> None:
    one = opened(made.alert(), RULES)
    report = shift_report([one], from_utc_ns=made.T0 + 1, to_utc_ns=made.T0 + made.S)
    assert report["n_incidents"] == 0
    assert report["median_acknowledged_s"] is None
    with pytest.raises(ValueError, match="empty"):
        shift_report([], from_utc_ns=2, to_utc_ns=2)


def test_exercises_are_not_counted(made) -> None:
    real, drill = (opened(made.alert(n), RULES) for n in (1, 2))
    drill = replace(drill, exercise="exercise-1")
    drill = done(drill, Act.DISMISS, 4.0, disposition=Disposition.BENIGN)
    report = shift_report([real, drill], from_utc_ns=made.T0, to_utc_ns=made.T0 + made.S)
    assert report["n_incidents"] == 1
    assert report["by_disposition"] == {}
    assert report["by_account"] == {}
    assert report["still_open"] == [real.incident_id]
