"""Compiled inner loops of the beamspace imager; ``beamspace.image_blocks`` is their reference.

Two loops hold nearly all of the time, and LLVM vectorises neither by itself (it cannot see that
what is written does not overlap what is read), so their bodies are emitted as vector instructions:

* ``_gate_row`` resamples one channel's profile around a block: K outputs, 4 taps each;
* ``_beams_to_voxels`` turns beams into 16 voxels: all in registers, tables read once, in order.
"""

# numba and llvmlite come without types; what is exported is annotated.
# pyright: basic
# pyright: reportCallIssue=false, reportArgumentType=false
# An intrinsic is given a typing context whether it uses it or not.

import inspect

import numba as nb
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

LANES = 16  # voxels at a time: one AVX-512 register of float32; LLVM splits it where there is none
AHEAD = 2  # sub-frequencies that tables are fetched before they are needed
MOST_BEAMS = 7  # beams at a time whose sums stay in registers
FLOAT, INT16, WIDE = ir.FloatType(), ir.IntType(16), ir.IntType(64)


def _compiled(function):
    """Compile on first use; shape checks of a test run wrap functions, Numba wants them bare."""
    njit = nb.njit(nogil=True, fastmath=True, error_model="numpy", cache=True)
    return njit(inspect.unwrap(function))


def _vector(n, of=FLOAT):
    return ir.VectorType(of, n)


def _load(builder, base, offset, n, of=FLOAT, align=None):
    pointer = builder.gep(base, [offset])
    pointer = builder.bitcast(pointer, _vector(n, of).as_pointer())
    value = builder.load(pointer)
    value.align = align or (2 if of is INT16 else 4)
    return value


def _store(builder, base, offset, value):
    pointer = builder.bitcast(builder.gep(base, [offset]), value.type.as_pointer())
    builder.store(value, pointer).align = 4


def _splat(builder, scalar, n):
    first = builder.insert_element(ir.Constant(_vector(n), ir.Undefined), scalar, WIDE(0))
    mask = ir.Constant(_vector(n, ir.IntType(32)), [0] * n)
    return builder.shuffle_vector(first, ir.Constant(_vector(n), ir.Undefined), mask)


def _fma(builder, a, b, c):
    kind = a.type
    name = f"llvm.fma.v{kind.count}f32"
    function = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(kind, [kind] * 3), name
    )
    return builder.call(function, [a, b, c])


def _pieces(n):
    """Cut n into vectors of 16, 8 and 4."""
    start = 0
    for width in (16, 8, 4):
        while n - start >= width:
            yield start, width
            start += width


def _data(context, builder, kind, array):
    return context.make_array(kind)(context, builder, array).data


@intrinsic
def _gate_row(typing, profiles, at, taps, tap, turn_re, turn_im, out, to_re, to_im, k_tuple):
    """Write K resampled, turned values: real parts at ``to_re``, imaginary parts at ``to_im``.

    ``at`` holds four offsets of real parts, then four of imaginary parts.
    """
    n_k = len(k_tuple)

    def emit(context, builder, signature, arguments):
        kinds = signature.args
        base = _data(context, builder, kinds[0], arguments[0])
        offsets = cgutils.unpack_tuple(builder, arguments[1])
        weights = _data(context, builder, kinds[2], arguments[2])
        result = _data(context, builder, kinds[6], arguments[6])
        h = [
            builder.load(builder.gep(weights, [builder.add(arguments[3], WIDE(j))]))
            for j in range(4)
        ]
        for start, n in _pieces(n_k):
            parts = []
            for part in range(2):
                value = None
                for j in range(4):
                    here = _load(builder, base, builder.add(offsets[4 * part + j], WIDE(start)), n)
                    weight = _splat(builder, h[j], n)
                    value = (
                        builder.fmul(here, weight)
                        if value is None
                        else _fma(builder, here, weight, value)
                    )
                parts.append(value)
            c, s = _splat(builder, arguments[4], n), _splat(builder, arguments[5], n)
            minus = builder.fneg(s)
            re = _fma(builder, parts[1], minus, builder.fmul(parts[0], c))
            im = _fma(builder, parts[0], s, builder.fmul(parts[1], c))
            _store(builder, result, builder.add(arguments[7], WIDE(start)), re)
            _store(builder, result, builder.add(arguments[8], WIDE(start)), im)
        return context.get_dummy_value()

    return types.void(profiles, at, taps, tap, turn_re, turn_im, out, to_re, to_im, k_tuple), emit


