"""On whom evidence landed: the share of carriers' log-likelihood ratios that ended on the carrier.

No figure of tracking shows it: a switch costs whatever was known of two people, a position given
to a neighbour for a second costs what was seen in that second.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from standex.evaluation.tracking_gospa import nearest_pairs
from standex.evaluation.tracking_intervals import Figure, over_cases
from standex.evaluation.tracking_library import GATE_M
from standex.evaluation.tracking_looks import Looks, Way, landed, looked
from standex.evaluation.tracking_scans import Whereabouts, check_same_scans
from standex.model.picture import Passage

END_S = 1.0  # a carrier's last track is one that was theirs within this time of their end
_Owners = dict[int, tuple[list[int], list[int]]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landing:
    """Where the looks at carriers ended, in natural log-likelihood ratios summed over looks.

    What is missing to ``drawn`` was given to nobody: not confirmed, or too uncertain whose. Shares
    need not sum to one even so: a look shared by two people says less about each.

    Attributes:
        person: of each carrier who was looked at.
        drawn: what the sensor said of them.
        on_carrier: on the track that is theirs at the end of their way.
        on_others: on tracks that are somebody else's then.
        stranded: on other tracks: ended ones of their own, and nobody's.
        from_others: on their last track, of looks at other people.
    """

    person: Int[np.ndarray, " carriers"]
    drawn: Float[np.ndarray, " carriers"]
    on_carrier: Float[np.ndarray, " carriers"]
    on_others: Float[np.ndarray, " carriers"]
    stranded: Float[np.ndarray, " carriers"]
    from_others: Float[np.ndarray, " carriers"]

    def shares(self, *, rng: np.random.Generator) -> dict[str, Figure]:
        """Return each part as a share of what was drawn, with a bootstrap over carriers.

        Raises:
            ValueError: no carrier was looked at.
        """
        return {
            name: over_cases(getattr(self, name), self.drawn, rng=rng)
            for name in ("on_carrier", "on_others", "stranded", "from_others")
        }


def landing_of(
    passages: Mapping[int, Passage],
    looks: Looks,
    carriers: Int[np.ndarray, " carriers"],
    *,
    way: Way,
    truth: Whereabouts,
    report: Whereabouts,
    gate_m: float = GATE_M,
) -> Landing:
    """Return where evidence about carriers ended.

    A track is a person's in a scan when it is theirs in the best one-to-one assignment within the
    gate; between such scans, whose it was last. The end of a carrier's way is their last scan.

    Args:
        passages: after all looks, by track.
        looks: of the run.
        carriers: who carried.
        way: in which the looks were attached.
        truth: who was where.
        report: the tracks shown, of the same scans.
        gate_m: further is nobody's.

    Raises:
        ValueError: truth and report are of different scans.
    """
    owners, ways = _matched(truth, report, gate_m)
    end = _end_scans(truth)
    step_s = float(np.median(np.diff(truth.t_utc_ns))) * 1e-9 if len(truth.t_utc_ns) > 1 else END_S
    back = round(END_S / step_s)
    last = {
        person: _last_track(ways.get(person), end[person], back) for person in carriers.tolist()
    }
    whose = {track: person for person, track in last.items() if track is not None}
    parts: dict[str, defaultdict[int, float]] = {
        name: defaultdict(float)
        for name in ("drawn", "on_carrier", "on_others", "stranded", "from_others")
    }
    for k in np.flatnonzero(looked(looks, way) & np.isin(looks.person, carriers)):
        parts["drawn"][int(looks.person[k])] += float(looks.llr[k])
    for k, track, llr in landed(passages):
        person = int(looks.person[k])
        if track in whose and whose[track] != person:
            parts["from_others"][whose[track]] += llr
        if person not in last:
            continue
        if track == last[person]:
            part = "on_carrier"
        elif _owner(owners.get(track), end[person]) in (person, None):
            part = "stranded"
        else:
            part = "on_others"
        parts[part][person] += llr
    person = np.array(sorted(parts["drawn"]), dtype=np.int64)
    return Landing(
        person=person,
        **{name: np.array([part[p] for p in person.tolist()]) for name, part in parts.items()},
    )


def joined(landings: list[Landing]) -> Landing:
    """Return the landings of several runs as one; a carrier of each run is a case."""
    return Landing(
        person=np.concatenate([one.person for one in landings]),
        drawn=np.concatenate([one.drawn for one in landings]),
        on_carrier=np.concatenate([one.on_carrier for one in landings]),
        on_others=np.concatenate([one.on_others for one in landings]),
        stranded=np.concatenate([one.stranded for one in landings]),
        from_others=np.concatenate([one.from_others for one in landings]),
    )


def _matched(truth: Whereabouts, report: Whereabouts, gate_m: float) -> tuple[_Owners, _Owners]:
    """Return scans and people of each track, and scans and tracks of each person."""
    check_same_scans(truth, report)
    owners: _Owners = defaultdict(lambda: ([], []))
    ways: _Owners = defaultdict(lambda: ([], []))
    for scan in range(len(truth.t_utc_ns)):
        (who, place), (number, shown) = truth.at(scan), report.at(scan)
        i, j, _ = nearest_pairs(place, shown, cutoff_m=gate_m)
        for person, track in zip(who[i].tolist(), number[j].tolist(), strict=True):
            owners[track][0].append(scan)
            owners[track][1].append(person)
            ways[person][0].append(scan)
            ways[person][1].append(track)
    return owners, ways


def _end_scans(truth: Whereabouts) -> dict[int, int]:
    # Later rows overwrite earlier ones.
    return dict(zip(truth.who.tolist(), truth.scan.tolist(), strict=True))


def _last_track(way: tuple[list[int], list[int]] | None, end: int, back: int) -> int | None:
    return way[1][-1] if way is not None and way[0][-1] >= end - back else None


def _owner(owned: tuple[list[int], list[int]] | None, scan: int) -> int | None:
    """Return whose a track was last, up to that scan."""
    if owned is None:
        return None
    k = int(np.searchsorted(owned[0], scan, side="right"))
    return owned[1][k - 1] if k else None
