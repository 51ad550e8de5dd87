import numpy as np


def my_features(w, A):
    return np.tanh((w.conj() * (w @ A.T)).real)
