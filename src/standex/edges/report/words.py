"""The words of the report: plain, the same everywhere, and never more than is known."""

import math
from datetime import UTC, datetime

from standex.model.observation import HealthReason, HealthState
from standex.model.picture import Outcome, Passage
from standex.model.site import Site
from standex.model.zones import BodyZone

ZONE_WORDS: dict[BodyZone | None, str] = {
    BodyZone.TORSO_FRONT: "front of torso",
    BodyZone.TORSO_BACK: "back of torso",
    BodyZone.WAIST: "waist",
    BodyZone.LEGS: "legs",
    BodyZone.ARMS: "arms",
    BodyZone.FEET: "feet",
    BodyZone.BAG: "bag",
    None: "zone not known",
}
OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.ALARM: "check requested",
    Outcome.NOT_SCREENED: "not screened",
    Outcome.NOTHING_FOUND: "nothing found",
    Outcome.PENDING: "still under way",
}


def percent(p: float) -> str:
    """Return a probability for people: 93 %, 0.4 %, below 0.1 %; never a bare 0 or 100 %."""
    if math.isnan(p):
        return "not known"
    if p < 0.001:
        return "below 0.1 %"
    if p > 0.999:
        return "above 99.9 %"
    return f"{100 * p:.1f} %" if p < 0.01 or p > 0.99 else f"{100 * p:.0f} %"


def clock_time(t_utc_ns: int, first_utc_ns: int) -> str:
    """Return minutes and seconds since the start of the run, such as 1:05.3."""
    tenths = round((t_utc_ns - first_utc_ns) * 1e-8)
    sign = "-" if tenths < 0 else ""
    minutes, rest = divmod(abs(tenths), 600)
    return f"{sign}{minutes}:{rest // 10:02d}.{rest % 10}"


def date_and_time(t_utc_ns: int) -> str:
    """Return date and time of day in UTC."""
    return datetime.fromtimestamp(t_utc_ns // 10**9, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def length_of_time(seconds: float) -> str:
    """Return a length of time, such as 2 min 5 s."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def reach_words(seconds_in_reach: float) -> str:
    """Return how long somebody stays in reach, -1 being not known."""
    return f"{seconds_in_reach:.1f} s" if seconds_in_reach >= 0 else "not known"


def factor_words(log10_factor: float) -> str:
    """Return what a look says, as a factor on the odds of a threat."""
    if math.isnan(log10_factor):
        return "not known"
    if abs(log10_factor) < 0.02:
        return "neither way"
    sign, size = ("×", log10_factor) if log10_factor > 0 else ("÷", -log10_factor)
    if size > 4:
        return f"{sign} over 10 000"
    value = 10**size
    return f"{sign} {value:.2g}" if value < 10 else f"{sign} {value:.0f}"


def count(n: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{n} {one if n == 1 else many}"


def why_not_screened(passage: Passage, site: Site) -> str:
    """Return why nothing can be said about this person, in plain words."""
    point = site.operating_point
    worst = min(point.wanted_zones, key=passage.coverage_of)
    coverage = passage.coverage_of(worst)
    where = ZONE_WORDS[worst]
    if math.isnan(passage.verdict.p_threat) or math.isnan(coverage):
        return "the figures for this person are not usable"
    if coverage == 0:
        return f"no sensor covered the {where}"
    if coverage < point.min_coverage:
        return f"the {where} was covered too little"
    return passage.verdict.reason


def health_words(state: HealthState, reason: HealthReason) -> str:
    """Return a sensor's state, with its reason where there is one."""
    if reason is HealthReason.NONE:
        return state.value
    return f"{state.value}: {reason.value.replace('_', ' ')}"