@intrinsic
def _beams_to_voxels(typing, beams, beam, n_a, u_t, t_at, u_r, r_at, n_b, out, to, a_tuple):
    """Add sum_a U_t[a] sum_b C[b, a] U_r[b] to 16 voxels, all complex, for a few beams a.

    ``beams[beam + 2 (b n_a + a)]`` is the real part, the next the imaginary part; tables are int16,
    16 real parts then 16 imaginary parts for each beam.
    """
    few = len(a_tuple)

    def emit(context, builder, signature, arguments):
        kinds = signature.args
        c_base = _data(context, builder, kinds[0], arguments[0])
        t_base = _data(context, builder, kinds[3], arguments[3])
        r_base = _data(context, builder, kinds[5], arguments[5])
        o_base = _data(context, builder, kinds[8], arguments[8])

        def table(base, offset):
            raw = _load(builder, base, offset, LANES, INT16)
            return builder.sitofp(raw, _vector(LANES))

        zero = ir.Constant(_vector(LANES), [0.0] * LANES)
        sums = [cgutils.alloca_once_value(builder, zero) for _ in range(2 * few)]
        for pointer in sums:
            builder.store(zero, pointer)
        with cgutils.for_range(builder, arguments[7]) as loop:
            b = loop.index
            r_here = builder.add(arguments[6], builder.mul(b, WIDE(2 * LANES)))
            u_re = table(r_base, r_here)
            u_im = table(r_base, builder.add(r_here, WIDE(LANES)))
            u_minus = builder.fneg(u_im)
            c_here = builder.add(arguments[1], builder.mul(b, builder.mul(arguments[2], WIDE(2))))
            for a in range(few):
                c_re, c_im = (
                    _splat(
                        builder,
                        builder.load(
                            builder.gep(c_base, [builder.add(c_here, WIDE(2 * a + part))])
                        ),
                        LANES,
                    )
                    for part in range(2)
                )
                re, im = builder.load(sums[2 * a]), builder.load(sums[2 * a + 1])
                re = _fma(builder, c_im, u_minus, _fma(builder, c_re, u_re, re))
                im = _fma(builder, c_im, u_re, _fma(builder, c_re, u_im, im))
                builder.store(re, sums[2 * a])
                builder.store(im, sums[2 * a + 1])
        re = _load(builder, o_base, arguments[9], LANES)
        im = _load(builder, o_base, builder.add(arguments[9], WIDE(LANES)), LANES)
        for a in range(few):
            t_here = builder.add(arguments[4], WIDE(2 * LANES * a))
            u_re = table(t_base, t_here)
            u_im = table(t_base, builder.add(t_here, WIDE(LANES)))
            y_re, y_im = builder.load(sums[2 * a]), builder.load(sums[2 * a + 1])
            re = _fma(builder, builder.fneg(y_im), u_im, _fma(builder, y_re, u_re, re))
            im = _fma(builder, y_im, u_re, _fma(builder, y_re, u_im, im))
        _store(builder, o_base, arguments[9], re)
        _store(builder, o_base, builder.add(arguments[9], WIDE(LANES)), im)
        return context.get_dummy_value()

    return types.void(beams, beam, n_a, u_t, t_at, u_r, r_at, n_b, out, to, a_tuple), emit


