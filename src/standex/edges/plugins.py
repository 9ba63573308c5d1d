"""Plug-ins by entry point: what a site names is imported, nothing else is.

Built-ins register the way an outside laboratory's package does. A site must not run with a
detector silently missing, so an absent, doubled or broken plug-in stops the start with one error
that lists all of them and what is installed.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import numpy as np

from standex.model.calibration import Calibration
from standex.model.errors import PluginError, StandexError
from standex.model.ports import Instrument, Technology
from standex.model.site import SensorSpec, Site

TECHNOLOGIES = "standex.technologies"
INSTRUMENTS = "standex.instruments"

# What the entry points of the two groups name.
TechnologyFactory = Callable[[SensorSpec, Site, Calibration | None], Technology]
InstrumentFactory = Callable[[SensorSpec, Site, int], Instrument]


def installed_plugins(group: str) -> tuple[EntryPoint, ...]:
    """Return every plug-in registered in a group, imported or not, by name."""
    return tuple(sorted(entry_points(group=group), key=lambda entry: (entry.name, _origin(entry))))


def load_plugins(group: str, names: Iterable[str]) -> dict[str, Callable[..., Any]]:
    """Import the named plug-ins of a group, and no others.

    Args:
        group: entry-point group, such as ``standex.technologies``.
        names: as a site gives them; a name may come more than once.

    Raises:
        PluginError: at least one is missing, doubled or broken; the message lists all of them,
            and what is installed.
    """
    installed = installed_plugins(group)
    factories: dict[str, Callable[..., Any]] = {}
    problems: list[str] = []
    for name in sorted(set(names)):
        found = [entry for entry in installed if entry.name == name]
        if not found:
            problems.append(f"{name!r} is missing: no installed package registers it")
        elif len(found) > 1:
            origins = " and ".join(_origin(entry) for entry in found)
            problems.append(f"{name!r} is doubled: {origins} register it; uninstall one")
        else:
            factory = _import(found[0], problems)
            if factory is not None:
                factories[name] = factory
    if problems:
        raise PluginError(_message(group, problems, installed))
    return factories


def build_technologies(
    site: Site, calibrations: Mapping[str, Calibration]
) -> dict[str, Technology]:
    """Return the technology of each sensor of a site.

    A calibration that a sensor names and that is not given is passed on as None: the technology
    then says that it is not calibrated, and what it sees is shown and weighs nothing.

    Args:
        site: names technologies and calibrations.
        calibrations: by the names that sensors use.

    Raises:
        PluginError: a plug-in is missing, doubled or broken, or does not build a Technology.
        StandexError: as the plug-in raises it, for instance for a setting it does not know.
    """

    def arguments(spec: SensorSpec) -> tuple[Any, ...]:
        return spec, site, calibrations.get(spec.calibration)

    named = {spec.sensor_id: spec.technology for spec in site.sensors}
    return _build(TECHNOLOGIES, Technology, site, named, arguments)


def build_instruments(site: Site, seed: int) -> dict[str, Instrument]:
    """Return the twin's instrument of each sensor of a site.

    Each sensor has a seed of its own, made of ``seed`` and its name: two cameras of one kind do
    not miss the same people, and another sensor more or less changes nothing for the rest.

    Args:
        site: names instruments.
        seed: of the whole run, not negative.

    Raises:
        PluginError: a plug-in is missing, doubled or broken, or does not build an Instrument.
        StandexError: as the plug-in raises it, for instance for a setting it does not know.
    """

    def arguments(spec: SensorSpec) -> tuple[Any, ...]:
        return spec, site, sensor_seed(seed, spec.sensor_id)

    named = {spec.sensor_id: spec.instrument for spec in site.sensors}
    return _build(INSTRUMENTS, Instrument, site, named, arguments)


def sensor_seed(seed: int, sensor_id: str) -> int:
    """Return the seed of one sensor of a run, below 2^32."""
    return int(np.random.SeedSequence([seed, *sensor_id.encode()]).generate_state(1)[0])


def _import(entry: EntryPoint, problems: list[str]) -> Callable[..., Any] | None:
    """Return what an entry point names, or add to ``problems``."""
    broken = f"{entry.name!r} of {_origin(entry)} is broken: {entry.value}"
    try:
        loaded = entry.load()
    except Exception as error:  # noqa: BLE001 - foreign code may raise anything at import
        problems.append(f"{broken} cannot be imported ({_said(error)})")
        return None
    if not callable(loaded):
        problems.append(f"{broken} is a {type(loaded).__name__}, not a factory to call")
        return None
    return loaded


def _build(
    group: str,
    port: type,
    site: Site,
    named: Mapping[str, str],
    arguments: Callable[[SensorSpec], tuple[Any, ...]],
) -> dict[str, Any]:
    """Return by sensor what its plug-in builds, each held against the port."""
    factories = load_plugins(group, named.values())
    built: dict[str, Any] = {}
    problems: list[str] = []
    for spec in site.sensors:
        name = named[spec.sensor_id]
        what = f"{name!r}, for sensor {spec.sensor_id!r},"
        try:
            made = factories[name](*arguments(spec))
        except StandexError:
            raise  # says by itself what, where and what to do
        except Exception as error:  # noqa: BLE001 - foreign code may raise anything
            problems.append(f"{what} cannot be built ({_said(error)})")
            continue
        if isinstance(made, port) and not isinstance(made, type):
            built[spec.sensor_id] = made
        else:
            kind = made.__name__ if isinstance(made, type) else f"a {type(made).__name__}"
            problems.append(f"{what} built {kind}, which is no {port.__name__}")
    if problems:
        raise PluginError(_message(group, problems, installed_plugins(group)))
    return built


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _origin(entry: EntryPoint) -> str:
    if entry.dist is None:
        return "an unnamed package"
    return f"{entry.dist.name} {entry.dist.version}"


def _message(group: str, problems: list[str], installed: Iterable[EntryPoint]) -> str:
    rows = [f"  {entry.name} ({_origin(entry)}: {entry.value})" for entry in installed]
    return "\n".join(
        [
            f"{group}: {len(problems)} plug-in problem{'s' if len(problems) > 1 else ''}",
            *(f"  - {problem}" for problem in problems),
            "installed:",
            *(rows or ["  nothing"]),
        ]
    )
