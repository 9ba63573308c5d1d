"""Samples of a gas array that its clean air has not taken in yet: a plume may be in them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from standex.sensing.vapour.gas_baseline import Baseline, Clean, clean_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """Samples that the baseline has not taken in yet.

    Attributes:
        t_s: on the clock of the state.
        log_response: of each channel.
        relative_humidity: 0 to 1.
        temperature_c: at the sensors.
    """

    t_s: Float[np.ndarray, " n"]
    log_response: Float[np.ndarray, "n channels"]
    relative_humidity: Float[np.ndarray, " n"]
    temperature_c: Float[np.ndarray, " n"]

    def rows(self, which: Any) -> "Window":
        """Return some of the samples."""
        return Window(
            t_s=self.t_s[which],
            log_response=self.log_response[which],
            relative_humidity=self.relative_humidity[which],
            temperature_c=self.temperature_c[which],
        )

    def and_then(self, other: "Window") -> "Window":
        """Return these samples and those of ``other``."""
        return Window(
            t_s=np.concatenate([self.t_s, other.t_s]),
            log_response=np.concatenate([self.log_response, other.log_response]),
            relative_humidity=np.concatenate([self.relative_humidity, other.relative_humidity]),
            temperature_c=np.concatenate([self.temperature_c, other.temperature_c]),
        )

    def as_clean(self, baseline: Baseline) -> Clean:
        """Return the samples as a baseline sees them."""
        return clean_of(
            baseline,
            self.t_s,
            self.log_response,
            relative_humidity=self.relative_humidity,
            temperature_c=self.temperature_c,
        )
