"""What the live profile may keep of an observation."""

from dataclasses import replace

import numpy as np

from standex.model.observation import Evidence, Observation, Positions

KINDS_OF_PICTURES = frozenset({"video.frame"})
"""Records that no recording holds, in whichever profile: nobody's face is stored."""


def without_body_data(observation: Observation) -> Observation:
    """Return ``observation`` without what shows a body or the clothes on it.

    Patches are images of a body; clothing descriptors live minutes, never as long as a file.
    No event depends on a patch, so a replay makes the same events without it.
    """
    if isinstance(observation, Evidence):
        return replace(observation, patch=None)
    if isinstance(observation, Positions):
        no_columns = np.zeros((len(observation.position_site_m), 0))
        return replace(observation, descriptor=no_columns)
    return observation
