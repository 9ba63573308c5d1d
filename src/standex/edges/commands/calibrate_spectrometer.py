"""``standex calibrate-spectrometer``: the axis of a spectrometer from measured spectra.

A lamp gives the wavelengths, silicon the laser, and a standard that had no part in it says whether
to believe both: where a band of it is more than 2 per cm off, nothing is written.
"""

import argparse
from pathlib import Path

import numpy as np

from standex import __version__
from standex.edges.clock import SystemClock
from standex.edges.commands.console import say
from standex.edges.spectra import MeasuredSpectrum, read_spectrum
from standex.edges.spectrometer_calibration import SpectrometerCalibration, save_spectrometer
from standex.model.errors import StandexError
from standex.sensing.laser.axis_calibration import (
    AxisCalibration,
    calibrate_axis,
    checked_on,
    zeroed_by_silicon,
)
from standex.sensing.laser.intensity import (
    SRM_2241_LASER_NM,
    IntensityCalibration,
    intensity_from,
    srm_2241,
)
from standex.sensing.laser.lamp_lines import GASES, STANDARDS_PER_CM, lamp_lines
from standex.sensing.laser.photon_transfer import PhotonTransfer, photon_transfer

VALID_FOR_DAYS = 30.0
DAY_NS = 86_400 * 1_000_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--lamp", type=Path, required=True, help="spectrum of the lamp")
    parser.add_argument(
        "--lamp-gas", default="neon", help=f"{', '.join(GASES)}; several with + between them"
    )
    parser.add_argument("--silicon", type=Path, required=True, help="spectrum of a silicon wafer")
    parser.add_argument(
        "--check",
        required=True,
        metavar="STANDARD=FILE",
        help=f"independent standard ({', '.join(STANDARDS_PER_CM)}) and its spectrum",
    )
    parser.add_argument("--laser-nm", type=float, help="as the device assumes, if no file says it")
    parser.add_argument(
        "--range-nm",
        type=float,
        nargs=2,
        metavar=("FIRST", "LAST"),
        help="roughly, of the first and last channel, where files count channels only",
    )
    parser.add_argument(
        "--max-shift-nm", type=float, default=3.0, help="by how much the own axis may be wrong"
    )
    parser.add_argument(
        "--srm-2241", type=Path, help="spectrum of the glass, for relative intensity"
    )
    parser.add_argument("--repeats", type=Path, help="repeats of one spectrum, for the gain")
    parser.add_argument(
        "--offset-counts", type=float, default=0.0, help="electronic offset in --repeats"
    )
    parser.add_argument("--instrument", help="which device; default: as the lamp's file says")
    parser.add_argument(
        "--valid-days", type=float, default=VALID_FOR_DAYS, help="until it must be made again"
    )
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    parser.add_argument("--plot", type=Path, help="picture of lines and bands")


