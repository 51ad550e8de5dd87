"""Rivals that precompute.py measures: the usual way to all operators, and other ways to the eigenpairs."""

from functools import partial
from time import perf_counter

import numpy as np
import potpourri3d
from scipy.sparse import coo_array, csc_array, diags_array
from scipy.sparse.linalg import LinearOperator, eigsh, splu

from workbench.operators import lanczos, spectrum
from workbench.operators.gradient import tangent_frames
from workbench.operators.laplacian import cotan_laplacian
from workbench.shapes import Mesh

K = 128


def usual(V, F):
    """The operators by a loop over vertices and eigsh on L + 1e-8 I: seconds by part, evals, evecs."""
    start = perf_counter()
    L, M = potpourri3d.cotan_laplacian(V, F, denom_eps=1e-10), potpourri3d.vertex_areas(V, F)
    assembled = perf_counter()
    _looped_gradient(Mesh(V, F))
    graded = perf_counter()
    shifted = (L + diags_array(np.full(len(V), 1e-8))).tocsc()
    evals, evecs = eigsh(shifted, K, diags_array(M).tocsc(), sigma=1e-8)
    done = perf_counter()
    seconds = {"assembly": assembled - start, "gradient": graded - assembled, "eigen": done - graded}
    return seconds, evals, evecs


def _looped_gradient(mesh):
    n = mesh.n_vertices
    frames = tangent_frames(mesh.vertex_normals)
    neighbours = [[] for _ in range(n)]
    for i, j in mesh.edges:
        neighbours[i].append(j)
        neighbours[j].append(i)
    rows, columns, values = [], [], []
    for i in range(n):
        around = neighbours[i]
        edges = (mesh.V[around] - mesh.V[i]) @ frames[i].T
        differences = np.zeros((len(around), len(around) + 1))
        for place in range(len(around)):
            differences[place, 0] = -1
            differences[place, place + 1] = 1
        fit = np.linalg.inv(edges.T @ edges + 1e-5 * np.eye(2)) @ (edges.T @ differences)
        for place, column in enumerate([i, *around]):
            rows.append(i)
            columns.append(column)
            values.append(fit[0, place] + 1j * fit[1, place])
    return coo_array((values, (rows, columns)), shape=(n, n)).tocsc()


def alternatives(mesh, rounds=3):
    """What was tried for the eigenpairs of the same symmetric matrix: name -> (least seconds, remark)."""
    of, n = cotan_laplacian(mesh), mesh.n_vertices
    root = 1 / np.sqrt(of.M)
    S = csc_array(diags_array(root) @ of.L @ diags_array(root))
    tried = {}
    for _ in range(rounds):
        for name, run in (_eigensolvers(S, n) | _factors(S, n)).items():
            start = perf_counter()
            try:
                remark = run()
            except lanczos.NoConvergence as failure:
                remark = str(failure)
            seconds = perf_counter() - start
            tried[name] = (min(seconds, tried.get(name, (np.inf,))[0]), remark)
    return tried


def _eigensolvers(S, n):
    c = spectrum._shift(S, K)
    factor = spectrum.factorise(S, c)
    inverse = LinearOperator(S.shape, matvec=factor.solve, dtype=np.float64)

    def arpack(width):
        eigsh(S, K, sigma=-c, OPinv=inverse, ncv=width, v0=np.cos(np.arange(n)))
        return ""

    def block_lanczos(block, share=1.0):
        solve = factor.solve if share == 1 else spectrum.factorise(S, share * c).solve
        lanczos.smallest_eigenpairs(solve, n, K, share * c, block)
        return "chosen" if (block, share) == (4, 1.0) else ""

    runs = {f"eigsh on the same factor, ncv = {w}": partial(arpack, w) for w in (160, 2 * K + 1, 320)}
    runs |= {f"block Lanczos, block = {b}": partial(block_lanczos, b) for b in (1, 2, 4, 8, 16)}
    for share in (0.01, 0.3, 3.0, 10.0):
        runs[f"block Lanczos, shift times {share}, with its factor"] = partial(block_lanczos, 4, share)
    return runs


def _factors(S, n):
    shifted = csc_array(S + diags_array(np.full(n, spectrum._shift(S, K))))

    def factor(**options):
        return f"{splu(shifted, **options).L.nnz} entries"

    symmetric = {"diag_pivot_thresh": 0.0, "options": {"SymmetricMode": True}}
    return {
        "factor, minimum degree of A + A^T": partial(factor, permc_spec="MMD_AT_PLUS_A", **symmetric),
        "factor, COLAMD without pivoting": partial(factor, permc_spec="COLAMD", **symmetric),
        "factor, scipy's default": factor,
    }
