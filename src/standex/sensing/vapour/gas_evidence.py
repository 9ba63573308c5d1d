"""Is there a plume, since when, and of which pattern: matched filter and sequential likelihood.

Everything here works on samples and shapes that the baseline has whitened, so the baseline's
own uncertainty (drift since it was last sure of itself, humidity and temperature of which it
does not know the effect yet) is in every figure.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import log_ndtr, logsumexp

from standex.sensing.vapour.gas_templates import GasTemplates

AMPLITUDE_STD = 0.3  # of a plume at an inlet before it is seen: log response over all channels
LOG_2 = float(np.log(2.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlumeFit:
    """Each channel fitted by itself, for each timing that a plume may have.

    Attributes:
        z: signed, standard normal in clean air; 0 for a channel that is left out.
        root_information: 1 / standard deviation of the amplitude, of a channel; 0 where left out.
    """

    z: Float[np.ndarray, "m channels"]
    root_information: Float[np.ndarray, "m channels"]


def fit_plume(
    white: Float[np.ndarray, "n channels"],
    shapes: Float[np.ndarray, "n channels m"],
    *,
    is_good: Bool[np.ndarray, " channels"],
) -> PlumeFit:
    """Return the matched filter of each channel against each timing.

    z = sum(s y) / sqrt(sum s^2), with s the whitened shape and y the whitened samples.

    Args:
        white: samples, whitened.
        shapes: of unit amplitude, whitened by the same filter.
        is_good: channels that count.
    """
    information = np.einsum("ncm,ncm->mc", shapes, shapes)
    product = np.einsum("ncm,nc->mc", shapes, np.where(is_good, white, 0.0))
    root = np.where(is_good, np.sqrt(information), 0.0)
    z = np.divide(product, root, out=np.zeros_like(product), where=root > 0)
    return PlumeFit(z=z, root_information=root)


def pattern_z(
    fit: PlumeFit, templates: GasTemplates
) -> tuple[Float[np.ndarray, "m substances"], Float[np.ndarray, "m substances"]]:
    """Return z of each substance for each timing, and the root of its information.

    One amplitude for all channels, weighted by what each knows: with r the channels' root
    information and p the pattern, z = sum(p r z) / sqrt(sum (p r)^2). No substance explains more
    than all channels by themselves: z^2 <= sum of the channels' z^2.
    """
    weight = fit.root_information[:, None, :] * templates.pattern[None]
    root = np.sqrt((weight**2).sum(axis=2))
    product = np.einsum("mkc,mc->mk", weight, fit.z)
    return np.divide(product, root, out=np.zeros_like(product), where=root > 0), root


def log_likelihood_ratio(
    z: Float[np.ndarray, "..."],
    root_information: Float[np.ndarray, "..."],
    *,
    amplitude_std: float = AMPLITUDE_STD,
) -> Float[np.ndarray, "..."]:
    """Return log p(samples | plume) / p(samples | clean air), the amplitude marginalised.

    The amplitude is half-normal, positive. With J the information and s its scale,

        log L = log 2 + log Phi(z k) + z^2 k^2 / 2 - log(1 + J s^2) / 2,  k^2 = J s^2 / (1 + J s^2).

    Of samples of one stream taken in one by one it is a martingale in clean air, so that the chance
    that it ever reaches log(1 / a) is at most a, whenever one looks.

    Args:
        z: of the matched filter.
        root_information: 1 / standard deviation of the amplitude.
        amplitude_std: s.

    Raises:
        ValueError: ``amplitude_std`` is not positive.

    References:
        Robbins, Annals of Mathematical Statistics 41 (1970) 1397 (mixtures; Ville's inequality).
    """
    if not 0 < amplitude_std < np.inf:
        raise ValueError(f"amplitude_std must be positive and finite, got {amplitude_std}")
    js2 = (root_information * amplitude_std) ** 2
    share = js2 / (1 + js2)
    return LOG_2 + log_ndtr(z * np.sqrt(share)) + 0.5 * z**2 * share - 0.5 * np.log1p(js2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlumeScores:
    """What one plume looks like.

    Attributes:
        llr: log-likelihood ratio of a plume of any known substance at any time against clean air.
        timing: row of the likeliest timing.
        substance: row of the likeliest substance.
        z: of each substance, at the likeliest timing.
        strength: half the log of the sum of the channels' z^2: how clear, whatever it is.
        match: of each substance, its z over the root of that sum: 1 is all that is to be explained,
            0 none of it, inside [-1, 1].
    """

    llr: float
    timing: int
    substance: int
    z: Float[np.ndarray, " substances"]
    strength: float
    match: Float[np.ndarray, " substances"]


def plume_scores(fit: PlumeFit, templates: GasTemplates) -> PlumeScores:
    """Return the likelihood of a plume, the even mixture over timings and substances, and looks."""
    z, root = pattern_z(fit, templates)
    llr = log_likelihood_ratio(z, root)
    timing, substance = np.unravel_index(int(np.argmax(llr)), llr.shape)
    energy = float((fit.z[timing] ** 2).sum())
    root_energy = np.sqrt(energy)
    match = z[timing] / root_energy if energy > 0 else np.zeros(z.shape[1])
    return PlumeScores(
        llr=float(logsumexp(llr) - np.log(llr.size)),
        timing=int(timing),
        substance=int(substance),
        z=z[timing],
        strength=0.5 * float(np.log1p(energy)),
        match=np.clip(match, -1.0, 1.0),
    )


def score_names(templates: GasTemplates) -> tuple[str, ...]:
    """Return the names of the scores that a calibration of these templates needs."""
    return ("strength", *(f"match_{name}" for name in templates.classes))


def scores_of(plume: PlumeScores, templates: GasTemplates) -> Float[np.ndarray, " scores"]:
    """Return the strength, and the best match of each item class that there are templates of."""
    of_class = np.array(templates.item_class)
    best = [plume.match[of_class == name].max() for name in templates.classes]
    return np.array([plume.strength, *best])