def run(args: argparse.Namespace) -> int:
    """Calibrate, check, write; nothing is written where the check fails."""
    standard, standard_file = _named_file(args.check)
    gases = tuple(args.lamp_gas.split("+"))
    unknown = [gas for gas in gases if gas not in GASES]
    if unknown:
        raise StandexError(
            f"--lamp-gas {args.lamp_gas}: {unknown[0]!r} is not one of {', '.join(GASES)}"
        )
    if not args.valid_days > 0 or not args.max_shift_nm > 0:
        raise StandexError("--valid-days and --max-shift-nm must be above 0")
    lamp = _read(args.lamp)
    laser_nm = args.laser_nm or lamp.laser_nm
    if laser_nm is None or not 100 < laser_nm < 2000:
        raise StandexError(
            f"{args.lamp}: the file does not say a usable wavelength of the laser; give --laser-nm"
        )
    instrument = args.instrument or lamp.instrument
    if not instrument:
        raise StandexError(f"{args.lamp}: the file names no instrument; give --instrument")
    made_utc_ns = SystemClock().utc_ns()
    axes = _Axes(laser_nm=laser_nm, range_nm=args.range_nm, n_channels=len(lamp.axis))
    files = ", ".join(str(path.name) for path in (args.lamp, args.silicon, standard_file))
    try:
        axis = calibrate_axis(
            axes.own_nm(lamp, args.lamp),
            _light(lamp),
            lamp_lines(*gases),
            nominal_laser_nm=laser_nm,
            calibration_id=f"{args.out.stem}-{made_utc_ns // 1_000_000_000}",
            instrument=instrument,
            provenance=f"{args.lamp_gas} lamp, silicon, {standard}: {files}; standex {__version__}",
            made_utc_ns=made_utc_ns,
            expires_utc_ns=made_utc_ns + int(args.valid_days * DAY_NS),
            max_shift_nm=args.max_shift_nm,
        )
    except ValueError as error:
        raise StandexError(f"{args.lamp}: {error}") from error
    silicon, known = _read(args.silicon), _read(standard_file)
    axis = zeroed_by_silicon(axis, axes.own_nm(silicon, args.silicon), _light(silicon))
    axis = checked_on(axis, axes.own_nm(known, standard_file), _light(known), standard=standard)
    made = SpectrometerCalibration(
        axis=axis,
        intensity=_intensity(axis, axes, args.srm_2241),
        camera=_camera(args.repeats, args.offset_counts),
    )
    save_spectrometer(made, args.out)
    if args.plot is not None:
        # Pictures need a package that calibrating does not.
        from standex.edges.report.figure_spectrometer import draw_calibration  # noqa: PLC0415

        draw_calibration(axis, args.plot)
    _tell(args, made)
    return 0


class _Axes:
    """Turns the axes of files into the device's own wavelengths, all in the same way."""

    def __init__(self, *, laser_nm: float, range_nm: list[float] | None, n_channels: int) -> None:
        self._laser_nm = laser_nm
        self._range_nm = range_nm
        self._n_channels = n_channels

    def own_nm(self, spectrum: MeasuredSpectrum, path: Path) -> np.ndarray:
        """Return the own wavelengths of the channels of a spectrum."""
        unit = spectrum.axis_unit
        if unit is None:
            # Text of two bare columns: beyond any shift it is nm, and a shift begins lower.
            unit = "nm" if self._laser_nm * 0.9 < spectrum.axis.min() else "per_cm"
        if unit == "nm":
            return spectrum.axis
        if unit == "um":
            return 1e3 * spectrum.axis
        if unit == "per_cm":
            return 1e7 / (1e7 / self._laser_nm - spectrum.axis)
        if self._range_nm is None:
            raise StandexError(
                f"{path}: the axis counts channels only; give --range-nm, roughly the wavelengths "
                "of the first and the last one"
            )
        first, last = self._range_nm
        return first + (last - first) * spectrum.axis / (self._n_channels - 1)


def _read(path: Path) -> MeasuredSpectrum:
    spectra = read_spectrum(path)
    if len(spectra) != 1:
        raise StandexError(f"{path}: holds {len(spectra)} spectra; give a file with one")
    return spectra[0]


def _light(spectrum: MeasuredSpectrum) -> np.ndarray:
    """Return the mean of the repeats, the dark taken off where there is one."""
    mean = spectrum.counts.mean(axis=0)
    return mean if spectrum.dark is None else mean - spectrum.dark


def _named_file(text: str) -> tuple[str, Path]:
    name, sign, path = text.partition("=")
    if not sign or name not in STANDARDS_PER_CM or not path:
        raise StandexError(
            f"--check {text}: STANDARD=FILE is wanted, the standard being one of "
            f"{', '.join(STANDARDS_PER_CM)}"
        )
    return name, Path(path)


