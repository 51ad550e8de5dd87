"""The authors' trained network on two human scans: its features and the functional map they imply."""

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from workbench.bridge import bundle, operators
from workbench.operators.descriptors import hks, hks_times
from workbench.operators.spectrum import Spectrum
from workbench.papers.diffusionnet.functional_map import functional_map
from workbench.papers.diffusionnet.published import read_published
from workbench.shapes import Mesh

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def reference(data_folder):
    folder = data_folder.parent / "reference"
    if not folder.is_dir():
        pytest.skip(f"authors' data: no folder {folder}")
    with np.load(folder / "diffusionnet_faust_hks.npz") as arrays:
        return SimpleNamespace(net=read_published(folder / "diffusionnet_faust_hks.pth"), **arrays)


def stored(reference, side):
    """The operators that came with the reference, as a bundle."""
    basis = SimpleNamespace(**{name: getattr(reference, f"{side}_{name}")
                               for name in ("evals", "evecs", "mass")})
    n, entries = len(basis.mass), {}
    for axis in "XY":
        row, col, val = (getattr(reference, f"{side}_grad{axis}_{part}") for part in ("row", "col", "val"))
        entries[axis] = sp.csr_matrix((val, (row, col)), (n, n))
    return bundle(basis, entries["X"] + 1j * entries["Y"])


def implied_map(bases, features):
    """The 30 x 30 map from x to y."""
    coefficients = [basis.analyse(f)[:30].double() for basis, f in zip(bases, features, strict=True)]
    return functional_map(*coefficients, *(basis.evals[:30].double() for basis in bases)).numpy()


@pytest.mark.parametrize("side", ["x", "y"])
@torch.no_grad()
def test_stored_operators_give_the_authors_features(reference, side):
    ours = reference.net(torch.tensor(getattr(reference, f"{side}_hks")), stored(reference, side)).numpy()
    theirs = getattr(reference, f"{side}_features")
    # features reach 53, and the same sums in float64 differ from the stored float32 ones by 2.5e-3
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4 * abs(theirs).max())
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < 1e-4


@torch.no_grad()
def test_stored_operators_give_the_authors_map(reference):
    bundles = [stored(reference, side) for side in "xy"]
    features = [reference.net(torch.tensor(getattr(reference, f"{side}_hks")), ops)
                for side, ops in zip("xy", bundles, strict=True)]
    C = implied_map([ops.basis for ops in bundles], features)
    np.testing.assert_allclose(C, reference.C, rtol=0, atol=1e-4)


@torch.no_grad()
def test_the_meshes_alone_give_the_size_of_the_authors_map(reference):
    bases, features = [], []
    for side in "xy":
        mesh = Mesh(getattr(reference, f"{side}_verts").astype(float),
                    getattr(reference, f"{side}_faces").astype(np.int64))
        ops = operators(mesh, dtype=torch.float64)
        basis = ops.basis
        signatures = hks(Spectrum(basis.evals.numpy(), basis.evecs.numpy(), basis.mass.numpy()), hks_times())
        single = ops.to(dtype=torch.float32)
        features.append(reference.net(torch.tensor(signatures).float(), single))
        bases.append(single.basis)
    # signs of eigenvectors are arbitrary, so only absolute values can agree
    C = implied_map(bases, features)
    assert abs(C).sum() == pytest.approx(55.315, rel=5e-3)
    np.testing.assert_allclose(abs(C), abs(reference.C), rtol=0, atol=5e-3)
