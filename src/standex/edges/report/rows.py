"""What stands in the tables of the page: words and figures, ready to print."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from standex.edges.report.story import Step, prior_of
from standex.edges.report.summary import RunSummary
from standex.edges.report.words import (
    ZONE_WORDS,
    clock_time,
    count,
    factor_words,
    health_words,
    length_of_time,
    percent,
    reach_words,
    why_not_screened,
)
from standex.model.picture import Outcome, Passage

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """One rate with its denominator and interval.

    Attributes:
        name: what is counted, out of what.
        k: how often.
        n: out of how many.
        low: lower end of the interval.
        high: upper end.
        interval: which interval.
    """

    name: str
    k: int
    n: int
    low: float
    high: float
    interval: str = "95 % Clopper-Pearson"

    def __post_init__(self) -> None:
        if not 0 <= self.k <= self.n:
            raise ValueError(f"{self.name}: 0 <= k <= n wanted, got k = {self.k}, n = {self.n}")
        if not 0 <= self.low <= self.high <= 1:
            raise ValueError(
                f"{self.name}: 0 <= low <= high <= 1 wanted, got {self.low}, {self.high}"
            )


def paragraph(summary: RunSummary) -> str:
    """Return what happened, in one paragraph."""
    n = summary.n_people
    n_all = sum(n.values())
    n_alarm, n_not = n.get(Outcome.ALARM, 0), n.get(Outcome.NOT_SCREENED, 0)
    n_nothing = n.get(Outcome.NOTHING_FOUND, 0)
    passed = count(n_all, "person passed", "people passed") if n_all else "Nobody passed"
    text = [f"{passed} in {length_of_time(summary.duration_s)}."]
    if n_all:
        checks = f"A check was requested for {n_alarm}" if n_alarm else "No check was requested"
        text.append(f"{checks}.")
        text.append(f"{count(n_not, 'person was', 'people were')} not screened{_whys(summary)}.")
        text.append(
            f"For {n_nothing} nothing was found, which does not say that there was nothing."
        )
    inside = list(summary.inside)
    if inside:
        n_inside_alarm = sum(bool(passage.alert_id) for passage in inside)
        also = f", a check requested for {n_inside_alarm} of them" if n_inside_alarm else ""
        stayed = count(len(inside), "more person was", "more people were")
        text.append(f"{stayed} still on the way when the run ended{also}.")
    return " ".join(text)


def _whys(summary: RunSummary) -> str:
    people = [p for p in summary.passages if p.verdict.outcome is Outcome.NOT_SCREENED]
    whys = Counter(why_not_screened(passage, summary.site) for passage in people)
    if not whys:
        return ""
    if len(whys) == 1:
        return f" ({next(iter(whys))})"
    common = [f"{n}: {why}" for why, n in whys.most_common(3)]
    rest = len(people) - sum(n for _, n in whys.most_common(3))
    return f" ({'; '.join([*common, f'{rest}: other reasons'] if rest else common)})"


def alert_rows(summary: RunSummary) -> list[Row]:
    """Return one row per alert, numbered as on the plan."""
    return [
        {
            "number": str(number),
            "time": clock_time(alert.t_utc_ns, summary.first_utc_ns),
            "person": str(alert.track_id),
            "zone": ZONE_WORDS[alert.zone],
            "reason": alert.reason,
            "odds": f"from {percent(alert.prior)} before any look to {percent(alert.p_threat)}",
            "reach": reach_words(alert.seconds_in_reach),
        }
        for number, alert in enumerate(summary.alerts, start=1)
    ]


def not_screened_rows(summary: RunSummary) -> list[Row]:
    """Return one row per person of whom nothing can be said."""
    rows: list[Row] = []
    for passage in summary.passages:
        if passage.verdict.outcome is not Outcome.NOT_SCREENED:
            continue
        wanted = summary.site.operating_point.wanted_zones
        rows.append(
            {
                "person": str(passage.track_id),
                "time": f"{clock_time(passage.first_utc_ns, summary.first_utc_ns)} to "
                f"{clock_time(passage.last_utc_ns, summary.first_utc_ns)}",
                "reason": why_not_screened(passage, summary.site),
                "covered": ", ".join(
                    f"{ZONE_WORDS[zone]} {passage.coverage_of(zone):.2f}" for zone in wanted
                ),
                "looks": str(len({entry.look_id for entry in passage.entries})),
            }
        )
    return rows


def ledger_rows(steps: tuple[Step, ...], first_utc_ns: int) -> list[Row]:
    """Return one row per entry; what belongs to the whole look stands in its first row."""
    rows: list[Row] = []
    for step in steps:
        for k, said in enumerate(step.said):
            first = k == 0
            entry = said.entry
            weight = f"{said.weight:.2f}" if entry.counts else "0, shown only"
            rows.append(
                {
                    "number": str(step.number) if first else "",
                    "time": clock_time(step.t_utc_ns, first_utc_ns) if first else "",
                    "sensor": step.sensor_id if first else "",
                    "zone": ZONE_WORDS[entry.zone],
                    "said": entry.reason,
                    "factor": factor_words(said.log10_factor),
                    "weight": weight,
                    "attachment": f"{entry.attachment:.2f}",
                    "after": percent(step.p_after) if first else "",
                }
            )
    return rows


def health_rows(summary: RunSummary) -> list[Row]:
    """Return one row per sensor and change of its health."""
    rows: list[Row] = []
    for sensor in summary.sensors:
        if not sensor.changes:
            words = "no word of it; it covered nobody"
            rows.append({"sensor": sensor.sensor_id, "time": "", "state": words, "message": ""})
        for k, health in enumerate(sensor.changes):
            rows.append(
                {
                    "sensor": sensor.sensor_id if k == 0 else "",
                    "time": clock_time(health.t_utc_ns, summary.first_utc_ns),
                    "state": health_words(health.state, health.reason),
                    "message": health.message,
                }
            )
    return rows


def rate_rows(rates: tuple[RateRow, ...]) -> list[Row]:
    """Return the rates with their denominators and intervals."""
    return [
        {
            "name": rate.name,
            "share": f"{100 * rate.k / rate.n:.1f} %" if rate.n else "no cases",
            "cases": f"{rate.k} of {rate.n}",
            "interval": f"{100 * rate.low:.1f} % to {100 * rate.high:.1f} %",
            "kind": rate.interval,
        }
        for rate in rates
    ]


def person_words(passage: Passage, summary: RunSummary) -> str:
    """Return one sentence on a person's passage."""
    looks = count(len({entry.look_id for entry in passage.entries}), "look", "looks")
    p_threat = percent(passage.verdict.p_threat)
    moved = f"P(threat) from {percent(prior_of(summary.site))} before any look to {p_threat}"
    seen_s = (passage.last_utc_ns - passage.first_utc_ns) * 1e-9
    zone = ZONE_WORDS[passage.verdict.zone]
    end = f"; check requested: {zone}" if passage.alert_id else ""
    return f"{looks} in {length_of_time(seen_s)}, {moved}{end}."


def left_out_words(summary: RunSummary) -> list[str]:
    """Return what was counted but is not on the page."""
    left_out = summary.left_out
    counted = (
        (left_out.n_people, "passages"),
        (left_out.n_ledgers, "ledgers"),
        (left_out.n_events, "events"),
        (left_out.n_health_changes, "changes of a sensor's health"),
    )
    return [f"{n} {what}" for n, what in counted if n]
