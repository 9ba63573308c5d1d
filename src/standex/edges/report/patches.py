"""Which pictures of a ledger are kept: few, and of few people."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from standex.model.picture import LedgerEntry, Passage
from standex.model.site import Site
from standex.model.zones import ZONE_INDEX


def log10_factor(entry: LedgerEntry, site: Site) -> float:
    """Return log10 of p(look | a threat in its zone) / p(look | none there), as it was said.

    Both sides are averaged over their classes with the prior of the zone, or with the prior of
    the person split over the zones where the sensor cannot tell the zone. Weights are not in it.
    """
    prior = np.exp(site.log_prior())
    of_zone: Float[np.ndarray, " classes"] = (
        prior[ZONE_INDEX[entry.zone]] if entry.zone is not None else site.zone_share @ prior
    )
    peak = float(entry.log_likelihood.max())
    joint = of_zone * np.exp(entry.log_likelihood - peak)
    is_threat = site.items.is_threat
    if not is_threat.any():
        return 0.0
    threat = joint[is_threat].sum() / of_zone[is_threat].sum()
    other = joint[~is_threat].sum() / of_zone[~is_threat].sum()
    return float(np.log10(max(threat, 1e-300) / max(other, 1e-300)))


def n_looks_with_patch(passage: Passage) -> int:
    """Return how many looks of the ledger came with a picture."""
    return len({entry.look_id for entry in passage.entries if entry.patch is not None})


def with_telling_patches(passage: Passage, site: Site, *, at_most: int) -> Passage:
    """Return the passage with the pictures of its most telling looks only.

    Most telling is what moved the odds most, in either direction, times its attachment.
    """

    def tells(row: int) -> float:
        entry = passage.entries[row]
        return -abs(log10_factor(entry, site)) * entry.attachment

    rows = [row for row, entry in enumerate(passage.entries) if entry.patch is not None]
    kept = set(sorted(rows, key=tells)[:at_most])
    return replace(
        passage,
        entries=tuple(
            entry if entry.patch is None or row in kept else replace(entry, patch=None)
            for row, entry in enumerate(passage.entries)
        ),
    )
