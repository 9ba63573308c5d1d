"""Who comes, where from, where to and how often: the description of a crowd."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float

from standex.model.site import Level

MOST_PER_PARTY = 4
# A way in takes about so many people per metre and second before they stand on one another.
# Weidmann 1993 gives 1.25 for a level floor.
MOST_PER_M_S = 1.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opening:
    """A stretch of floor that people walk through: a street door, a doorway, a line on the way.

    Attributes:
        name: unique in the plan.
        from_site_m: one end.
        to_site_m: the other end.
    """

    name: str
    from_site_m: Float[np.ndarray, " 2"]
    to_site_m: Float[np.ndarray, " 2"]

    def __post_init__(self) -> None:
        if not self.width_m >= 0.6:
            raise ValueError(
                f"opening {self.name!r}: must be at least 0.6 m wide, got {self.width_m:.2f}"
            )

    @property
    def width_m(self) -> float:
        """Return its length on the floor."""
        return float(np.hypot(*(self.to_site_m - self.from_site_m)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turnstiles:
    """A row of lanes, each with a queue and a server of its own.

    The service time is log-normal and counts from the moment at which somebody stands at the head
    of a lane until they may go on.

    Attributes:
        name: unique in the plan.
        head_site_m: where the first of each lane stands.
        queue_rad: direction in which the queues grow, from east towards north.
        places: standing places of a queue; give at least as many as the longest queue, since
            whoever is left over crowds at the last.
        place_m: from place to place.
        service_s: mean service time.
        service_cv: its standard deviation over its mean.
    """

    name: str
    head_site_m: Float[np.ndarray, "lanes 2"]
    queue_rad: float
    places: int
    place_m: float
    service_s: float
    service_cv: float

    def __post_init__(self) -> None:
        if not len(self.head_site_m):
            raise ValueError(f"turnstiles {self.name!r}: has no lane")
        if not (self.places >= 1 and self.place_m >= 0.5):
            raise ValueError(
                f"turnstiles {self.name!r}: a queue needs places at least 0.5 m apart, got "
                f"{self.places} places, {self.place_m} m"
            )
        if not (self.service_s > 0 and self.service_cv >= 0):
            raise ValueError(
                f"turnstiles {self.name!r}: service_s must be positive and service_cv not "
                f"negative, got {self.service_s} and {self.service_cv}"
            )

    def place_site_m(self, lane: int) -> Float[np.ndarray, "places 2"]:
        """Return the standing places of one lane, the head first."""
        back = np.array([np.cos(self.queue_rad), np.sin(self.queue_rad)])
        steps_m = self.place_m * np.arange(self.places)
        return self.head_site_m[lane] + steps_m[:, None] * back

    @property
    def most_per_hour(self) -> float:
        """Return what all lanes together serve if somebody stands at each head all the time."""
        return 3600.0 * len(self.head_site_m) / self.service_s


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Platform:
    """A platform with trains: people wait near the doors, board, and others alight before them.

    Attributes:
        name: unique in the plan.
        door_site_m: where the doors of a standing train are.
        waiting_min_site_m: lower left corner of where people wait.
        waiting_max_site_m: upper right corner.
        headway_s: from train to train.
        first_s: when the first one comes.
        dwell_s: how long a train stands with open doors.
    """

    name: str
    door_site_m: Float[np.ndarray, "doors 2"]
    waiting_min_site_m: Float[np.ndarray, " 2"]
    waiting_max_site_m: Float[np.ndarray, " 2"]
    headway_s: float
    first_s: float
    dwell_s: float

    def __post_init__(self) -> None:
        if not len(self.door_site_m):
            raise ValueError(f"platform {self.name!r}: its trains have no door")
        if not 0 < self.dwell_s < self.headway_s:
            raise ValueError(
                f"platform {self.name!r}: dwell_s must be inside (0, headway_s), got "
                f"{self.dwell_s} and {self.headway_s}"
            )
        if not self.first_s >= 0:
            raise ValueError(f"platform {self.name!r}: first_s must be >= 0, got {self.first_s}")
        if not np.all(self.waiting_min_site_m < self.waiting_max_site_m):
            raise ValueError(f"platform {self.name!r}: nobody can wait in an empty area")

    def is_open(self, t_s: float) -> bool:
        """Return whether a train stands there."""
        since_s = t_s - self.first_s
        return bool(since_s >= 0 and since_s % self.headway_s < self.dwell_s)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """People who come by one way and leave by another.

    Parties come as a Poisson process; from a platform, all of one headway come with its train.

    Attributes:
        from_name: opening or platform where they come in.
        to_name: opening or platform where they leave.
        via: openings and turnstiles on the way, in order.
        people_per_hour: on average.
        least_gap_s: no party sooner after the one ahead; the mean rate stays as it is.
        band: the part of each opening's width that is used, from the walker's right hand at 0 to
            the left at 1; two flows that keep right have (0, 0.6) each.
    """

    from_name: str
    to_name: str
    via: tuple[str, ...] = ()
    people_per_hour: float
    least_gap_s: float = 0.0
    band: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        where = f"flow from {self.from_name!r} to {self.to_name!r}"
        if not 0 < self.people_per_hour < np.inf:
            raise ValueError(f"{where}: people_per_hour must be positive, got {self}")
        if not self.least_gap_s >= 0:
            raise ValueError(f"{where}: least_gap_s must be >= 0, got {self.least_gap_s}")
        if not 0 <= self.band[0] < self.band[1] <= 1:
            raise ValueError(f"{where}: band must lie inside [0, 1], got {self.band}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walking:
    """How people walk.

    Free speeds are normal, cut off at the given limits. The defaults of speed are those of
    Weidmann; ``time_gap_s`` and ``radius_m`` are held against recorded corridors, see the page on
    crowds.

    Attributes:
        model: ``avm``, anticipation of where others will be, or ``csm``, collision-free speed,
            which computes faster, but jams where dense flows meet head on.
        speed_m_per_s: mean free speed.
        spread_m_per_s: standard deviation of the free speed.
        least_m_per_s: nobody wants to be slower.
        most_m_per_s: nobody wants to be faster.
        radius_m: of a body.
        time_gap_s: speed falls with the free distance ahead over this time.

    References:
        Weidmann, Transporttechnik der Fussgaenger, ETH Zuerich 1993: 1.34 +- 0.26 m/s.
        Tordeux, Chraibi, Seyfried, Traffic and Granular Flow '15 (2016) 225: csm.
        Xu et al., Transportation Research Part C 133 (2021) 103464: avm.
    """

    model: Literal["csm", "avm"] = "avm"
    speed_m_per_s: float = 1.34
    spread_m_per_s: float = 0.26
    least_m_per_s: float = 0.6
    most_m_per_s: float = 2.0
    radius_m: float = 0.15
    time_gap_s: float = 0.25

    def __post_init__(self) -> None:
        if not 0.2 <= self.least_m_per_s <= self.speed_m_per_s <= self.most_m_per_s <= 4:
            raise ValueError(
                "speeds must be 0.2 <= least <= mean <= most <= 4 m/s, got "
                f"{self.least_m_per_s}, {self.speed_m_per_s}, {self.most_m_per_s}"
            )
        if not (self.spread_m_per_s >= 0 and 0.1 <= self.radius_m <= 0.4 and self.time_gap_s > 0):
            raise ValueError(
                "spread_m_per_s must be >= 0, radius_m inside [0.1, 0.4], time_gap_s positive; got "
                f"{self.spread_m_per_s}, {self.radius_m}, {self.time_gap_s}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """People who came together: side by side, at one speed.

    Attributes:
        share: of all parties, those of 2, 3 and 4 people; the rest are single.
        abreast_m: from one to the next.
    """

    share: tuple[float, float, float] = (0.0, 0.0, 0.0)
    abreast_m: float = 0.65

    def __post_init__(self) -> None:
        if not (all(p >= 0 for p in self.share) and sum(self.share) <= 1):
            raise ValueError(f"shares of parties must sum to 1 at most, got {self.share}")
        if not self.abreast_m >= 0.5:
            raise ValueError(f"abreast_m must be at least 0.5, got {self.abreast_m}")

    @property
    def mean_people(self) -> float:
        """Return how many people a party has on average."""
        return 1.0 + sum(k * p for k, p in enumerate(self.share, start=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """People who come in again after they have left: the same person, alone, by the same way.

    Attributes:
        share: of those who leave for the first time.
        least_s: not sooner after leaving.
        within_s: not later; times are uniform between the two.
    """

    share: float = 0.0
    least_s: float = 20.0
    within_s: float = 240.0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"share of returns must be inside [0, 1], got {self.share}")
        if not 0 < self.least_s <= self.within_s:
            raise ValueError(
                f"returns must come after 0 < least_s <= within_s, got {self.least_s} and "
                f"{self.within_s}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Parties that stop or turn round on their way, once each, somewhere in its middle.

    Attributes:
        standing_share: of parties that stand still.
        standing_s: mean of how long, exponential.
        turning_share: of parties that walk back and then on again.
        turning_s: mean of how long they walk back, exponential.
    """

    standing_share: float = 0.0
    standing_s: float = 8.0
    turning_share: float = 0.0
    turning_s: float = 2.5

    def __post_init__(self) -> None:
        shares = (self.standing_share, self.turning_share)
        if not (all(p >= 0 for p in shares) and sum(shares) <= 1):
            raise ValueError(f"shares of pauses must sum to 1 at most, got {shares}")
        if not (self.standing_s > 0 and self.turning_s > 0):
            raise ValueError("mean times of pauses must be positive")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrowdPlan:
    """A crowd, as described.

    Attributes:
        level: floor and walls; walls are obstacles, what they close off is not walked on.
        openings: where people come in, leave, or pass.
        turnstiles: rows of lanes.
        platforms: with trains.
        flows: who goes where.
        walking: speeds and bodies.
        parties: who walks together.
        returns: who comes back.
        pauses: who stops on the way.
    """

    level: Level
    openings: tuple[Opening, ...]
    flows: tuple[Flow, ...]
    turnstiles: tuple[Turnstiles, ...] = ()
    platforms: tuple[Platform, ...] = ()
    walking: Walking = Walking()
    parties: Parties = Parties()
    returns: Returns = Returns()
    pauses: Pauses = Pauses()

    def __post_init__(self) -> None:
        names = [one.name for one in (*self.openings, *self.turnstiles, *self.platforms)]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"crowd: {', '.join(doubled)} named more than once")
        if not self.flows:
            raise ValueError("crowd: there is no flow, so nobody would come")
        for flow in self.flows:
            self._check_names(flow)
            self._check_rate(flow)
        for turnstiles in self.turnstiles:
            asked = sum(f.people_per_hour for f in self.flows if turnstiles.name in f.via)
            if asked > turnstiles.most_per_hour:
                raise ValueError(
                    f"crowd: turnstiles {turnstiles.name!r} serve {turnstiles.most_per_hour:.0f} "
                    f"people an hour at most, {asked:.0f} are to pass"
                )
        for opening in self.openings:
            asked = sum(f.people_per_hour for f in self.flows if f.from_name == opening.name)
            most = 3600.0 * MOST_PER_M_S * opening.width_m
            if asked > most:
                raise ValueError(
                    f"crowd: {asked:.0f} people an hour cannot come in at {opening.name!r}, which "
                    f"is {opening.width_m:.1f} m wide and takes {most:.0f}"
                )

    @property
    def people_per_hour(self) -> float:
        """Return how many people come, without those who come back."""
        return sum(flow.people_per_hour for flow in self.flows)

    def opening(self, name: str) -> Opening | None:
        """Return the opening of that name, if it is one."""
        return next((one for one in self.openings if one.name == name), None)

    def platform(self, name: str) -> Platform | None:
        """Return the platform of that name, if it is one."""
        return next((one for one in self.platforms if one.name == name), None)

    def at_rate(self, people_per_hour: float) -> "CrowdPlan":
        """Return the same crowd with so many people an hour, in the same proportions.

        Raises:
            ValueError: so many cannot come.
        """
        factor = people_per_hour / self.people_per_hour
        flows = tuple(
            replace(flow, people_per_hour=flow.people_per_hour * factor) for flow in self.flows
        )
        return replace(self, flows=flows)

    def _check_names(self, flow: Flow) -> None:
        ends = {one.name for one in (*self.openings, *self.platforms)}
        on_the_way = {one.name for one in (*self.openings, *self.turnstiles)}
        for what, name, known in (
            ("from", flow.from_name, ends),
            ("to", flow.to_name, ends),
            *(("via", name, on_the_way) for name in flow.via),
        ):
            if name not in known:
                raise ValueError(
                    f"crowd: a flow goes {what} {name!r}, which is none of "
                    f"{', '.join(sorted(known)) or 'nothing'}"
                )

    def _check_rate(self, flow: Flow) -> None:
        mean_gap_s = 3600.0 * self.parties.mean_people / flow.people_per_hour
        if flow.least_gap_s >= mean_gap_s:
            raise ValueError(
                f"crowd: {flow.people_per_hour:.0f} people an hour from {flow.from_name!r} are a "
                f"party every {mean_gap_s:.2f} s, which least_gap_s {flow.least_gap_s:g} forbids"
            )