@intrinsic
def _prefetch(typing, table, at):
    """Ask for the cache line of ``table[at]``; the hardware stops guessing at every page."""

    def emit(context, builder, signature, arguments):
        data = _data(context, builder, signature.args[0], arguments[0])
        pointer = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
        name = "llvm.prefetch.p0i8" if "i8" in str(pointer.type) else "llvm.prefetch.p0"
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        builder.call(function, [pointer, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(table, at), emit


@_compiled
def _gate(profiles, n, u_t, u_r, rate, time, k_rate, taps, turn, out, k_tuple):
    n_k, n_r = len(k_tuple), len(u_r)
    steps = (len(taps) // 4) - 1
    step_re, step_im = np.ones(n_r, np.float32), np.zeros(n_r, np.float32)
    turn_re, turn_im = np.empty(n_r, np.float32), np.empty(n_r, np.float32)
    before = 0.0
    for t in range(len(u_t)):
        if turn:
            # The carrier follows the receivers' leg from transmitter to transmitter by equal
            # turns where the times are equally spaced.
            by = time[t] - time[t - 1] if t else 0.0
            if t == 0:
                for r in range(n_r):
                    turn_re[r] = np.cos(k_rate[r] * time[0])
                    turn_im[r] = np.sin(k_rate[r] * time[0])
            else:
                if abs(by - before) > 1e-12:
                    for r in range(n_r):
                        step_re[r], step_im[r] = np.cos(k_rate[r] * by), np.sin(k_rate[r] * by)
                for r in range(n_r):
                    re = turn_re[r] * step_re[r] - turn_im[r] * step_im[r]
                    turn_im[r] = turn_re[r] * step_im[r] + turn_im[r] * step_re[r]
                    turn_re[r] = re
            before = by
        for r in range(n_r):
            u = u_t[t] + u_r[r]
            c, s = np.float32(1.0), np.float32(0.0)
            if turn:
                u += rate[r] * time[t]
                c, s = turn_re[r], turn_im[r]
            i = np.int64(u)
            tap = np.int64((u - i) * steps + 0.5) * 4
            base = (t * n_r + r) * 4 * n
            a = base + (i & 1) * 2 * n + (i >> 1)
            i += 1
            b = base + (i & 1) * 2 * n + (i >> 1)
            to = (t * 2 * n_r + r) * n_k
            _gate_row(
                profiles,
                (a, b, a + 1, b + 1, a + n, b + n, a + 1 + n, b + 1 + n),
                taps, tap, c, s, out, to, to + n_r * n_k, k_tuple,
            )  # fmt: skip


@_compiled
def _tile(beams, table, at, n_k, n_a, n_b, out, to):
    """Add all beams of all sub-frequencies to 16 voxels; the table of a tile lies in one piece."""
    for k in range(n_k):
        ahead = at + AHEAD * (n_a + n_b) * 2 * LANES
        for line in range(n_a + n_b):
            _prefetch(table, ahead + line * 2 * LANES)
        r_at = at + n_a * 2 * LANES
        a, beam = 0, k * n_a * n_b * 2
        while a < n_a:
            rest = n_a - a
            few = (rest - 1) // ((rest - 1) // MOST_BEAMS + 1) + 1
            here, t_at = beam + 2 * a, at + a * 2 * LANES
            if few == 7:
                _beams_to_voxels(beams, here, n_a, table, t_at, table, r_at, n_b, out, to, (0,) * 7)
            elif few == 6:
                _beams_to_voxels(beams, here, n_a, table, t_at, table, r_at, n_b, out, to, (0,) * 6)
            elif few == 5:
                _beams_to_voxels(beams, here, n_a, table, t_at, table, r_at, n_b, out, to, (0,) * 5)
            elif few == 4:
                _beams_to_voxels(beams, here, n_a, table, t_at, table, r_at, n_b, out, to, (0,) * 4)
            elif few == 3:
                _beams_to_voxels(beams, here, n_a, table, t_at, table, r_at, n_b, out, to, (0,) * 3)
            elif few == 2:
                _beams_to_voxels(beams, here, n_a, table, t_at, table, r_at, n_b, out, to, (0,) * 2)
            else:
                _beams_to_voxels(beams, here, n_a, table, t_at, table, r_at, n_b, out, to, (0,))
            a += few
        at = r_at + n_b * 2 * LANES


@_compiled
def blocks_kernel(
    numbers, rows, profiles, n, u_t, u_r, rate_r, time, k_rate_r, moving, wave_t, wave_r,
    basis_t, basis_t_at, basis_r, basis_r_at, rank_t, rank_r, scale_t, scale_r,
    table, table_at, n_tiles, fourier, taps, k_tuple, image,
):  # fmt: skip
    """Image blocks ``rows[numbers]``; places are by number, tables by row."""
    n_k, n_t, n_r = len(k_tuple), u_t.shape[1], u_r.shape[1]
    gated = np.empty(n_t * 2 * n_r * n_k, np.float32)
    tile = np.empty(2 * LANES, np.float32)
    for number in numbers:
        row = rows[number]
        n_a, n_b = rank_t[row], rank_r[row]
        _gate(profiles, n, u_t[number], u_r[number], rate_r[number], time, k_rate_r[number], taps,
              moving, gated, k_tuple)  # fmt: skip
        v = basis_t[basis_t_at[row] : basis_t_at[row] + n_a * n_t].reshape(n_a, n_t)
        both = np.empty((2 * n_a, n_t), np.float32)
        for a in range(n_a):
            for t in range(n_t):
                value = v[a, t] * wave_t[number, t]
                both[a, t], both[n_a + a, t] = value.real, value.imag
        product = np.dot(both, gated.reshape(n_t, 2 * n_r * n_k))
        half = np.empty((n_a * n_k, n_r), np.complex64)
        for a in range(n_a):
            for r in range(n_r):
                for k in range(n_k):
                    x, y = r * n_k + k, (n_r + r) * n_k + k
                    half[a * n_k + k, r] = complex(
                        product[a, x] - product[n_a + a, y], product[a, y] + product[n_a + a, x]
                    )
        w = basis_r[basis_r_at[row] : basis_r_at[row] + n_b * n_r].reshape(n_b, n_r)
        right = np.empty((n_r, n_b), np.complex64)
        for b in range(n_b):
            for r in range(n_r):
                right[r, b] = w[b, r] * wave_r[number, r]
        beams = np.dot(half, right)
        ordered = np.empty((n_k, n_b * n_a), np.complex64)
        for a in range(n_a):
            for k in range(n_k):
                for b in range(n_b):
                    ordered[k, b * n_a + a] = beams[a * n_k + k, b] * (
                        scale_t[row, a] * scale_r[row, b]
                    )
        spectrum = np.dot(fourier, ordered).view(np.float32).ravel()
        at, per_tile = table_at[row], n_k * (n_a + n_b) * 2 * LANES
        for block_tile in range(n_tiles):
            tile[:] = 0
            _tile(spectrum, table, at + block_tile * per_tile, n_k, n_a, n_b, tile, 0)
            for lane in range(LANES):
                image[number, block_tile * LANES + lane] = complex(tile[lane], tile[LANES + lane])
