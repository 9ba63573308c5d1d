from standex.edges.service.node_alerts import (
    MOST_SHOWN,
    MOST_WRITTEN_PER_MIN,
    SHOWN_S,
    NodeAlerts,
)


def test_an_alert_of_a_node_is_written_down_and_shown_for_a_while(clock) -> None:
    written: list[tuple] = []
    alerts = NodeAlerts(lambda *row: written.append(row), clock=clock)
    assert not alerts.words
    alerts("radar-0", "warning", "somebody runs")
    clock.advance(1.0)
    alerts("radar-1", "critical", "")
    assert alerts.words == "radar-1: critical; radar-0: warning, somebody runs"
    assert written == [
        ("radar-0", "warning: somebody runs", {}),
        ("radar-1", "critical: ", {}),
    ]
    clock.advance(SHOWN_S - 0.5)
    assert alerts.words == "radar-1: critical"
    clock.advance(1.0)
    assert not alerts.words


def test_a_flood_of_them_fills_neither_the_audit_nor_the_screen(clock) -> None:
    written: list[tuple] = []
    alerts = NodeAlerts(lambda *row: written.append(row), clock=clock)
    for number in range(1000):
        alerts("radar-0", "warning", f"word {number}")
    assert len(written) == MOST_WRITTEN_PER_MIN
    assert alerts.words.count("warning") == MOST_SHOWN
    clock.advance(61.0)
    alerts("radar-0", "warning", "again")
    assert written[-1][2] == {"left_out": 1000 - MOST_WRITTEN_PER_MIN}