def _intensity(
    axis: AxisCalibration, axes: _Axes, path: Path | None
) -> IntensityCalibration | None:
    if path is None:
        return None
    if abs(axis.laser_nm - SRM_2241_LASER_NM) > 2:
        raise StandexError(
            f"{path}: SRM 2241 is certified for {SRM_2241_LASER_NM:g} nm, the laser is at "
            f"{axis.laser_nm:.1f}"
        )
    glass = _read(path)
    shift = axis.shift_per_cm(axes.own_nm(glass, path))
    return intensity_from(
        shift,
        _light(glass),
        srm_2241(shift),
        reference="NIST SRM 2241",
        calibration_id=axis.calibration_id,
        instrument=axis.instrument,
        provenance=f"{axis.provenance}; {path.name}",
        made_utc_ns=axis.made_utc_ns,
        expires_utc_ns=axis.expires_utc_ns,
    )


def _camera(path: Path | None, offset_counts: float) -> PhotonTransfer | None:
    if path is None:
        return None
    repeats = _read(path).counts
    return photon_transfer(repeats, offset_counts=offset_counts)


def _tell(args: argparse.Namespace, made: SpectrometerCalibration) -> None:
    axis, check, camera = made.axis, made.axis.check, made.camera
    if check is None:
        raise ValueError("a calibration without a check was saved")
    bands = [
        {"per_cm": band, "before_per_cm": before, "after_per_cm": after}
        for band, before, after in zip(
            check.expected_per_cm.tolist(),
            [None if np.isnan(one) else one for one in check.before_per_cm.tolist()],
            [None if np.isnan(one) else one for one in check.after_per_cm.tolist()],
            strict=True,
        )
    ]
    lines = [
        f"calibration {axis.calibration_id} of {axis.instrument} in {args.out}",
        f"  {axis.n_lines} lines of {args.lamp_gas} from {axis.first_nm:.1f} to "
        f"{axis.last_nm:.1f} nm, {len(axis.joins_nm) + 1} window(s), rms {axis.rms_nm:.3f} nm, "
        f"width {axis.fwhm_nm:.2f} nm",
        f"  laser at {axis.laser_nm:.3f} +- {axis.laser_sigma_nm:.3f} nm in vacuum "
        f"({axis.nominal_laser_nm:g} assumed)",
        f"  {check.standard}, {check.n_found} of {len(bands)} bands: worst "
        f"{check.worst_before_per_cm:.1f} per cm before, {check.worst_after_per_cm:.1f} after",
        *(
            f"    {one['per_cm']:7.1f}  {_signed(one['before_per_cm'])} before  "
            f"{_signed(one['after_per_cm'])} after"
            for one in bands
        ),
    ]
    if camera is not None:
        lines.append(
            f"  gain {camera.gain_e_per_count:.2f} e/count ({100 * camera.level:.0f} % interval "
            f"{camera.gain_low_e_per_count:.2f} to {camera.gain_high_e_per_count:.2f}), read noise "
            f"{camera.read_noise_e:.0f} e (at most {camera.read_noise_high_e:.0f})"
        )
    say(
        args,
        {
            "calibration_id": axis.calibration_id,
            "instrument": axis.instrument,
            "path": str(args.out),
            "provenance": axis.provenance,
            "n_lines": axis.n_lines,
            "rms_nm": axis.rms_nm,
            "laser_nm": axis.laser_nm,
            "laser_sigma_nm": axis.laser_sigma_nm,
            "standard": check.standard,
            "bands": bands,
            "worst_before_per_cm": check.worst_before_per_cm,
            "worst_after_per_cm": check.worst_after_per_cm,
            "gain_e_per_count": None if camera is None else camera.gain_e_per_count,
            "read_noise_e": None if camera is None else camera.read_noise_e,
            "has_intensity": made.intensity is not None,
        },
        *lines,
    )


def _signed(off_per_cm: float | None) -> str:
    return "    -" if off_per_cm is None else f"{off_per_cm:+5.1f}"
