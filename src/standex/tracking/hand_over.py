"""Joins people who are followed anew with whom they were before: all of them at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.model.hand_over import (
    DESCRIPTOR_LIFE_S,
    Departed,
    Ending,
    Flow,
    HandOverState,
    Join,
    Seen,
)
from standex.model.observation import Coverage
from standex.model.ports import HandOverUpdate
from standex.model.site import Site
from standex.model.tracks import Tracks
from standex.tracking.association import assign, marginals
from standex.tracking.clothes import as_wide_as
from standex.tracking.endings import areas, endings
from standex.tracking.flow import counted, travelled
from standex.tracking.gating import Pairs
from standex.tracking.reunion import Reunion, Weights, weights

THING = 0.5  # from this probability on of being a thing, nobody is looked for
LEAST_LOG_WEIGHT = -7.0  # a pair less likely than one in a thousand is none


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointHandOver:
    """Satisfies the ``HandOver`` port.

    A person whose track has ended is remembered as last seen, for ``keep_s``. A person newly
    confirmed is open for ``decide_s``: whenever somebody comes or ends, the joint optimum over
    all remembered and all open people is sought anew, one to one, with marginal probabilities;
    then the join is final, and feeds the flow. Nobody is in two joins.

    Attributes:
        site: for the lines that divide its plan.
        model: what is stated of how people come again.
        decide_s: from being confirmed until the join is final.
        keep_s: for which people are remembered; six minutes at most, as no clothing descriptor
            may live longer.
        await_s: who ended in a gap may appear so long; until then nothing about them is final.
        least_p_same: a join below it is none.
        max_departed: remembered people; beyond it the oldest are forgotten.
        max_newcomers: open people; beyond it the oldest become final early.
        max_pairs: departed people weighed for one newcomer.
    """

    site: Site
    model: Reunion = field(default_factory=Reunion)
    decide_s: float = 6.0
    keep_s: float = DESCRIPTOR_LIFE_S
    await_s: float = 10.0
    least_p_same: float = 0.2
    max_departed: int = 2000
    max_newcomers: int = 128
    max_pairs: int = 16

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            ValueError: a setting is outside its range; it is named with its value.
        """
        if not 0 < self.keep_s <= DESCRIPTOR_LIFE_S:
            raise ValueError(f"keep_s must be in (0, {DESCRIPTOR_LIFE_S:g}], got {self.keep_s}")
        for name in ("decide_s", "await_s"):
            if not 0 < getattr(self, name) <= self.keep_s:
                raise ValueError(f"{name} must be in (0, keep_s], got {getattr(self, name)}")
        if not 0 < self.least_p_same < 1:
            raise ValueError(f"least_p_same must be inside (0, 1), got {self.least_p_same}")
        for name in ("max_departed", "max_newcomers", "max_pairs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")

    def __call__(
        self, state: HandOverState, tracks: Tracks, coverage: Mapping[str, Coverage], /
    ) -> HandOverUpdate:
        """Return who is whom, after a scan was taken into ``tracks``."""
        t_utc_ns = tracks.t_utc_ns
        is_thing = tracks.is_confirmed & (tracks.p_object > THING)
        is_thing |= np.isin(tracks.track_id, state.things)
        people = self._people(tracks, tracks.is_confirmed & ~is_thing)
        followed = _latest(state.followed, people)
        if self._is_quiet(state, people, is_thing, t_utc_ns=t_utc_ns):
            quiet = replace(
                state,
                followed=followed,
                newcomers=_dressed(state.newcomers, followed),
                awaited=self._awaited(state.departed, t_utc_ns=t_utc_ns),
            )
            return HandOverUpdate(state=quiet.without_old_descriptors(t_utc_ns), joins=state.joins)
        is_new = ~np.isin(people.track_id, state.followed.track_id)
        has_ended = ~np.isin(state.followed.track_id, tracks.track_id)
        departed, forgotten = self._departed(state, has_ended, coverage, t_utc_ns=t_utc_ns)
        newcomers = _together(_dressed(state.newcomers, followed), people.select(is_new))
        newcomers = newcomers.select(np.argsort(newcomers.track_id, kind="stable"))
        is_none = np.isin(newcomers.track_id, tracks.track_id[is_thing])
        newcomers = newcomers.select(~is_none)
        is_due = self._due(newcomers, tracks.track_id, t_utc_ns=t_utc_ns)
        flow = state.flow
        for area in forgotten.area.tolist():
            flow = replace(flow, n_left=counted(flow.n_left, area, 1.0))
        state = replace(state, followed=followed, departed=departed, newcomers=newcomers, flow=flow)
        changes = any(one.any() for one in (is_new, has_ended, is_due, is_none))
        update = (
            self._decided(state, is_due, t_utc_ns=t_utc_ns)
            if changes
            else HandOverUpdate(state=state, joins=state.joins)
        )
        awaited = self._awaited(update.state.departed, t_utc_ns=t_utc_ns)
        things = tuple(tracks.track_id[is_thing].tolist())
        after = replace(update.state, awaited=awaited, things=things)
        return replace(update, state=after.without_old_descriptors(t_utc_ns))

    def _is_quiet(
        self,
        state: HandOverState,
        people: Seen,
        is_thing: Bool[np.ndarray, " tracks"],
        *,
        t_utc_ns: int,
    ) -> bool:
        """Whether nobody has come or gone and nobody's time is up, as in most scans."""
        oldest_utc_ns = int(state.departed.last.t_utc_ns.min(initial=t_utc_ns))
        first_utc_ns = int(state.newcomers.t_utc_ns.min(initial=t_utc_ns))
        return (
            np.array_equal(people.track_id, state.followed.track_id)
            and not (bool(is_thing.any()) or state.things)
            and (t_utc_ns - first_utc_ns) * 1e-9 < self.decide_s
            and (t_utc_ns - oldest_utc_ns) * 1e-9 <= self.keep_s
        )

    def _people(self, tracks: Tracks, rows: Bool[np.ndarray, " n"]) -> Seen:
        return Seen(
            track_id=tracks.track_id[rows],
            t_utc_ns=tracks.last_seen_utc_ns[rows],
            mean=tracks.mean[rows],
            covariance=tracks.covariance[rows],
            descriptor=tracks.descriptor[rows],
            area=areas(self.site, tracks.mean[rows, :2]),
        )

    def _departed(
        self,
        state: HandOverState,
        has_ended: Bool[np.ndarray, " n"],
        coverage: Mapping[str, Coverage],
        *,
        t_utc_ns: int,
    ) -> tuple[Departed, Seen]:
        """Return who is remembered, and who is no more."""
        ended = state.followed.select(has_ended)
        where = endings(self.site, coverage, ended.mean[:, :2], ended.mean[:, 2:])
        last, ending = _together(state.departed.last, ended), (*state.departed.ending, *where)
        order = np.argsort(last.track_id, kind="stable")
        last = last.select(order)
        everybody = Departed(last=last, ending=tuple(ending[k] for k in order.tolist()))
        keep = (t_utc_ns - last.t_utc_ns) * 1e-9 <= self.keep_s
        if keep.sum() > self.max_departed:
            oldest = np.argsort(np.where(keep, last.t_utc_ns, -1), kind="stable")
            keep[oldest[: -self.max_departed]] = False
        return everybody.select(keep), last.select(~keep)

    def _due(
        self, newcomers: Seen, track_id: Int[np.ndarray, " tracks"], *, t_utc_ns: int
    ) -> Bool[np.ndarray, " n"]:
        """Return whose time is up, who has ended, and who are too many."""
        is_due = (t_utc_ns - newcomers.t_utc_ns) * 1e-9 >= self.decide_s
        is_due |= ~np.isin(newcomers.track_id, track_id)
        too_many = len(is_due) - self.max_newcomers
        if too_many > 0:
            is_due[np.argsort(newcomers.t_utc_ns, kind="stable")[:too_many]] = True
        return is_due

    def _awaited(self, departed: Departed, *, t_utc_ns: int) -> tuple[int, ...]:
        age_s = (t_utc_ns - departed.last.t_utc_ns) * 1e-9
        return tuple(
            int(departed.last.track_id[row])
            for row in np.flatnonzero(age_s <= self.await_s)
            if departed.ending[row] is Ending.GAP
        )

    def _decided(
        self, state: HandOverState, is_due: Bool[np.ndarray, " n"], *, t_utc_ns: int
    ) -> HandOverUpdate:
        """Return the joint optimum, with what is due made final."""
        departed, newcomers = state.departed, state.newcomers
        of = weights(self.model, departed, newcomers, state.flow, t_utc_ns=t_utc_ns)
        partner = self._optimum(of.total)
        before = {join.later_track_id for join in state.joins}
        joins: list[Join] = []
        for k, (track_id, is_final) in enumerate(
            zip(newcomers.track_id.tolist(), is_due.tolist(), strict=True)
        ):
            if k in partner:
                row, p_same = partner[k]
                joins.append(
                    Join(
                        earlier_track_id=int(departed.last.track_id[row]),
                        later_track_id=track_id,
                        p_same=p_same,
                        is_final=is_final,
                        reason=_reason(of, row, k, departed.ending[row]),
                    )
                )
            elif track_id in before:
                joins.append(_taken_back(track_id, is_final=is_final))
        # Who was found to be a thing.
        gone = sorted(before - set(newcomers.track_id.tolist()))
        joins += [_taken_back(track_id, is_final=True) for track_id in gone]
        final = np.flatnonzero(is_due).tolist()
        is_back = np.zeros(len(departed.ending), dtype=bool)
        is_back[[partner[k][0] for k in final if k in partner]] = True
        state = replace(
            state,
            departed=departed.select(~is_back),
            newcomers=newcomers.select(~is_due),
            joins=tuple(join for join in joins if join.earlier_track_id and not join.is_final),
            flow=_learned(state.flow, departed, newcomers, of, final, partner),
        )
        return HandOverUpdate(state=state, joins=tuple(joins))

    def _optimum(self, total: Float[np.ndarray, "n m"]) -> dict[int, tuple[int, float]]:
        """Return, by newcomer, who they are and how probably: one to one, all at once."""
        n, m = total.shape
        likely = total > LEAST_LOG_WEIGHT
        for k in np.flatnonzero(likely.sum(axis=0) > self.max_pairs):
            least = np.argsort(-total[:, k], kind="stable")[self.max_pairs :]
            likely[least, k] = False
        row, column = np.nonzero(likely)
        pairs = Pairs(track_row=row, position_row=column, likelihood=np.ones((len(row), 1)))
        log_weight = total[row, column]
        taken = assign(pairs, log_weight, n_tracks=n, n_positions=m)
        share = marginals(pairs, log_weight, n_tracks=n, n_positions=m)
        # Both sides of a pair give its marginal; where they still differ, the less sure one counts.
        p_same = np.minimum(share.of_track, share.of_position)
        taken &= p_same >= self.least_p_same
        rows, columns, p = row[taken].tolist(), column[taken].tolist(), p_same[taken].tolist()
        return dict(zip(columns, zip(rows, p, strict=True), strict=True))


