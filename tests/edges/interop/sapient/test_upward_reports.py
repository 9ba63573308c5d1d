"""What is sent upward is valid, and means what the picture means."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.places import Places
from standex.edges.interop.sapient.upward_reports import UpwardReports
from standex.edges.interop.sapient.validation import problems_of
from standex.model.event import Alert, PersonRejoined
from standex.model.frames import RigidTransform
from standex.model.picture import Picture
from standex.model.tracks import no_tracks

T0 = 1_760_000_000_000_000_000


@pytest.fixture
def reports(own: OwnNode) -> UpwardReports:
    return UpwardReports(own)


def infos(message) -> dict[str, str]:
    return {info.type: info.value for info in message.detection_report.object_info}


def test_people_and_not_things_of_one_time(reports: UpwardReports, picture: Picture) -> None:
    messages = reports.detections(picture, t_utc_ns=T0)
    assert len(messages) == 2
    assert all(problems_of(message) == () for message in messages)
    assert len({message.timestamp.nanos for message in messages}) == 1
    assert len({message.detection_report.object_id for message in messages}) == 2


def test_a_place_comes_back_where_it_was(
    reports: UpwardReports, picture: Picture, own: OwnNode
) -> None:
    """Read again as any other fusion node reads it: place, spread, and the way people walk."""
    places = Places(
        anchor=own.anchor,
        site_from_node=RigidTransform.from_pose(position_m=(0.0, 0.0, 0.0), yaw_rad=0.0),
        sigma_m=9.0,
        are_errors_m=False,
    )
    first, second = (m.detection_report for m in reports.detections(picture, t_utc_ns=T0))
    got = places.on_plan([first.location, second.location])
    np.testing.assert_allclose(got.position_site_m, [[3, 4], [8, 2]], atol=1e-6)
    speed = np.hypot(first.enu_velocity.east_rate, first.enu_velocity.north_rate)
    assert speed == pytest.approx(np.hypot(1.0, 0.5))
    moved = reports.detections(picture, t_utc_ns=T0 + 400_000_000)[0].detection_report
    np.testing.assert_allclose(
        places.on_plan([moved.location]).position_site_m, [[3.4, 4.2]], atol=1e-6
    )


def test_covariance_rides_along(reports: UpwardReports, picture: Picture, own: OwnNode) -> None:
    ee, en, nn = map(
        float, infos(reports.detections(picture, t_utc_ns=T0)[0])["covariance_enu_m2"].split()
    )
    bearing = own.anchor.bearing_rad
    east = np.array([np.cos(bearing), np.sin(bearing)])  # in the site frame
    north = np.array([-np.sin(bearing), np.cos(bearing)])
    # East in the site frame: the site's axes are turned clockwise, so east lies anticlockwise.
    covariance = np.diag([0.04, 0.09])
    np.testing.assert_allclose(
        [ee, en, nn],
        [east @ covariance @ east, east @ covariance @ north, north @ covariance @ north],
        rtol=1e-4,
    )


def test_likelihood_ratio_is_posterior_odds_over_prior_odds(
    reports: UpwardReports, picture: Picture, own: OwnNode
) -> None:
    said = infos(reports.detections(picture, t_utc_ns=T0)[0])
    prior, _ = own.site.items.p_threat(own.site.log_prior())
    p, _ = own.site.items.p_threat(picture.passages[4].log_posterior)
    assert float(said["p_threat"]) == pytest.approx(p, rel=1e-4)
    assert float(said["llr_threat"]) == pytest.approx(
        np.log(p / (1 - p)) - np.log(prior / (1 - prior)), rel=1e-4
    )
    assert said["outcome"] == "alarm"
    assert "llr_threat" not in infos(reports.detections(picture, t_utc_ns=T0)[1])


def test_a_person_keeps_an_id_and_takes_it_along_when_it_is_sure(
    reports: UpwardReports, picture: Picture
) -> None:
    first = reports.object_id(4, T0)
    assert reports.detections(picture, t_utc_ns=T0)[0].detection_report.object_id == first
    join = PersonRejoined(
        t_utc_ns=T0, track_id=12, earlier_track_id=4, p_same=0.9, is_final=False, reason="same way"
    )
    reports.rejoined(join)
    assert reports.object_id(12, T0) != first
    reports.rejoined(replace(join, is_final=True))
    assert reports.object_id(12, T0) == first


def test_an_alert(reports: UpwardReports, alert: Alert) -> None:
    message = reports.alert(alert, t_utc_ns=T0 + 5)
    assert problems_of(message) == ()
    out = message.alert
    assert out.description.startswith("EXERCISE. Check requested (waist)")
    assert out.confidence == pytest.approx(0.6)
    assert out.associated_detection[0].object_id == reports.object_id(4, T0)
    assert reports.alert(alert, t_utc_ns=T0 + 10**9).alert.alert_id == out.alert_id
    assert reports.alert(replace(alert, alert_id="hall-2"), t_utc_ns=T0).alert.alert_id != (
        out.alert_id
    )


def test_nobody(reports: UpwardReports, picture: Picture) -> None:
    assert reports.detections(replace(picture, tracks=no_tracks(T0)), t_utc_ns=T0) == []
