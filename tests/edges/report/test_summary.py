from standex.edges.report.summary import RunSummary


def test_finds_people_by_their_number(sample: RunSummary) -> None:
    first = sample.passages[0]
    assert sample.passage(first.track_id) is first
    assert sample.passage(10_000) is None


def test_alerts_come_in_order(sample: RunSummary) -> None:
    times = [alert.t_utc_ns for alert in sample.alerts]
    assert times == sorted(times)
    assert len(times) == 2
    assert sample.duration_s > 10
