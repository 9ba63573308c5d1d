"""The making of a blind trial: ``standex trial make`` and ``standex trial commit``."""

import argparse
import dataclasses
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.commands.console import progress, say
from standex.edges.commands.twin_arguments import exercise_of
from standex.edges.settings import load_site, site_text
from standex.edges.trajectories.shipped import load_shipped
from standex.edges.trial_files import (
    PassageTable,
    read_rows,
    read_truth_csv,
    refuse_if_there,
    write_trial,
)
from standex.edges.trial_recordings import RecordedPassage, record_passages, some_people
from standex.model.errors import DataFileError, StandexError
from standex.model.site import Site
from standex.model.trajectories import Trajectories
from standex.twin.carry import CarryModel, draw_truth

RECORDING = "corridor"
NOTES = (
    "SIMULATED: people, items and sensor data come from the digital twin.",
    "Each recording is an MCAP file with the raw records of all sensors and the site file; "
    "nothing in it says who carried what.",
    "Passages are in passages.csv, with time (UTC, nanoseconds) and place (site frame, metres) of "
    "coming and going.",
    "Answer every passage once: score (higher is more suspicious), decision (alarm, nothing_found, "
    "not_screened) or both, or one natural-log likelihood per item class.",
)
TOLD = (
    "Sensors that are told where to look were told by the station of standex, after what it made "
    "of the other sensors: that a shot was fired is in the recording, its reason is not."
)
_DRAWS = 100


def add_make_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``make``."""
    parser.add_argument("site", nargs="?", default="metro", help="shipped site or a site file")
    parser.add_argument("--recording", default=RECORDING, help="shipped recording to walk")
    parser.add_argument("--recordings", type=_count, default=4, metavar="N", help="files to make")
    parser.add_argument(
        "--people", type=_count, default=25, metavar="N", help="passages in each recording"
    )
    parser.add_argument("--title", default="Blind trial", help="of the trial")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder: public and sealed go there"
    )


def add_commit_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``commit``."""
    parser.add_argument("truth", type=Path, help="CSV: passage_id, item_class, and any others")
    parser.add_argument(
        "--passages",
        type=Path,
        required=True,
        help="CSV: passage_id and what laboratories may know",
    )
    parser.add_argument("--site", default="metro", help="whose item classes were possible")
    parser.add_argument("--title", default="Blind trial", help="of the trial")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder: public and sealed go there"
    )


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {value}")
    return value


def run_make(args: argparse.Namespace) -> int:
    """Make recordings, seal what was carried, and say what to publish."""
    site, text = load_site(args.site), site_text(args.site)
    refuse_if_there(args.out)
    recordings = args.out / "public" / "recordings"
    try:
        recordings.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StandexError(
            f"cannot write to {args.out}: {error.strerror}; name another folder with --out"
        ) from error
    seeds, walks = _drawn(load_shipped(args.recording), args, exercise_of(site))
    found: list[RecordedPassage] = []
    with progress(args) as bar:
        job = bar.add_task("recording", total=len(walks))
        for k, (seed, walk) in enumerate(zip(seeds, walks, strict=True), start=1):
            path = recordings / f"r{k:02d}.mcap"
            found += record_passages(
                path, site=site, site_toml=text, walk=walk, carry=exercise_of(site), seed=seed
            )
            bar.advance(job)
    is_told = any(spec.tasks is not None for spec in site.sensors)
    ids = _ids(len(found))
    rows = [{"passage_id": name} | one.public for name, one in zip(ids, found, strict=True)]
    truth = [_truth_of(name, one) for name, one in zip(ids, found, strict=True)]
    public, sealed = write_trial(
        args.out,
        title=args.title,
        origin="simulated",
        site_id=site.site_id,
        classes=_classes(site, exercise_of(site)),
        passages=rows,
        truth=truth,
        files=[f"recordings/r{k:02d}.mcap" for k in range(1, len(walks) + 1)],
        notes=(*NOTES, *([TOLD] if is_told else [])),
        about={"seeds": [str(seed) for seed in seeds], "walked": args.recording},
    )
    return _said(args, public, sealed, len(rows), is_simulated=True)


def _drawn(
    whole: Trajectories, args: argparse.Namespace, carry: CarryModel
) -> tuple[list[int], list[Trajectories]]:
    """Return a secret seed and the people of each recording; some carry a threat item, some none.

    Raises:
        StandexError: it does not come to that.
    """
    for _ in range(_DRAWS):
        # Not --seed: whoever knows or guesses the seed can make the truth again.
        seeds = [secrets.randbits(128) for _ in range(args.recordings)]
        walks = [
            some_people(whole, args.people, rng=np.random.default_rng([seed, 31])) for seed in seeds
        ]
        n_threat = sum(
            item.item_class.startswith("threat")
            for seed, walk in zip(seeds, walks, strict=True)
            for item in draw_truth(walk.people, carry, seed=seed).items
        )
        if 0 < n_threat < args.recordings * args.people:
            return seeds, walks
    raise StandexError("no draw had passages with and without a threat item; give more --people")


def run_commit(args: argparse.Namespace) -> int:
    """Seal a truth that was written down."""
    site = load_site(args.site)
    passages = read_rows(args.passages)
    if not passages or "passage_id" not in passages[0]:
        raise DataFileError(f"{args.passages}: no column 'passage_id', or no passages")
    if "item_class" in passages[0]:
        raise DataFileError(
            f"{args.passages} has a column 'item_class': it would be published; take it out"
        )
    public, sealed = write_trial(
        args.out,
        title=args.title,
        origin="measured",
        site_id=site.site_id,
        classes=site.items.names,
        passages=passages,
        truth=read_truth_csv(args.truth),
    )
    return _said(args, public, sealed, len(passages), is_simulated=False)


def _classes(site: Site, carry: CarryModel) -> tuple[str, ...]:
    """Return the site's item classes, and what else is carried in the exercise."""
    carried = [*carry.share, *(["benign_residue"] if carry.residue is not None else [])]
    return (*site.items.names, *(name for name in carried if name not in site.items.names))


def _ids(n: int) -> Sequence[str]:
    width = max(3, len(str(n)))
    return [f"p{k:0{width}d}" for k in range(1, n + 1)]


def _truth_of(name: str, one: RecordedPassage) -> PassageTable:
    about: dict[str, Any] = {"recording": one.recording, "person": one.person}
    if one.item is not None:
        item = dataclasses.asdict(one.item)
        about["item"] = {key: value for key, value in item.items() if key != "person"}
    carried = "nothing" if one.item is None else one.item.item_class
    return PassageTable(passage_id=name, item_class=carried, about=about)


def _said(
    args: argparse.Namespace, public: Path, sealed: Path, n: int, *, is_simulated: bool
) -> int:
    commitment = (public / "COMMITMENT").read_text("utf-8").split()[0]
    say(
        args,
        {
            "public": str(public),
            "sealed": str(sealed),
            "commitment_sha256": commitment,
            "passages": n,
            "is_simulated": is_simulated,
        },
        f"{'SIMULATED: ' if is_simulated else ''}{n} passages",
        f"publish     {public}",
        f"commitment  {commitment}",
        f"keep sealed {sealed}   (lost or changed, the trial is void: keep a copy)",
    )
    return 0
