"""What a shift looks after: walk tests, and whether calibrations are in date and still fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from standex.edges.service.around import Setup
from standex.edges.service.calibration_watch import CalibrationWatch
from standex.edges.service.kept import Kept
from standex.edges.service.sensor_says import SensorSays
from standex.edges.service.shift_tally import ShiftTallies
from standex.edges.service.walk_desk import WalkDesk
from standex.model.calibration import Calibration
from standex.model.errors import StandexError


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayToDay:
    """The parts of it.

    Attributes:
        walks: walk tests; a listener of the writer.
        tallies: what sensors said, shift by shift; a listener of the writer.
        calibrations: their age and fit.
    """

    walks: WalkDesk
    tallies: ShiftTallies
    calibrations: CalibrationWatch

    def look(self) -> dict[str, str]:
        """Keep what was counted, and return what is to be done, by part; reads the store."""
        troubles = {"walk test": "", "calibrations": ""}
        try:
            troubles["walk test"] = self.walks.trouble()
        except StandexError as error:
            troubles["walk test"] = str(error)
        try:
            self.tallies.work()
            troubles["calibrations"] = "; ".join(self.calibrations.troubles())
        except StandexError as error:
            troubles["calibrations"] = str(error)
        return troubles


def day_to_day(setup: Setup, kept: Kept, calibrations: Mapping[str, Calibration]) -> DayToDay:
    """Return the parts for a service."""
    site, clock, table = setup.site, setup.clock, setup.config.table.walk_test
    says = SensorSays(site, calibrations)
    walks = WalkDesk(
        kept.store,
        site=site,
        says=says,
        clock=clock,
        retention=kept.retention,
        n_with=table.n_with,
        n_without=table.n_without,
        every_hours=table.every_hours,
        rng=np.random.default_rng(),
    )
    tallies = ShiftTallies(
        kept.store,
        says.looked,
        clock=clock,
        retention=kept.retention,
        shift_hours=table.every_hours,
        leaves_out=lambda: walks.is_under_way,
    )
    watch = CalibrationWatch(
        site, calibrations, tallies.over, clock=clock, shift_hours=table.every_hours
    )
    return DayToDay(walks=walks, tallies=tallies, calibrations=watch)
