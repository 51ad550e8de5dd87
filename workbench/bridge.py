"""The one door from scipy to torch: a shape's operators as one bundle of tensors, which layers take whole."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd.function import Function, once_differentiable

from workbench.operators.gradient import vertex_gradient
from workbench.operators.heat import HeatSolver
from workbench.operators.laplacian import laplacian
from workbench.operators.spectrum import spectrum
from workbench.shapes import Mesh, PointCloud


def chosen_device(name: str = "auto") -> torch.device:
    """The device called name; "auto" is a CUDA card where torch finds one, else the CPU.

    Raises ValueError when torch finds no such device here. (Apple's "mps" has no sparse matrices in CSR.)
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as problem:
        raise ValueError(f"torch finds no device {name!r} here: {problem}") from None


@dataclass(frozen=True)
class Basis:
    """The k lowest eigenpairs of L phi = lambda M phi on a device: Phi^T M Phi = I.

    evals (k,) in 1 / area, evecs Phi (n, k), mass M (n,) in area; weighted is M Phi (n, k), kept because
    every analysis needs it. Sharp et al. 2022, Eq. 3.
    """

    evals: Float[Tensor, " k"]
    evecs: Float[Tensor, "n k"]
    mass: Float[Tensor, " n"]
    weighted: Float[Tensor, "n k"] = field(init=False, repr=False)

    def __post_init__(self):
        object.__setattr__(self, "weighted", self.mass[:, None] * self.evecs)

    def analyse(self, u: Float[Tensor, "n c"]) -> Float[Tensor, "k c"]:
        """Coefficients Phi^T M u (k, c) of the functions u (n, c)."""
        return self.weighted.T @ u

    def synthesise(self, coefficients: Float[Tensor, "k c"]) -> Float[Tensor, "n c"]:
        """Functions Phi c (n, c) with the given coefficients (k, c)."""
        return self.evecs @ coefficients

    def to(self, device=None, dtype=None) -> "Basis":
        return Basis(*(x.to(device=device, dtype=dtype) for x in (self.evals, self.evecs, self.mass)))


class _Multiply(Function):
    """u -> A u for a constant sparse A; the derivative is A^T, stored as rows of its own."""

    @staticmethod
    def forward(ctx, u, matrix, transposed):
        ctx.transposed = transposed
        return _times(matrix, u)

    @staticmethod
    @once_differentiable
    def backward(ctx, du):
        return _times(ctx.transposed, du.contiguous()), None, None


def _times(matrix, u):
    """matrix @ u, which torch on the CPU first fills with zeros and then copies: half of its time."""
    if u.device.type != "cpu":
        return matrix @ u
    product = u.new_empty(len(matrix), u.shape[1])
    return torch.addmm(product, matrix, u, beta=0, out=product)  # with beta = 0 what was there is not read


@dataclass(frozen=True)
class SparseMap:
    """A constant sparse matrix (rows, columns) and, for the way back, its transpose, both compressed by rows.

    Calling it multiplies a dense (columns, c) matrix, differentiably.
    """

    matrix: Float[Tensor, "rows columns"]
    transposed: Float[Tensor, "columns rows"]

    def __call__(self, u: Float[Tensor, "columns c"]) -> Float[Tensor, "rows c"]:
        return _Multiply.apply(u, self.matrix, self.transposed)

    def to(self, device=None, dtype=None) -> "SparseMap":
        return SparseMap(*(x.to(device=device, dtype=dtype) for x in (self.matrix, self.transposed)))


def compressed(matrix, dtype: torch.dtype = torch.float32, device="cpu") -> Float[Tensor, "rows columns"]:
    """A real scipy sparse matrix as a torch tensor compressed by rows (CSR), with 64-bit indices."""
    matrix = sp.csr_matrix(matrix)
    matrix.sum_duplicates()
    parts = (torch.from_numpy(part.astype(np.int64)) for part in (matrix.indptr, matrix.indices))
    values = torch.from_numpy(np.array(matrix.data, dtype=np.float64)).to(dtype)
    return _csr(*parts, values, matrix.shape).to(device)


def sparse_map(matrix, dtype: torch.dtype = torch.float32, device="cpu") -> SparseMap:
    """A real scipy sparse matrix (rows, columns) as a SparseMap."""
    return SparseMap(compressed(matrix, dtype, device), compressed(matrix.T, dtype, device))


def _csr(starts, columns, values, shape):
    with warnings.catch_warnings():  # torch says once per process that CSR tensors are in beta
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(starts, columns, values, size=tuple(shape), check_invariants=True)


@dataclass(frozen=True)
class Operators:
    """What a network needs of one shape, or of several as one: features are concatenated along the vertices.

    bases     one Basis per shape
    gradient  SparseMap (2 n, n), rows 2 i and 2 i + 1 the two tangent components at vertex i; block-diagonal
    solvers   one HeatSolver per shape; empty when no Laplacian was given
    faces     (m, 3) and edges (e, 2) vertex numbers, counted through all shapes; empty for point clouds
    """

    bases: tuple[Basis, ...]
    gradient: SparseMap
    solvers: tuple[HeatSolver, ...]
    faces: Int[Tensor, "m 3"]
    edges: Int[Tensor, "e 2"]

    @property
    def sizes(self) -> list[int]:
        """Vertices of each shape."""
        return [len(basis.mass) for basis in self.bases]

    @property
    def n(self) -> int:
        """Vertices of all shapes together."""
        return sum(self.sizes)

    @property
    def basis(self) -> Basis:
        """The one basis; raises ValueError for a batch, which has several."""
        if len(self.bases) != 1:
            raise ValueError(f"a batch of {len(self.bases)} shapes has no one basis: use .bases, .split(u)")
        return self.bases[0]

    def split(self, u: Tensor) -> tuple[Tensor, ...]:
        """Features (n, c) cut into one piece per shape."""
        return u.split(self.sizes)

    def check(self, u: Tensor) -> None:
        """Raises ValueError unless u is (n, c) with the dtype and device of this bundle."""
        mass = self.bases[0].mass
        if u.ndim != 2 or len(u) != self.n or u.dtype != mass.dtype or u.device != mass.device:
            raise ValueError(f"the operators expect features ({self.n}, c) {mass.dtype} on {mass.device}; "
                             f"got {tuple(u.shape)} {u.dtype} on {u.device}")

    def to(self, device=None, dtype: torch.dtype | None = None) -> "Operators":
        """The same bundle on another device or in another precision; the solvers stay float64 on the CPU."""
        if not (dtype is None or dtype.is_floating_point):
            raise ValueError(f"operators are real: expected a floating dtype, got {dtype}")
        return replace(self, bases=tuple(basis.to(device, dtype) for basis in self.bases),
                       gradient=self.gradient.to(device, dtype),
                       faces=self.faces.to(device), edges=self.edges.to(device))


def bundle(basis, gradient, faces=None, edges=None, solver: HeatSolver | None = None,
           dtype: torch.dtype = torch.float32, device="cpu") -> Operators:
    """Operators of one shape from arrays already at hand.

    basis: anything with evals (k,), evecs (n, k), mass (n,) as numpy; gradient: complex scipy sparse (n, n).
    Raises ValueError when they speak of different numbers of vertices.
    """
    n = len(basis.mass)
    if basis.evecs.shape != (n, len(basis.evals)) or gradient.shape != (n, n):
        raise ValueError(f"a mass of length {n} and {len(basis.evals)} eigenvalues go with evecs "
                         f"({n}, {len(basis.evals)}) and gradient ({n}, {n}); "
                         f"got {basis.evecs.shape} and {gradient.shape}")
    arrays = (torch.tensor(x, dtype=dtype, device=device) for x in (basis.evals, basis.evecs, basis.mass))
    indices = [torch.tensor(np.zeros((0, width)) if x is None else x, dtype=torch.int64, device=device)
               for x, width in ((faces, 3), (edges, 2))]
    return Operators((Basis(*arrays),), sparse_map(interleaved(gradient), dtype, device),
                     () if solver is None else (solver,), *indices)


def interleaved(gradient) -> sp.csr_matrix:
    """Complex (n, n) sparse -> real (2 n, n): row 2 i the real part of row i, row 2 i + 1 the imaginary."""
    z = sp.coo_matrix(gradient)
    rows, columns = np.concatenate([2 * z.row, 2 * z.row + 1]), np.concatenate([z.col, z.col])
    values = np.concatenate([z.data.real, z.data.imag])
    return sp.csr_matrix((values, (rows, columns)), shape=(2 * z.shape[0], z.shape[1]))


def operators(shape: Mesh | PointCloud, k: int = 128,
              dtype: torch.dtype = torch.float32, device="cpu") -> Operators:
    """Laplacian, k eigenpairs and tangent gradient of a mesh or cloud, computed in float64, given in dtype.

    Raises SpectrumError, a ValueError, when the shape has fewer than k vertices.
    """
    heat = laplacian(shape)
    solver = HeatSolver(heat.L, heat.M)
    faces, edges = (shape.F, shape.edges) if isinstance(shape, Mesh) else (None, None)
    return bundle(spectrum(heat, k), vertex_gradient(shape), faces, edges, solver, dtype, device)


def batch(bundles: Sequence[Operators]) -> Operators:
    """Several bundles as one, shape after shape; results are those of the shapes one by one.

    Raises ValueError when the list is empty or the bundles differ in dtype or device.
    """
    kinds = {(ops.bases[0].mass.dtype, str(ops.bases[0].mass.device)) for ops in bundles}
    if len(kinds) != 1:
        raise ValueError(f"a batch wants bundles of one dtype and device; got {sorted(map(str, kinds))}")
    starts = np.cumsum([0] + [ops.n for ops in bundles]).tolist()
    solvers = [ops.solvers for ops in bundles]
    return Operators(
        bases=tuple(basis for ops in bundles for basis in ops.bases),
        gradient=SparseMap(*(_diagonal([getattr(ops.gradient, side) for ops in bundles])
                             for side in ("matrix", "transposed"))),
        solvers=sum(solvers, ()) if all(solvers) else (),
        faces=torch.cat([ops.faces + start for ops, start in zip(bundles, starts, strict=False)]),
        edges=torch.cat([ops.edges + start for ops, start in zip(bundles, starts, strict=False)]))


def _diagonal(blocks):
    rows, columns = (np.cumsum([0] + [block.shape[axis] for block in blocks]).tolist() for axis in (0, 1))
    stored = np.cumsum([0] + [block.values().numel() for block in blocks]).tolist()
    starts = [block.crow_indices()[1:] + at for block, at in zip(blocks, stored, strict=False)]
    return _csr(torch.cat([blocks[0].crow_indices()[:1], *starts]),
                torch.cat([block.col_indices() + at for block, at in zip(blocks, columns, strict=False)]),
                torch.cat([block.values() for block in blocks]), (rows[-1], columns[-1]))
