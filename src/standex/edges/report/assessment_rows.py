"""The rows and words of an assessment's report."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from standex.edges.report.figure_ranges import RangePanel, RangeRow
from standex.planning.expert_quantiles import Quantity, pooled
from standex.planning.threat import Assessment, Prior

NEARLY_ALONE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorRow:
    """One row of the table of priors, in words."""

    item_class: str
    per_person: str
    one_in: str
    interval: str
    equal: str
    without: str
    basis: str


def one_in(p: float) -> str:
    """Return a small probability as people understand it: 1 in 83 million."""
    if not p > 0:
        return "never"
    n = 1 / p
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if n >= size:
            return f"1 in {n / size:.2g}{word}" if n / size < 100 else f"1 in {n / size:.0f}{word}"
    return f"1 in {n:,.0f}".replace(",", " ") if n >= 10 else f"1 in {n:.2g}"


def expert_names(found: Assessment) -> tuple[str, ...]:
    """Return each expert's code with the nation."""
    return tuple(f"{one.expert_id}, {one.nation}" for one in found.elicitation.experts)


def pool_names(found: Assessment) -> tuple[str, str]:
    """Return what the pool that counts and the other are called."""
    if found.weighting == "equal":
        return "pool, equal weights", "pool, equal weights"
    return "pool, performance", "pool, equal weights"


def prior_rows(found: Assessment) -> tuple[PriorRow, ...]:
    """Return a row per item class."""
    rows: list[PriorRow] = []
    for k, (prior, equal) in enumerate(zip(found.priors, found.priors_equal, strict=True)):
        is_threat = prior.item_class.startswith("threat")
        others = [one[k].per_person for one in found.priors_without]
        rows.append(
            PriorRow(
                item_class=prior.item_class,
                per_person=f"{prior.per_person:.3g}",
                one_in=one_in(prior.per_person),
                interval=f"{prior.low:.2g} to {prior.high:.2g}",
                equal=f"{equal.per_person:.2g}" if is_threat else "",
                without=f"{min(others):.2g} to {max(others):.2g}" if is_threat else "",
                basis=prior.basis,
            )
        )
    return tuple(rows)


def prior_panels(found: Assessment) -> tuple[RangePanel, ...]:
    """Return a panel per threat class: each expert alone, and the pools."""
    names = expert_names(found)
    panels: list[RangePanel] = []
    for k, prior in enumerate(found.priors):
        if not prior.item_class.startswith("threat"):
            continue
        each = [
            _prior_row(name, one[k], is_silent=not weight > 0)
            for name, one, weight in zip(names, found.priors_by_expert, found.weight, strict=True)
        ]
        panels.append(
            RangePanel(
                title=prior.item_class,
                rows=(
                    *each,
                    _prior_row("pool, equal weights", found.priors_equal[k]),
                    *(
                        [_prior_row("pool, performance", prior, is_pool=True)]
                        if found.weighting == "classical"
                        else []
                    ),
                ),
                is_log=True,
            )
        )
    return tuple(panels)


def _prior_row(
    name: str, prior: Prior, *, is_pool: bool = False, is_silent: bool = False
) -> RangeRow:
    return RangeRow(
        name=name,
        low=prior.low,
        median=prior.median,
        high=prior.high,
        mean=prior.per_person,
        is_pool=is_pool,
        is_silent=is_silent,
    )


def quantity_panel(found: Assessment, quantity: Quantity, title: str) -> RangePanel:
    """Return a panel of one elicited number: the outer quantiles of each expert, and the pool."""
    given = found.elicitation
    ends = (float(given.quantile_p[0]), 0.5, float(given.quantile_p[-1]))
    rows: list[RangeRow] = []
    for name, weight, own in zip(
        (*expert_names(found), pool_names(found)[0]),
        (*found.weight, 1.0),
        (*np.eye(len(given.experts)), found.weight),
        strict=True,
    ):
        if not (quantity.is_answered & (own > 0)).any():
            rows.append(RangeRow(name=name, low=math.nan, median=math.nan, high=math.nan))
            continue
        mixture = pooled(quantity, own, quantile_p=given.quantile_p, overshoot=given.overshoot)
        low, median, high = (mixture.quantile(p) for p in ends)
        rows.append(
            RangeRow(
                name=name,
                low=low,
                median=median,
                high=high,
                is_pool=own is found.weight,
                is_silent=not weight > 0,
            )
        )
    truth = None if math.isnan(quantity.realisation) else quantity.realisation
    return RangePanel(title=title, rows=tuple(rows), is_log=quantity.is_log, truth=truth)


