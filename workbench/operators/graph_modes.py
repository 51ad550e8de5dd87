"""Eigenvectors of a graph: of its Laplacian, of the normalised one, of its random walk."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh
from scipy.sparse import csr_array, diags_array, eye_array

from workbench.operators.graph_affinity import GraphError, parts
from workbench.operators.laplacian import Laplacian
from workbench.operators.spectrum import spectrum

#: the matrices whose eigenvectors can be asked for
KINDS = ("L", "L_N", "P")

#: an eigenvalue below this part of the largest possible one is zero
ZERO = 1e-12

#: eigenvalues at the cut that differ by less than this part are the same
SAME = 1e-9


class FallsApart(GraphError):
    """The graph has more parts than eigenvectors can tell: those of eigenvalue zero do not fit in."""


class RepeatedEigenvalue(GraphError):
    """The last eigenvalue asked for and the next one are the same, so that any mixture would do."""


@dataclass(frozen=True, eq=False)
class GraphModes:
    """Eigenvectors of the K smallest eigenvalues, with columns of mean square one.

    evals  (K,) of L, or of L_N; 1 - evals are those of P. Ascending
    evecs  (n, K) with evecs^T evecs = n I for L and L_N, and evecs^T D evecs = trace(D) I for P
    gap    (lambda_next - lambda_K) / lambda_next: near zero, the last column is hardly determined
    """

    evals: Float[np.ndarray, " K"]
    evecs: Float[np.ndarray, "n K"]
    gap: float


def combinatorial(W: csr_array) -> csr_array:
    """L = D - W, D the diagonal of the row sums: positive semi-definite, L 1 = 0."""
    return (diags_array(W.sum(axis=1)) - W).tocsr()


def normalised(W: csr_array) -> csr_array:
    """L_N = I - D^-1/2 W D^-1/2, with eigenvalues in [0, 2] (Chung 1997)."""
    root = diags_array(1 / np.sqrt(W.sum(axis=1)))
    return (eye_array(W.shape[0]) - root @ W @ root).tocsr()


def random_walk(W: csr_array) -> csr_array:
    """P = W D^-1: entry ij is the chance of a step to i from j; columns sum to one (Coifman, Lafon 2006)."""
    return (W @ diags_array(1 / W.sum(axis=0))).tocsr()


def dense_modes(
    W: Float[np.ndarray, "n n"], K: int, of: str = "L_N", trivial: bool = False
) -> GraphModes:
    """The K smallest eigenpairs of a dense graph: of L, of L_N, or the functions P^T phi = mu phi.

    P^T, because its eigenvectors D^-1/2 u are the diffusion maps; those of P itself are D^1/2 u, for u of
    L_N. The trivial one, of eigenvalue zero (1, D^1/2 1, 1), is known and so deflated: the others are
    orthogonal to it also where the graph falls apart. It comes first if `trivial`, else not at all. Raises
    FallsApart where there are more parts than K vectors can tell, RepeatedEigenvalue where lambda_K and the
    next one agree to 1e-9, GraphError where a point has no neighbour, or K does not fit.
    """
    D = _degrees(W, K, of, trivial)
    wanted = K - trivial
    root = np.ones(len(D)) if of == "L" else np.sqrt(D)
    top = 2 * float((D / root**2).max())
    q = root / np.linalg.norm(root)
    S = W * np.outer(-1 / root, 1 / root)
    S += np.outer(top * q, q)
    S.flat[::len(D) + 1] += D / root**2
    evals, U = eigh(S, subset_by_index=[0, wanted], driver="evr", overwrite_a=True, check_finite=False)
    U = np.column_stack([q, U[:, :wanted]]) if trivial else U[:, :wanted]
    kept = np.concatenate([[0.0], evals[:wanted]]) if trivial else evals[:wanted]
    return GraphModes(np.maximum(kept, 0), _columns(U, D, of), _gap(W, evals, K, top))


def whole_modes(W: csr_array, K: int, of: str = "L_N", trivial: bool = False) -> GraphModes:
    """What dense_modes gives, of a large sparse graph: one factorisation, and no eigenvalue left out."""
    D = _degrees(W, K, of, trivial)
    mass = np.ones(len(D)) if of == "L" else D
    found = spectrum(Laplacian(combinatorial(W), mass), K + 1 - trivial + 1)
    U = found.evecs * np.sqrt(mass)[:, None]
    q = np.sqrt(mass / mass.sum())
    U, evals = _without(U, q, found.evals)
    wanted = K - trivial
    gap = _gap(W, evals, K, 2 * float((D / mass).max()))
    U = np.column_stack([q, U[:, :wanted]]) if trivial else U[:, :wanted]
    kept = np.concatenate([[0.0], evals[:wanted]]) if trivial else evals[:wanted]
    return GraphModes(np.maximum(kept, 0), _columns(U, D, of), gap)


def _without(U, q, evals):
    """Take the known vector of eigenvalue zero out of the space of those; the rest stays orthonormal."""
    zeros = max(1, int((evals <= ZERO * max(evals[-1], 1.0)).sum()))
    turn = np.linalg.svd((U[:, :zeros].T @ q)[None])[2]              # its first row is q in this basis
    return np.column_stack([U[:, :zeros] @ turn[1:].T, U[:, zeros:]]), evals[1:]


def _columns(U, D, of):
    if of == "P":
        return U * np.sqrt(D.sum() / D)[:, None]
    return U * np.sqrt(len(D))


def _gap(W, evals, K, top):
    """The gap behind the last eigenvalue wanted, which is evals[-2]. Raises where there is none."""
    last, following = float(evals[-2]), float(evals[-1])
    if following <= ZERO * top:
        raise FallsApart(f"the graph has {parts(W)[0]} parts, too many for {K} eigenvectors: take more "
                         f"neighbours, or more points, or bridge the parts")
    gap = (following - last) / following
    if gap < SAME:
        raise RepeatedEigenvalue(f"eigenvalue {K} and the next one are both {last:.6g}: their space cannot "
                                 f"be cut; ask for one eigenvector more or less")
    return gap


def _degrees(W, K, of, trivial):
    if of not in KINDS:
        raise GraphError(f"eigenvectors are of one of {', '.join(KINDS)}; got {of!r}")
    n = W.shape[0]
    if not 1 <= K - trivial <= n - 2:
        raise GraphError(f"{n} points have at most {n - 2} eigenvectors beside the trivial one and the next; "
                         f"{K - trivial} were asked for")
    D = np.asarray(W.sum(axis=1))
    if not (np.isfinite(D).all() and (D > 0).all()):
        raise GraphError(f"{int((~(D > 0)).sum())} of {n} points have no neighbour, or a weight is not "
                         f"finite")
    return D
