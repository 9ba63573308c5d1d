"""After a scan's step, compiled: the same as ``plain_settle`` where nobody comes back.

Numba is optional (extra ``tracking``): where it is missing, ``compiled.AVAILABLE`` is False and
nothing here may be called.
"""

# Numba comes without types and infers those of the loops; what is exported is annotated.
# pyright: basic

import numpy as np

from standex.model.tracks import Association, Modes, Tracks
from standex.tracking.compiled import in_order, jit
from standex.tracking.motion import N_MODES, Motion
from standex.tracking.settle import SEEN, SURE, Rows, Settled, SettleSettings, known_of, thing_of
from standex.tracking.step import Step


def compiled_settle(
    people: Tracks, step: Step, rows: Rows, motion: Motion, settings: SettleSettings
) -> Settled:
    """Return everybody after a step, compiled; all rows are used, and come for the first time."""
    scan = rows.scan
    newcomer = motion.newcomer()
    (
        source, track_id, mean, covariance, mode_mean, mode_covariance, mode_probability,
        existence, is_confirmed, last_seen, begun, first_pair, pair_track_id, pair_weight, nobody,
        sure, next_track_id,
    ) = _settle(
        people.track_id,
        people.is_confirmed,
        people.last_seen_utc_ns,
        people.next_track_id,
        step.mean,
        step.covariance,
        step.modes.mean,
        step.modes.covariance,
        step.modes.probability,
        step.existence,
        step.track_row,
        step.position_row,
        step.of_position,
        step.missed,
        step.nobody,
        in_order(rows.used.position_site_m),
        in_order(rows.used.covariance_site_m2),
        in_order(rows.used.existence),
        scan.t_utc_ns,
        newcomer,
        float(settings.birth_existence),
        float(settings.confirm_existence),
        float(settings.end_existence),
        float(settings.speed_std_m_per_s),
        settings.max_tentative,
    )  # fmt: skip
    n_old = int(np.searchsorted(-source, 1))  # those who begin come last, and have no source
    known = known_of(people, step, rows.used, sure)
    descriptor = np.empty((len(source), known.shape[1]))
    if known.shape[1]:
        descriptor[:n_old] = known[source[:n_old]]
        of_rows = rows.used.descriptor
        descriptor[n_old:] = of_rows[-source[n_old:] - 1] if of_rows.shape[1] else np.nan
    p_object = np.zeros(len(source))
    p_object[:n_old] = thing_of(people, step, rows.used, sure)[source[:n_old]]
    if rows.used.p_object is not None:
        p_object[n_old:] = rows.used.p_object[-source[n_old:] - 1]
    tracks = Tracks(
        t_utc_ns=scan.t_utc_ns,
        track_id=track_id,
        mean=mean,
        covariance=covariance,
        existence=existence,
        is_confirmed=is_confirmed,
        last_seen_utc_ns=last_seen,
        next_track_id=int(next_track_id),
        descriptor=descriptor,
        p_object=p_object,
        modes=Modes(mean=mode_mean, covariance=mode_covariance, probability=mode_probability),
        memory=people.memory,
    )
    association = Association(
        sensor_id=scan.sensor_id,
        t_utc_ns=scan.t_utc_ns,
        first_pair=first_pair,
        pair_track_id=pair_track_id,
        pair_weight=pair_weight,
        nobody=nobody,
    )
    return Settled(tracks=tracks, association=association, begun=begun, sure=sure)


