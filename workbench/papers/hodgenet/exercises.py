"""Checks for the chapter's exercises: they say what is wrong with an attempt, as a teacher would."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import eigh

from workbench.marking import NotYet, expect, expect_shape
from workbench.operators.laplacian import cotan_laplacian
from workbench.shapes.gallery import bumpy_sphere


def check_star0(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 1: attempt(f, faces, n, epsilon) = epsilon I + sum over the triangles of f^T f; Eqs. 2 and 4.

    f (m, k, k), faces (m, 3); the answer is (n, k, k). Returns a sentence when it is right; raises NotYet
    with a hint that fits the mistake when it is not.
    """
    faces, draw = bumpy_sphere(level=1).F, np.random.default_rng(0)
    n, epsilon = int(faces.max()) + 1, 0.05
    f = draw.standard_normal((len(faces), 2, 2))
    got, right = np.asarray(attempt(f.copy(), faces.copy(), n, epsilon)), _star0(f, faces, n, epsilon)
    expect_shape(got, right, "a k x k block for every vertex")
    once, gathered = f.transpose(0, 2, 1) @ f, _gathered(f, faces, n)
    expect(got, right, {
        "epsilon I is missing: where f is small, the block would be singular": _gathered(once, faces, n),
        "epsilon is added to all entries; it belongs on the diagonal": _gathered(once, faces, n) + epsilon,
        "epsilon comes once at each vertex, not once for each triangle":
            _gathered(once + epsilon * np.eye(2), faces, n),
        "that is f f^T; the paper's block is f^T f": _star0(f.transpose(0, 2, 1), faces, n, epsilon),
        "you added the f and squared the sum (the authors' code does, too); Eq. 4 squares each f first":
            gathered.transpose(0, 2, 1) @ gathered + epsilon * np.eye(2),
        "the f are not squared: the sum may be negative, and is no star": gathered + epsilon * np.eye(2),
        "every triangle has three corners; only the first got its share":
            _gathered(once, faces[:, :1], n) + epsilon * np.eye(2),
        "+= on repeated indices counts each only once: np.add.at, or a loop": _last(once, faces, n, epsilon),
    }, "compare one vertex by hand: add f^T f of the triangles around it, and epsilon on the diagonal")
    return "Right: a positive definite block at every vertex, whatever the network says."


def check_slope(attempt: Callable[..., float]) -> str:
    """Exercise 2: attempt(x, evalue, dL, dM) = x^T (dL - lambda dM) x for L x = lambda M x, x^T M x = 1.

    x (n,), dL and dM symmetric (n, n): how the eigenvalue changes when L and M do. Compared with differences
    of true eigenvalues. Returns a sentence when it is right; raises NotYet with a fitting hint when not.
    """
    L, M, dL, dM = _pencil()
    evals, X = eigh(L, M)
    x, evalue = X[:, 5], float(evals[5])
    got, right = np.asarray(attempt(x.copy(), evalue, dL.copy(), dM.copy())), x @ (dL - evalue * dM) @ x
    expect_shape(got, right, "one eigenvalue has one slope, a number")
    expect(got, right, {
        "the mass changes, too: dM is missing": x @ dL @ x,
        "look at the sign of the second term: more mass makes a drum slower": x @ (dL + evalue * dM) @ x,
        "dM comes with a factor: in lambda M x, both change": x @ (dL - dM) @ x,
        "the sign is turned round": -right,
        "half of it: x^T (..) x needs no 1/2": right / 2,
        "twice of it: the two dx terms cancel, as L x = lambda M x": 2 * right,
        "x^T M x is 1 already; dividing by x^T x makes it depend on units": right / (x @ x),
        "M^-1 has no place here: x is normalised by M": x @ np.linalg.solve(M, (dL - evalue * dM) @ x),
    }, "start from L x = lambda M x, let everything change a little, and multiply by x^T from the left")
    h = 1e-5
    ends = [eigh(L + s * dL, M + s * dM, eigvals_only=True)[5] for s in (-h, h)]
    return (f"Right: {float(got):.6f}. Solving again a little to either side gives "
            f"{(ends[1] - ends[0]) / (2 * h):.6f}.")


def check_features(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 3: attempt(H, x)[v, :, :, j] = sum_i H_ij x_vi x_vi^T; section 6.

    H (m, c), x (n, k, m); the answer is (n, k, k, c). Returns a sentence when it is right; raises NotYet with
    a hint that fits the mistake when it is not.
    """
    draw = np.random.default_rng(0)
    H, x = draw.standard_normal((6, 4)), draw.standard_normal((5, 2, 6))
    got, right = np.asarray(attempt(H.copy(), x.copy())), np.einsum("ij,vai,vbi->vabj", H, x, x)
    expect_shape(got, right, "a k x k matrix for each of n features at every vertex")
    flipped = np.asarray(attempt(H.copy(), x * [1, -1, 1, -1, -1, 1]))
    if not np.allclose(flipped, got):
        raise NotYet("turn the sign of an eigenvector and your answer changes; x_i and -x_i are the same "
                     "mode, and x_i x_i^T knows it")
    expect(got, right, {
        "the modes all count alike: H is missing": np.einsum("vai,vbi->vab", x, x)[..., None] + 0 * right,
        "the modes are averaged; the paper adds them": right / x.shape[2],
        "only the diagonals are there: x_i x_i^T is an outer product": right * np.eye(2)[None, :, :, None],
    }, "G_v^j adds H_ij x_vi x_vi^T over the modes i, nothing else")
    return "Right: it forgets signs, and keeps what the modes do together."


def _gathered(blocks, faces, n):
    found = np.zeros((n, *blocks.shape[1:]))
    for corner in range(faces.shape[1]):
        np.add.at(found, faces[:, corner], blocks)
    return found


def _last(blocks, faces, n, epsilon):
    found = np.tile(epsilon * np.eye(2), (n, 1, 1))
    for corner in range(3):
        found[faces[:, corner]] += blocks
    return found


def _star0(f: Float[np.ndarray, "m k k"], faces: Int[np.ndarray, "m 3"], n: int, epsilon: float
           ) -> Float[np.ndarray, "n k k"]:
    return _gathered(f.transpose(0, 2, 1) @ f, faces, n) + epsilon * np.eye(f.shape[1])


def _pencil():
    """L and M of a small surface, and symmetric directions in which they change."""
    plain, draw = cotan_laplacian(bumpy_sphere(level=1)), np.random.default_rng(0)
    dL, dM = (A + A.T for A in 0.02 * draw.standard_normal((2, len(plain.M), len(plain.M))))
    return plain.L.toarray(), np.diag(plain.M), dL, dM
