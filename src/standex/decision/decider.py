"""The built-in decider: brings every verdict up to date and says what changed."""

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from standex.decision.passages import seconds_in_reach
from standex.decision.things import BAG
from standex.decision.verdict import decide
from standex.model.event import Alert, Event, PassageClosed, VerdictChanged
from standex.model.picture import Outcome, Passage, PassageKind, Picture, Verdict
from standex.model.site import Site
from standex.model.zones import ZONE_INDEX, ZONES


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class SequentialDecider:
    """Satisfies the ``Decider`` port.

    Attributes:
        site: operating point, lines and item classes.
        prior: P(threat) of a person nobody has looked at.
        max_unseen_s: a person whom nobody has seen for longer (and the lag) is gone, even when the
            tracker still has them: without positions no tracker moves on, and nobody may be left
            pending for ever.
    """

    site: Site
    prior: float
    max_unseen_s: float = 10.0

    def __call__(self, picture: Picture, /) -> tuple[Picture, tuple[Event, ...]]:
        """Return the picture with its verdicts, and what changed.

        A passage is closed once its track has been gone for the site's lag, so that a late look
        still counts; of who ended in a gap, once they are no longer awaited. Who goes by a later
        number is decided there. A thing that was left stays.
        """
        followed = {int(t) for t in picture.tracks.track_id} | set(picture.hand_over.awaited)
        superseded = picture.superseded
        verdicts = self._verdicts(picture, followed)
        events: list[Event] = []
        passages: dict[int, Passage] = {}
        n_alerts = picture.n_alerts
        for (track_id, before), verdict in zip(picture.passages.items(), verdicts, strict=True):
            if track_id in superseded:
                passages[track_id] = before
                continue
            passage = before if verdict is before.verdict else replace(before, verdict=verdict)
            if verdict.outcome is Outcome.ALARM and not passage.alert_id:
                n_alerts += 1
                passage = replace(passage, alert_id=f"{self.site.site_id}-{n_alerts:06d}")
                events.append(self._alert(passage, picture.t_utc_ns))
            if verdict.outcome is not before.verdict.outcome:
                events.append(_changed(before, passage, picture.t_utc_ns))
            if self._is_gone(before, picture.t_utc_ns, followed):
                events.append(_closed(passage, picture.t_utc_ns))
            else:
                passages[track_id] = passage
        return replace(picture, passages=passages, n_alerts=n_alerts), tuple(events)

    def _is_gone(self, passage: Passage, t_utc_ns: int, followed: set[int]) -> bool:
        if passage.is_left:
            return False
        unseen_s = (t_utc_ns - passage.last_utc_ns) * 1e-9
        left_s = self.max_unseen_s if passage.track_id in followed else 0.0
        return unseen_s > left_s + self.site.lag_s

    def _verdicts(self, picture: Picture, followed: set[int]) -> list[Verdict]:
        people = list(picture.passages.values())
        if not people:
            return []
        point = picture.point(self.site.operating_point)
        p_threat, zone_row = self.site.items.p_threat_each(
            np.array([passage.log_posterior for passage in people])
        )
        wanted = [ZONE_INDEX[zone] for zone in point.wanted_zones]
        coverage = np.array([passage.covered for passage in people])[:, wanted].min(axis=1)
        for row, passage in enumerate(people):
            if passage.kind is PassageKind.THING:  # it has no body, it is all bag
                in_bag, _ = self.site.items.p_threat(passage.log_posterior[[BAG]])
                p_threat[row], zone_row[row], coverage[row] = in_bag, BAG, passage.covered[BAG]
        return [
            decide(
                p_threat=p,
                zone=ZONES[row],
                coverage=covered,
                is_past_screening=passage.is_past_screening
                or self._is_gone(passage, picture.t_utc_ns, followed),
                has_alarmed=bool(passage.alert_id),
                point=point,
                before=passage.verdict,
            )
            for passage, p, row, covered in zip(
                people, p_threat.tolist(), zone_row.tolist(), coverage.tolist(), strict=True
            )
        ]

    def _alert(self, passage: Passage, t_utc_ns: int) -> Alert:
        verdict = passage.verdict
        about = [e for e in passage.entries if e.counts and e.zone in (verdict.zone, None)]
        strongest = max(about, key=lambda e: self._pull(e.log_likelihood), default=None)
        why = strongest.reason if strongest is not None else "prior alone"
        return Alert(
            alert_id=passage.alert_id,
            t_utc_ns=t_utc_ns,
            track_id=passage.track_id,
            level_id=self.site.levels[0].level_id,
            position_site_m=passage.position_site_m,
            zone=verdict.zone,
            p_threat=verdict.p_threat,
            prior=self.prior,
            coverage=verdict.coverage,
            seconds_in_reach=seconds_in_reach(passage, self.site),
            sensors=tuple(sorted({e.sensor_id for e in about})),
            reason=f"{why} ({len(about)} look{'s' if len(about) != 1 else ''})",
        )

    def _pull(self, log_likelihood: np.ndarray) -> float:
        is_threat = self.site.items.is_threat
        return float(log_likelihood[is_threat].max() - log_likelihood[~is_threat].max())


def _changed(before: Passage, after: Passage, t_utc_ns: int) -> VerdictChanged:
    return VerdictChanged(
        t_utc_ns=t_utc_ns,
        track_id=after.track_id,
        before=before.verdict.outcome,
        after=after.verdict.outcome,
        p_threat=after.verdict.p_threat,
        coverage=after.verdict.coverage,
        reason=after.verdict.reason,
    )


def _closed(passage: Passage, t_utc_ns: int) -> PassageClosed:
    return PassageClosed(
        t_utc_ns=t_utc_ns,
        track_id=passage.track_id,
        first_utc_ns=passage.first_utc_ns,
        last_utc_ns=passage.last_utc_ns,
        outcome=passage.verdict.outcome,
        p_threat=passage.verdict.p_threat,
        zone=passage.verdict.zone,
        covered=passage.covered,
        n_looks=len({entry.look_id for entry in passage.entries}),
        alert_id=passage.alert_id,
        reason=passage.verdict.reason,
    )
