"""Meshes with one thing wrong each, and what the mesh doctor should say of them."""

import numpy as np

from workbench.shapes import crease, icosphere, plane_with_hole, two_spheres

BALL = icosphere(2)
V, F = BALL.V, BALL.F
N, M = len(V), len(F)
A, B, C = F[0].tolist()


def moved(vertices, *rows):
    """Vertices with (index, position) rows replaced."""
    out = np.array(vertices)
    for index, position in rows:
        out[index] = position
    return out


def with_faces(*more):
    return np.concatenate([F, np.array(more)])


def turned(*which):
    out = F.copy()
    out[list(which)] = out[list(which)][:, ::-1]
    return out


def fin():
    """A triangle that stands on the edge A-B of the ball."""
    return np.concatenate([V, [[2.0, 2.0, 2.0]]]), with_faces([A, B, N])


def touching():
    """Two balls that share the first vertex of one of them."""
    two = two_spheres(2)
    faces = np.where(two.F == N, 0, two.F - (two.F > N))
    return np.delete(two.V, N, axis=0), faces


def cap():
    """The edge A-B with a vertex at its middle on one side only: a face without area closes the slit."""
    middle = (V[A:A + 1] + V[B]) / 2
    return np.concatenate([V, middle]), np.concatenate([F[1:], [[A, N, C], [N, B, C], [A, B, N]]])


def needle():
    """Vertex A doubled in place: half of its faces take the copy, and two needles close the slit."""
    around = [f for f in range(M) if A in F[f]]
    ring = {f: np.roll(F[f], -F[f].tolist().index(A)).tolist() for f in around}
    first = ring[around[0]]
    chain = [first]
    while len(chain) < 3:
        chain.append(next(face for face in ring.values() if face[1] == chain[-1][2]))
    taken = [around_face for around_face in around if ring[around_face] in chain]
    faces = F.copy()
    faces[taken] = np.where(faces[taken] == A, N, faces[taken])
    slit = [[A, N, chain[0][1]], [N, A, chain[-1][2]]]
    return np.concatenate([V, V[A:A + 1]]), np.concatenate([faces, slit])


def moebius(n=12):
    a = 2 * np.pi * np.arange(n) / n
    width = np.array([[-0.3], [0.3]])
    reach = 1 + width * np.cos(a / 2)
    strip = np.stack([reach * np.cos(a), reach * np.sin(a), width * np.sin(a / 2)], axis=-1)
    low, high = np.arange(n), n + np.arange(n)
    after_low, after_high = np.append(low[1:], high[0]), np.append(high[1:], low[0])
    faces = [np.stack([low, after_low, after_high], axis=1), np.stack([low, after_high, high], axis=1)]
    return strip.reshape(-1, 3), np.concatenate(faces)


NAN, INF = moved(V, (5, np.nan), (9, np.nan)), moved(V, (7, (0, np.inf, 0)))

#: name -> (V, F, kind, count, example)
DEFECTS = {
    "NaN": (NAN, F, "non-finite vertex", 2, (5,)),
    "infinity": (INF, F, "non-finite vertex", 1, (7,)),
    "index too large": (V, with_faces([0, 1, N]), "index out of range", 1, (M,)),
    "index negative": (V, with_faces([0, 1, -1], [-2, 1, 0]), "index out of range", 2, (M,)),
    "indices as floats": (V, F.astype(float), "float indices", M, (0,)),
    "quads": (crease(8).V, np.array([[0, 9, 10, 1], [9, 18, 19, 10]]), "polygon", 2, (0,)),
    "mixed polygons": (V, [[0, 1, 2, 3], [1, 2, 4], [3, 2, 4, 5, 6]], "polygon", 2, (0,)),
    "a face of two corners": (V, [*F.tolist(), [0, 1]], "too few corners", 1, (M,)),
    "a vertex twice in a face": (V, with_faces([3, 3, 4], [5, 6, 5]), "repeated index", 2, (M,)),
    "a cap": (*cap(), "zero area", 1, (M + 1,)),
    "needles": (*needle(), "zero area", 2, (M,)),
    "a copied face": (V, with_faces(F[4]), "duplicate face", 1, (M,)),
    "copies in other orders": (V, with_faces(F[4][[1, 2, 0]], F[9][::-1]), "duplicate face", 2, (M,)),
    "lone vertices": (np.concatenate([V, [[2, 0, 0], [0, 9, 0]]]), F, "isolated vertex", 2, (N,)),
    "all faces around a vertex unsound": (np.concatenate([V, [V[A]]]), with_faces([A, B, N]),
                                          "vertex without area", 1, (N,)),
    "a fin": (*fin(), "non-manifold edge", 1, (min(A, B), max(A, B))),
    "touching balls": (*touching(), "non-manifold vertex", 1, (0,)),
    "flipped faces": (V, turned(7, 100), "flipped face", 2, (7,)),
    "inside out": (V, F[:, ::-1], "inside out", 1, (0,)),
    "one of two inside out": (two_spheres(2).V, np.concatenate([F, F[:, ::-1] + N]), "inside out", 1, (M,)),
    "huge": (V * 1e200, F, "extreme scale", N, None),
    "tiny": (V * 1e-300, F, "extreme scale", N, None),
    "far away": (V + 1e8, F, "far from origin", N, (0,)),
}

#: what repair leaves, because it must not decide it
LEFT = {
    "two components": (two_spheres(2).V, two_spheres(2).F, "several components", 2, (N,)),
    "boundary": (plane_with_hole(8).V, plane_with_hole(8).F, "boundary", 64, (0, 1)),
    "a Moebius band": (*moebius(), "unorientable piece", 1, (0,)),
}
