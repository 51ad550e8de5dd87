"""Lemma 1: circle integrals give diffusion (Eq. 8), and diffused values give radial convolutions."""

import numpy as np
import pytest

from workbench.papers.diffusionnet.lemma import (
    circle_integral,
    diffused,
    from_circles,
    heat_kernel,
    mixture,
    ring,
    ring_by_diffusion,
    weights_for,
)

H = 4.0 / 64


def image():
    """A smooth random image on the periodic square of side 4."""
    return diffused(np.random.default_rng(0).standard_normal((64, 64)), 2e-3, H)


def offsets():
    """Distance of each grid point from the first one, going round at the borders."""
    x = H * np.minimum(np.arange(64), 64 - np.arange(64))
    return np.hypot(x[:, None], x)


@pytest.mark.parametrize("t", [0.003, 0.02, 0.1])
def test_diffusion_is_the_laplace_transform_of_circle_integrals(t):
    # the trapezium rule is exact to round-off here: the integrand is smooth, odd-free and falls to exp(-40)
    u = image()
    assert np.abs(from_circles(u, t, H) - diffused(u, t, H)).max() < 1e-4 * np.abs(u).max()


def test_a_circle_integral_of_a_constant_is_the_circumference():
    assert np.allclose(circle_integral(np.ones((64, 64)), 0.7, H), 2 * np.pi * 0.7)


def test_a_circle_integral_is_that_of_the_points_on_the_circle():
    # a single wave is known between grid points too
    x = H * np.arange(64)
    k = 2 * np.pi * 3 / 4.0
    u = np.cos(k * x)[:, None] * np.ones(64)
    angles = 2 * np.pi * np.arange(200) / 200
    direct = [2 * np.pi * 0.5 * np.cos(k * (p + 0.5 * np.cos(angles))).mean() for p in x]
    assert np.allclose(circle_integral(u, 0.5, H)[:, 0], direct, atol=1e-12)


def test_a_mixture_of_diffusions_is_convolution_with_the_mixture_of_kernels():
    u, times = image(), np.array([0.01, 0.03, 0.06])
    w = np.array([1.0, -2.0, 0.7])
    layer = sum(a * diffused(u, t, H) for a, t in zip(w, times, strict=True))
    kernel = mixture(offsets(), w, times)
    direct = H**2 * np.fft.ifft2(np.fft.fft2(kernel) * np.fft.fft2(u)).real
    # beyond the border at distance 2 the widest kernel has fallen to exp(-16)
    assert np.abs(layer - direct).max() < 1e-4 * np.abs(layer).max()


def test_radial_convolution_is_a_linear_layer_on_diffused_values():
    u, times = image(), np.geomspace(1e-3, 0.3, 32)
    alpha = ring()
    w = weights_for(alpha, times, 2.9)  # the corner of the square that goes round is 2.83 away
    layer = sum(a * diffused(u, t, H) for a, t in zip(w, times, strict=True))
    direct = H**2 * np.fft.ifft2(np.fft.fft2(alpha(offsets())) * np.fft.fft2(u)).real
    # 32 times make this ring to a few per cent of its own size
    assert np.linalg.norm(layer - direct) < 0.1 * np.linalg.norm(direct)


def test_more_times_make_the_ring_better():
    curves, misses = ring_by_diffusion()
    assert (np.diff(misses[:, 1]) < 0).all() and misses[-1, 1] < 0.1
    assert set(curves) == {"the ring", "2 times", "4 times", "8 times", "16 times", "32 times"}


def test_a_heat_kernel_is_its_own_filter():
    times = np.array([0.01, 0.05])
    w = weights_for(lambda r: heat_kernel(r, 0.05), times, 1.5)
    assert w == pytest.approx([0.0, 1.0], abs=1e-9)
