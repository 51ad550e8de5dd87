"""Small pieces that tests of networks share."""

import torch

from workbench.papers.diffusionnet.method import DiffusionNet


def random(*shape, dtype=torch.float64, grad=False):
    """Standard normal numbers; the tests' seed makes them the same each time."""
    return torch.randn(*shape, dtype=dtype, requires_grad=grad)


def network(c_in=3, c_out=5, width=8, **options):
    """A DiffusionNet of two narrow blocks in double precision."""
    return DiffusionNet(c_in, c_out, width, blocks=2, **options).double()


def close(a, b, tolerance=1e-10):
    """Equal up to an absolute tolerance."""
    torch.testing.assert_close(a, b, rtol=0, atol=tolerance)
