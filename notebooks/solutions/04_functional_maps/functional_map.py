def my_functional_map(T21, Phi1, Phi2, M2):
    carried = Phi1[T21]
    return Phi2.T @ (M2[:, None] * carried)
