import numpy as np


def my_alignment(phi, reference):
    ones = np.ones((len(phi), 1))
    return np.linalg.lstsq(np.hstack([phi, ones]), reference, rcond=None)[0].T
