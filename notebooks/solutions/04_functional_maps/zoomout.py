from scipy.spatial import KDTree


def my_zoomout_step(C21, Phi1, Phi2, M2, K):
    k = len(C21)
    T21 = KDTree(Phi1[:, :k] @ C21.T).query(Phi2[:, :k])[1]
    return Phi2[:, :K].T @ (M2[:, None] * Phi1[T21, :K])
