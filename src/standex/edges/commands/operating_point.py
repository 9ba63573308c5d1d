"""``standex operating-point``: from costs or a budget of alarms to ``[operating_point]``.

A budget is kept by passages that were walked: people with known truth, and the largest posterior
that each ever had (``standex simulate SITE --json > RUN.json``). It holds at finite sample,
whatever the scores are, under repeated looks, for passages like those it rests on. Without
passages it can be kept as far as the likelihoods are calibrated (``--trust-likelihoods``). Costs
give the threshold that costs least where stated probabilities are right.

What is printed goes into the site file; nothing is changed by itself. To change it on a live site
is for two people, and is logged by the service; the file carries who and why.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from standex import __version__
from standex.decision.conformal import ConformalThreshold, conformal_threshold
from standex.decision.operating_point import (
    alarms_in_an_hour,
    checked_priors,
    p_alarm_of_costs,
    p_alarm_of_ville,
    pfa_of_alarms,
)
from standex.edges.commands.console import say
from standex.edges.people_file import (
    PeopleFile,
    check_alike,
    check_apart,
    differences,
    joined,
    judged_by,
    read_people,
)
from standex.edges.settings import load_site
from standex.evaluation.judged_people import REFUTED, alarm_rates, chance_of_as_many
from standex.evaluation.rates import Rate
from standex.model.errors import StandexError
from standex.model.items import ItemClasses
from standex.model.site import Site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("site", nargs="?", default="metro", help="shipped site or a site file")
    parser.add_argument("--pfa", type=float, metavar="P", help="budget: false alarms per passage")
    parser.add_argument("--alarms-per-hour", type=float, metavar="N", help="budget, with:")
    parser.add_argument("--people-per-hour", type=float, metavar="N", help="who walk through")
    parser.add_argument(
        "--passages", nargs="+", type=Path, default=[], metavar="RUN", help="with known truth"
    )
    parser.add_argument(
        "--check", nargs="+", type=Path, default=[], metavar="RUN", help="other passages, to hold"
    )
    parser.add_argument("--system", default="", help="of a table of several systems")
    parser.add_argument(
        "--assurance", type=float, metavar="P", help="that this very threshold keeps the budget"
    )
    parser.add_argument(
        "--trust-likelihoods", action="store_true", help="keep a budget without passages"
    )
    parser.add_argument("--cost-of-check", type=float, metavar="C", help="of one person")
    parser.add_argument(
        "--cost-of-miss", action="append", default=[], metavar="CLASS=C", help="may be repeated"
    )
    parser.add_argument(
        "--prior", action="append", default=[], metavar="CLASS=P", help="with costs; per person"
    )
    parser.add_argument("--by", default="", help="who sets it, as the site's accounts are called")
    parser.add_argument("--why", default="", help="in plain words")
    parser.add_argument("--out", type=Path, help="file for the tables of the site file")


def run(args: argparse.Namespace) -> int:
    """Find the threshold, hold it against other passages, tell."""
    site = load_site(args.site)
    files = [read_people(path, system=args.system) for path in args.passages]
    fresh = [read_people(path, system=args.system) for path in args.check]
    if args.out is not None and not (args.by.strip() and args.why.strip()):
        raise StandexError("--out: say who sets it and why (--by, --why); both are kept with it")
    _of_this_site(site, [*files, *fresh])
    items, p_alarm, evidence, document = _threshold(args, site, files)
    threshold = document.pop("threshold", None)
    if files:
        told = alarm_rates(joined(files), p_alarm)
        evidence.append(f"on these passages: {told[0]}")
        document["on_these_passages"] = _rate(told[0])
    is_broken = False
    if fresh:
        told, document["check"], is_broken = _checked(files, fresh, p_alarm, threshold)
        evidence += told
    document |= {"p_alarm": p_alarm, "by": args.by, "why": args.why, "is_broken": is_broken}
    text = toml(site, items, p_alarm, evidence, by=args.by, why=args.why)
    if args.out is not None:
        _write(args.out, text)
    say(args, document, *text.splitlines())
    return 1 if is_broken else 0


def _threshold(
    args: argparse.Namespace, site: Site, files: list[PeopleFile]
) -> tuple[ItemClasses, float, list[str], dict[str, Any]]:
    """Return item classes, threshold, what to say of it, and the same for machines."""
    has_costs = args.cost_of_check is not None or bool(args.cost_of_miss)
    has_budget = args.pfa is not None or args.alarms_per_hour is not None
    if has_costs == has_budget or (args.pfa is not None and args.alarms_per_hour is not None):
        raise StandexError(
            "say one: --pfa P, --alarms-per-hour N with --people-per-hour N, or --cost-of-check C "
            "with --cost-of-miss CLASS=C"
        )
    if has_costs:
        return _of_costs(args, site, files)
    if args.prior:
        raise StandexError(
            "--prior goes with costs: a budget rests on passages that were judged at the priors of "
            "the site file; change them there and walk again"
        )
    pfa, told = _budget(args)
    if args.trust_likelihoods:
        return _of_likelihoods(site, pfa, told)
    return _of_passages(args, site, files, pfa, told)


def _of_costs(
    args: argparse.Namespace, site: Site, files: list[PeopleFile]
) -> tuple[ItemClasses, float, list[str], dict[str, Any]]:
    if args.cost_of_check is None:
        raise StandexError("--cost-of-check is missing: costs only count against each other")
    items = checked_priors(site.items, _numbers(args.prior, "--prior"))
    if files and args.prior:
        raise StandexError("--passages were judged at other priors than --prior; walk them anew")
    costs = _numbers(args.cost_of_miss, "--cost-of-miss")
    p_alarm = p_alarm_of_costs(items, cost_of_miss=costs, cost_of_check=args.cost_of_check)
    misses = ", ".join(f"{name} {cost:g}" for name, cost in sorted(costs.items()))
    evidence = [f"least expected cost: a check {args.cost_of_check:g}, a miss of {misses}"]
    document = {"way": "costs", "cost_of_check": args.cost_of_check, "cost_of_miss": costs}
    return items, p_alarm, evidence, document


def _budget(args: argparse.Namespace) -> tuple[float, list[str]]:
    if args.pfa is not None:
        if not 0 < args.pfa < 1:
            raise StandexError(f"--pfa {args.pfa} must be inside (0, 1): a share of passages")
        return args.pfa, [f"budget: {args.pfa:g} false alarms per passage"]
    if args.people_per_hour is None:
        raise StandexError("--people-per-hour is missing: alarms per hour of how many people?")
    pfa = pfa_of_alarms(args.alarms_per_hour, args.people_per_hour)
    most = alarms_in_an_hour(pfa, args.people_per_hour)
    return pfa, [
        f"budget: {args.alarms_per_hour:g} false alarms an hour of {args.people_per_hour:g} "
        f"people, {pfa:.3g} per passage; at most {most} in 95 of 100 hours"
    ]


def _of_likelihoods(
    site: Site, pfa: float, told: list[str]
) -> tuple[ItemClasses, float, list[str], dict[str, Any]]:
    prior, _ = site.items.p_threat(site.log_prior())
    p_alarm = p_alarm_of_ville(pfa, prior)
    evidence = [
        *told,
        f"kept as far as the likelihoods are calibrated and the prior of {prior:.3g} is right "
        "(Ville's inequality); no passage stands behind it",
    ]
    document = {"way": "likelihoods", "pfa_per_passage": pfa, "prior": prior}
    return site.items, p_alarm, evidence, document


def _of_passages(
    args: argparse.Namespace, site: Site, files: list[PeopleFile], pfa: float, told: list[str]
) -> tuple[ItemClasses, float, list[str], dict[str, Any]]:
    if args.assurance is not None and not 0 < args.assurance < 1:
        raise StandexError(f"--assurance {args.assurance} must be inside (0, 1)")
    if not files:
        raise StandexError(
            "a budget is kept by passages: give --passages RUN.json (standex simulate SITE --json "
            "> RUN.json), or --trust-likelihoods"
        )
    people = joined(files)
    try:
        threshold = conformal_threshold(people.clean, pfa, assurance=args.assurance)
    except StandexError as error:
        prior, _ = site.items.p_threat(site.log_prior())
        raise StandexError(
            f"{error}. Where the likelihoods are calibrated, p_alarm "
            f"{p_alarm_of_ville(pfa, prior):.6g} keeps it (--trust-likelihoods)"
        ) from error
    origins = sorted({one.origin for one in files if one.origin})
    names = ", ".join(one.path.name for one in files)
    called = f" ({', '.join(origins)})" if origins else ""
    evidence = [
        *told,
        f"conformal, the largest posterior of each passage: {threshold}",
        f"passages: {names}{called}, {len(people.p_max)} people",
        "holds for passages like these: same site, sensors, calibrations, priors, people",
    ]
    document = {
        "way": "passages",
        "pfa_per_passage": pfa,
        "n_clean": threshold.n_clean,
        "rank": threshold.rank,
        "pfa_mean": threshold.pfa_mean,
        "pfa_low": threshold.pfa_low,
        "pfa_high": threshold.pfa_high,
        "level": threshold.level,
        "assurance": threshold.assurance,
        "origin": origins,
        "threshold": threshold,
    }
    return site.items, threshold.p_alarm, evidence, document


def _checked(
    files: list[PeopleFile],
    fresh: list[PeopleFile],
    p_alarm: float,
    threshold: ConformalThreshold | None,
) -> tuple[list[str], dict[str, Any], bool]:
    """Return what other passages say of the threshold, and whether they refute it."""
    for one in fresh:
        for other in files:
            check_alike(one, other)
            check_apart(one, other)
    people = joined(fresh)
    pd, pfa = alarm_rates(people, p_alarm)
    lines = [f"on fresh passages: {pfa}", f"on fresh passages: {pd}"]
    document: dict[str, Any] = {"pd": _rate(pd), "pfa": _rate(pfa)}
    if threshold is None:
        return lines, document, False
    chance = chance_of_as_many(pfa.k, pfa.n, rank=threshold.rank, n_clean=threshold.n_clean)
    is_broken = chance < REFUTED
    document["chance_of_as_many"] = chance
    lines.append(
        f"so many or more in {chance:.3g} of all trials if the promise holds: "
        + ("BROKEN, these are other people or another site" if is_broken else "it stands")
    )
    return lines, document, is_broken


def _of_this_site(site: Site, files: list[PeopleFile]) -> None:
    now = judged_by(site)
    for one in files:
        told = differences(one.judged_by, now) if one.judged_by is not None else ""
        if told:
            raise StandexError(
                f"{one.path} was not walked at site {site.site_id} as it is ({told}): walk again"
            )


def toml(
    site: Site, items: ItemClasses, p_alarm: float, evidence: list[str], *, by: str, why: str
) -> str:
    """Return the tables for the site file, with what stands behind them as comments.

    Args:
        site: whose other settings are kept.
        items: with the priors that go with the threshold.
        p_alarm: threshold.
        evidence: in lines.
        by: who sets it.
        why: in plain words.
    """
    point = site.operating_point
    zones = ", ".join(json.dumps(zone.value) for zone in point.wanted_zones)
    said = [f"set by {by}: {why}"] if by or why else []
    lines = [
        *(f"# {' '.join(one.split())}" for one in (*said, *evidence, f"standex {__version__}")),
        "[operating_point]",
        f"p_alarm = {p_alarm!r}",
        f"min_coverage = {point.min_coverage!r}",
        f"wanted_zones = [{zones}]",
    ]
    if items.prior_per_person != site.items.prior_per_person:
        lines += ["", "[items.prior_per_person]"]
        lines += [
            f"{json.dumps(name)} = {prior!r}"
            for name, prior in zip(items.names[1:], items.prior_per_person, strict=True)
        ]
    return "\n".join(lines) + "\n"


def _numbers(words: list[str], option: str) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for word in words:
        name, _, text = word.partition("=")
        try:
            numbers[name.strip()] = float(text)
        except ValueError:
            raise StandexError(f"{option} {word}: CLASS=NUMBER is wanted") from None
    return numbers


def _rate(one: Rate) -> dict[str, Any]:
    return {"name": one.name, "k": one.k, "n": one.n, "low": one.low, "high": one.high}


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StandexError(
            f"--out {path}: cannot be written ({error.strerror}); choose another"
        ) from error
