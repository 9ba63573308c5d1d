"""Surrogates as plug-ins of the twin, and sites whose costly sensors are replaced by theirs."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from standex.edges.calibrations import load_calibration, shipped_calibrations
from standex.edges.score_bank_files import load_bank
from standex.model.errors import SiteError
from standex.model.site import SensorSpec, Setting, Site
from standex.twin.reach import Reach
from standex.twin.score_bank import ScoreBank
from standex.twin.surrogate import SurrogateLooks

LIGHT_M_PER_S = 299_792_458.0
# By technology: kind of its calibration. The rest is cheap enough at raw level, or asked by task.
KINDS = {
    "microwave": "microwave.s_parameters",
    "dielectric": "microwave.dielectric",
    "imaging-panels": "microwave.imaging",
}
WORDS = ("bank", "stands_for")
NUMBERS = ("near_m", "far_m", "half_width_m")
RULES = (
    "clear_m",
    "clear_path_m",
    "path_period_m",
    "clear_sight_m",
    "half_distance_m",
    "beam_m",
)
SWITCHES = ("facing", "is_joined")
FRONT_M = 0.12  # from the middle of a body to the front of its trunk
MARGINS_M = (0.06, 0.08, 0.06)  # of imaging panels: near, far, aside


@lru_cache(maxsize=8)
def bank_named(name: str) -> ScoreBank:
    """Return a bank, read once."""
    return load_bank(name)


def build_instrument(spec: SensorSpec, site: Site, seed: int) -> SurrogateLooks:
    """Return the surrogate of a sensor; entry point ``surrogate`` of the instruments.

    Raises:
        SiteError: a setting is missing, unknown or out of range, or the bank has other scores
            than the calibration.
        StandexError: the bank cannot be used.
    """
    del site
    where = f"sensor {spec.sensor_id}: instrument_settings"
    given = spec.instrument_settings
    known = (*WORDS, *NUMBERS, *RULES, *SWITCHES)
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise SiteError(
            f"{where}: unknown {', '.join(unknown)}; a surrogate has {', '.join(known)}"
        )
    words = {name: given.get(name) for name in WORDS}
    for name, value in words.items():
        if not isinstance(value, str) or not value:
            raise SiteError(f"{where}.{name} must be a name, got {value!r}")
    stands_for = str(words["stands_for"])
    bank = bank_named(str(words["bank"]))
    if stands_for not in bank.sensors:
        raise SiteError(
            f"{where}.bank: {bank.bank_id} has no scores of {stands_for}; it has "
            f"{', '.join(bank.sensors)}"
        )
    if spec.calibration in shipped_calibrations():
        wanted = load_calibration(spec.calibration).feature_names
        if bank.sensors[stands_for].score_names != wanted:
            raise SiteError(
                f"{where}.bank: {bank.bank_id} has other scores than calibration "
                f"{spec.calibration}; build it again with `standex surrogate build`"
            )
    try:
        reach = Reach(
            **{name: _number(spec, name, is_wanted=True) for name in NUMBERS},
            **{name: _number(spec, name) for name in RULES if name in given},
            facing=_switch(spec, "facing"),
        )
    except ValueError as error:
        raise SiteError(f"{where}: {error}") from None
    return SurrogateLooks(
        sensor_id=spec.sensor_id,
        rate_hz=spec.rate_hz,
        site_from_sensor=spec.site_from_sensor,
        reach=reach,
        bank=bank,
        kind=stands_for,
        is_joined=_switch(spec, "is_joined"),
        seed=seed,
    )


def as_surrogate(site: Site, bank: str) -> Site:
    """Return the site with every sensor that has a surrogate replaced by it.

    Sensors that are cheap to simulate, and those that are told where to look, stay at raw level.

    Args:
        site: at raw level.
        bank: name or path of the bank.
    """
    return replace(site, sensors=tuple(_replaced(spec, bank) for spec in site.sensors))


def reach_of(spec: SensorSpec) -> Reach:
    """Return the reach of the surrogate of a sensor at raw level.

    Raises:
        SiteError: there is no surrogate of its technology, or a setting is missing.
    """
    s, hardware = spec.settings, spec.instrument_settings
    try:
        if spec.technology == "imaging-panels":
            return Reach(
                near_m=_float(s["from_x_m"]) + FRONT_M + MARGINS_M[0],
                far_m=_float(s["to_x_m"]) + FRONT_M - MARGINS_M[1],
                half_width_m=_float(s["half_width_m"]) - MARGINS_M[2],
                clear_m=_float(s["clear_m"]),
                facing=True,
            )
        if spec.technology in KINDS:
            band_hz = _float(hardware["to_hz"]) - _float(hardware["from_hz"])
            step_hz = band_hz / (_float(hardware["n_frequencies"]) - 1)
            return Reach(
                near_m=_float(s["near_m"]),
                far_m=_float(s["far_m"]),
                half_width_m=_float(s["half_lane_m"]),
                clear_path_m=_float(s["clear_path_m"]),
                path_period_m=LIGHT_M_PER_S / step_hz,
                clear_sight_m=_float(s["clear_sight_m"]),
                half_distance_m=_float(hardware["half_distance_m"]),
                beam_m=_float(s["beam_m"]),
            )
    except KeyError as error:
        raise SiteError(f"sensor {spec.sensor_id}: no setting {error}") from None
    raise SiteError(
        f"sensor {spec.sensor_id}: there is no surrogate of {spec.technology}; "
        f"there are of {', '.join(KINDS)}"
    )


def _replaced(spec: SensorSpec, bank: str) -> SensorSpec:
    if spec.technology not in KINDS:
        return spec
    reach, stands_for = reach_of(spec), KINDS[spec.technology]
    rules: dict[str, Setting] = {
        name: value
        for name in (*NUMBERS, *RULES)
        if 0 < (value := float(getattr(reach, name))) < float("inf")
    }
    most: Mapping[str, Setting] = spec.settings
    return replace(
        spec,
        technology="surrogate",
        instrument="surrogate",
        settings={
            "stands_for": stands_for,
            "max_looks": most.get("max_looks", 10),
            "reach_m": reach.far_m + 1.0,
        },
        instrument_settings={
            "bank": bank,
            "stands_for": stands_for,
            **rules,
            "facing": reach.facing,
            "is_joined": spec.technology == "imaging-panels",
        },
    )


def _float(value: Setting) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SiteError(f"a number is needed, got {value!r}")
    return float(value)


def _number(spec: SensorSpec, name: str, *, is_wanted: bool = False) -> float:
    value = spec.instrument_settings.get(name, None if is_wanted else 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise SiteError(
            f"sensor {spec.sensor_id}: instrument_settings.{name} must be a number >= 0, "
            f"got {value!r}"
        )
    return float(value)


def _switch(spec: SensorSpec, name: str) -> bool:
    value = spec.instrument_settings.get(name, False)
    if not isinstance(value, bool):
        raise SiteError(
            f"sensor {spec.sensor_id}: instrument_settings.{name} must be true or false, "
            f"got {value!r}"
        )
    return value
