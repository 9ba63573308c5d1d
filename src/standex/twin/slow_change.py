"""What changes slowly and by chance: weather in a room, the baseline of a sensor.

All of it is a function of seed and time alone, so that any moment can be asked for in any order.
"""

import numpy as np
from jaxtyping import Float


def wander(
    t_s: Float[np.ndarray, " n"], *, seed: tuple[int, ...], sigma: float, over_s: float
) -> Float[np.ndarray, " n"]:
    """Return a smooth wandering about zero, of standard deviation ``sigma`` in the long run.

    Six sines of random phase and of periods from two to twenty times ``over_s``.

    Args:
        t_s: times.
        seed: of this wandering.
        sigma: its size, in the unit of the answer.
        over_s: how fast it changes.
    """
    rng = np.random.default_rng(list(seed))
    period_s = over_s * np.geomspace(2.0, 20.0, 6) * rng.uniform(0.9, 1.1, 6)
    phase = rng.uniform(0, 2 * np.pi, 6)
    waves = np.sin(2 * np.pi * t_s[:, None] / period_s + phase)
    return sigma * np.sqrt(2 / 6) * waves.sum(axis=1)


def random_walk(
    t_s: Float[np.ndarray, " n"],
    *,
    seed: tuple[int, ...],
    sigma_per_sqrt_s: float,
    n_channels: int,
) -> Float[np.ndarray, "n channels"]:
    """Return random walks from zero at time zero, straight between whole seconds.

    Args:
        t_s: times; before zero it is zero.
        seed: of these walks.
        sigma_per_sqrt_s: standard deviation of the steps of one second.
        n_channels: how many walks.
    """
    n_steps = max(int(np.ceil(t_s.max(initial=0.0))) + 1, 1)
    # A longer draw begins with the shorter one.
    steps = np.random.default_rng(list(seed)).standard_normal((n_steps, n_channels))
    walked = np.concatenate([np.zeros((1, n_channels)), np.cumsum(steps, axis=0)])
    grid = np.arange(n_steps + 1)
    return sigma_per_sqrt_s * np.stack(
        [np.interp(t_s, grid, walked[:, k]) for k in range(n_channels)], axis=1
    )
