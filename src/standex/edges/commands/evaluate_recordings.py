"""``standex evaluate recordings``: what was said in recordings against the truth about them.

States the same figures as ``standex evaluate site``, of alerts as they were recorded. The truth is
one JSON file for each recording, in the same order, or one for all; by default the ``truth.json``
beside each. The station has never read it.
"""

import argparse
import shlex
from pathlib import Path

from standex.edges.commands.console import progress
from standex.edges.commands.evaluate_site import tell
from standex.edges.commands.evaluation_arguments import (
    OF_RECORDINGS,
    OF_THE_TWIN,
    add_stated_arguments,
    manifest_of,
    sha256_of,
    stated_of,
    stated_words,
)
from standex.edges.recorded_run import recorded_run
from standex.edges.recording.reader import Recording
from standex.edges.report.evaluated import Evaluated, System
from standex.edges.report.words import count
from standex.edges.settings import parse_site
from standex.edges.truth_file import KnownTruth, read_truth
from standex.evaluation.site_figures import rates_by_factor, site_figures
from standex.evaluation.twin_run import TwinRun
from standex.model.errors import StandexError

HELP = "truth against output of recordings: report with intervals"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="recordings (.mcap)")
    parser.add_argument("--truth", nargs="+", type=Path, default=[], metavar="FILE",
                        help="who walked where and carried what: one for each recording, or one "
                        "for all; default: truth.json beside each")  # fmt: skip
    parser.add_argument("--ways", type=Path, metavar="FILE",
                        help="trajectories in place of those the truth names")  # fmt: skip
    add_stated_arguments(parser, out=Path("out/evaluate-recordings"))


def run(args: argparse.Namespace) -> int:
    """Hold each recording against its truth, state the figures, and write the report."""
    stated = stated_of(args)
    truths = _truth_files(args)
    known = [read_truth(path, ways=args.ways) for path in truths]
    recordings = [Recording.open(path) for path in args.files]
    sites = {one.site_id for one in recordings}
    if len(sites) > 1:
        raise StandexError(
            f"recordings of the sites {', '.join(sorted(sites))}: figures are of one site; "
            "evaluate them one by one"
        )
    site = parse_site(recordings[0].site_toml, where=f"in {args.files[0]}")
    runs: list[TwinRun] = []
    with progress(args) as bar:
        task = bar.add_task("replaying", total=sum(one.n_steps for one in recordings))
        for path, truth in zip(args.files, known, strict=True):
            runs.append(recorded_run(path, truth, on_step=lambda _: bar.advance(task)))
    figures = site_figures(runs, stated)
    is_simulated = any(
        one.is_simulated or recording.origin == "simulated"
        for one, recording in zip(known, recordings, strict=True)
    )
    found = Evaluated(
        title=f"Evaluation of recordings of site {site.site_id}",
        is_simulated=is_simulated,
        who=f"{len(figures.outcomes)} whole passages in "
        f"{count(len(runs), 'recording', 'recordings')}; "
        f"{sum(len(one.trajectories.people) for one in known) - len(figures.outcomes)} more people "
        "of the truth were not there from beginning to end",
        stated=stated,
        p_alarm=site.operating_point.p_alarm,
        systems=(System(name=site.site_id, runs=tuple(runs), figures=figures),),
        comparisons=(),
        by_factor=rates_by_factor(figures.outcomes) if args.by_factor else {},
        manifest=manifest_of(
            _command_of(args, truths),
            site_files={str(p): r.site_toml for p, r in zip(args.files, recordings, strict=True)},
            about=_about(args, truths, recordings, known),
        ),
    )
    return tell(args, found, OF_THE_TWIN if is_simulated else OF_RECORDINGS)


def _truth_files(args: argparse.Namespace) -> list[Path]:
    if not args.truth:
        return [path.parent / "truth.json" for path in args.files]
    if len(args.truth) == 1:
        return args.truth * len(args.files)
    if len(args.truth) != len(args.files):
        raise StandexError(
            f"{len(args.files)} recordings and {len(args.truth)} truths: give one truth for all, "
            "or one for each, in the same order"
        )
    return args.truth


def _about(
    args: argparse.Namespace,
    truths: list[Path],
    recordings: list[Recording],
    known: list[KnownTruth],
) -> dict[str, object]:
    return {
        "recordings_sha256": {str(path): sha256_of(path.read_bytes()) for path in args.files},
        "truths_sha256": {str(path): sha256_of(path.read_bytes()) for path in truths},
        "people": [one.trajectories.name for one in known],
        "recorded_by": [f"standex {one.software_version}" for one in recordings],
        "damage": [one.damage for one in recordings],
    }


def _command_of(args: argparse.Namespace, truths: list[Path]) -> list[str]:
    words = ["standex", "evaluate", "recordings", *(shlex.quote(str(p)) for p in args.files)]
    words += ["--truth", *(shlex.quote(str(path)) for path in dict.fromkeys(truths))]
    if args.ways is not None:
        words += ["--ways", shlex.quote(str(args.ways))]
    return [*words, *stated_words(args), "--out", shlex.quote(str(args.out))]
