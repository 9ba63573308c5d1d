"""What a killed service left unwritten is made by the next one, from its recordings."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.clock import SystemClock
from standex.edges.evidence.shelf import EvidenceShelf
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.service.around import Setup
from standex.edges.service.missing_evidence import (
    MissingEvidence,
    recordings_with,
    without_bundle,
)
from standex.model.observation import Positions
from standex.station import Station

STEP_NS = 100_000_000


@pytest.fixture
def shelf(config, kept) -> EvidenceShelf:
    return EvidenceShelf(
        config.place("evidence"), prove=lambda entry: kept.audit.append((entry,)), key=kept.key
    )


@pytest.fixture
def setup(config, fakes, clock) -> Setup:
    return Setup(
        config=config,
        site=fakes.site(),
        site_name="survey",
        site_toml=fakes.site_toml(),
        clock=clock,
        say=lambda _: None,
        show=lambda _: None,
    )


def record_alarm(folder, made, fakes):
    """Leave a recording of somebody with an alert about them, and return the alert."""
    folder.mkdir(exist_ok=True)
    site, alert = fakes.site(), None
    station = Station.of(site, {}, {})
    picture = station.start(made.T0)
    with RecordingWriter(
        folder / f"survey-{made.T0 // 10**6}.mcap",
        site_id=site.site_id,
        profile=Profile.LIVE,
        software_version="0.0.9",
        site_toml=fakes.site_toml(),
        started_utc_ns=made.T0,
        is_simulated=True,
    ) as writer:
        for n in range(40):
            t_utc_ns, place = made.T0 + n * STEP_NS, np.array([4 - 0.12 * n, 1.0])
            seen = Positions(
                sensor_id="cam-entry",
                t_utc_ns=t_utc_ns,
                level_id="concourse",
                position_site_m=place[None],
                covariance_site_m2=0.01 * np.eye(2)[None],
                existence=np.array([0.95]),
                descriptor=np.zeros((1, 0)),
                clutter_per_m2=0.004,
            )
            picture, events, _ = station.update(picture, (seen,))
            if n == 20:
                alert = replace(made.alert(9, t_utc_ns=t_utc_ns), position_site_m=place)
                events = (*events, alert)
            writer.publish(t_utc_ns, (seen,), events)
    return alert


def test_whole_bundles_and_old_alarms_are_not_missed(shelf, made) -> None:
    young, old = made.alert(1), made.alert(2, t_utc_ns=made.T0 - 3600 * made.S)
    missing = without_bundle(shelf, (young, old), keep_s=600.0, now_utc_ns=made.T0 + made.S)
    assert missing == (young,)


def test_an_alarm_is_in_the_last_recording_that_began_before_it(tmp_path, made) -> None:
    names = [f"survey-{made.T0 // 10**6 + ms}.mcap" for ms in (-5000, -1000, 4000)]
    for name in (*names, "another.mcap"):
        (tmp_path / name).touch()
    assert recordings_with([made.alert()], tmp_path) == (tmp_path / names[1],)
    assert recordings_with([made.alert(t_utc_ns=made.S)], tmp_path) == ()
    assert recordings_with([made.alert()], tmp_path / "none") == ()


def test_an_alarm_without_a_recording_is_told(setup, kept, shelf, made) -> None:
    missing = MissingEvidence(setup, kept, shelf, (made.alert(7),))
    missing.make()
    assert "survey-000007" in missing.problem
    nothing = MissingEvidence(setup, kept, shelf, ())
    nothing.make()
    assert nothing.problem == ""


@pytest.mark.slow
def test_the_bundle_is_made_in_a_process_of_its_own_signed_and_in_the_audit(
    setup, kept, shelf, made, fakes, config
) -> None:
    alert = record_alarm(config.place("recordings"), made, fakes)
    missing = MissingEvidence(setup, kept, shelf, (alert,))
    missing.make()
    assert missing.problem == ""
    (manifest,) = shelf.all()
    assert (manifest.alert_id, manifest.stage) == (alert.alert_id, "whole")
    assert shelf.read(alert.alert_id).problems(kept.key.public()) == ()
    written = [row for row in kept.audit.rows() if row.of_what == alert.alert_id]
    assert {row.what for row in written} == {"evidence_written"}
    assert SystemClock().utc_ns() >= manifest.written_utc_ns


@pytest.mark.slow
def test_it_ends_with_the_service(setup, kept, shelf, made, fakes, config) -> None:
    alert = record_alarm(config.place("recordings"), made, fakes)
    missing = MissingEvidence(setup, kept, shelf, (alert,))
    missing.close()
    missing.make()
    assert "not made to the end" in missing.problem
