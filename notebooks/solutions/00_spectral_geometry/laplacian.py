import numpy as np


def my_laplacian(V, F):
    L = np.zeros((len(V), len(V)))
    for face in F:
        for c in range(3):
            i, j, k = face[c - 2], face[c - 1], face[c]  # the edge i j, and the corner k across from it
            a, b = V[i] - V[k], V[j] - V[k]
            w = a @ b / np.linalg.norm(np.cross(a, b)) / 2
            L[[i, j], [i, j]] += w
            L[[i, j], [j, i]] -= w
    return L