def _learned(
    flow: Flow,
    departed: Departed,
    newcomers: Seen,
    of: Weights,
    final: list[int],
    partner: Mapping[int, tuple[int, float]],
) -> Flow:
    """Return the flow with the joins that have become final.

    Who walked straight on needs no flow to be explained, and so adds nothing to it.
    """
    for k in final:
        entered = int(newcomers.area[k])
        row, p_same = partner.get(k, (-1, 0.0))
        flow = replace(flow, n_fresh=counted(flow.n_fresh, entered, 1.0 - p_same))
        if row < 0:
            continue
        left = int(departed.last.area[row])
        either = np.logaddexp(of.went[row, k], of.walked_on[row, k])
        weight = p_same * float(np.exp(of.went[row, k] - either))
        flow = travelled(flow, left, entered, took_s=float(of.took_s[row, k]), weight=weight)
        flow = replace(flow, n_left=counted(flow.n_left, left, 1.0))
    return flow


def _latest(known: Seen, people: Seen) -> Seen:
    """Return everybody as last seen: as before, for those whom the latest scan did not see."""
    if not len(known.track_id):
        return people
    found = np.searchsorted(known.track_id, people.track_id)
    found = np.minimum(found, len(known.track_id) - 1)
    is_known = known.track_id[found] == people.track_id
    is_unseen = is_known & (people.t_utc_ns <= known.t_utc_ns[found])
    if not is_unseen.any():
        return people
    old = found[is_unseen]
    mean, covariance, area = people.mean.copy(), people.covariance.copy(), people.area.copy()
    mean[is_unseen], covariance[is_unseen] = known.mean[old], known.covariance[old]
    area[is_unseen] = known.area[old]
    return replace(people, mean=mean, covariance=covariance, area=area)


