"""What is known of a panel's electronics and channels, brought up to date sweep by sweep."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Complex

from standex.sensing.microwave.array_calibration import (
    SOUND_RAD,
    ArrayCalibration,
    apply,
    estimate,
)
from standex.sensing.microwave.background import Background
from standex.sensing.microwave.channel_quality import (
    ChannelQuality,
    ChannelReference,
    coverage_factor,
    judge,
    reference_of,
    without_lost,
)
from standex.sensing.microwave.panel_movement import PanelMovement, panel_movement
from standex.sensing.microwave.sphere_echo import Sphere
from standex.sensing.microwave.sweep import LIGHT_M_PER_S, Sweep

CALIBRATE_EVERY = 20  # empty sweeps between two looks at the reflector


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channels:
    """State of the electronics.

    Attributes:
        reference: of the empty room, or None before it is known.
        quality: of the last sweep, or None.
        first: calibration on the reflector at the start, or None.
        now: the latest sound one, or an unsound one if there has been no other.
        movement: of the panels since then, or None.
        n_empty: empty sweeps since the latest calibration.
        phase_error_rad: of a channel, from calibration and movement; infinite where a reflector
            should calibrate the channels and never has.
        sees_reflector: whether the latest look at the reflector found it.
    """

    reference: ChannelReference | None = None
    quality: ChannelQuality | None = None
    first: ArrayCalibration | None = None
    now: ArrayCalibration | None = None
    movement: PanelMovement | None = None
    n_empty: int = 0
    phase_error_rad: float = 0.0
    sees_reflector: bool = True

    @property
    def is_moved(self) -> bool:
        """Return whether a panel is not where it was."""
        return self.movement is not None and self.movement.any_moved

    @property
    def movement_message(self) -> str:
        """Return what has moved, in words."""
        return self.movement.sentence if self.movement is not None else ""

    @property
    def quality_message(self) -> str:
        """Return what is wrong with the channels, in words, or nothing."""
        said = self.quality.sentence if self.quality is not None else ""
        if self.sees_reflector:
            return said
        hidden = "the reflector is not seen: clear the way to it, or put it back and survey it"
        return f"{said}; {hidden}" if said else hidden

    @property
    def coverage_factor(self) -> float:
        """Return by how much the coverage falls for what is lost or out of place."""
        if self.quality is None:
            return 1.0
        return coverage_factor(
            share_usable=self.quality.share_usable,
            n_channels=self.quality.n_expected,
            phase_error_rad=self.phase_error_rad,
        )

    def corrected(self, samples: Complex[np.ndarray, "tx rx f"]) -> Complex[np.ndarray, "tx rx f"]:
        """Return samples as ideal electronics would have measured them, where that is known.

        Without a reflector the panels are taken to deliver corrected samples.
        """
        if self.now is None or not self.now.is_sound:
            return samples
        return apply(self.now, samples)


def inspect(
    channels: Channels,
    sweep: Sweep,
    background: Background | None,
    *,
    sphere: Sphere | None,
    is_empty: bool,
) -> tuple[Channels, Complex[np.ndarray, "tx rx f"]]:
    """Return what is known after one more sweep, and its samples with lost channels replaced.

    A lost channel takes the value of the empty room, so that nothing of it is left in an image;
    before the room is known, a sample that is not finite takes what is known of it, or 0.

    Args:
        channels: what was known.
        sweep: raw.
        background: of the empty room, if known.
        sphere: reflector that always stands in the room, or None.
        is_empty: whether nobody is in the beam.
    """
    if background is None or not background.is_known:
        instead = np.complex64(0) if background is None else background.samples
        return channels, np.where(np.isfinite(sweep.samples), sweep.samples, instead)
    reference = channels.reference
    if reference is None or (is_empty and channels.n_empty % CALIBRATE_EVERY == 0):
        steady = sweep.tx_panel[:, None] == sweep.rx_panel[None, :]
        share = float(np.mean(background.samples != 0))
        noise = background.noise / np.sqrt(max(share, 1e-3))
        reference = reference_of(background.samples, noise=noise, steady=steady)
        # All pairs are measured: one that gave nothing while the room was learnt is lost too.
        reference = replace(reference, expected=np.ones(steady.shape, dtype=bool))
    quality = judge(sweep.samples, reference)
    samples = without_lost(sweep.samples, quality, fill=background.samples)
    known = replace(channels, reference=reference, quality=quality)
    if sphere is None:
        return known, samples
    if known.now is None or (is_empty and known.n_empty >= CALIBRATE_EVERY):
        # A panel that has moved changes the room, and a changed room is not learnt: after the first
        # time the sweep itself is looked at.
        room = background.samples if known.first is None else samples
        known = _calibrated(known, sweep, room, sphere)
    elif is_empty:
        known = replace(known, n_empty=known.n_empty + 1)
    return known, samples


def _calibrated(
    channels: Channels, sweep: Sweep, room: Complex[np.ndarray, "tx rx f"], sphere: Sphere
) -> Channels:
    found = estimate(
        room,
        tx_position_m=sweep.tx_position_m,
        rx_position_m=sweep.rx_position_m,
        frequency_hz=sweep.frequency_hz,
        sphere=sphere,
    )
    first = channels.first
    if not found.is_sound:
        return replace(
            channels,
            now=found if first is None else channels.now,
            n_empty=0,
            phase_error_rad=np.inf if first is None else max(channels.phase_error_rad, SOUND_RAD),
            sees_reflector=False,
        )
    movement, error_rad = None, found.residuals.phase_rad
    if first is not None:
        movement = panel_movement(
            [first], [found], tx_panel=sweep.tx_panel, rx_panel=sweep.rx_panel
        )
        if movement.any_moved:
            k = 2 * np.pi * float(sweep.frequency_hz.mean()) / LIGHT_M_PER_S
            error_rad = float(np.hypot(error_rad, k * movement.path_error_m))
    return replace(
        channels,
        first=found if first is None else first,
        now=found,
        movement=movement,
        n_empty=0,
        phase_error_rad=error_rad,
        sees_reflector=True,
    )
