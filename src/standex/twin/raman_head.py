"""The head of the twin's Raman laser: what its settings mean, and the device that they make.

References:
    Chirico et al., Sensors 16 (2016) 8: 266 nm, one pulse of 10 ns with 3 mJ/cm2, 6.4 m. Size of
    the spot, telescope, efficiency and detector are assumed: usual ones of gated, intensified
    cameras, chosen once with the order of the published limit of detection in mind.
"""

import numpy as np

from standex.model.errors import SiteError
from standex.model.site import Setting
from standex.twin.raman_shot import RamanDevice
from standex.twin.trace_settings import Checked

DEFAULTS: dict[str, Setting] = {
    "mode": "task",  # or "point": shoots also whoever passes the spot
    "zone": "torso_front",  # that is shot at the spot
    "n_shots": 5,
    "shot_rate_hz": 20.0,
    "n_dark": 16,
    "laser_nm": 266.0,
    "pulse_energy_mj": 3.0,
    "power_w": 0.0,  # of a laser that is always on; replaces the pulse
    "exposure_s": 100e-9,
    "telescope_m": 0.20,  # diameter
    "efficiency": 0.02,  # electrons of a photon that reaches the telescope
    "from_nm": 269.0,
    "to_nm": 293.0,  # below from_nm for an axis that falls
    "n_channels": 1024,
    "width_nm": 0.12,
    "gain_e_per_count": 0.05,
    "read_noise_e": 0.3,
    "offset_counts": 100.0,
    "saturation_counts": 65535.0,
    "dark_e_per_s": 20.0,
    "ambient_e_per_s": 1e3,
    "cosmic_per_shot": 0.002,
    "air_column_m": 0.3,
    "extinction_per_m": 1e-3,
    "axis_error_nm": 0.0,  # either sign
    "pointing_sigma_deg": 0.15,
    "aim_sigma_m": 0.03,
    "capture_m": 0.6,
    "spot_range_m": 6.4,
    "half_lane_m": 0.6,
    "wall_range_m": 0.0,  # 0: no wall, only air
    "is_armed": True,
    "is_interlock_closed": True,
}
MAY_BE_ZERO = (
    "power_w",
    "read_noise_e",
    "offset_counts",
    "dark_e_per_s",
    "ambient_e_per_s",
    "cosmic_per_shot",
    "air_column_m",
    "extinction_per_m",
    "axis_error_nm",
    "pointing_sigma_deg",
    "aim_sigma_m",
    "wall_range_m",
)
MAY_BE_NEGATIVE = ("axis_error_nm",)


def raman_device(s: Checked, *, seed: int) -> RamanDevice:
    """Return the device that settings describe.

    Its response falls off towards the ends of the axis, as gratings and coatings do, and channels
    differ by a percent; both are drawn once, from the seed.

    Args:
        s: settings, as in ``DEFAULTS``.
        seed: of the sensor.

    Raises:
        SiteError: the axis is none, or not all on the Stokes side.
    """
    n = s.whole("n_channels", least=3)
    laser_nm, from_nm, to_nm = s.number("laser_nm"), s.number("from_nm"), s.number("to_nm")
    if not min(from_nm, to_nm) > laser_nm or from_nm == to_nm:
        raise SiteError(
            f"{s.where}: from_nm and to_nm must differ and be above laser_nm ({laser_nm:g}), "
            f"got {from_nm:g} and {to_nm:g}"
        )
    rng = np.random.default_rng([seed, 19])
    ramp = np.linspace(-1.0, 1.0, n)
    smooth = 1 - 0.15 * ramp**2 + rng.normal(0.0, 0.05) * ramp
    return RamanDevice(
        laser_nm=laser_nm,
        energy_j=s.number("power_w") * s.number("exposure_s") or s.number("pulse_energy_mj") * 1e-3,
        exposure_s=s.number("exposure_s"),
        aperture_m2=float(np.pi / 4 * s.number("telescope_m") ** 2),
        efficiency=s.number("efficiency"),
        response=smooth * rng.normal(1.0, 0.01, n),
        wavelength_nm=np.linspace(from_nm, to_nm, n),
        width_nm=s.number("width_nm"),
        gain_e_per_count=s.number("gain_e_per_count"),
        read_noise_e=s.number("read_noise_e"),
        offset_counts=s.number("offset_counts"),
        saturation_counts=s.number("saturation_counts"),
        dark_e_per_s=s.number("dark_e_per_s"),
        ambient_e_per_s=s.number("ambient_e_per_s"),
        cosmic_per_shot=s.number("cosmic_per_shot"),
        air_column_m=s.number("air_column_m"),
        extinction_per_m=s.number("extinction_per_m"),
    )
