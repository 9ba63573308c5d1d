"""What an assessment leaves for machines: the priors of a site file, and everything as JSON."""

from typing import Any

from standex.model.errors import DataFileError
from standex.model.items import ItemClasses
from standex.model.site import Site
from standex.planning.classical_model import Performance
from standex.planning.threat import Assessment, Prior


def priors_of(found: Assessment, site: Site) -> dict[str, float]:
    """Return the prior of each class of the site; what nobody assessed keeps the site's own."""
    kept = dict(zip(site.items.names[1:], site.items.prior_per_person, strict=True))
    return kept | {one.item_class: one.per_person for one in found.priors}


def p_threat_of(found: Assessment, site: Site) -> float:
    """Return P(a threat item) of a person nobody has looked at, with these priors at this site.

    Raises:
        DataFileError: the priors do not go together in the site's zones.
    """
    try:
        items = ItemClasses(
            names=site.items.names, prior_per_person=tuple(priors_of(found, site).values())
        )
        return items.p_threat(items.log_prior(site.zone_share))[0]
    except ValueError as error:
        raise DataFileError(
            f"these priors cannot be used at site {site.site_id}: {error}"
        ) from error


def needed_ratio(found: Assessment, site: Site) -> float:
    """Return the likelihood ratio that all evidence on a person must reach for an alarm there."""
    before, wanted = p_threat_of(found, site), site.operating_point.p_alarm
    return wanted / (1 - wanted) * (1 - before) / before


def needed_words(found: Assessment, site: Site) -> str:
    """Return what evidence an alarm needs with these priors."""
    return (
        f"With these priors, and an alarm from P(threat) = {site.operating_point.p_alarm:g} on as "
        f"in site {site.site_id}, the evidence on a person must come to a likelihood ratio of "
        f"{needed_ratio(found, site):.2g}. A calibration supports no larger ratio than the number "
        "of passages it was made from, so few sensors can say as much: set p_alarm from costs or "
        "from a budget of false alarms, not by feel."
    )


def priors_toml(found: Assessment, site: Site, *, source: str) -> str:
    """Return the table ``[items.prior_per_person]``, ready to be put into a site file.

    Args:
        found: the assessment.
        site: that it is for.
        source: named in a comment.
    """
    basis = {one.item_class: one for one in found.priors}
    how = found.weighting
    if found.classical is not None and how == "classical":
        how += f", cutoff {found.classical.cutoff:.2g}"
    lines = [f"# From {_one_line(source)}; weights of experts: {how}."]
    if found.place_id or found.time_id:
        where = ", ".join(one for one in (found.place_id, found.time_id) if one)
        lines.append(f"# For people of {_one_line(where)} only.")
    lines.append("[items.prior_per_person]")
    for name, value in priors_of(found, site).items():
        said = "kept from the site file: not assessed"
        if name in basis:
            one = basis[name]
            said = f"{one.low:.2g} to {one.high:.2g}; {one.basis}"
        lines.append(f"{name} = {value:.4g} # {_one_line(said)}")
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    """Return text that cannot leave its comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def document_of(found: Assessment, site: Site, *, source: str, sha256: str) -> dict[str, Any]:
    """Return everything as plain data; what is not known is None."""
    given, classical = found.elicitation, found.classical
    ids = [one.expert_id for one in given.experts]
    return {
        "origin": "expert opinion and counts",
        "source": source,
        "source_sha256": sha256,
        "site": site.site_id,
        "place": found.place_id or None,
        "time": found.time_id or None,
        "weighting": found.weighting,
        "cutoff": None if classical is None else classical.cutoff,
        "cutoff_is_optimised": None if classical is None else classical.is_optimised,
        "prior_per_person": priors_of(found, site),
        "p_threat": p_threat_of(found, site),
        "likelihood_ratio_needed": needed_ratio(found, site),
        "priors": [_prior(one) for one in found.priors],
        "priors_equal_weights": [_prior(one) for one in found.priors_equal],
        "priors_by_expert": {
            name: [_prior(one) for one in priors]
            for name, priors in zip(ids, found.priors_by_expert, strict=True)
        },
        "priors_without_expert": {
            name: [_prior(one) for one in priors]
            for name, priors in zip(ids, found.priors_without, strict=True)
        },
        "experts": [
            {
                "expert_id": expert.expert_id,
                "nation": expert.nation,
                "weight": float(found.weight[k]),
                "information_nats": float(found.information_nats[k]),
                "seeds": None if classical is None else _performance(classical.experts[k]),
            }
            for k, expert in enumerate(given.experts)
        ],
        "pool": None if classical is None else _performance(classical.pool),
        "pool_equal_weights": None if classical is None else _performance(classical.equal_pool),
        "scenarios": [
            {
                "scenario_id": one.scenario_id,
                "item_class": one.item_class,
                "place": one.place_id,
                "time": one.time_id,
                "p_given_attempt": float(found.p_scenario[k]),
                "evaluation_weight": float(found.scenario_weight[k]),
                "p_by_expert": dict(zip(ids, given.p_scenario[:, k].tolist(), strict=True)),
            }
            for k, one in enumerate(given.scenarios)
        ],
        "prior_by_place_and_time": [
            {"item_class": name, "place": place, "time": time, "per_person": value}
            for (name, place, time), value in found.place_time_prior.items()
        ],
        "disagreement_bits": found.disagreement_bits,
    }


def _prior(one: Prior) -> dict[str, Any]:
    return {
        "item_class": one.item_class,
        "per_person": one.per_person,
        "low_5": one.low,
        "median": one.median,
        "high_95": one.high,
        "basis": one.basis,
    }


def _performance(one: Performance) -> dict[str, Any]:
    return {
        "hits": one.hits.tolist(),
        "calibration": one.calibration,
        "information_nats": one.information,
    }