@jit
def _settle(track_id, is_confirmed, last_seen, next_track_id, mean, cov, mode_mean, mode_cov,
            mode_prob, existence, track_row, position_row, of_position, missed, nobody, z, r,
            row_existence, t_utc_ns, newcomer, birth, confirm, end, speed_std,
            max_tentative):  # fmt: skip
    n, rows = len(track_id), len(z)
    confirmed = np.empty(n, np.bool_)
    alive = np.empty(n, np.bool_)
    kept, tentative = 0, 0
    for i in range(n):
        confirmed[i] = is_confirmed[i] or existence[i] >= confirm
        alive[i] = existence[i] >= end
        if alive[i]:
            kept += 1
            if not confirmed[i]:
                tentative += 1
    born_rows = _born(birth, row_existence, nobody, end, max_tentative, kept, tentative)
    size = kept + len(born_rows)
    source = np.empty(size, np.int64)
    out_id, out_seen = np.empty(size, np.int64), np.empty(size, np.int64)
    out_mean, out_cov = np.empty((size, 4)), np.empty((size, 4, 4))
    out_mode_mean, out_mode_cov = np.empty((size, N_MODES, 4)), np.empty((size, N_MODES, 4, 4))
    out_prob, out_existence = np.empty((size, N_MODES)), np.empty(size)
    out_confirmed = np.empty(size, np.bool_)
    k = 0
    for i in range(n):
        if not alive[i]:
            continue
        source[k], out_id[k] = i, track_id[i]
        out_seen[k] = t_utc_ns if 1 - missed[i] > SEEN else last_seen[i]
        out_existence[k], out_confirmed[k] = existence[i], confirmed[i]
        for a in range(4):
            out_mean[k, a] = mean[i, a]
            for b in range(4):
                out_cov[k, a, b] = cov[i, a, b]
        for m in range(N_MODES):
            out_prob[k, m] = mode_prob[i, m]
            for a in range(4):
                out_mode_mean[k, m, a] = mode_mean[i, m, a]
                for b in range(4):
                    out_mode_cov[k, m, a, b] = mode_cov[i, m, a, b]
        k += 1
    begun = np.zeros(rows, np.int64)
    for j in born_rows:
        source[k], out_id[k], out_seen[k] = -1 - j, next_track_id, t_utc_ns
        begun[j] = next_track_id
        next_track_id += 1
        out_existence[k], out_confirmed[k] = birth * row_existence[j] * nobody[j], False
        out_mean[k] = 0.0
        out_cov[k] = 0.0
        out_mean[k, 0], out_mean[k, 1] = z[j, 0], z[j, 1]
        out_cov[k, 0, 0], out_cov[k, 1, 1] = r[j, 0, 0], r[j, 1, 1]
        out_cov[k, 0, 1], out_cov[k, 1, 0] = r[j, 0, 1], r[j, 1, 0]
        out_cov[k, 2, 2] = out_cov[k, 3, 3] = speed_std * speed_std
        for m in range(N_MODES):
            out_prob[k, m] = newcomer[m]
            out_mode_mean[k, m] = out_mean[k]
            out_mode_cov[k, m] = out_cov[k]
        k += 1
    first_pair = np.zeros(rows + 1, np.int64)
    people_nobody = np.zeros(rows)
    sure = np.empty(len(track_row), np.int64)
    n_sure = 0
    for e in range(len(track_row)):
        i, j = track_row[e], position_row[e]
        if of_position[e] > SURE and 1 - missed[i] > SURE:
            sure[n_sure] = e
            n_sure += 1
        if confirmed[i] and alive[i]:
            first_pair[j + 1] += 1
            people_nobody[j] += of_position[e]
    for j in range(rows):
        first_pair[j + 1] += first_pair[j]
        people_nobody[j] = min(max(1 - people_nobody[j], 0.0), 1.0)
    pair_track_id = np.empty(first_pair[rows], np.int64)
    pair_weight = np.empty(first_pair[rows])
    place = first_pair[:rows].copy()
    for e in range(len(track_row)):
        i, j = track_row[e], position_row[e]
        if confirmed[i] and alive[i]:
            pair_track_id[place[j]], pair_weight[place[j]] = track_id[i], of_position[e]
            place[j] += 1
    return (source, out_id, out_mean, out_cov, out_mode_mean, out_mode_cov, out_prob,
            out_existence, out_confirmed, out_seen, begun, first_pair, pair_track_id,
            pair_weight, people_nobody, sure[:n_sure].copy(), next_track_id)  # fmt: skip


@jit
def _born(birth, row_existence, nobody, end, max_tentative, kept, tentative):
    """Rows at which tracks begin; of too many the likelier ones, in order of rows."""
    rows = len(nobody)
    born = np.empty(rows, np.int64)
    count = 0
    for j in range(rows):
        existence = birth * row_existence[j] * nobody[j]
        if existence > 0 and existence >= end:
            born[count] = j
            count += 1
    born = born[:count].copy()
    if count + kept <= max_tentative:
        return born
    room = max(0, max_tentative - tentative)
    if count <= room:
        return born
    likely = np.empty(count)
    for k in range(count):
        likely[k] = -birth * row_existence[born[k]] * nobody[born[k]]
    return np.sort(born[np.argsort(likely, kind="mergesort")[:room]])
