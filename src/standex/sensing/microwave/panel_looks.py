"""Looks that are still open: frames of one person on the way through the panels."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from standex.sensing.microwave.panel_flatten import finer_surface_m, flattened
from standex.sensing.microwave.panel_optical import OpticalSheet, both
from standex.sensing.microwave.panel_profile import (
    Profile,
    joined,
    oddness,
    patches,
    trunk_top_m,
)
from standex.sensing.microwave.panel_surface import Surface

SAME_PERSON_M = 0.30  # a frame further from where a look's person should be is somebody else's
FRAMES_WANTED = 2
SIGMA_WANTED_M, SIGMA_USELESS_M = 0.004, 0.012


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenLook:
    """Frames of one person, joined.

    Attributes:
        profile: all frames together.
        place_m: where the person was at the last frame, sensor frame.
        velocity_m_per_s: then.
        t_first_utc_ns: first frame.
        t_last_utc_ns: last frame.
        cos_incidence: cosine of the angle of incidence on the front, at the last frame.
        optical: outside of the clothes, or None without stereo cameras.
    """

    profile: Profile
    place_m: Float[np.ndarray, " 2"]
    velocity_m_per_s: Float[np.ndarray, " 2"]
    t_first_utc_ns: int
    t_last_utc_ns: int
    cos_incidence: float = 1.0
    optical: OpticalSheet | None = None

    def flat(self) -> "OpenLook":
        """Return the look about the finer surface that all frames together bear."""
        optical = self.optical
        if optical is not None:
            optical = optical.moved(finer_surface_m(self.profile))
        return replace(self, profile=flattened(self.profile), optical=optical)

    def at(self, t_utc_ns: int) -> Float[np.ndarray, " 2"]:
        """Return where the person should be, sensor frame."""
        return self.place_m + (t_utc_ns - self.t_last_utc_ns) * 1e-9 * self.velocity_m_per_s

    @property
    def quality(self) -> float:
        """Return how well the trunk was seen, 0 to 1: frames, surface, how much of it is lit."""
        frames = min(1.0, self.profile.n_frames / FRAMES_WANTED)
        sharp = (SIGMA_USELESS_M - self.profile.sigma_m) / (SIGMA_USELESS_M - SIGMA_WANTED_M)
        odd = oddness(patches(self.profile), top_m=trunk_top_m(self.profile))
        return float(frames * np.clip(sharp, 0.0, 1.0) * np.mean(odd >= 0) ** 0.5)


def placed(
    looks: tuple[OpenLook, ...],
    profile: Profile,
    surface: Surface,
    place_m: Float[np.ndarray, " 2"],
    velocity_m_per_s: Float[np.ndarray, " 2"],
    t_utc_ns: int,
    *,
    cos_incidence: float = 1.0,
    optical: OpticalSheet | None = None,
) -> tuple[OpenLook, ...]:
    """Return the looks with one more frame in the one it belongs to, or in a new one.

    Frames are joined by place alone. Whoever stands too near to others is not imaged, so a frame
    has one look to belong to. A frame without any echo from a body belongs to nobody.
    """
    if not surface.is_lit.any():
        return looks
    away = [float(np.hypot(*(look.at(t_utc_ns) - place_m))) for look in looks]
    best = int(np.argmin(away)) if away else -1
    if best < 0 or away[best] > SAME_PERSON_M:
        new = OpenLook(
            profile=profile,
            place_m=place_m,
            velocity_m_per_s=velocity_m_per_s,
            t_first_utc_ns=t_utc_ns,
            t_last_utc_ns=t_utc_ns,
            cos_incidence=cos_incidence,
            optical=optical,
        )
        return (*looks, new)
    longer = replace(
        looks[best],
        profile=joined(looks[best].profile, profile),
        place_m=place_m,
        velocity_m_per_s=velocity_m_per_s,
        t_last_utc_ns=t_utc_ns,
        cos_incidence=cos_incidence,
        optical=both(looks[best].optical, optical),
    )
    return (*looks[:best], longer, *looks[best + 1 :])
