"""``standex assess``: a joint threat assessment, as priors of a site file and a report.

Several experts say how often what would happen where, and with which consequence. They are weighed
by questions whose answer is known (Cooke's classical model) or alike, pooled, and shown side by
side. What comes out are the table ``[items.prior_per_person]`` and weights for an evaluation.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import get_args

from standex import __version__
from standex.edges.assessment_file import read_assessment
from standex.edges.assessment_output import document_of, needed_words, priors_toml
from standex.edges.commands.console import say
from standex.edges.report.assessment_page import write_assessment
from standex.edges.report.assessment_rows import one_in, spread_words
from standex.model.errors import StandexError
from standex.planning.threat import Weighting, assess


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("file", type=Path, help="the assessment (TOML)")
    parser.add_argument("--site", help="name or path of another site than the file names")
    parser.add_argument("--weighting", choices=get_args(Weighting), help="other than the file says")
    parser.add_argument(
        "--cutoff", type=_share, metavar="P", help="calibration below which nobody has a weight"
    )
    parser.add_argument("--place", default="", help="priors for people at this place only")
    parser.add_argument("--time", default="", help="priors for people at this time only")
    parser.add_argument("--out", type=Path, help="folder to write to (default: out/assess-FILE)")


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"must be from 0 to 1, got {text}")
    return value


def run(args: argparse.Namespace) -> int:
    """Assess, and leave priors, report and data."""
    read = read_assessment(args.file, site=args.site)
    table, site = read.table, read.site
    found = assess(
        read.elicitation,
        classes=site.items.names,
        weighting=args.weighting or table.weighting,
        cutoff=table.cutoff if args.cutoff is None else args.cutoff,
        place_id=args.place,
        time_id=args.time,
    )
    sha256 = hashlib.sha256(args.file.read_bytes()).hexdigest()
    source = f"{args.file.name} (SHA-256 {sha256[:16]}...)"
    snippet = priors_toml(found, site, source=source)
    document = document_of(found, site, source=str(args.file), sha256=sha256)
    folder = args.out or Path("out") / f"assess-{args.file.stem}"
    _write(folder, "priors.toml", snippet)
    _write(folder, "assessment.json", json.dumps(document, indent=1, allow_nan=False) + "\n")
    report, problem = "", ""
    try:
        report = str(
            write_assessment(
                found,
                folder / "report.html",
                site=site,
                title=table.title,
                consequence_unit=table.consequence_unit,
                questions={f"seed {one.seed_id}": one.question for one in table.seeds},
                snippet=snippet,
                needed=needed_words(found, site),
                source=f"Made by standex {__version__} from {source}.",
            )
        )
    except StandexError as error:
        problem = str(error)
    document |= {"folder": str(folder), "report": report, "report_problem": problem}
    threats = [one for one in found.priors if one.item_class.startswith("threat")]
    say(
        args,
        document,
        f"{table.title}: {len(table.experts)} experts, {found.weighting} weights "
        + ", ".join(
            f"{one.expert_id} {weight:.2f}"
            for one, weight in zip(table.experts, found.weight, strict=True)
        ),
        *(
            f"  {one.item_class}: {one_in(one.per_person)} people (5 to 95 %: {one_in(one.high)} "
            f"to {one_in(one.low)})"
            for one in threats
        ),
        *(f"  {line}" for line in spread_words(found)),
        "",
        snippet,
        needed_words(found, site),
        "",
        f"priors  {folder / 'priors.toml'}",
        f"report  {report}" if report else f"report  none: {problem}",
    )
    return 0


def _write(folder: Path, name: str, text: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise StandexError(
            f"cannot write {folder / name}: {error.strerror}; name another folder with --out"
        ) from error
