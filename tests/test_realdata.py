"""Meshes that others made: what the doctor mends has a spectrum, and scans of people are healthy."""

import warnings

import numpy as np
import pytest

from workbench.operators.laplacian import laplacian
from workbench.operators.spectrum import spectrum
from workbench.shapes import diagnose, read, repair

pytestmark = pytest.mark.realdata


def orthonormality(mesh, k=48):
    """The largest entry of |Phi^T M Phi - I|."""
    basis = spectrum(laplacian(mesh), k)
    return abs(basis.evecs.T @ (basis.mass[:, None] * basis.evecs) - np.eye(k)).max()


@pytest.mark.parametrize("kind", ["bearing", "mech", "chair", "human"])
def test_every_repaired_shape_has_an_orthonormal_basis(data_folder, kind):
    if not (data_folder / "psb19" / kind).is_dir():
        pytest.skip(f"no psb19/{kind} here")
    for path in sorted((data_folder / "psb19" / kind).glob("*/*.obj"))[::2]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what remains after repair is said, and is no obstacle
            assert orthonormality(repair(read(path)).mesh) < 1e-8


def test_scans_of_people_are_healthy(data_folder):
    paths = sorted((data_folder / "faust_r" / "off").glob("*.off"))[::20]
    if not paths:
        pytest.skip("no faust_r here")
    for path in paths:
        mesh = read(path)
        assert diagnose(mesh, k=128).healthy
        assert orthonormality(mesh) < 1e-8
