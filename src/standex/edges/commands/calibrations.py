"""``standex calibrations``: what a calibration is, and whether a sensor of a site may use it.

Without a file: those that come with the package. With ``--site`` (and ``--sensor``) the exit code
is 1 where it would not count: of another kind or version, expired, or simulated on live duty.
"""

import argparse
from dataclasses import replace
from typing import Any

import numpy as np

from standex.edges.calibrations import load_calibration, shipped_calibrations
from standex.edges.clock import SystemClock
from standex.edges.commands.console import say
from standex.edges.plugins import build_technologies
from standex.edges.report.words import date_and_time
from standex.edges.settings import load_site
from standex.model.calibration import Calibration, Origin
from standex.model.errors import SiteError, StandexError
from standex.model.site import SensorSpec, Site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("file", nargs="?", help="name of a shipped one, or a file")
    parser.add_argument("--site", help="whether it may be used there: a shipped site or a file")
    parser.add_argument("--sensor", help="of that site; default: those that name it")


def run(args: argparse.Namespace) -> int:
    """List, or show one."""
    now_utc_ns = SystemClock().utc_ns()
    if args.file is None:
        every = [load_calibration(name) for name in shipped_calibrations()]
        lines = [
            f"{name:<28} {one.sensor_kind}, {one.origin.value}, Cllr {one.cllr:.3f}"
            f"{', EXPIRED' if now_utc_ns >= one.expires_utc_ns else ''}"
            for name, one in zip(shipped_calibrations(), every, strict=True)
        ]
        say(args, {"calibrations": [document_of(one) for one in every]}, *lines)
        return 0
    calibration = load_calibration(args.file)
    problems: list[str] = []
    if now_utc_ns >= calibration.expires_utc_ns:
        problems.append(f"it has expired on {date_and_time(calibration.expires_utc_ns)}")
    if args.site is not None:
        problems += problems_at(load_site(args.site), calibration, args.file, args.sensor)
    say(
        args,
        document_of(calibration) | {"problems": problems},
        *lines_of(calibration),
        *(f"NOT USABLE: {problem}; calibrate again" for problem in problems),
        *(["usable there"] if args.site is not None and not problems else []),
    )
    return 1 if problems else 0


def problems_at(
    site: Site, calibration: Calibration, name: str, sensor_id: str | None
) -> list[str]:
    """Return why a calibration would not count at a site, in words.

    Args:
        site: where it is to be used.
        calibration: which.
        name: that the site's sensors would name it by.
        sensor_id: of which sensor; None for all that name it.

    Raises:
        StandexError: the site has no such sensor, or none that names it.
    """
    specs = _specs(site, name, sensor_id)
    problems: list[str] = []
    if calibration.origin is Origin.SIMULATED and not site.exercise:
        problems.append(f"it is simulated, and site {site.site_id} is on live duty")
    strange = sorted(set(calibration.class_names) - set(site.items.names))
    if strange:
        problems.append(f"it knows {', '.join(strange)}, which site {site.site_id} does not")
    if "nothing" not in calibration.class_names:
        problems.append("it does not know the class nothing")
    for spec in specs:
        alone = replace(site, sensors=(replace(spec, calibration="this"),))
        try:
            build_technologies(alone, {"this": calibration})
        except SiteError as error:
            problems.append(str(error))
    return problems


def lines_of(calibration: Calibration) -> tuple[str, ...]:
    """Return what a calibration is, in lines."""
    passages = ", ".join(f"{n} {name}" for name, n in calibration.n_passages_per_class.items())
    return (
        f"{calibration.origin.value.upper()} calibration {calibration.calibration_id}",
        f"  for scores of kind {calibration.sensor_kind}: {', '.join(calibration.feature_names)}",
        f"  made {date_and_time(calibration.made_utc_ns)}, valid until "
        f"{date_and_time(calibration.expires_utc_ns)}",
        f"  from: {calibration.provenance}",
        f"  passages: {passages}",
        f"  Cllr {calibration.cllr:.3f} bits on passages held back; no likelihood ratio above "
        f"{np.exp(calibration.bound):.0f}",
        f"  two looks at one person are correlated {calibration.correlation:.2f}; detects "
        f"{100 * calibration.p_detect:.0f} % of the reference objects at 5 % false",
    )


def document_of(calibration: Calibration) -> dict[str, Any]:
    """Return what a calibration is, for machines; its weights are in the file."""
    return {
        "calibration_id": calibration.calibration_id,
        "sensor_kind": calibration.sensor_kind,
        "origin": calibration.origin.value,
        "provenance": calibration.provenance,
        "made_utc_ns": calibration.made_utc_ns,
        "expires_utc_ns": calibration.expires_utc_ns,
        "feature_names": list(calibration.feature_names),
        "class_names": list(calibration.class_names),
        "passages": calibration.n_passages_per_class,
        "cllr": calibration.cllr,
        "bound": calibration.bound,
        "correlation": calibration.correlation,
        "p_detect": calibration.p_detect,
    }


def _specs(site: Site, name: str, sensor_id: str | None) -> list[SensorSpec]:
    if sensor_id is not None:
        try:
            return [site.sensor(sensor_id)]
        except KeyError as error:
            raise StandexError(str(error.args[0])) from None
    named = [spec for spec in site.sensors if spec.calibration == name]
    if not named:
        raise StandexError(
            f"no sensor of site {site.site_id} names the calibration {name!r}; say which (--sensor)"
        )
    return named
