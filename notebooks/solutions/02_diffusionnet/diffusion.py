import numpy as np


def my_diffusion(spectrum, u, t):
    coefficients = spectrum.evecs.T @ (spectrum.mass * u)
    return spectrum.evecs @ (np.exp(-spectrum.evals * t) * coefficients)
