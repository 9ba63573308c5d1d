"""What is installed on this computer, how fast it is, and what is missing."""

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.console import Console
from threadpoolctl import threadpool_info

from standex import __version__
from standex.edges.calibrations import load_calibration, shipped_calibrations
from standex.edges.clock import SystemClock
from standex.edges.plugins import INSTRUMENTS, TECHNOLOGIES, installed_plugins
from standex.edges.settings import load_site, shipped_sites
from standex.model.calibration import Origin
from standex.model.errors import StandexError
from standex.model.observation import Positions
from standex.model.site import Site
from standex.station import Station

PACKAGES = ("numpy", "scipy", "anyio", "mcap", "pydantic", "rich", "jaxtyping", "threadpoolctl")
EXTRAS = {
    "imaging": ("numba",),
    "tracking": ("numba",),
    "crowd": ("jupedsim", "shapely"),
    "evaluation": ("trackeval",),
    "hdf5": ("h5py",),
    "report": ("jinja2", "matplotlib"),
}
LEAST_FREE_BYTES = 2 * 10**9  # an hour with raw data
UPDATE_LIMIT_MS = 5.0
_N_PEOPLE = 100
_N_STEPS = 20


def checkup(out: Path) -> dict[str, Any]:
    """Look at everything.

    Args:
        out: where recordings will go.

    Returns:
        Plain data; ``problems`` lists what must be mended, in words.
    """
    problems: list[str] = []
    return {
        "standex": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "extras": {
            extra: {name: _version(name) for name in names} for extra, names in EXTRAS.items()
        },
        "cores": os.cpu_count(),
        "memory_bytes": _memory_bytes(),
        "blas": [
            {"library": pool.get("internal_api", ""), "threads": pool.get("num_threads", 0)}
            for pool in threadpool_info()
        ],
        "disk": _disk(out, problems),
        "terminal": _terminal(),
        "plugins": _plugins(problems),
        "calibrations": _calibrations(problems),
        "update_ms": _update_ms(problems),
        "problems": problems,
    }


