"""Rotations of space: proper ones only, random ones, and those that a slider turns."""

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike


class RotationError(ValueError):
    """A matrix that is no proper rotation; the message says what is wrong with it."""


def check_rotation(R: np.ndarray) -> Float[np.ndarray, "3 3"]:
    """R itself, when R^T R = I and det R = 1 to 1e-6. Raises RotationError, which says what fails."""
    R = np.asarray(R, dtype=np.float64)
    if R.shape != (3, 3) or not np.isfinite(R).all():
        raise RotationError(f"a rotation is a finite matrix (3, 3); got shape {R.shape}")
    off = np.abs(R.T @ R - np.eye(3)).max()
    if off > 1e-6:
        raise RotationError(f"a rotation has R^T R = I; this one is off by {off:.1e}")
    if np.linalg.det(R) < 0:
        raise RotationError("a rotation has determinant 1; this matrix has -1, it is a reflection")
    return R


def about(axis: ArrayLike, angle: float) -> Float[np.ndarray, "3 3"]:
    """The rotation by `angle` in radians about an axis (3,) of any length but zero; Rodrigues' formula."""
    x, y, z = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    K = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K


def random_rotation(draw: np.random.Generator) -> Float[np.ndarray, "3 3"]:
    """A rotation drawn evenly from SO(3): the Q of a Gaussian matrix, made proper."""
    Q, R = np.linalg.qr(draw.standard_normal((3, 3)))
    Q = Q * np.sign(np.diag(R))
    return Q * np.linalg.det(Q)
