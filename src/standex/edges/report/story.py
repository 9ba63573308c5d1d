"""What the report tells of a person: how the odds moved, look by look, and who is shown."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from standex.edges.report.patches import log10_factor, n_looks_with_patch
from standex.edges.report.summary import RunSummary
from standex.fusion.ledger import entry_weights, log_posterior
from standex.model.picture import LedgerEntry, Outcome, Passage
from standex.model.site import Site


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Said:
    """One entry of a look, as it counts in the whole ledger.

    Attributes:
        entry: what was said.
        log10_factor: of the odds of a threat in its zone, before weight.
        weight: how much it counts, 0 to 1, all looks considered.
    """

    entry: LedgerEntry
    log10_factor: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One look and where it left the person.

    Attributes:
        number: 1 for the first look.
        sensor_id: who looked.
        t_utc_ns: when.
        said: by zone.
        p_after: posterior P(threat) with this look and all before it.
    """

    number: int
    sensor_id: str
    t_utc_ns: int
    said: tuple[Said, ...]
    p_after: float


def steps_of(passage: Passage, site: Site) -> tuple[Step, ...]:
    """Return the ledger look by look, in order of time.

    The posterior after each look is recomputed from the entries up to it, so that the weights of
    alike looks are those which they had at that moment; the last one is the ledger's own.
    """
    by_look: dict[tuple[int, str, str], list[int]] = {}
    for row, entry in enumerate(passage.entries):
        key = (entry.t_utc_ns, entry.sensor_id, entry.look_id)
        by_look.setdefault(key, []).append(row)
    between = site.correlations()
    weights = entry_weights(passage.entries, between)
    log_prior = site.log_prior()
    seen: tuple[LedgerEntry, ...] = ()
    steps: list[Step] = []
    for number, ((t_utc_ns, sensor_id, _), rows) in enumerate(sorted(by_look.items()), start=1):
        seen = (*seen, *(passage.entries[row] for row in rows))
        p_after, _ = site.items.p_threat(log_posterior(seen, log_prior, site.zone_share, between))
        said = tuple(
            Said(
                entry=passage.entries[row],
                log10_factor=log10_factor(passage.entries[row], site),
                weight=float(weights[row]),
            )
            for row in rows
        )
        steps.append(
            Step(number=number, sensor_id=sensor_id, t_utc_ns=t_utc_ns, said=said, p_after=p_after)
        )
    return tuple(steps)


def prior_of(site: Site) -> float:
    """Return P(threat) of a person nobody has looked at."""
    return site.items.p_threat(site.log_prior())[0]


def log10_odds(p: float) -> float:
    """Return log10 of p / (1 - p), kept within +-6."""
    return float(np.clip(np.log10(max(p, 1e-12)) - np.log10(max(1 - p, 1e-12)), -6, 6))


def shown_people(summary: RunSummary) -> tuple[Passage | None, Passage | None]:
    """Return one person with a check requested and one with nothing found, or None.

    Those with pictures come first, then the highest posterior or the most looks; then the lower
    number, so that the same run shows the same people.
    """
    everybody = (*summary.passages, *summary.inside)
    alarmed = [passage for passage in everybody if passage.alert_id]
    others = [p for p in everybody if p.verdict.outcome is Outcome.NOTHING_FOUND]
    return (
        _first(alarmed, lambda p: p.verdict.p_threat),
        _first(others, lambda p: float(len(p.entries))),
    )


def _first(people: Iterable[Passage], value: Callable[[Passage], float]) -> Passage | None:
    ranked = sorted(people, key=lambda p: (n_looks_with_patch(p) == 0, -value(p), p.track_id))
    return ranked[0] if ranked else None
