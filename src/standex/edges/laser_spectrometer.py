"""A laser spectrometer as a plug-in: its library and the calibration of its axis, from files."""

from collections.abc import Mapping
from pathlib import Path

from standex.edges.clock import SystemClock
from standex.edges.spectral_library import load_library
from standex.edges.spectrometer_calibration import load_spectrometer
from standex.model.calibration import Calibration
from standex.model.errors import SiteError
from standex.model.ports import Technology
from standex.model.site import SensorSpec, Site
from standex.model.tasking import TaskRules
from standex.sensing.laser.axis_calibration import AxisCalibration
from standex.sensing.laser.exposure import Beam, hazard_distance_m, mpe_of_shots_j_per_m2
from standex.sensing.laser.technology import KIND, NOTHING, SCORES, LaserSpectrometer
from standex.sensing.settings import number, refuse_other_kind, refuse_unknown

NUMBERS: Mapping[str, tuple[float, float]] = {  # from, to
    "from_per_cm": (0.0, 1e5),
    "to_per_cm": (0.0, 1e5),
    "width_per_cm": (0.1, 1000.0),
    "axis_sigma_per_cm": (0.0, 100.0),
    "n_splines": (4, 60),
    "memory_s": (0.0, 3600.0),
}
BEAM: Mapping[str, tuple[float, float]] = {
    "laser_nm": (180.0, 1400.0),
    "pulse_energy_mj": (1e-9, 1e5),
    "pulse_s": (1e-9, 10.0),
    "beam_diameter_m": (1e-4, 1.0),
    "divergence_rad": (0.0, 0.5),
}
TEXTS = ("library", "axis_calibration")  # the second may be left out


def build(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of one laser spectrometer; entry point ``laser-raman``.

    Settings: ``library``, a shipped name or a path, such as that of a restricted library which
    stays with the site; ``axis_calibration``, a path, or nothing: then the device's own axis is
    taken; ``from_per_cm``, ``to_per_cm``, ``width_per_cm``, ``axis_sigma_per_cm``, ``n_splines``,
    ``memory_s``: see ``LaserSpectrometer``. Where it takes tasks also ``laser_nm``,
    ``pulse_energy_mj``, ``pulse_s``, ``beam_diameter_m``, ``divergence_rad``: rules under which
    somebody could get more light than is permissible are refused.

    Raises:
        SiteError: a setting is missing, unknown or out of its range, the library speaks of item
            classes that the site does not have, or the calibration does not fit.
        DataFileError: a file is not what it should be.
    """
    where = f"sensor {spec.sensor_id}"
    refuse_unknown(spec, (*TEXTS, *NUMBERS, *BEAM))
    s = _numbers(spec, NUMBERS)
    if spec.tasks is not None:
        _refuse_harm(spec, spec.tasks)
    if not s["from_per_cm"] < s["to_per_cm"]:
        raise SiteError(f"{where}: from_per_cm must be below to_per_cm")
    library = load_library(_text(spec, "library"))
    if library.kind != "raman":
        raise SiteError(f"{where}: library {library.library_id} is of kind {library.kind}")
    strange = sorted(set(library.item_classes) - set(site.items.names))
    if strange:
        raise SiteError(
            f"{where}: library {library.library_id} has the item classes {', '.join(strange)}; "
            f"the site has {', '.join(site.items.names)}"
        )
    if all(name == NOTHING for name in library.item_classes):
        raise SiteError(f"{where}: library {library.library_id} has nothing to look for")
    refuse_other_kind(spec, calibration, KIND)
    if calibration is not None and calibration.feature_names != SCORES:
        raise SiteError(
            f"{where}: calibration {calibration.calibration_id} has the scores "
            f"{calibration.feature_names}, this version makes {SCORES}; calibrate again"
        )
    axis_path = _text(spec, "axis_calibration")
    return LaserSpectrometer(
        spec=spec,
        library=library,
        class_names=site.items.names,
        calibration=calibration,
        axis=_axis(axis_path),
        from_per_cm=s["from_per_cm"],
        to_per_cm=s["to_per_cm"],
        width_per_cm=s["width_per_cm"],
        axis_sigma_per_cm=s["axis_sigma_per_cm"],
        n_splines=int(s["n_splines"]),
        memory_s=s["memory_s"],
    )


def _axis(path: str) -> AxisCalibration | None:
    """Return the calibration of the axis; one that has expired is refused."""
    if not path:
        return None
    return load_spectrometer(Path(path), t_utc_ns=SystemClock().utc_ns()).axis


def _refuse_harm(spec: SensorSpec, rules: TaskRules) -> None:
    """Refuse rules under which somebody could get more light than is permissible.

    Raises:
        SiteError: the beam is not stated, or is above its limit where people may be looked at.
    """
    s = _numbers(spec, BEAM)
    beam = Beam(
        wavelength_nm=s["laser_nm"],
        pulse_energy_j=s["pulse_energy_mj"] * 1e-3,
        pulse_s=s["pulse_s"],
        diameter_m=s["beam_diameter_m"],
        divergence_rad=s["divergence_rad"],
    )
    n = rules.max_shots_per_person
    away_m = hazard_distance_m(beam, n, within_s=10.0)
    if away_m > rules.nearest_m:
        limit = mpe_of_shots_j_per_m2(beam, n, within_s=10.0)
        raise SiteError(
            f"sensor {spec.sensor_id}: {n} shots at one person may have {limit:.3g} J/m2 each "
            f"(IEC 60825-1); this beam is above that up to {away_m:.3g} m, and tasks.nearest_m is "
            f"{rules.nearest_m:g}: widen the beam, lower the energy or max_shots_per_person, or "
            "look from further away"
        )


def _numbers(spec: SensorSpec, limits: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    return {name: number(spec, name, low=low, high=high) for name, (low, high) in limits.items()}


def _text(spec: SensorSpec, name: str) -> str:
    value = spec.settings.get(name, "" if name != "library" else None)
    if not isinstance(value, str):
        raise SiteError(f"sensor {spec.sensor_id}: settings.{name} must be text, got {value!r}")
    return value
