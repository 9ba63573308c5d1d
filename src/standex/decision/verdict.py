"""One person's verdict: four outcomes, and the last branch is the safe one."""

import math
from functools import lru_cache

from standex.model.picture import Outcome, Verdict
from standex.model.site import OperatingPoint
from standex.model.zones import BodyZone


def decide(
    *,
    p_threat: float,
    zone: BodyZone,
    coverage: float,
    is_past_screening: bool,
    has_alarmed: bool,
    point: OperatingPoint,
    before: Verdict | None = None,
) -> Verdict:
    """Ask for a check on enough evidence; say nothing was found only where enough was looked at.

    An alarm stays: one person is one incident, and a later weak look does not take it back.
    NOT_SCREENED is what is left: too little coverage, or a NaN, which compares False with
    everything. A blocked or broken sensor must not look like an empty pocket.

    Args:
        p_threat: posterior probability of a threat item anywhere on the person.
        zone: where it most probably is.
        coverage: of the least covered wanted zone, 0 to 1.
        is_past_screening: whether every sensor that could look lies behind.
        has_alarmed: whether this person's alarm was raised before.
        point: the site's operating point.
        before: the verdict so far; it is returned where nothing has changed.
    """
    if p_threat >= point.p_alarm or has_alarmed:
        outcome = Outcome.ALARM
    elif not is_past_screening and not math.isnan(p_threat + coverage):
        outcome = Outcome.PENDING
    elif p_threat < point.p_alarm and coverage >= point.min_coverage:
        outcome = Outcome.NOTHING_FOUND
    else:
        outcome = Outcome.NOT_SCREENED
    p_alarm, min_coverage = _limits(point.p_alarm, point.min_coverage)
    if (
        before is not None
        and outcome is before.outcome
        and zone is before.zone
        and (p_threat, coverage) == (before.p_threat, before.coverage)
        and p_alarm in before.reason  # the thresholds may have changed since
        and before.reason.endswith(min_coverage)
    ):
        return before  # most people, most of the time
    reason = f"P(threat) {p_threat:.3f}{p_alarm}coverage {coverage:.2f}{min_coverage}"
    return Verdict(outcome=outcome, p_threat=p_threat, zone=zone, coverage=coverage, reason=reason)


@lru_cache(maxsize=64)
def _limits(p_alarm: float, min_coverage: float) -> tuple[str, str]:
    """Return the thresholds in words, as they stand in a reason."""
    return f" against {p_alarm:.3f}, ", f" against {min_coverage:.2f}"