def _dressed(newcomers: Seen, followed: Seen) -> Seen:
    """Return the newcomers with what is known of their clothes by now."""
    k = followed.descriptor.shape[1]
    if not k or not len(newcomers.track_id):
        return newcomers
    descriptor = as_wide_as(newcomers.descriptor, k)
    there = np.isin(newcomers.track_id, followed.track_id)
    row = np.searchsorted(followed.track_id, newcomers.track_id[there])
    descriptor = descriptor.copy()
    descriptor[there] = followed.descriptor[row]
    return replace(newcomers, descriptor=descriptor)


def _together(one: Seen, other: Seen) -> Seen:
    """Return both, one after the other; an older descriptor of another kind is not known."""
    if not len(other.track_id):
        return one
    k = other.descriptor.shape[1] or one.descriptor.shape[1]
    return Seen(
        track_id=np.concatenate([one.track_id, other.track_id]),
        t_utc_ns=np.concatenate([one.t_utc_ns, other.t_utc_ns]),
        mean=np.concatenate([one.mean, other.mean]),
        covariance=np.concatenate([one.covariance, other.covariance]),
        descriptor=np.concatenate([as_wide_as(one.descriptor, k), as_wide_as(other.descriptor, k)]),
        area=np.concatenate([one.area, other.area]),
    )


def _taken_back(track_id: int, *, is_final: bool) -> Join:
    return Join(
        earlier_track_id=0,
        later_track_id=track_id,
        p_same=0.0,
        is_final=is_final,
        reason="others fit better: taken for somebody new",
    )


def _reason(of: Weights, row: int, column: int, ending: Ending) -> str:
    took_s, off_m = of.took_s[row, column], of.off_m[row, column]
    where = {
        Ending.GAP: "lost from sight",
        Ending.EDGE: "gone at the edge",
        Ending.LINE: "out at the exit",
    }[ending]
    if of.walked_on[row, column] >= of.went[row, column]:
        way = f"{off_m:.1f} m from where they were heading"
    else:
        way = "as people come who go round or return"
    clothing = of.clothing[row, column]
    alike = "not known" if clothing == 0 else "alike" if clothing > 0 else "not alike"
    return f"{where} {took_s:.1f} s before, {way}; clothing {alike} ({clothing:+.1f})"
