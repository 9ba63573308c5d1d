"""Planes against the older stacks, Fresnel, and each other."""

import numpy as np
import pytest

from standex.twin.layers import LIGHT_M_PER_S, Layer, stack_reflection
from standex.twin.physical_optics import angle_grid
from standex.twin.planes import Plane, Planes, reflection_on, water_permittivity

F_HZ = np.linspace(8e9, 18e9, 41)
COS = np.array([0.3, 0.7, 1.0])
CLOTH = Layer(thickness_m=1.5e-3, permittivity=1.5, loss_tangent=0.05)
SLAB = Layer(thickness_m=0.03, permittivity=2.9, loss_tangent=0.01)
GAP = Layer(thickness_m=3e-3, permittivity=1.0)


@pytest.mark.parametrize("layers", [(), (CLOTH,), (CLOTH, SLAB, GAP)])
@pytest.mark.parametrize("backing", ["skin", "metal"])
def test_on_skin_and_metal_it_is_the_older_stack(layers, backing):
    old = stack_reflection(
        layers, frequency_hz=F_HZ, cos_incidence=COS, is_metal_backed=backing == "metal"
    )
    new = reflection_on(layers, backing, frequency_hz=F_HZ, cos_incidence=COS)
    np.testing.assert_allclose(new, old, atol=1e-12)


def test_on_a_layer_it_is_fresnel():
    got = reflection_on((), SLAB, frequency_hz=F_HZ, cos_incidence=np.array([1.0]))
    n = np.sqrt(2.9 * (1 - 0.01j))
    np.testing.assert_allclose(got, np.full((41, 1), (1 - n) / (1 + n)), atol=1e-12)


def test_air_reflects_nothing():
    air = Layer(thickness_m=0.0, permittivity=1.0)
    np.testing.assert_allclose(
        reflection_on((), air, frequency_hz=F_HZ, cos_incidence=COS), 0, atol=1e-12
    )


def test_passive():
    for backing in ("skin", "metal", "water", SLAB):
        got = reflection_on((CLOTH, GAP), backing, frequency_hz=F_HZ, cos_incidence=COS)
        assert np.abs(got).max() <= 1 + 1e-12


def test_two_planes_at_their_heights_are_the_whole_stack():
    up = SLAB.thickness_m + GAP.thickness_m
    front = Plane(layers=(CLOTH,), backing=SLAB, raised_m=up, at_m=up)
    behind = Plane(layers=(CLOTH, SLAB, GAP), at_m=0.012, without=front)
    k = 2 * np.pi / LIGHT_M_PER_S * F_HZ[:, None]
    sum_at_skin = sum(
        plane.reflection(F_HZ, COS) * np.exp(2j * k * COS * plane.at_m) for plane in (front, behind)
    )
    whole = stack_reflection((CLOTH, SLAB, GAP), frequency_hz=F_HZ, cos_incidence=COS)
    np.testing.assert_allclose(sum_at_skin, whole, atol=1e-12)


def test_echoes_lie_within_the_stated_delays():
    plane = Plane(layers=(CLOTH, SLAB, GAP))
    k = 2 * np.pi / LIGHT_M_PER_S * F_HZ
    at_m = np.arange(-0.3, 0.4, 1e-3)
    steer = np.exp(1j * np.outer(at_m, k)) * np.hanning(41)
    power = np.abs(steer @ plane.reflection(F_HZ, np.array([1.0]))[:, 0]) ** 2
    early, late = plane.delay_m
    inside = (at_m > early - 0.04) & (at_m < late + 0.04)  # less the width of a pulse
    assert power[~inside].sum() < 0.02 * power.sum()


def test_water_is_what_debye_says():
    near_13 = water_permittivity(np.array([13e9]))[0]
    assert near_13.real == pytest.approx(56, abs=1.5)
    assert near_13.imag == pytest.approx(-34, abs=1)


def test_tables_are_on_the_grid_and_made_once():
    planes = Planes(planes=(Plane(layers=(CLOTH,)), Plane(layers=(), backing="water")))
    table = planes.table(F_HZ)
    assert table.shape == (2, 41, len(angle_grid()))
    assert table.dtype == np.complex64
    assert planes.table(F_HZ.copy()) is table
    assert planes.delays_m().shape == (2, 2)
