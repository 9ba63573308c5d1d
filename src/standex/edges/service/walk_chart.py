"""What months of walk tests come to: does each sensor, and the station, do as at commissioning?

Each result is right or wrong: the object was missed, or something was said where nothing was
carried. Both are summed up by a risk-adjusted CUSUM (``standex.evaluation.cusum``). The first
``BASE`` walks of each kind (object, zone, calibration or operating point) are the commissioning;
what comes later is held against their rate, taken at the bad end of its interval. So a chart may
signal falsely once in ``RUN_TESTS`` tests on average, or more seldom, with a probability of
``CONFIDENCE``. Another calibration, or another operating point, is commissioned anew.

The posteriors of the walks with the object are charted beside: in these a drift shows long before
a walk is missed.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import final

from standex.edges.service.sensor_says import SensorSay
from standex.edges.service.walk_test import Walk, WalkResult, WalkTest
from standex.evaluation.cusum import (
    Path,
    baseline_of,
    binary_limit,
    binary_run_length,
    path_of,
    upper_rate,
    weights,
)

BASE = 20  # walks of the commissioning
RUN_TESTS = 1095.0  # one false signal a year, with three shifts a day
CONFIDENCE = 0.9
ODDS_RATIO = 4.0  # of the change that is looked for: wrong four times as often, in odds
MOST_WRONG = 0.9  # beyond, the object says nothing about a sensor
LEAST_SPREAD = 0.05  # in log odds
CLAMP = 12.0  # of the log odds: beyond it nothing more is said
STATION = ""  # the subject that is the whole station


class Wrong(StrEnum):
    """What is counted."""

    MISSED = "missed"
    FALSE_ANSWER = "false_answer"


class Standing(StrEnum):
    """What a chart says.

    Attributes:
        TOO_FEW: nothing yet; the commissioning is not over.
        SAYS_NOTHING: it was wrong so often at commissioning that it cannot get noticeably worse.
        AS_COMMISSIONED: no signal.
        WORSE: wrong more often than at commissioning.
    """

    TOO_FEW = "too_few"
    SAYS_NOTHING = "says_nothing"
    AS_COMMISSIONED = "as_commissioned"
    WORSE = "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChart:
    """One sum over months.

    Attributes:
        subject: a sensor, or ``STATION``.
        wrong: what is counted.
        standing: what it comes to now.
        n_base: walks of the commissioning that stands now, of its furthest kind.
        n_base_wrong: how many of those were wrong; of all kinds that are commissioned.
        n_commissioned: walks of the commissioning of all kinds that are commissioned.
        t_utc_ns: of each walk after its commissioning.
        is_wrong: each of them.
        sums: after each, in limits: it signals above 1.
        restarted_utc_ns: when it began anew, with another calibration or operating point.
        since_utc_ns: from when on it is worse; 0 where it is not.
        n_since: walks since then.
        n_since_wrong: how many of those were wrong.
        told_after: walks until it signals, on average, once the odds are ``ODDS_RATIO`` times what
            they were; 0 while nothing is commissioned.
    """

    subject: str
    wrong: Wrong
    standing: Standing
    n_base: int
    n_base_wrong: int
    n_commissioned: int
    t_utc_ns: tuple[int, ...]
    is_wrong: tuple[bool, ...]
    sums: tuple[float, ...]
    restarted_utc_ns: tuple[int, ...]
    since_utc_ns: int
    n_since: int
    n_since_wrong: int
    told_after: float


@dataclass(frozen=True, slots=True)
class _Trial:
    t_utc_ns: int
    epoch: str  # calibration or operating point
    kind: tuple[str, ...]  # within it, alike walks
    is_wrong: bool


@dataclass(slots=True)
class _Kind:
    n: int = 0
    n_wrong: int = 0

    @property
    def p_wrong(self) -> float | None:
        """Return the rate that later walks are held against; None while it is not known."""
        if self.n < BASE:
            return None
        return max(upper_rate(self.n_wrong, self.n, confidence=CONFIDENCE), 1e-6)


@final
@dataclass(slots=True)
class _Epoch:
    """The commissioning of one calibration."""

    kinds: dict[tuple[str, ...], _Kind] = field(default_factory=dict[tuple[str, ...], _Kind])

    @property
    def rates(self) -> tuple[float, ...]:
        """Return the rates of the kinds that say something, in order."""
        known = (one.p_wrong for one in self.kinds.values())
        return tuple(sorted(p for p in known if p is not None and p < MOST_WRONG))

    def take(self, trial: _Trial) -> float | None:
        """Return the rate that a walk is held against, or None: it is of the commissioning."""
        kind = self.kinds.setdefault(trial.kind, _Kind())
        if (p := kind.p_wrong) is not None:
            return p if p < MOST_WRONG else None
        kind.n += 1
        kind.n_wrong += trial.is_wrong
        return None

    @property
    def standing(self) -> Standing:
        """Return what can be said, as long as no sum signals."""
        if self.rates:
            return Standing.AS_COMMISSIONED
        is_known = any(one.n >= BASE for one in self.kinds.values())
        return Standing.SAYS_NOTHING if is_known else Standing.TOO_FEW


def control_charts(
    tests: Sequence[WalkTest], *, n_with: int, n_without: int
) -> tuple[ControlChart, ...]:
    """Return two charts of the station and of each sensor, by name.

    Args:
        tests: in any order.
        n_with: walks with the object in a test: how long a year is.
        n_without: walks without it.
    """
    walked = sorted(
        ((test, walk) for test in tests for walk in test.counting), key=lambda one: one[1].to_utc_ns
    )
    sensors = {say.sensor_id for _, walk in walked for say in walk.sensors}
    return tuple(
        _chart(subject, wrong, walked, run_length=RUN_TESTS * max(n, 1))
        for subject in (STATION, *sorted(sensors))
        for wrong, n in ((Wrong.MISSED, n_with), (Wrong.FALSE_ANSWER, n_without))
    )


def trouble_words(chart: ControlChart, *, day: str) -> str:
    """Return what a chart says in plain words where it signals, else nothing."""
    if chart.standing is not Standing.WORSE:
        return ""
    who = chart.subject or "the station"
    what = "misses" if chart.wrong is Wrong.MISSED else "answers without"
    return (
        f"{who} {what} the reference object more often than at commissioning, since {day}: "
        f"{chart.n_since_wrong} of {chart.n_since} walks"
    )


def _chart(
    subject: str,
    wrong: Wrong,
    walked: Sequence[tuple[WalkTest, Walk]],
    *,
    run_length: float,
) -> ControlChart:
    trials = [
        trial
        for test, walk in walked
        if walk.has_object is (wrong is Wrong.MISSED)
        for trial in _trials(subject, wrong, test, walk)
    ]
    epoch, name = _Epoch(), trials[0].epoch if trials else ""
    steps, charted, restarts = list[tuple[float, float]](), list[_Trial](), dict[int, int]()
    for trial in trials:
        if trial.epoch != name:
            epoch, name = _Epoch(), trial.epoch
            restarts[len(steps)] = trial.t_utc_ns
        p_wrong = epoch.take(trial)
        if p_wrong is not None:
            right, bad = weights(p_wrong, ODDS_RATIO)
            limit = binary_limit(epoch.rates, ODDS_RATIO, run_length)
            steps.append((bad if trial.is_wrong else right, limit))
            charted.append(trial)
    path = path_of(steps, restart_rows=frozenset(restarts))
    if len(steps) in restarts:  # nothing was charted since
        path = Path(sums=path.sums, since_row=None)
    standing = Standing.WORSE if path.since_row is not None else epoch.standing
    lately = charted[path.since_row :] if path.since_row is not None else []
    done = [one for one in epoch.kinds.values() if one.n >= BASE]
    return ControlChart(
        subject=subject,
        wrong=wrong,
        standing=standing,
        n_base=max((one.n for one in epoch.kinds.values()), default=0),
        n_base_wrong=sum(one.n_wrong for one in done),
        n_commissioned=sum(one.n for one in done),
        t_utc_ns=tuple(one.t_utc_ns for one in charted),
        is_wrong=tuple(one.is_wrong for one in charted),
        sums=path.sums,
        restarted_utc_ns=tuple(restarts.values()),
        since_utc_ns=lately[0].t_utc_ns if lately else 0,
        n_since=len(lately),
        n_since_wrong=sum(one.is_wrong for one in lately),
        told_after=_told_after(epoch.rates, run_length),
    )


def _told_after(rates: tuple[float, ...], run_length: float) -> float:
    if not rates:
        return 0.0
    limit = binary_limit(rates, ODDS_RATIO, run_length)
    return binary_run_length(rates, ODDS_RATIO, limit, has_changed=True)


def _trials(subject: str, wrong: Wrong, test: WalkTest, walk: Walk) -> Iterator[_Trial]:
    is_missed = wrong is Wrong.MISSED
    # How hard it is hangs on what is carried where; without anything, all walks are alike.
    kind = (test.reference_object, test.zone.value) if is_missed else ()
    trial = partial(_Trial, walk.to_utc_ns)
    if subject == STATION:
        yield trial(f"{walk.p_alarm:.6g}", kind, walk.result is not WalkResult.RIGHT)
        return
    for say in walk.sensors:
        # Who did not look has missed what was there; of nothing it has said nothing.
        if say.sensor_id == subject and (is_missed or say.has_looked):
            yield trial(say.calibration_id, kind, _spoke(say) is not is_missed)


def _spoke(say: SensorSay) -> bool:
    return say.has_looked and say.log_factor > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The posteriors of the walks with the object.

    Attributes:
        t_utc_ns: of each walk.
        log_odds: of the largest posterior, bounded.
        upward: sum of what is above the base, in limits.
        downward: sum of what is below it, in limits.
        drifts: whether one of them signals at the end.
        message: in plain words.
    """

    t_utc_ns: tuple[int, ...]
    log_odds: tuple[float, ...]
    upward: tuple[float, ...]
    downward: tuple[float, ...]
    drifts: bool
    message: str


