"""Vapour sensors as technologies: entry points ``gas-array`` and ``ion-mobility``."""

import numpy as np

from standex.model.calibration import Calibration
from standex.model.errors import SiteError
from standex.model.ports import Technology
from standex.model.site import SensorSpec, Site
from standex.sensing.settings import number
from standex.sensing.vapour import gas_evidence, mobility_sensor
from standex.sensing.vapour.gas_array import GasArray
from standex.sensing.vapour.gas_templates import GasTemplates, templates
from standex.sensing.vapour.inlet import inlet_of, vector, words
from standex.sensing.vapour.ion_mobility import PeakLibrary
from standex.sensing.vapour.mobility_sensor import IonMobility
from standex.sensing.vapour.records import GAS_ARRAY, ION_MOBILITY

GAS_SETTINGS = (
    "pattern", "rise_s", "decay_s", "exposure_s", "window_s", "recover_s", "stuck_s", "saturated",
    "drift_per_sqrt_s", "min_flow_l_per_min",
)  # fmt: skip
MOBILITY_SETTINGS = ("k0_cm2_per_vs", "k0_std", "reactant_k0_cm2_per_vs")


def build_gas_array(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of one gas array; entry point ``gas-array``.

    ``settings.pattern`` is one list, the channels of the first substance, then of the second; its
    length over that of ``substances`` is the number of channels.

    Raises:
        SiteError: a setting is missing, unknown or out of its range, or the calibration does not
            fit.
    """
    library = _templates(spec, site)
    inlet = inlet_of(
        spec,
        site,
        calibration,
        sensor_kind=GAS_ARRAY,
        score_names=gas_evidence.score_names(library),
        settings=GAS_SETTINGS,
    )
    exposure_s = vector(spec, "exposure_s")
    if not len(exposure_s) or not np.all((exposure_s > 0) & (exposure_s <= 600)):
        raise SiteError(
            f"sensor {spec.sensor_id}: settings.exposure_s must hold times inside (0, 600] s"
        )
    return GasArray(
        inlet=inlet,
        templates=library,
        exposure_s=exposure_s,
        window_s=number(spec, "window_s", low=0.5, high=600),
        recover_s=number(spec, "recover_s", low=1, high=3600),
        stuck_s=number(spec, "stuck_s", low=0.5, high=3600),
        saturated=number(spec, "saturated", low=0, high=1e300),
        drift_per_sqrt_s=number(spec, "drift_per_sqrt_s", low=1e-6, high=100),
        min_flow_l_per_min=number(spec, "min_flow_l_per_min", low=0, high=1e4),
    )


def build_ion_mobility(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of one ion-mobility spectrometer; entry point ``ion-mobility``.

    Raises:
        SiteError: a setting is missing, unknown or out of its range, or the calibration does not
            fit.
    """
    names, item_class = _substances(spec, site)
    k0 = vector(spec, "k0_cm2_per_vs", len(names))
    k0_std = vector(spec, "k0_std", len(names))
    try:
        library = PeakLibrary(names=names, item_class=item_class, k0_cm2_per_vs=k0, k0_std=k0_std)
    except ValueError as error:
        raise SiteError(f"sensor {spec.sensor_id}: {error}") from error
    inlet = inlet_of(
        spec,
        site,
        calibration,
        sensor_kind=ION_MOBILITY,
        score_names=mobility_sensor.score_names(library),
        settings=MOBILITY_SETTINGS,
    )
    return IonMobility(
        inlet=inlet,
        library=library,
        reactant_k0_cm2_per_vs=number(spec, "reactant_k0_cm2_per_vs", low=0.5, high=4),
    )


def _templates(spec: SensorSpec, site: Site) -> GasTemplates:
    names, item_class = _substances(spec, site)
    flat = vector(spec, "pattern")
    if not len(flat) or len(flat) % len(names):
        raise SiteError(
            f"sensor {spec.sensor_id}: settings.pattern has {len(flat)} numbers for "
            f"{len(names)} substances; as many for each are wanted"
        )
    channels = len(flat) // len(names)
    try:
        return templates(
            names,
            item_class,
            flat.reshape(len(names), channels),
            rise_s=vector(spec, "rise_s", channels),
            decay_s=vector(spec, "decay_s", channels),
        )
    except ValueError as error:
        raise SiteError(f"sensor {spec.sensor_id}: {error}") from error


def _substances(spec: SensorSpec, site: Site) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names, item_class = words(spec, "substances"), words(spec, "item_classes")
    if len(item_class) != len(names):
        raise SiteError(
            f"sensor {spec.sensor_id}: {len(names)} substances and {len(item_class)} item_classes; "
            "one class for each substance is wanted"
        )
    unknown = sorted(set(item_class) - set(site.items.names))
    if unknown:
        raise SiteError(
            f"sensor {spec.sensor_id}: item classes {', '.join(unknown)} are not of this site; "
            f"it has {', '.join(site.items.names)}"
        )
    return names, item_class
