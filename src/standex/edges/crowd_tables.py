"""The ``[crowd]`` table of a site file and what is in it, on the way into the twin.

Angles in the file are degrees (``_deg``); ``to_core`` makes them radians.
"""

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from standex.edges.table import XY, Name, Table
from standex.model.site import Level
from standex.twin.crowd.plan import (
    CrowdPlan,
    Flow,
    Opening,
    Parties,
    Pauses,
    Platform,
    Returns,
    Turnstiles,
    Walking,
)


class OpeningTable(Table):
    """One ``[[crowd.openings]]`` table: where people come in, pass or leave."""

    name: Name
    from_site_m: XY
    to_site_m: XY

    def to_core(self) -> Opening:
        """Return the twin's opening."""
        return Opening(
            name=self.name,
            from_site_m=np.array(self.from_site_m),
            to_site_m=np.array(self.to_site_m),
        )


class TurnstilesTable(Table):
    """One ``[[crowd.turnstiles]]`` table: lanes side by side."""

    name: Name
    heads: Annotated[tuple[XY, ...], Field(strict=False, min_length=1)]
    queue_deg: Annotated[float, Field(ge=-360, le=360)]
    places: Annotated[int, Field(ge=1, le=200)]
    place_m: float
    service_s: float
    service_cv: float

    def to_core(self) -> Turnstiles:
        """Return the twin's turnstiles; degrees become radians here."""
        return Turnstiles(
            name=self.name,
            head_site_m=np.array(self.heads),
            queue_rad=math.radians(self.queue_deg),
            places=self.places,
            place_m=self.place_m,
            service_s=self.service_s,
            service_cv=self.service_cv,
        )


class PlatformTable(Table):
    """One ``[[crowd.platforms]]`` table: a platform with its trains."""

    name: Name
    doors: Annotated[tuple[XY, ...], Field(strict=False, min_length=1)]
    waiting_min_site_m: XY
    waiting_max_site_m: XY
    headway_s: float
    first_s: float
    dwell_s: float

    def to_core(self) -> Platform:
        """Return the twin's platform."""
        return Platform(
            name=self.name,
            door_site_m=np.array(self.doors),
            waiting_min_site_m=np.array(self.waiting_min_site_m),
            waiting_max_site_m=np.array(self.waiting_max_site_m),
            headway_s=self.headway_s,
            first_s=self.first_s,
            dwell_s=self.dwell_s,
        )


class FlowTable(Table):
    """One ``[[crowd.flows]]`` table: how many go from where to where."""

    from_name: Name
    to_name: Name
    via: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    people_per_hour: float
    least_gap_s: float | None = None
    band: Annotated[tuple[float, float] | None, Field(strict=False)] = None

    def to_core(self) -> Flow:
        """Return the twin's flow."""
        return Flow(**self.model_dump(exclude_none=True))


# Their defaults are those of the twin: what a file leaves out is not passed on.
class WalkingTable(Table):
    """The ``[crowd.walking]`` table: speeds and bodies."""

    model: Literal["csm", "avm"] | None = None
    speed_m_per_s: float | None = None
    spread_m_per_s: float | None = None
    least_m_per_s: float | None = None
    most_m_per_s: float | None = None
    radius_m: float | None = None
    time_gap_s: float | None = None

    def to_core(self) -> Walking:
        """Return the twin's walking."""
        return Walking(**self.model_dump(exclude_none=True))


class PartiesTable(Table):
    """The ``[crowd.parties]`` table: who walks together."""

    share_of_2: float = 0.0
    share_of_3: float = 0.0
    share_of_4: float = 0.0
    abreast_m: float | None = None

    def to_core(self) -> Parties:
        """Return the twin's parties."""
        share = (self.share_of_2, self.share_of_3, self.share_of_4)
        return Parties(share=share, **self.model_dump(include={"abreast_m"}, exclude_none=True))


class ReturnsTable(Table):
    """The ``[crowd.returns]`` table: who comes back."""

    share: float
    least_s: float | None = None
    within_s: float | None = None

    def to_core(self) -> Returns:
        """Return the twin's returns."""
        return Returns(**self.model_dump(exclude_none=True))


class PausesTable(Table):
    """The ``[crowd.pauses]`` table: who stands still or turns round."""

    standing_share: float | None = None
    standing_s: float | None = None
    turning_share: float | None = None
    turning_s: float | None = None

    def to_core(self) -> Pauses:
        """Return the twin's pauses."""
        return Pauses(**self.model_dump(exclude_none=True))


class CrowdTable(Table):
    """The ``[crowd]`` table: people whom the twin lets walk through the site."""

    level_id: Name
    openings: Annotated[tuple[OpeningTable, ...], Field(strict=False)] = ()
    turnstiles: Annotated[tuple[TurnstilesTable, ...], Field(strict=False)] = ()
    platforms: Annotated[tuple[PlatformTable, ...], Field(strict=False)] = ()
    flows: Annotated[tuple[FlowTable, ...], Field(strict=False, min_length=1)]
    walking: WalkingTable = WalkingTable()
    parties: PartiesTable = PartiesTable()
    returns: ReturnsTable = ReturnsTable(share=0.0)
    pauses: PausesTable = PausesTable()

    def to_core(self, level: Level) -> CrowdPlan:
        """Return the twin's plan.

        Raises:
            ValueError: something in it is out of range, or does not go together.
        """
        return CrowdPlan(
            level=level,
            openings=tuple(one.to_core() for one in self.openings),
            turnstiles=tuple(one.to_core() for one in self.turnstiles),
            platforms=tuple(one.to_core() for one in self.platforms),
            flows=tuple(one.to_core() for one in self.flows),
            walking=self.walking.to_core(),
            parties=self.parties.to_core(),
            returns=self.returns.to_core(),
            pauses=self.pauses.to_core(),
        )
