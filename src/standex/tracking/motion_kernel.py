"""One person's motion, compiled: the same as ``motion.predict`` and ``motion.combined``.

Numba is optional (extra ``tracking``): where it is missing, ``compiled.AVAILABLE`` is False and
nothing here may be called.
"""

# Numba comes without types and infers those of the loops; what is exported is annotated.
# pyright: basic

import math

from standex.tracking.compiled import jit
from standex.tracking.motion import N_MODES


@jit
def eigenvalue(m):
    """Return the variance along the longest axis of the upper left two by two."""
    half = (m[0, 0] - m[1, 1]) / 2
    return (m[0, 0] + m[1, 1]) / 2 + math.sqrt(half * half + m[0, 1] * m[0, 1])


@jit
def predict_of(mean0, cov0, prob0, switch, steps, mean, cov, prob, came):
    """Mix the modes of one person and move each; the covariance by blocks of two by two."""
    for b in range(N_MODES):
        total = 0.0
        for a in range(N_MODES):
            came[a] = prob0[a] * switch[a, b]
            total += came[a]
        prob[b] = total
        for a in range(N_MODES):
            came[a] /= total
        for k in range(4):
            s = 0.0
            for a in range(N_MODES):
                s += came[a] * mean0[a, k]
            mean[b, k] = s
        c = cov[b]
        for k in range(4):
            for m in range(k + 1):
                s = 0.0
                for a in range(N_MODES):
                    off = (mean0[a, k] - mean[b, k]) * (mean0[a, m] - mean[b, m])
                    s += came[a] * (cov0[a, k, m] + off)
                c[k, m] = s
        h, g, qpp, qpv, qvv = steps[b, 0], steps[b, 1], steps[b, 2], steps[b, 3], steps[b, 4]
        for k in range(2):
            mean[b, k] += h * mean[b, k + 2]
            mean[b, k + 2] *= g
        # Lower triangle: position (0, 1), velocity (2, 3); F = [[1, h], [0, g]] in blocks.
        c[0, 0] += 2 * h * c[2, 0] + h * h * c[2, 2] + qpp
        c[1, 1] += 2 * h * c[3, 1] + h * h * c[3, 3] + qpp
        c[1, 0] += h * (c[2, 1] + c[3, 0]) + h * h * c[3, 2]
        c[2, 0] = g * (c[2, 0] + h * c[2, 2]) + qpv
        c[3, 1] = g * (c[3, 1] + h * c[3, 3]) + qpv
        c[2, 1] = g * (c[2, 1] + h * c[3, 2])
        c[3, 0] = g * (c[3, 0] + h * c[3, 2])
        c[2, 2] = g * g * c[2, 2] + qvv
        c[3, 3] = g * g * c[3, 3] + qvv
        c[3, 2] = g * g * c[3, 2]
        for k in range(4):
            for m in range(k):
                c[m, k] = c[k, m]


@jit
def combine(mean, cov, prob, x, p):
    """Set mean and covariance of one person, whatever the mode."""
    for k in range(4):
        s = 0.0
        for b in range(N_MODES):
            s += prob[b] * mean[b, k]
        x[k] = s
    for k in range(4):
        for m in range(k + 1):
            s = 0.0
            for b in range(N_MODES):
                s += prob[b] * (cov[b, k, m] + (mean[b, k] - x[k]) * (mean[b, m] - x[m]))
            p[k, m] = s
            p[m, k] = s
