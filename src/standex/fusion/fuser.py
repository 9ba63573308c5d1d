"""The built-in fuser: attaches looks and coverage, keeps every person's ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np
from jaxtyping import Float

from standex.fusion.attachment import NEGLIGIBLE, attached, footprint_weights
from standex.fusion.carry_over import key_of
from standex.fusion.drift import drift_weights, shared
from standex.fusion.joining import joined_with, moved, own_coverage, with_coverage
from standex.fusion.ledger import log_posterior
from standex.model.observation import Coverage, DriftFootprint, Evidence
from standex.model.picture import LedgerEntry, Passage
from standex.model.site import Correlations
from standex.model.tracks import Association, Snapshot
from standex.model.zones import ZONE_INDEX


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LedgerFuser:
    """Satisfies the ``Fuser`` port.

    Attributes:
        log_prior: per zone and class.
        zone_share: how a person's prior is split over the zones.
        trusted: calibrations that may count, by their id; of any other the evidence is shown and
            weighs nothing.
        between: correlation of two sensors, as the site states it.
    """

    log_prior: Float[np.ndarray, "zones classes"]
    zone_share: Float[np.ndarray, " zones"]
    trusted: frozenset[str]
    between: Correlations = field(default_factory=dict[frozenset[str], float])

    def attach(
        self,
        passages: Mapping[int, Passage],
        look: tuple[Evidence, ...],
        snapshot: Snapshot,
        association: Association | None,
        /,
    ) -> Mapping[int, Passage]:
        """Return the passages with one look, all zones of it, in their ledgers.

        The look is attached once, for all its zones: by the tracker's weights where the same
        record gave a position, else by its footprint.

        Raises:
            ValueError: the parts are not of one look, or a likelihood is not finite or not one
                per class.
        """
        self._check(look)
        first = look[0]
        if association is not None and _is_of(association, first):
            track_id, weight = association.of_row(first.position_row)
            nobody = float(association.nobody[first.position_row])
        else:
            track_id = snapshot.track_id
            weight, nobody = footprint_weights(first.footprint, snapshot, t_utc_ns=first.t_utc_ns)
        near = [
            int(row)
            for row in np.flatnonzero(weight > NEGLIGIBLE)
            if int(track_id[row]) in passages
        ]
        # Whoever has a share of the look but no passage is somebody else: nobody we know.
        nobody += float(weight.sum() - weight[near].sum())
        added: dict[int, list[LedgerEntry]] = {int(track_id[row]): [] for row in near}
        for part in look:
            state = self._state(passages, [int(track_id[row]) for row in near], part)
            shares = attached(part.log_likelihood, part.log_clutter, weight[near], nobody, state)
            for row, log_likelihood in zip(near, shares, strict=True):
                entry = self._entry(part, log_likelihood, float(weight[row]))
                added[int(track_id[row])].append(entry)
        changed = dict(passages)
        for person, entries in added.items():
            changed[person] = self._with_entries(passages[person], tuple(entries))
        return changed

    def attach_drifted(
        self,
        passages: Mapping[int, Passage],
        look: tuple[Evidence, ...],
        history: tuple[Snapshot, ...],
        /,
    ) -> Mapping[int, Passage]:
        """Return the passages with a look whose footprint has drifted in their ledgers.

        Several people may have added to it, those who have left among them: of whom nothing is
        kept any more the prior is taken.

        Raises:
            ValueError: see ``attach``; or the footprint is of another kind, or is none.
        """
        self._check(look)
        footprint = look[0].footprint
        if not isinstance(footprint, DriftFootprint):
            kind = type(footprint).__name__
            raise ValueError(f"a {kind} has not drifted; see attach")  # noqa: TRY004
        track_id, weight = drift_weights(footprint, history, t_utc_ns=look[0].t_utc_ns)
        near = np.flatnonzero(weight > NEGLIGIBLE)
        people = track_id[near].tolist()
        added: dict[int, list[LedgerEntry]] = {person: [] for person in people}
        for part in look:
            state = self._state(passages, people, part)
            shares = shared(part.log_likelihood, part.log_clutter, weight[near], state)
            for person, b, log_likelihood in zip(people, weight[near], shares, strict=True):
                added[person].append(self._entry(part, log_likelihood, float(b)))
        changed = dict(passages)
        for person, entries in added.items():
            if person in passages:
                changed[person] = self._with_entries(passages[person], tuple(entries))
        return changed

    def cover(
        self, passages: Mapping[int, Passage], coverage: Coverage, snapshot: Snapshot, /
    ) -> Mapping[int, Passage]:
        """Return the passages with what a sensor could see.

        The best look counts, not the sum of them: looks of one sensor at one person fail
        together. A place outside the grid is not covered.

        Raises:
            ValueError: a probability of detection is not one.
        """
        if not coverage.p_detect.any():
            return passages
        dt_s = (coverage.t_utc_ns - snapshot.t_utc_ns) * 1e-9
        place = snapshot.position_site_m + dt_s * snapshot.velocity_site_m_per_s
        cell = np.floor((place - coverage.origin_site_m) / coverage.cell_m).astype(np.int64)
        inside = ((cell >= 0) & (cell < coverage.p_report.shape)).all(axis=1)
        rows = np.flatnonzero(inside)
        seen = coverage.p_detect[:, cell[rows, 0], cell[rows, 1]].T
        if not ((seen >= 0) & (seen <= 1)).all():  # a NaN fails, too
            raise ValueError(f"p_detect of {coverage.sensor_id} must be inside [0, 1]")
        changed = dict(passages)
        for track_id, p_detect in zip(snapshot.track_id[rows].tolist(), seen, strict=True):
            passage = passages.get(track_id)
            if passage is not None and np.any(p_detect > own_coverage(passage)):
                changed[track_id] = with_coverage(passage, p_detect)
        return changed

    def join(self, later: Passage, earlier: Passage | None, p_same: float, /) -> Passage:
        """Return ``later`` with what is known of ``earlier``, if that is the same person.

        Raises:
            ValueError: ``p_same`` is outside [0, 1].
        """
        return joined_with(
            later,
            earlier,
            p_same,
            log_prior=self.log_prior,
            zone_share=self.zone_share,
            between=self.between,
        )

    def move(
        self, passages: Mapping[int, Passage], from_whom: Mapping[int, float], to_whom: int, /
    ) -> Mapping[int, Passage]:
        """Return the passages after a bag went, with what is known of it, to another.

        Raises:
            ValueError: the probabilities are not in [0, 1], or sum to more than one.
        """
        return moved(
            passages,
            from_whom,
            to_whom,
            log_prior=self.log_prior,
            zone_share=self.zone_share,
            between=self.between,
        )

    def _check(self, look: tuple[Evidence, ...]) -> None:
        n_classes = self.log_prior.shape[1]
        for part in look:
            if part.look_id != look[0].look_id or part.sensor_id != look[0].sensor_id:
                raise ValueError(f"{part.look_id} and {look[0].look_id} are not one look")
            if part.log_likelihood.shape != (n_classes,):
                raise ValueError(
                    f"{part.look_id}: {len(part.log_likelihood)} likelihoods, "
                    f"the site has {n_classes} classes"
                )
            if not (np.isfinite(part.log_likelihood).all() and np.isfinite(part.log_clutter)):
                raise ValueError(f"{part.look_id}: a likelihood is not finite")
            if not 0 <= part.correlation <= 1:
                raise ValueError(
                    f"{part.look_id}: correlation {part.correlation} is outside [0, 1]"
                )

    def _state(
        self, passages: Mapping[int, Passage], people: list[int], part: Evidence
    ) -> np.ndarray:
        known = [passages[p].log_posterior if p in passages else self.log_prior for p in people]
        rows = [
            np.exp(log_posterior[ZONE_INDEX[part.zone]])
            if part.zone is not None
            else self.zone_share @ np.exp(log_posterior)
            for log_posterior in known
        ]
        return np.array(rows).reshape(len(people), self.log_prior.shape[1])

    def _entry(self, part: Evidence, log_likelihood: np.ndarray, attachment: float) -> LedgerEntry:
        return LedgerEntry(
            sensor_id=part.sensor_id,
            look_id=part.look_id,
            t_utc_ns=part.t_utc_ns,
            zone=part.zone,
            log_likelihood=log_likelihood,
            attachment=attachment,
            correlation=part.correlation,
            counts=part.calibration_id in self.trusted,
            reason=part.reason,
            score=part.score,
            patch=part.patch,
        )

    def _with_entries(self, passage: Passage, added: tuple[LedgerEntry, ...]) -> Passage:
        # A sensor that repeats itself is not a second witness; the first word stands. What was only
        # carried here gives way to the same look at this very person.
        entries = {key_of(entry): entry for entry in passage.entries}
        is_new = False
        for entry in added:
            known = entries.get(key_of(entry))
            if known is None or known.carried_from:
                entries[key_of(entry)] = entry
                is_new = True
        if not is_new:
            return passage
        entries = tuple(entries.values())
        return replace(
            passage,
            entries=entries,
            log_posterior=log_posterior(entries, self.log_prior, self.zone_share, self.between),
        )


def _is_of(association: Association, evidence: Evidence) -> bool:
    """Whether the look's row is one of the scan that was associated."""
    return association.sensor_id == evidence.sensor_id and 0 <= evidence.position_row < len(
        association.nobody
    )
