import numpy as np


def my_shift(h, angle):
    f = np.fft.rfft(h)
    return np.fft.irfft(f * np.exp(1j * angle * np.arange(len(f))), n=len(h))