def expert_rows(found: Assessment) -> tuple[dict[str, str], ...]:
    """Return a row per expert and pool: scores on the seed questions, and weight."""
    classical = found.classical
    rows: list[dict[str, str]] = []
    for k, name in enumerate(expert_names(found)):
        row = {
            "name": name,
            "hits": "",
            "calibration": "",
            "information": "",
            "weight": f"{found.weight[k]:.3f}",
            "targets": f"{found.information_nats[k]:.2f}",
        }
        if classical is not None:
            one = classical.experts[k]
            row |= _performance(one.hits, one.calibration, one.information)
        rows.append(row)
    if classical is not None:
        for name, one in (
            ("pool, performance", classical.pool),
            ("pool, equal weights", classical.equal_pool),
        ):
            row = {"name": name, "weight": "", "targets": ""}
            rows.append(row | _performance(one.hits, one.calibration, one.information))
    return tuple(rows)


def _performance(hits: np.ndarray, calibration: float, information: float) -> dict[str, str]:
    return {
        "hits": " · ".join(str(int(n)) for n in hits),
        "calibration": f"{calibration:.2g}",
        "information": f"{information:.2f}",
    }


def spread_words(found: Assessment) -> tuple[str, ...]:
    """Return where the experts differ, one sentence per threat class, and how on scenarios."""
    names = expert_names(found)
    lines: list[str] = []
    for k, prior in enumerate(found.priors):
        if not prior.item_class.startswith("threat"):
            continue
        each = [one[k].per_person for one in found.priors_by_expert]
        least, most = int(np.argmin(each)), int(np.argmax(each))
        factor = each[most] / each[least] if each[least] > 0 else math.inf
        told = f"a factor of {factor:.2g}" if factor < 1e4 else "more than a factor of 10 000"
        others = [one[k].per_person for one in found.priors_without]
        row = int(np.argmax(np.abs(np.log(np.maximum(others, 1e-300) / prior.per_person))))
        lines.append(
            f"{prior.item_class}: between {names[least]} ({one_in(each[least])}) and "
            f"{names[most]} ({one_in(each[most])}) lies {told}; the pool is "
            f"{one_in(prior.per_person)}. Without {names[row]}, who moves it most, it would be "
            f"{one_in(others[row])}."
        )
    heaviest = int(np.argmax(found.weight))
    if found.weight[heaviest] > NEARLY_ALONE:
        lines.append(
            f"{names[heaviest]} has {100 * found.weight[heaviest]:.0f} % of the weight: this is "
            "nearly the opinion of one. Look at what equal weights give."
        )
    most_bits = math.log2(len(names))
    lines.append(
        f"How the scenarios share an attempt: the experts diverge by {found.disagreement_bits:.2f} "
        f"of at most {most_bits:.2f} bits (Jensen-Shannon; 0 is full agreement)."
    )
    return tuple(lines)


def place_time_rows(found: Assessment) -> tuple[tuple[str, ...], ...]:
    """Return rows of place, time, share of people, and one prior per threat class."""
    given = found.elicitation
    classes = threat_classes(found)
    return tuple(
        (
            place,
            time,
            f"{given.place_share[place] * given.time_share[time] * 100:.0f} %",
            *(one_in(found.place_time_prior[name, place, time]) for name in classes),
        )
        for place in given.place_share
        for time in given.time_share
    )


def threat_classes(found: Assessment) -> Sequence[str]:
    """Return the threat classes, in the site's order."""
    return [one.item_class for one in found.priors if one.item_class.startswith("threat")]
