import numpy as np


def my_turn(d1, d2, angle):
    return np.cos(angle) * d1 + np.sin(angle) * d2, -np.sin(angle) * d1 + np.cos(angle) * d2