def charted(tests: Sequence[WalkTest], *, n_with: int) -> Chart:
    """Return the chart of all walks with the object, oldest first.

    Args:
        tests: in any order.
        n_with: walks with the object in a test: how long a year is.
    """
    walks = sorted(
        (walk for test in tests for walk in test.counting if walk.has_object),
        key=lambda walk: walk.to_utc_ns,
    )
    odds = [log_odds(walk.p_threat) for walk in walks]
    up = down = Path(sums=(), since_row=None)
    if len(odds) >= BASE:
        base = baseline_of(
            odds[:BASE],
            least_spread=LEAST_SPREAD,
            run_length=RUN_TESTS * n_with,
            confidence=CONFIDENCE,
        )
        up = path_of((base.above(one) for one in odds[BASE:]), restart_rows=frozenset())
        down = path_of((base.below(one) for one in odds[BASE:]), restart_rows=frozenset())
        message = "no drift"
    else:
        message = f"{len(odds)} walks so far; a drift is told from {BASE} on"
    for path, word in ((up, "more"), (down, "less")):
        if path.signals:
            message = (
                f"the reference object is found {word} surely than before: "
                "look for what has changed"
            )
    before = (0.0,) * min(len(odds), BASE)
    return Chart(
        t_utc_ns=tuple(walk.to_utc_ns for walk in walks),
        log_odds=tuple(odds),
        upward=before + up.sums,
        downward=before + down.sums,
        drifts=up.signals or down.signals,
        message=message,
    )


def log_odds(p: float) -> float:
    """Return the natural log of the odds, bounded; a NaN is the lowest."""
    if not p > 0:
        return -CLAMP
    if p >= 1:
        return CLAMP
    return max(-CLAMP, min(math.log(p / (1 - p)), CLAMP))