def lines_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a checkup as lines for people."""
    memory, disk = document["memory_bytes"], document["disk"]
    lines = [
        f"standex {document['standex']}, Python {document['python']} ({document['executable']})",
        f"{document['platform']}, {document['cores']} cores, "
        f"{'memory not known' if memory is None else f'{memory / 1e9:.1f} GB memory'}",
        "packages   " + ", ".join(f"{k} {v}" for k, v in document["packages"].items()),
    ]
    for extra, found in document["extras"].items():
        names = ", ".join(f"{name} {v or 'missing'}" for name, v in found.items())
        lines.append(f"extra      standex[{extra}]: {names}")
    lines += [
        f"BLAS       {pool['library']}: {pool['threads']} threads" for pool in document["blas"]
    ]
    lines.append(f"disk       {disk['free_bytes'] / 1e9:.1f} GB free at {disk['folder']}")
    terminal = document["terminal"]
    lines.append(
        f"terminal   {terminal['columns']} x {terminal['rows']}, "
        f"{'full screen' if terminal['is_terminal'] else 'plain lines (not a terminal)'}, "
        f"{terminal['encoding']}"
    )
    for group, entries in document["plugins"].items():
        lines.append(f"plug-ins   {group}: {', '.join(entries) or 'none'}")
    for name, state in document["calibrations"].items():
        lines.append(f"calibrated {name}: {state}")
    if document["update_ms"] is not None:
        lines.append(
            f"speed      update of {_N_PEOPLE} people: {document['update_ms']:.1f} ms "
            f"(limit {UPDATE_LIMIT_MS:g} ms)"
        )
    lines += [f"PROBLEM    {problem}" for problem in document["problems"]]
    return (*lines, "" if document["problems"] else "nothing to mend")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # not on every system
        return None


def _disk(out: Path, problems: list[str]) -> dict[str, Any]:
    there = out.absolute()
    while not there.exists():
        there = there.parent
    free_bytes = shutil.disk_usage(there).free
    if not os.access(there, os.W_OK):
        problems.append(f"cannot write to {there}; name another folder with --out")
    if free_bytes < LEAST_FREE_BYTES:
        problems.append(f"only {free_bytes / 1e9:.1f} GB are free at {there}; make room")
    return {"folder": str(there), "free_bytes": free_bytes}


def _terminal() -> dict[str, Any]:
    console = Console()
    return {
        "is_terminal": console.is_terminal and not console.is_dumb_terminal,
        "columns": console.size.width,
        "rows": console.size.height,
        "colours": console.color_system or "none",
        "encoding": console.encoding,
    }


def _plugins(problems: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group in (TECHNOLOGIES, INSTRUMENTS):
        entries = found[group] = []
        for entry in installed_plugins(group):
            try:
                entry.load()
                entries.append(entry.name)
            except Exception as error:  # noqa: BLE001 - foreign code may raise anything at import
                entries.append(f"{entry.name} (broken)")
                problems.append(f"{group}: {entry.name} cannot be imported ({error})")
    return found


def _calibrations(problems: list[str]) -> dict[str, str]:
    states: dict[str, str] = {}
    now_utc_ns = SystemClock().utc_ns()
    for name in shipped_calibrations():
        try:
            calibration = load_calibration(name)
        except StandexError as error:
            states[name] = "broken"
            problems.append(str(error))
            continue
        is_simulated = calibration.origin is Origin.SIMULATED
        origin = "simulated, counts in exercises only" if is_simulated else "measured"
        days = (calibration.expires_utc_ns - now_utc_ns) / 86400e9
        states[name] = f"{origin}; {f'valid for {days:.0f} days' if days > 0 else 'EXPIRED'}"
        if days <= 0:
            problems.append(f"calibration {name} has expired; calibrate again")
    for site in map(load_site, shipped_sites()):
        for spec in site.sensors:
            if spec.calibration and spec.calibration not in states:
                states[spec.calibration] = f"missing, named by {site.site_id}/{spec.sensor_id}"
                problems.append(
                    f"calibration {spec.calibration} is missing: what {spec.sensor_id} of site "
                    f"{site.site_id} sees is shown and weighs nothing"
                )
    return states


def _update_ms(problems: list[str]) -> float | None:
    """Return the median time of an update with a hundred people in the picture."""
    site = load_site(shipped_sites()[0])
    try:
        return _timed_updates(site)
    except Exception as error:  # noqa: BLE001 - a doctor tells, and goes on
        problems.append(f"the station does not run ({type(error).__name__}: {error})")
        return None


def _timed_updates(site: Site) -> float:
    station, clock = Station.of(site, {}, {}), SystemClock()
    t_utc_ns = clock.utc_ns()
    picture = station.start(t_utc_ns)
    side = int(np.sqrt(_N_PEOPLE))
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    place = np.column_stack([x.ravel(), y.ravel()]) * 1.0 + site.levels[0].min_site_m
    taken_ns: list[int] = []
    for step in range(_N_STEPS):
        seen = Positions(
            sensor_id=site.sensors[-1].sensor_id,
            t_utc_ns=t_utc_ns + step * 10**8,
            level_id=site.levels[0].level_id,
            position_site_m=place + 0.001 * step,  # who never moves at all is a frozen sensor
            covariance_site_m2=np.tile(0.01 * np.eye(2), (len(place), 1, 1)),
            existence=np.full(len(place), 0.9),
            descriptor=np.zeros((len(place), 0)),
            clutter_per_m2=0.004,
        )
        began_ns = clock.utc_ns()
        picture, _, _ = station.update(picture, (seen,))
        taken_ns.append(clock.utc_ns() - began_ns)
    return median(taken_ns[_N_STEPS // 2 :]) * 1e-6
