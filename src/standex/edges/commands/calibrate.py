"""``standex calibrate``: a calibration of a site's microwave sensors from passages of the twin.

The passages are of seeds of their own, with more carriers than usual; no figure may be stated on
them. The file says that it is simulated: it counts only where a site is in exercise mode.
"""

import argparse
import os
from pathlib import Path

import numpy as np

from standex import __version__
from standex.edges.calibrations import save_calibration
from standex.edges.clock import SystemClock
from standex.edges.commands.console import progress, say
from standex.edges.commands.twin_arguments import natural
from standex.edges.many_runs import Job, run_jobs
from standex.edges.settings import load_site, site_text
from standex.edges.trajectories.shipped import load_shipped
from standex.evaluation.calibrate import Samples, calibrate
from standex.evaluation.twin_run import LookScores, TwinRun
from standex.model.calibration import Calibration, Origin
from standex.model.errors import StandexError
from standex.twin.carry import CarryModel

HELP = "make a calibration from simulated passages"
CARRIED = ("threat_dielectric", "threat_metal", "benign_metal", "benign_dielectric")
FIRST_SEED = 1_000_001  # far from the seeds that figures are stated on
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


def run(args: argparse.Namespace) -> int:
    """Walk, fit, hold against what was held back, write the file."""
    site = load_site(args.site)
    named = [spec for spec in site.sensors if spec.calibration == args.name]
    if not named:
        raise StandexError(f"no sensor of site {site.site_id} names the calibration {args.name!r}")
    trajectories = load_shipped(args.recording)
    carry = CarryModel(share=dict.fromkeys(CARRIED, 0.2))
    jobs = [
        Job(
            site_toml=site_text(args.site),
            where=str(args.site),
            trajectories=trajectories,
            carry=carry,
            seed=args.seed + k,
            is_calibrated=False,
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
    calibration = fit(
        [one.looks for one in runs],
        name=args.name,
        provenance=(
            f"twin of site {site.site_id}, recording {trajectories.name}, seeds {args.seed} to "
            f"{args.seed + args.runs - 1}, standex {__version__}"
        ),
        made_utc_ns=SystemClock().utc_ns(),
    )
    path = args.out / f"{args.name}.json"
    save_calibration(calibration, path)
    say(
        args,
        {
            "calibration_id": calibration.calibration_id,
            "path": str(path),
            "cllr": calibration.cllr,
            "correlation": calibration.correlation,
            "bound": calibration.bound,
            "p_detect": calibration.p_detect,
            "passages": calibration.n_passages_per_class,
        },
        f"SIMULATED calibration {calibration.calibration_id} in {path}",
        f"  Cllr {calibration.cllr:.3f} bits on passages held back (1 says nothing)",
        f"  two looks at one person are correlated {calibration.correlation:.2f}; no likelihood "
        f"ratio above {np.exp(calibration.bound):.0f}",
        f"  detects {100 * calibration.p_detect:.0f} % of the reference objects at 5 % false "
        "alarms per zone",
        f"  zones with a known content: {calibration.n_passages_per_class}",
    )
    return 0


def fit(looks: list[LookScores], *, name: str, provenance: str, made_utc_ns: int) -> Calibration:
    """Return the calibration of all looks of several runs; a zone of a person is a passage."""
    classes = ("nothing", *CARRIED)
    keys = [
        (run, int(person), int(zone))
        for run, one in enumerate(looks)
        for person, zone in zip(one.person, one.zone, strict=True)
    ]
    _, passage = np.unique(np.array(keys), axis=0, return_inverse=True)
    samples = Samples(
        score=np.concatenate([one.score for one in looks]),
        class_row=np.array([classes.index(c) for one in looks for c in one.item_class]),
        passage=passage.reshape(-1),
    )
    return calibrate(
        samples,
        calibration_id=f"{name}-{made_utc_ns // 1_000_000_000}",
        sensor_kind="microwave.s_parameters",
        feature_names=looks[0].score_names,
        class_names=classes,
        origin=Origin.SIMULATED,
        made_utc_ns=made_utc_ns,
        valid_for_s=VALID_FOR_S,
        provenance=provenance,
        rng=np.random.default_rng(0),
    )
