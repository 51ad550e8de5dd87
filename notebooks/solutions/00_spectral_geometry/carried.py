def my_carried(f1, Phi1, M1, C21, Phi2):
    return Phi2 @ (C21 @ (Phi1.T @ (M1 * f1)))
