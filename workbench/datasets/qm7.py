"""QM7: small molecules, their atomisation energies, and each atom's surroundings on a sphere."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

#: nuclear charges of the elements that occur: H, C, N, O, S
CHARGES = (1, 6, 7, 8, 16)


class MoleculesError(ValueError):
    """A file that does not hold the molecules it should; the message says what is missing."""


@dataclass(frozen=True, eq=False)
class Molecules:
    """Charges (m, a), 0 where no atom is, positions (m, a, 3) in Angstrom, energies (m,) in kcal/mol."""

    charges: Int[np.ndarray, "m a"]
    positions: Float[np.ndarray, "m a 3"]
    energies: Float[np.ndarray, " m"]


def read_qm7(path: str | Path) -> Molecules:
    """The molecules in qm7_pbe0_def2tzvp.npz: 7,101 of QM7, energies by PBE0/def2-TZVP.

    This is another version of QM7 than the papers' 7,165 molecules by PBE0 with other basis sets: errors on
    it are not those papers' numbers. Raises FileNotFoundError without the file, MoleculesError for another.
    """
    with np.load(path, allow_pickle=False) as found:
        lacking = {"Z", "R_angstrom", "T_kcal_mol"} - set(found.files)
        if lacking:
            raise MoleculesError(f"{path} lacks {', '.join(sorted(lacking))}; it has {found.files}")
        Z, R, T = (found[name] for name in ("Z", "R_angstrom", "T_kcal_mol"))
    if R.shape != (*Z.shape, 3) or T.shape != Z.shape[:1]:
        raise MoleculesError(f"{path}: charges {Z.shape}, positions {R.shape}, energies {T.shape} do not fit")
    return Molecules(Z.astype(np.int64), R.astype(np.float64), T.astype(np.float64))


def surroundings(charges: Int[np.ndarray, " a"], positions: Float[np.ndarray, "a 3"],
                 X: Float[np.ndarray, "n 3"], radius: float = 0.5) -> Float[np.ndarray, "k n 5"]:
    """The potential of the other atoms on a sphere around each of the k atoms, one channel an element.

    U_z(x) = sum over atoms j != i with z_j = z of z_i z_j / |p_i + radius x - p_j|, as spherical networks
    before this one did; radius in Angstrom, no more than half of the shortest bond. A rotation of the
    molecule rotates every signal. X: points of the unit sphere.
    """
    there = charges > 0
    z, p = charges[there], positions[there]
    away = np.linalg.norm(p[:, None, None] + radius * X[None, :, None] - p[None, None], axis=3)  # (k, n, k)
    potential = z[:, None, None] * z / np.maximum(away, 1e-9)
    potential *= ~np.eye(len(z), dtype=bool)[:, None]
    return potential @ (z[:, None] == np.array(CHARGES)).astype(np.float64)
