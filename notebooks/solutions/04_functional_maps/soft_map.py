import numpy as np


def my_soft_map(f1, f2, sigma):
    exponents = -((f2[:, None] - f1) ** 2).sum(axis=2) / (2 * sigma**2)
    weights = np.exp(exponents - exponents.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)
