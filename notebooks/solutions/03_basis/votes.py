import numpy as np


def my_votes(phi, maps, reference, tolerance):
    ones = np.column_stack([phi, np.ones(len(phi))])
    landed = np.einsum("tkj,nj->tnk", maps, ones)
    return (np.linalg.norm(landed - reference, axis=2) <= tolerance).sum(axis=1)
