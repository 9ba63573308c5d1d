from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.incidents.incident import Incident, Priority, Reach, State, Subject
from standex.edges.service.config import parse_config
from standex.edges.service.others_told import others_told
from standex.edges.service.public_alerts import alert_of
from standex.edges.web.service_view import RefusedError

CAP = """
[anchor]
latitude_deg = 50.0
longitude_deg = 4.0
[outputs.cap]
sender = "control-room@station.example"
restriction = "station staff"
area = "the station"
instruction = "keep away"
"""


@pytest.fixture
def incident(made) -> Incident:
    return Incident(
        incident_id="survey-000001",
        subject=Subject.PERSON,
        opened_utc_ns=made.T0,
        changed_utc_ns=made.T0,
        state=State.ACKNOWLEDGED,
        priority=Priority.HIGH,
        reach=Reach.FOLLOWED,
        track_id=7,
        level_id="concourse",
        x_site_m=1.0,
        y_site_m=2.0,
        seen_utc_ns=made.T0,
        zone=None,
        p_threat=0.8,
        p_highest=0.8,
        prior=0.1,
        coverage=0.5,
        sensors=("cam-entry",),
        reason="an example",
    )


def test_a_warning_goes_out_in_the_words_of_who_confirmed_it_and_is_noted_before(
    made, tmp_path, fakes, clock, incident
) -> None:
    path = tmp_path / "service.toml"
    config = parse_config(made.FILE + CAP, path=path, site=fakes.site())
    noted = []

    def tell(act: str, by: str, draft_id: str) -> None:
        assert not list(tmp_path.glob("cap/*.xml"))
        noted.append((act, by))

    with ExitStack() as stack:
        told = others_told(config, fakes.site(), stack, clock=clock, is_simulated=True, tell=tell)
        assert told.public_alert is not None
        told.public_alert(incident, "anna", "use the north exit")
        with pytest.raises(RefusedError):
            told.public_alert(incident, " ", "nobody's words")
    (document,) = tmp_path.glob("cap/*.xml")
    text = document.read_text()
    assert "<status>Test</status>" in text
    assert "use the north exit" in text
    assert "keep away" not in text
    assert noted == [("draft", "anna"), ("confirm", "anna")]
    assert told.counts["cap"]().n_sent == 1


def test_what_cannot_be_noted_does_not_go_out(made, tmp_path, fakes, clock, incident) -> None:
    path = tmp_path / "service.toml"
    config = parse_config(made.FILE + CAP, path=path, site=fakes.site())

    def tell(act: str, by: str, draft_id: str) -> None:
        raise RefusedError("the audit is full")

    with ExitStack() as stack:
        told = others_told(config, fakes.site(), stack, clock=clock, is_simulated=True, tell=tell)
        assert told.public_alert is not None
        with pytest.raises(RefusedError, match="full"):
            told.public_alert(incident, "anna", "")
    assert not list(tmp_path.glob("cap/*.xml"))


def test_the_alert_is_that_of_the_incident_as_it_is_now(incident) -> None:
    alert = alert_of(replace(incident, p_threat=0.9, x_site_m=3.0))
    assert (alert.alert_id, alert.p_threat, alert.track_id) == ("survey-000001", 0.9, 7)
    np.testing.assert_array_equal(alert.position_site_m, [3.0, 2.0])


def test_no_warning_goes_out_about_an_exercise(made, tmp_path, fakes, clock, incident) -> None:
    path = tmp_path / "service.toml"
    config = parse_config(made.FILE + CAP, path=path, site=fakes.site())
    with ExitStack() as stack:
        told = others_told(
            config, fakes.site(), stack, clock=clock, is_simulated=True, tell=lambda *_: None
        )
        assert told.public_alert is not None
        with pytest.raises(RefusedError, match="exercise"):
            told.public_alert(replace(incident, exercise="exercise-1"), "anna", "keep away")
    assert not list(tmp_path.glob("cap/*.xml"))
