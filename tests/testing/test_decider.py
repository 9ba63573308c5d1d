from dataclasses import dataclass, replace

import numpy as np
import pytest

from standex.model.event import Alert, Event
from standex.model.picture import Outcome, Passage, Picture, Verdict
from standex.model.site import Site
from standex.model.zones import ZONES
from standex.testing.decider import check_decider


@dataclass(frozen=True)
class Plain:
    """Four outcomes in as few lines as can be; ``fault`` says what it does wrong."""

    site: Site
    fault: str = ""

    def __call__(self, picture: Picture, /) -> tuple[Picture, tuple[Event, ...]]:
        passages, events = dict(picture.passages), []
        for track_id, passage in picture.passages.items():
            verdict = self._verdict(passage)
            alert_id = passage.alert_id
            raised = verdict.outcome is Outcome.ALARM
            if raised and (not alert_id or self.fault == "alarms twice"):
                alert_id = f"alert-{track_id}"
                events.append(self._alert(picture, passage, verdict, alert_id))
            passages[track_id] = replace(passage, verdict=verdict, alert_id=alert_id)
        if self.fault == "writes":
            picture.tracks.mean[...] = 0.0
        return replace(picture, passages=passages), tuple(events)

    def _verdict(self, passage: Passage) -> Verdict:
        point = self.site.operating_point
        p_zone = np.exp(passage.log_posterior)[:, self.site.items.is_threat].sum(axis=1)
        p_threat = float(1 - np.prod(1 - p_zone))
        coverage = min(passage.coverage_of(zone) for zone in point.wanted_zones)
        zone = ZONES[int(np.argmax(p_zone))]
        fine = p_threat < point.p_alarm and coverage >= point.min_coverage
        if self.fault == "nan is fine":
            fine = not (p_threat >= point.p_alarm or coverage < point.min_coverage)
        if self.fault == "unseen is fine":
            fine = bool(np.isfinite([p_threat, coverage]).all())
        if p_threat >= point.p_alarm:
            outcome = Outcome.ALARM
        elif not passage.is_past_screening:
            outcome = Outcome.PENDING
        else:
            outcome = Outcome.NOTHING_FOUND if fine else Outcome.NOT_SCREENED
        reason = "" if self.fault == "says nothing" else f"p {p_threat:.2f}, {coverage:.2f}"
        return Verdict(
            outcome=outcome,
            p_threat=p_threat,
            zone=zone,
            coverage=coverage,
            reason=reason,
        )

    def _alert(self, picture: Picture, passage: Passage, verdict: Verdict, alert_id: str) -> Alert:
        return Alert(
            alert_id=alert_id,
            t_utc_ns=picture.t_utc_ns,
            track_id=passage.track_id,
            level_id="concourse",
            position_site_m=passage.position_site_m,
            zone=None if self.fault == "no zone" else verdict.zone,
            p_threat=verdict.p_threat,
            prior=0.1,
            coverage=verdict.coverage,
            seconds_in_reach=-1.0,
            sensors=(),
            reason=verdict.reason,
        )


def test_a_good_one_passes(site: Site) -> None:
    check_decider(Plain(site), site=site)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("alarms twice", "one alert, for 6"),
        ("writes", "inputs must not be written to"),
        ("nan is fine", "a NaN must never read as nothing found"),
        ("unseen is fine", "3 nothing_found.* should be .*3 not_screened"),
        ("says nothing", "must say why"),
        ("no zone", "not in zone None"),
    ],
)
def test_a_bad_one_is_caught(site: Site, fault: str, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_decider(Plain(site, fault), site=site)


def test_a_site_without_a_screening_line_is_said(site: Site) -> None:
    with pytest.raises(AssertionError, match="no screening line"):
        check_decider(Plain(site), site=replace(site, lines=()))
