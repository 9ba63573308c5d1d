"""``standex calibrate``: a calibration of some of a site's sensors from passages of the twin.

The passages are of seeds of their own, with more carriers than usual; no figure may be stated on
them. The file says that it is simulated: it counts only where a site is in exercise mode.
"""

import argparse
import hashlib
import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from standex import __version__
from standex.edges.calibrations import FILE_ENDING, save_calibration
from standex.edges.clock import SystemClock
from standex.edges.commands.console import progress, say
from standex.edges.commands.twin_arguments import natural
from standex.edges.many_runs import Job, run_jobs
from standex.edges.plugins import build_technologies
from standex.edges.settings import load_site, site_text
from standex.edges.trajectories.shipped import load_shipped
from standex.evaluation.calibrate import Samples, calibrate, held_back
from standex.evaluation.calibration_figures import CalibrationEvidence, evidence_of
from standex.evaluation.noticed import noticed_share, passed
from standex.evaluation.twin_run import LookScores, TwinRun
from standex.model.calibration import Calibration, Origin
from standex.model.errors import StandexError
from standex.model.ports import Calibratable
from standex.model.site import SensorSpec, Site
from standex.twin.carry import CarryModel
from standex.twin.residue import ResidueModel

CARRIED = ("threat_dielectric", "threat_metal", "benign_metal", "benign_dielectric")
TRACES = ("nothing", "benign_residue", "threat_dielectric", "threat_metal")
CLASSES = {"laser.raman": TRACES, "vapour.gas_array": TRACES, "vapour.ion_mobility": TRACES}
# Of a crowd that passes an inlet some must have nothing on them, or no air is clean.
VAPOUR = ("vapour.gas_array", "vapour.ion_mobility")
INLET_REACH_M = 1.2  # whoever passes so near an inlet could have been smelled
FIRST_SEED = 1_000_001  # far from the seeds that figures are stated on
FOLDS_SEED = 0
VALID_FOR_S = 10 * 365.25 * 86_400  # the twin does not age


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("site", nargs="?", default="metro", help="shipped site or a site file")
    parser.add_argument("--name", default="microwave-pillars-sim", help="of the calibration")
    parser.add_argument("--runs", type=natural, default=6, help="whole recordings to walk")
    parser.add_argument("--seed", type=natural, default=FIRST_SEED, help="of the first run")
    parser.add_argument("--recording", default="corridor", help="shipped recording to walk")
    parser.add_argument("--jobs", type=natural, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the file")
    parser.add_argument(
        "--report", type=Path, metavar="FOLDER", help="page, pictures and the data behind them"
    )


def run(args: argparse.Namespace) -> int:
    """Walk, fit, hold against what was held back, write the file."""
    site = load_site(args.site)
    named = [spec for spec in site.sensors if spec.calibration == args.name]
    if not named:
        names = ", ".join(sorted({spec.calibration for spec in site.sensors if spec.calibration}))
        raise StandexError(
            f"no sensor of site {site.site_id} names the calibration {args.name!r}; "
            f"--name must be one that they name: {names or 'they name none'}"
        )
    sensor_kind = kind_of(site, named)
    _make_folder(args.out)
    if args.report is not None:
        _make_folder(args.report, "--report")
    # Sensors with a calibration of their own would only take time: nothing counts in these runs.
    others = tuple(s.sensor_id for s in site.sensors if s.calibration not in ("", args.name))
    trajectories = load_shipped(args.recording)
    carry = carried(sensor_kind)
    jobs = [
        Job(
            site_toml=site_text(args.site),
            where=str(args.site),
            trajectories=trajectories,
            carry=carry,
            seed=args.seed + k,
            is_calibrated=False,
            without=others,
        )
        for k in range(args.runs)
    ]
    runs: list[TwinRun] = []
    with progress(args) as bar:
        task = bar.add_task("passages with known truth", total=args.runs)
        for done in run_jobs(jobs, processes=args.jobs):
            runs.append(done)
            bar.advance(task)
    runs.sort(key=lambda one: one.seed)
    looks = [one.looks for one in runs]
    stem = Path(args.name).stem if args.name.endswith(FILE_ENDING) else args.name
    sensor_ids = {spec.sensor_id for spec in named}
    calibration = fit(
        looks,
        sensor_ids=sensor_ids,
        sensor_kind=sensor_kind,
        name=stem,
        provenance=(
            f"twin of site {site.site_id} (file {digest_of(site_text(args.site))}), recording "
            f"{trajectories.name}, seeds {args.seed} to {args.seed + args.runs - 1}, standex "
            f"{__version__}"
        ),
        made_utc_ns=SystemClock().utc_ns(),
    )
    if sensor_kind in VAPOUR:
        places = np.array([spec.site_from_sensor.translation_m[:2] for spec in named])
        who = passed(trajectories, places, reach_m=INLET_REACH_M)
        share = noticed_share(runs, sensor_ids=sensor_ids, who=who)
        calibration = replace(calibration, p_detect=share * calibration.p_detect)
    path = args.out / f"{stem}.json"
    save_calibration(calibration, path)
    evidence = evidence_for(calibration, looks, sensor_ids=sensor_ids)
    page = _report(args, calibration, evidence)
    counted = ", ".join(f"{n} {name}" for name, n in calibration.n_passages_per_class.items())
    say(
        args,
        {
            "calibration_id": calibration.calibration_id,
            "origin": calibration.origin.value,
            "provenance": calibration.provenance,
            "path": str(path),
            "cllr": calibration.cllr,
            "correlation": calibration.correlation,
            "bound": calibration.bound,
            "p_detect": calibration.p_detect,
            "passages": calibration.n_passages_per_class,
            "min_cllr": evidence.min_cllr.value,
            "cllr_interval": [evidence.cllr.low, evidence.cllr.high],
            "supported_llr": [evidence.llr_low, evidence.llr_high],
            "bins_that_hold": sum(one.holds for one in evidence.bins),
            "report": str(page) if page else None,
        },
        f"SIMULATED calibration {calibration.calibration_id} in {path}",
        f"  Cllr {calibration.cllr:.3f} bits on passages held back (1 says nothing)",
        f"  two looks at one person are correlated {calibration.correlation:.2f}; no likelihood "
        f"ratio above {np.exp(calibration.bound):.0f}",
        f"  detects {100 * calibration.p_detect:.0f} % of the reference objects at 5 % false "
        "alarms per zone",
        f"  zones with a known content: {counted}",
        f"  interval of Cllr {evidence.cllr.low:.3f} to {evidence.cllr.high:.3f}, least Cllr "
        f"{evidence.min_cllr.value:.3f}; so many passages support ratios from "
        f"1/{np.exp(-evidence.llr_low):.3g} to {np.exp(evidence.llr_high):.3g}",
        *([f"  report: {page}"] if page else []),
    )
    return 0


def digest_of(text: str) -> str:
    """Return a short digest of a site file, so that a calibration can be traced to it."""
    return f"sha256 {hashlib.sha256(text.encode()).hexdigest()[:12]}"


def evidence_for(
    calibration: Calibration,
    runs: Sequence[tuple[LookScores, ...]],
    *,
    sensor_ids: Collection[str],
) -> CalibrationEvidence:
    """Return how far a calibration made by ``fit`` of these runs may be believed."""
    samples, _ = samples_of(
        runs,
        sensor_ids=sensor_ids,
        classes=calibration.class_names,
        name=calibration.calibration_id,
    )
    held = held_back(samples, calibration, rng=np.random.default_rng(FOLDS_SEED))
    return evidence_of(held, rng=np.random.default_rng(FOLDS_SEED + 1))


def _report(
    args: argparse.Namespace, calibration: Calibration, evidence: CalibrationEvidence
) -> Path | None:
    if args.report is None:
        return None
    # Pictures need a package that a calibration does not.
    from standex.edges.report.calibration import write_calibration_report  # noqa: PLC0415

    return write_calibration_report(calibration, evidence, args.report)


def kind_of(site: Site, named: Sequence[SensorSpec]) -> str:
    """Return the kind of calibration that sensors need, as their technologies say.

    Raises:
        StandexError: one of them has no scores to calibrate, or they need different kinds.
    """
    technologies = build_technologies(replace(site, sensors=tuple(named)), {})
    kinds: dict[str, str] = {}
    for spec in named:
        technology = technologies[spec.sensor_id]
        if not isinstance(technology, Calibratable):
            raise StandexError(
                f"sensor {spec.sensor_id} names the calibration {spec.calibration!r}, but its "
                f"technology {spec.technology!r} has no scores to calibrate"
            )
        kinds.setdefault(technology.sensor_kind, spec.sensor_id)
    if len(kinds) > 1:
        told = ", ".join(f"{sensor_id} needs {kind}" for kind, sensor_id in sorted(kinds.items()))
        raise StandexError(
            f"calibration {named[0].calibration!r} is named by sensors of different kinds: {told}; "
            "give each kind a calibration of its own in the site file"
        )
    return next(iter(kinds))


def fit(
    runs: Sequence[tuple[LookScores, ...]],
    *,
    sensor_ids: Collection[str],
    sensor_kind: str,
    name: str,
    provenance: str,
    made_utc_ns: int,
) -> Calibration:
    """Return the calibration of the looks of several runs; a zone of a person is a passage.

    Args:
        runs: the looks of each.
        sensor_ids: whose looks count; a site may have others, with calibrations of their own.
        sensor_kind: of the calibration.
        name: of the calibration; its id has the time of making, too.
        provenance: what it was made from, in words.
        made_utc_ns: when.

    Raises:
        StandexError: there are no looks, or too few passages of a class.
    """
    # What a sensor cannot tell from nothing is nothing to it.
    classes = CLASSES.get(sensor_kind, ("nothing", *CARRIED))
    samples, score_names = samples_of(runs, sensor_ids=sensor_ids, classes=classes, name=name)
    try:
        return calibrate(
            samples,
            calibration_id=f"{name}-{made_utc_ns // 1_000_000_000}",
            sensor_kind=sensor_kind,
            feature_names=score_names,
            class_names=classes,
            origin=Origin.SIMULATED,
            made_utc_ns=made_utc_ns,
            valid_for_s=VALID_FOR_S,
            provenance=provenance,
            rng=np.random.default_rng(FOLDS_SEED),
        )
    except ValueError as error:
        raise StandexError(
            f"calibration {name} cannot be made: {error}; walk more people (--runs)"
        ) from error


def samples_of(
    runs: Sequence[tuple[LookScores, ...]],
    *,
    sensor_ids: Collection[str],
    classes: Sequence[str],
    name: str,
) -> tuple[Samples, tuple[str, ...]]:
    """Return the looks of several runs as samples, and the names of their scores.

    Args:
        runs: the looks of each.
        sensor_ids: whose looks count.
        classes: of the calibration; any other is nothing to it.
        name: of the calibration, for messages.

    Raises:
        StandexError: there are no looks, or their sensors do not score alike.
    """
    of_run = [
        (run, own)
        for run, looks in enumerate(runs)
        for own in (_of_sensors(one, sensor_ids) for one in looks)
        if len(own.person)
    ]
    if not of_run:
        raise StandexError(
            f"calibration {name} cannot be made: {', '.join(sorted(sensor_ids))} looked at nobody; "
            "walk more people (--runs) or another recording"
        )
    looks = [one for _, one in of_run]
    names = {one.score_names for one in looks}
    if len(names) > 1:
        raise StandexError(
            f"calibration {name} cannot be made: {', '.join(sorted(sensor_ids))} have different "
            f"scores: {' and '.join(', '.join(one) for one in sorted(names))}"
        )
    keys = [
        (run, int(person), int(zone))
        for run, one in of_run
        for person, zone in zip(one.person, one.zone, strict=True)
    ]
    _, passage = np.unique(np.array(keys), axis=0, return_inverse=True)
    samples = Samples(
        score=np.concatenate([one.score for one in looks]),
        class_row=np.array(
            [classes.index(c) if c in classes else 0 for one in looks for c in one.item_class]
        ),
        passage=passage.reshape(-1),
    )
    return samples, looks[0].score_names


def _of_sensors(looks: LookScores, sensor_ids: Collection[str]) -> LookScores:
    is_theirs = np.array([sensor_id in sensor_ids for sensor_id in looks.sensor_id], dtype=bool)
    rows = np.flatnonzero(is_theirs)
    return LookScores(
        sensor_id=tuple(looks.sensor_id[row] for row in rows),
        score=looks.score[rows],
        score_names=looks.score_names,
        person=looks.person[rows],
        zone=looks.zone[rows],
        item_class=tuple(looks.item_class[row] for row in rows),
    )


def carried(sensor_kind: str) -> CarryModel:
    """Return who carries what in the passages that a calibration of this kind is made from."""
    if sensor_kind in VAPOUR:
        return CarryModel(
            share=dict.fromkeys(CARRIED, 0.08), residue=ResidueModel(benign_share=0.1)
        )
    residue = ResidueModel(benign_share=0.6) if sensor_kind in CLASSES else None
    return CarryModel(share=dict.fromkeys(CARRIED, 0.2), residue=residue)


def _make_folder(folder: Path, option: str = "--out") -> None:
    """Make the folder before hours are spent on what could not be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StandexError(
            f"{option} {folder}: cannot be written ({error.strerror}); choose another folder"
        ) from error
