import numpy as np


def my_star0(f, faces, n, epsilon):
    blocks = np.tile(epsilon * np.eye(f.shape[1]), (n, 1, 1))
    for corner in range(3):
        np.add.at(blocks, faces[:, corner], f.transpose(0, 2, 1) @ f)
    return blocks
