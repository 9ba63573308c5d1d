"""Exercises of a service, put together from what its file says."""

from collections.abc import Callable, Mapping

from standex.edges.exercises.desk import ExerciseDesk
from standex.edges.exercises.exercise_file import ExerciseShelf
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.live_status import LiveStatus
from standex.edges.service.around import Setup
from standex.edges.service.kept import Kept
from standex.model.calibration import Calibration


def exercise_desk(
    setup: Setup,
    kept: Kept,
    incidents: IncidentDesk,
    *,
    calibrations: Mapping[str, Calibration],
    status: Callable[[], LiveStatus | None],
) -> ExerciseDesk:
    """Return where exercises are begun; nothing runs there yet.

    Args:
        setup: site, clock, and the service file with the folder of the exercises.
        kept: where runs are kept, and who is told of them.
        incidents: where people work on alarms.
        calibrations: that hold.
        status: of the station.
    """
    table, site = setup.config.table.exercises, setup.site
    shelf = ExerciseShelf(
        setup.config.place(table.folder),
        site_id=site.site_id,
        site_toml=setup.site_toml,
        calibrations=tuple(one.calibration_id for one in calibrations.values()),
    )
    return ExerciseDesk(
        shelf,
        kept.store,
        incidents,
        site=site,
        calibrations=calibrations,
        clock=setup.clock,
        retention=kept.retention,
        status=status,
        tell=kept.notes.say,
        after_s=table.after_s,
    )
