"""One weighted fit of {smooth light, substrate, entry} for every entry at once: a signed z each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import uniform_filter1d

from standex.sensing.laser import joint_fit_kernel
from standex.sensing.laser.axis_grid import GridLibrary
from standex.sensing.laser.count_noise import CountNoise
from standex.sensing.laser.joint_model import JointModel, PassageScore
from standex.sensing.laser.nuisance import Nuisance, nuisance_of, orthonormal

CHUNK = 512  # spectra at a time: their products stay in the cache until they are scaled
# An entry of which less than this is left beside the nuisances cannot be told from them.
MIN_RETAINED = 0.05
SMOOTH_CHANNELS = 31  # of the typical spectrum, before its own fit gives the weights


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Chunk:
    """Spectra ``start`` onwards: products, variances and inflation, not divided yet.

    The first two are written over once the next chunk is asked for.
    """

    start: int
    product: Float[np.ndarray, "n columns"]
    variance: Float[np.ndarray, "n entries"]
    inflation: Float[np.ndarray, " n"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointFit:
    """Scores of all entries by two matrix products a batch; ``of`` builds one.

    Model: ``y = N a + c_k t_k + noise`` for each entry k by itself, N the nuisances, and noise of
    the variance that ``CountNoise`` gives for the light N a. With weights w, Q an orthonormal
    basis of w N, and l_k what is left of w t_k beside Q, scaled to length 1::

        z_k = l_k . (w y) / sqrt(V_k phi),     V_k = sum_j (l_kj w_j)^2 var_j

    - The projection is folded into l_k, so the numerator is the plain matrix product of a match.
    - var_j of this very spectrum is linear in its fitted light, so V_k needs only the few
      coefficients Q . (w y), which are columns of the same product. Without the entry z_k is
      standard normal (a sum over many channels) whatever w is: weights matter for power only,
      so those of a typical spectrum, or of the last batch, do for the next.
    - phi >= 1 is the residual chi-square over its expectation: a spectrum that the nuisances do
      not explain (an unknown fabric) is doubted as a whole. A strong entry pays for itself
      there, z / sqrt(1 + z^2 / channels), which keeps the order of entries and of amplitudes.
    - z is signed: an entry is a presence, so only large positive values speak for it.

    A typical spectrum's fit (the pivot, in the span of N) is taken off each spectrum in its own
    share before the product: nothing changes but the rounding of float32.

    Attributes:
        model: what can be in a spectrum.
        weight: of each channel: one over its standard deviation in the typical spectrum.
        matrix: l and Q, for the product with weighted spectra; float32.
        variance_rows: V_k per count of each bright coefficient; last, V_k without light.
        chi_square_rows: expected chi-square, likewise.
        basis: Q.
        pivot: in counts; float32.
        pivot_light: its coefficients in the bright part of Q; float32.
        probe: its product with a spectrum is the spectrum's share of the pivot; float32.
        norm: length of what is left of w t_k: the numerator per count of peak amplitude.
        retained: that length over the length of w t_k; where below 0.05, z is 0.

    References:
        Scharf, Friedlander, IEEE Trans. Signal Process. 42 (1994) 2146 (matched subspace);
        White, Econometrica 48 (1980) 817 (variance whatever the weights);
        McCullagh, Nelder, Generalized Linear Models, 1989, section 9.2 (phi).
    """

    model: JointModel
    weight: Float[np.ndarray, " channels"]
    matrix: Float[np.ndarray, "channels columns"]
    variance_rows: Float[np.ndarray, "bright_and_floor entries"]
    chi_square_rows: Float[np.ndarray, " bright_and_floor"]
    basis: Float[np.ndarray, "channels rank"]
    pivot: Float[np.ndarray, " channels"]
    pivot_light: Float[np.ndarray, " bright"]
    probe: Float[np.ndarray, " channels"]
    norm: Float[np.ndarray, " entries"]
    retained: Float[np.ndarray, " entries"]

    @classmethod
    def of(
        cls,
        library: GridLibrary,
        *,
        noise: CountNoise,
        typical_counts: Float[np.ndarray, " channels"],
        substrates: GridLibrary | None = None,
        n_splines: int = 14,
        nuisance: Nuisance | None = None,
        is_compiled: bool = joint_fit_kernel.AVAILABLE,
    ) -> "JointFit":
        """Return the fit for a library on a detector's grid.

        Args:
            library: what is looked for.
            noise: of the detector.
            typical_counts: a spectrum, dark taken off, like those to come (the mean of a batch):
                for the weights.
            substrates: what residues lie on, on the same grid.
            n_splines: of the smooth background.
            nuisance: instead of both, as ``nuisance_of`` makes it.
            is_compiled: use the kernel; False is the same in NumPy.

        Raises:
            ValueError: shapes do not fit, numbers are not finite, or the kernel is wanted where
                Numba is missing.
        """
        if is_compiled and not joint_fit_kernel.AVAILABLE:
            raise ValueError("is_compiled is True, but Numba is not installed")
        if nuisance is None:
            nuisance = nuisance_of(library.axis_per_cm, substrates=substrates, n_splines=n_splines)
        template = np.ascontiguousarray(library.spectrum.T, dtype=np.float32)
        for name, array in (("library", template), ("nuisance", nuisance.columns)):
            if not np.isfinite(array).all():
                raise ValueError(f"{name} holds {np.sum(~np.isfinite(array))} bad values")
        if len(nuisance.columns) != len(template):
            raise ValueError(
                f"nuisance has {len(nuisance.columns)} channels, library {len(template)}"
            )
        model = JointModel(
            library_id=library.library_id,
            names=library.names,
            item_classes=library.item_classes,
            template=template,
            nuisance=nuisance,
            noise=noise,
            is_compiled=is_compiled,
        )
        return _weighted(model, typical_counts)

    def reweighted(self, typical_counts: Float[np.ndarray, " channels"]) -> "JointFit":
        """Return the same fit with the weights of another typical spectrum.

        Raises:
            ValueError: ``typical_counts`` has other channels or is not finite.
        """
        return _weighted(self.model, typical_counts)

    @property
    def n_entries(self) -> int:
        """Return how many entries there are."""
        return len(self.model.names)

    def z(
        self,
        signal_counts: Float[np.ndarray, "n channels"],
        *,
        extra_variance_counts2: Float[np.ndarray, " channels"] | None = None,
    ) -> Float[np.ndarray, "n entries"]:
        """Return the signed z of every entry in every spectrum.

        Args:
            signal_counts: spectra with the dark taken off; float32 is fastest.
            extra_variance_counts2: beyond shot noise of the signal and read noise, as
                ``CountNoise.dark_variance_counts2`` gives it; its smooth part counts.

        Raises:
            ValueError: other channels than the library's, or a spectrum that is not finite.
        """
        out = np.empty((len(signal_counts), self.n_entries), dtype=np.float32)
        for part in self._chunks(signal_counts, extra_variance_counts2):
            z = out[part.start : part.start + len(part.product)]
            if self.model.is_compiled:
                joint_fit_kernel.scale(part.product, **self._divisors(part), out=z)
            else:
                z[:] = self._scaled(part)
        return out

    def best(
        self,
        signal_counts: Float[np.ndarray, "n channels"],
        *,
        top: int = 10,
        extra_variance_counts2: Float[np.ndarray, " channels"] | None = None,
    ) -> tuple[Float[np.ndarray, "n top"], Int[np.ndarray, "n top"]]:
        """Return the largest z of each spectrum, largest first, and whose they are.

        Args:
            signal_counts: see ``z``.
            top: how many, at most as many as there are entries.
            extra_variance_counts2: see ``z``.

        Raises:
            ValueError: see ``z``; or ``top`` is not within 1 and the number of entries.
        """
        if not 1 <= top <= self.n_entries:
            raise ValueError(f"top must be within 1 and {self.n_entries}, got {top}")
        z = np.empty((len(signal_counts), top), dtype=np.float32)
        row = np.empty((len(signal_counts), top), dtype=np.int64)
        for part in self._chunks(signal_counts, extra_variance_counts2):
            here = slice(part.start, part.start + len(part.product))
            if self.model.is_compiled:
                joint_fit_kernel.best(
                    part.product,
                    **self._divisors(part),
                    z=z[here],
                    row=row[here],
                )
            else:
                every = self._scaled(part)
                first = np.argpartition(-every, top - 1, axis=1)[:, :top]
                score = np.take_along_axis(every, first, axis=1)
                order = np.argsort(-score, axis=1, kind="stable")
                row[here] = np.take_along_axis(first, order, axis=1)
                z[here] = np.take_along_axis(score, order, axis=1)
        return z, row

    def of_passage(
        self,
        signal_counts: Float[np.ndarray, "shots channels"],
        *,
        extra_variance_counts2: Float[np.ndarray, " channels"] | None = None,
    ) -> PassageScore:
        """Return one z per entry for several shots at one person, and each shot's own.

        One amplitude of the entry in all shots, nuisances free in each: the shots' amplitudes
        are averaged with the inverse of their variances, so a bad shot does no harm and n equal
        ones give sqrt(n) times the z of one. A residue that only one shot met is better seen in
        ``z_of_shot``.

        Args:
            signal_counts: one row a shot, at least one.
            extra_variance_counts2: see ``z``.

        Raises:
            ValueError: see ``z``; or there is no shot.
        """
        if not len(signal_counts):
            raise ValueError("a passage needs at least one shot")
        amplitude_sum, weight_sum = np.zeros(self.n_entries), np.zeros(self.n_entries)
        z_of_shot = np.empty((len(signal_counts), self.n_entries), dtype=np.float32)
        for part in self._chunks(signal_counts, extra_variance_counts2):
            z_of_shot[part.start : part.start + len(part.product)] = self._scaled(part)
            inverse = 1 / self._variance(part).astype(np.float64)
            amplitude_sum += (part.product[:, : self.n_entries] * inverse).sum(axis=0)
            weight_sum += inverse.sum(axis=0)
        return PassageScore(z=amplitude_sum / np.sqrt(weight_sum), z_of_shot=z_of_shot)

    def residual(self, signal_counts: Float[np.ndarray, "n channels"]) -> np.ndarray:
        """Return weighted spectra less their nuisances, [n, channels]: unit noise if typical."""
        x = signal_counts.astype(np.float64) * self.weight
        return x - (x @ self.basis) @ self.basis.T

    def inflation(
        self,
        signal_counts: Float[np.ndarray, "n channels"],
        *,
        extra_variance_counts2: Float[np.ndarray, " channels"] | None = None,
    ) -> Float[np.ndarray, " n"]:
        """Return phi of each spectrum: 1 where the nuisances explain it, larger where not."""
        parts = self._chunks(signal_counts, extra_variance_counts2)
        return np.concatenate([np.zeros(0, np.float32), *(part.inflation for part in parts)])

    def _divisors(self, part: _Chunk) -> dict[str, np.ndarray]:
        # A spectrum that fits darkness or less still has the noise of darkness.
        floor = self.variance_rows[-1]
        return {"variance": part.variance, "floor": floor, "inflation": part.inflation}

    def _variance(self, part: _Chunk) -> np.ndarray:
        return np.maximum(part.variance, self.variance_rows[-1]) * part.inflation[:, None]

    def _scaled(self, part: _Chunk) -> np.ndarray:
        return part.product[:, : self.n_entries] / np.sqrt(self._variance(part))

    def _chunks(
        self, signal_counts: np.ndarray, extra_variance_counts2: np.ndarray | None
    ) -> Iterator[_Chunk]:
        if signal_counts.shape[1] != len(self.weight):
            raise ValueError(
                f"spectra have {signal_counts.shape[1]} channels, the fit {len(self.weight)}"
            )
        n_entries, n_bright = self.n_entries, len(self.chi_square_rows) - 1
        extra = self._coefficients(extra_variance_counts2, n_bright)
        per_count = np.float32(1 / self.model.noise.gain_e_per_count)
        lit = self.pivot_light * per_count
        weight = self.weight.astype(np.float32)
        # Written over by the next chunk: fresh memory for each would cost as much as scaling it.
        n_most = min(CHUNK, len(signal_counts))
        whitened = np.empty((n_most, len(weight)), dtype=np.float32)
        products = np.empty((n_most, self.matrix.shape[1]), dtype=np.float32)
        variances = np.empty((n_most, n_entries), dtype=np.float32)
        for start in range(0, len(signal_counts), CHUNK):
            rows = signal_counts[start : start + CHUNK]
            x = whitened[: len(rows)]
            share, squares = self._whiten(rows, weight, x)
            if not np.isfinite(squares).all():
                bad = start + np.flatnonzero(~np.isfinite(squares))
                raise ValueError(f"spectra {bad[:5].tolist()} of {len(signal_counts)} not finite")
            product = np.matmul(x, self.matrix, out=products[: len(rows)])
            fitted = product[:, n_entries:]
            light = np.empty((len(rows), n_bright + 1), dtype=np.float32)
            np.multiply(fitted[:, :n_bright], per_count, out=light[:, :n_bright])
            light[:, :n_bright] += share[:, None] * lit + extra
            light[:, n_bright] = 1
            expected = np.maximum(light @ self.chi_square_rows, self.chi_square_rows[-1])
            chi_square = squares - np.einsum("ij,ij->i", fitted, fitted)
            inflation = np.maximum(chi_square / expected, np.float32(1))
            yield _Chunk(
                start=start,
                product=product,
                variance=np.matmul(light, self.variance_rows, out=variances[: len(rows)]),
                inflation=inflation,
            )

    def _whiten(
        self, rows: np.ndarray, weight: np.ndarray, out: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        if self.model.is_compiled:
            return joint_fit_kernel.whiten(
                rows, weight=weight, pivot=self.pivot, probe=self.probe, out=out
            )
        with np.errstate(invalid="ignore", over="ignore"):  # found by the sum of squares
            single = rows.astype(np.float32)
            share = single @ self.probe
            out[:] = (single - share[:, None] * self.pivot) * weight
            return share, np.einsum("ij,ij->i", out, out)

    def _coefficients(self, counts: np.ndarray | None, n_bright: int) -> np.ndarray:
        """Return what counts on the channels are in the bright part of the basis; float32."""
        if counts is None:
            return np.zeros(n_bright, dtype=np.float32)
        if counts.shape != self.weight.shape or not np.isfinite(counts).all():
            raise ValueError(
                f"extra_variance_counts2 must be {len(self.weight)} finite values, "
                f"got shape {counts.shape}"
            )
        return (self.basis[:, :n_bright].T @ (self.weight * counts)).astype(np.float32)


def _weighted(model: JointModel, typical_counts: np.ndarray) -> JointFit:
    nuisance, noise, template = model.nuisance, model.noise, model.template
    if typical_counts.shape != (len(template),) or not np.isfinite(typical_counts).all():
        raise ValueError(
            f"typical_counts must be {len(template)} finite values, got {typical_counts.shape}"
        )
    # Weights from a fit, not from the counts: weights that follow the noise bias the fit.
    typical = typical_counts.astype(np.float64)
    bright = nuisance.columns[:, : nuisance.n_bright]
    first = noise.variance_counts2(uniform_filter1d(typical, SMOOTH_CHANNELS, mode="nearest"))
    rough = orthonormal(bright / np.sqrt(first)[:, None])
    light = np.sqrt(first) * (rough @ (rough.T @ (typical / np.sqrt(first))))
    weight = 1 / np.sqrt(noise.variance_counts2(light))
    basis = orthonormal(nuisance.columns * weight[:, None])
    n_bright = basis.shape[1]
    if nuisance.n_bright < nuisance.columns.shape[1]:
        n_bright = orthonormal(bright * weight[:, None]).shape[1]
    single = basis.astype(np.float32)
    matrix = np.empty((len(template), template.shape[1] + basis.shape[1]), dtype=np.float32)
    left = matrix[:, : template.shape[1]]
    matrix[:, template.shape[1] :] = single
    np.multiply(template, weight.astype(np.float32)[:, None], out=left)
    before = np.sqrt(np.einsum("ij,ij->j", left, left))
    left -= single @ (single.T @ left)
    norm = np.sqrt(np.einsum("ij,ij->j", left, left))
    retained = norm / np.maximum(before, np.finfo(np.float32).tiny)
    is_seen = retained >= MIN_RETAINED
    left *= np.where(is_seen, 1 / np.maximum(norm, np.finfo(np.float32).tiny), 0)
    rows = np.concatenate(
        [basis[:, :n_bright] * weight[:, None], (weight**2 * noise.floor_counts2)[:, None]], axis=1
    )
    variance_rows = rows.T.astype(np.float32) @ np.square(left)
    variance_rows[:, ~is_seen] = 0
    variance_rows[-1, ~is_seen] = 1  # 0 / 1: nothing can be said
    pivot_light = basis[:, :n_bright].T @ (weight * typical)
    pivot = basis[:, :n_bright] @ pivot_light / weight
    power = float(np.sum((weight * pivot) ** 2))
    probe = weight**2 * pivot / power if power > 0 else np.zeros_like(pivot)
    return JointFit(
        model=model,
        weight=weight,
        matrix=matrix,
        variance_rows=variance_rows,
        chi_square_rows=(rows.T @ (1 - np.sum(basis**2, axis=1))).astype(np.float32),
        basis=basis,
        pivot=pivot.astype(np.float32),
        pivot_light=pivot_light.astype(np.float32),
        probe=probe.astype(np.float32),
        norm=norm,
        retained=retained,
    )
