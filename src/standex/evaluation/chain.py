"""The hand-over chain of the Rome trial, on a simulated crowd, at the level of positions.

People walk from the Init to the Exit line. A command marks each of them at the Init line; from
there on the mark goes where the station's joins take it. Nothing of the truth goes in but by the
instruments, and the place that the imager measures for the command.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from standex.evaluation.chain_carry import NO_LINKS, links_of
from standex.evaluation.chain_clothing import DressedPositions, dressed
from standex.evaluation.chain_failures import Failures, area_times, draw_failures, with_failures
from standex.evaluation.chain_joins import JoinTally, ends_of, tally_joins
from standex.evaluation.chain_lines import Crossings, chain_of, crossings
from standex.evaluation.chain_moments import moments_of
from standex.evaluation.chain_run import Command, run_chain
from standex.evaluation.chain_scene import scene_of
from standex.evaluation.chain_score import Known, PassageOutcome, score
from standex.model.ports import Instrument
from standex.station import Station
from standex.twin.crowd.truth import Crowd

IMAGER_SIGMA_M = 0.08  # rome.toml: 0.06 m at half the range; the Init line lies near its end
_COMMANDS = 43  # stream of chance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChainChunk:
    """What came of one crowd.

    Attributes:
        seed: of everything drawn.
        simulated_s: how long it took them.
        outcomes: one for each whole passage.
        without_joins: the same passages, had no track been joined with another.
        joins: by what they were.
        n_other: visits that were no whole passages; they do not count.
        headway_s: between one crossing of the Init line and the next.
    """

    seed: int
    simulated_s: float
    outcomes: tuple[PassageOutcome, ...]
    without_joins: tuple[PassageOutcome, ...]
    joins: JoinTally
    n_other: int
    headway_s: Float[np.ndarray, " gaps"]


def chain_chunk(
    station: Station,
    instruments: Mapping[str, Instrument],
    crowd: Crowd,
    *,
    start_utc_ns: int,
    has_clothing: bool,
) -> ChainChunk:
    """Return what became of everybody in a crowd.

    Joins follow tracks and never lead them, so what would have been without joins is scored on the
    same run.

    Args:
        station: of a site with an Init, a Re-ID and an Exit line.
        instruments: of its sensors, by sensor id.
        crowd: simulated.
        start_utc_ns: of its frame zero.
        has_clothing: whether cameras report clothing descriptors, or positions alone.

    Raises:
        StandexError: the site is no hand-over chain.
    """
    site, seed = station.site, crowd.truth.seed
    lines = chain_of(site)
    scene = scene_of(crowd, start_utc_ns=start_utc_ns)
    rate_hz = scene.trajectories.frame_rate_hz
    found = crossings(scene.trajectories, lines)
    areas_s = area_times(scene.trajectories, found, instruments)
    failures = draw_failures(found, areas_s=areas_s, seed=seed)
    blinded = with_failures(instruments, failures, start_utc_ns=start_utc_ns)
    commands = commands_of(
        found, failures, start_utc_ns=start_utc_ns, frame_rate_hz=rate_hz, seed=seed
    )
    if has_clothing:
        blinded = dressed(blinded, crowd.truth.person, seed=seed)
        worn = {name: DressedPositions(technology=t) for name, t in station.technologies.items()}
        station = replace(station, technologies=worn)
    log = run_chain(station, scene, blinded, commands)
    moments = moments_of(log, scene)
    known = Known(
        crossings=found,
        failures=failures,
        areas_s=areas_s,
        start_utc_ns=start_utc_ns,
        frame_rate_hz=rate_hz,
        party=crowd.truth.party,
        is_return=crowd.truth.is_return,
        lines=lines[1:],
        line_row=(site.lines.index(lines[1]), site.lines.index(lines[2])),
    )
    return ChainChunk(
        seed=seed,
        simulated_s=crowd.report.simulated_s,
        outcomes=score(moments, log.marks, links_of(log.joins), known),
        without_joins=score(moments, log.marks, NO_LINKS, known),
        joins=tally_joins(
            log.joins,
            ends_of(moments),
            person=crowd.truth.person,
            first_visits=np.flatnonzero(crowd.truth.is_return) + 1,
        ),
        n_other=found.n_other,
        headway_s=np.diff(np.sort(found.frame[:, 0])) / rate_hz,
    )


def commands_of(
    found: Crossings, failures: Failures, *, start_utc_ns: int, frame_rate_hz: float, seed: int
) -> tuple[Command, ...]:
    """Return the commands that mark people, with places as the imager measures them.

    Args:
        found: whole passages.
        failures: of the command, and its delay.
        start_utc_ns: of the scene.
        frame_rate_hz: of its frames.
        seed: of the crowd.
    """
    commands: list[Command] = []
    for row, visit in enumerate(found.visit.tolist()):
        rng = np.random.default_rng([seed, _COMMANDS, visit])
        at_s = float(found.frame[row, 0]) / frame_rate_hz
        x_m, y_m = found.place_site_m[row, 0] + IMAGER_SIGMA_M * rng.standard_normal(2)
        commands.append(
            Command(
                visit=visit,
                t_utc_ns=start_utc_ns + round(at_s * 1e9),
                arrives_utc_ns=start_utc_ns + round((at_s + failures.command_s[row]) * 1e9),
                place_site_m=(float(x_m), float(y_m)),
            )
        )
    return tuple(commands)
