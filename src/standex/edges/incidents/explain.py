"""Why a check was requested, in one answer: plain words first, then every look."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from standex.edges.incidents.reason_codes import reason_parts
from standex.edges.report.story import Said, Step, prior_of, steps_of
from standex.edges.report.words import ZONE_WORDS, factor_words, percent
from standex.model.observation import Patch
from standex.model.picture import Passage
from standex.model.site import Site
from standex.model.tasking import Task
from standex.model.zones import ZONES


def explained(passage: Passage, site: Site, tasks: Iterable[Task] = ()) -> dict[str, Any]:
    """Return what is known of a person and why, as plain data.

    Args:
        passage: of the person.
        site: for the prior and the wanted zones.
        tasks: that are open; those for this person are told.
    """
    verdict, point = passage.verdict, site.operating_point
    steps = steps_of(passage, site)
    prior = prior_of(site)
    return {
        "t_utc_ms": passage.last_utc_ns // 1_000_000,
        "outcome": verdict.outcome.value,
        "reason": verdict.reason,
        "p_threat": verdict.p_threat,
        "prior": prior,
        "how_sure": how_sure(verdict.p_threat, prior),
        "zone": None if verdict.zone is None else verdict.zone.value,
        "coverage": [
            {
                "zone": zone.value,
                "covered": round(float(covered), 4),
                "is_wanted": zone in point.wanted_zones,
            }
            for zone, covered in zip(ZONES, passage.covered.tolist(), strict=True)
        ],
        "missing": missing(passage, site),
        "steps": [_step(step) for step in steps],
        "cued": [
            {
                "task_id": task.task_id,
                "sensor_id": task.sensor_id,
                "t_look_utc_ms": task.t_look_utc_ns // 1_000_000,
                "zone": None if task.zone is None else task.zone.value,
                "reason": task.reason,
            }
            for task in tasks
            if task.track_id == passage.track_id
        ],
    }


def how_sure(p_threat: float, prior: float) -> str:
    """Return what a posterior means, with the base rate, as natural frequencies."""
    if not 0 < prior < 1 or not 0 <= p_threat <= 1:
        return "not known"
    if p_threat < 0.995:
        of_these = f"about {max(round(100 * p_threat), 1)} in 100 such people carry something"
    else:
        of_these = "nearly all such people carry something"
    return (
        f"{percent(p_threat)}: {of_these}, if about 1 in {max(round(1 / prior), 1):,} of all do, "
        "as this site assumes; checked people tell whether that is right"
    )


def missing(passage: Passage, site: Site) -> list[str]:
    """Return which wanted zones were not looked at well enough."""
    point = site.operating_point
    return [
        f"{ZONE_WORDS[zone]}: looked at with {passage.coverage_of(zone):.2f}, "
        f"wanted {point.min_coverage:.2f}"
        for zone in point.wanted_zones
        if not passage.coverage_of(zone) >= point.min_coverage
    ]


def patches_of(passage: Passage) -> list[dict[str, Any]]:
    """Return the pictures on the generic figure that go with the looks, cells as millis."""
    out: list[dict[str, Any]] = []
    for entry in passage.entries:
        if (patch := entry.patch) is None:
            continue
        out.append(
            {
                "sensor_id": entry.sensor_id,
                "look_id": entry.look_id,
                "t_utc_ms": entry.t_utc_ns // 1_000_000,
                "zone": None if entry.zone is None else entry.zone.value,
                "caption": patch.caption,
                "across_m": patch.across_m.round(4).tolist(),
                "height_m": patch.height_m.round(4).tolist(),
                "values": [
                    [None if value != value else round(value, 4) for value in row]  # noqa: PLR0124
                    for row in patch.values.tolist()
                ],
                "excess": excess_of(patch),
            }
        )
    return out


def excess_of(patch: Patch) -> dict[str, Any] | None:
    """Return the path excess that goes with a picture, in millimetres; None where there is none."""
    excess = patch.excess
    if excess is None:
        return None
    return {"excess_mm": _in_mm(excess.excess_m), "sigma_mm": _in_mm(excess.sigma_m)}


def _in_mm(values_m: np.ndarray) -> list[list[float | None]]:
    return [
        [None if math.isnan(value) else round(1e3 * value, 2) for value in row]
        for row in values_m.tolist()
    ]


def _step(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "sensor_id": step.sensor_id,
        "t_utc_ms": step.t_utc_ns // 1_000_000,
        "p_after": step.p_after,
        "said": [_said(said) for said in step.said],
    }


def _said(said: Said) -> dict[str, Any]:
    entry = said.entry
    known = said.log10_factor == said.log10_factor
    return {
        "zone": None if entry.zone is None else entry.zone.value,
        "log10_factor": round(said.log10_factor, 4) if known else None,
        "weight": round(said.weight, 4),
        "words": factor_words(said.log10_factor * said.weight),
        "attachment": round(entry.attachment, 4),
        "counts": entry.counts,
        "reason": entry.reason,
        "reason_parts": reason_parts(entry.reason),
        "carried_from": entry.carried_from,
    }
