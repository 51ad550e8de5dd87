"""QM7: small molecules and their energies (Rupp et al. 2012; by PBE0/def2-TZVP, from the package qml)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

#: the chemical elements of QM7 by their number of protons
ELEMENTS = {1: "H", 6: "C", 7: "N", 8: "O", 16: "S"}

#: arrays of the file
NAMES = ("Z", "R_angstrom", "T_kcal_mol")


@dataclass(frozen=True, eq=False)
class Molecules:
    """n molecules of at most a atoms; where a molecule has fewer, Z is 0.

    Z       (n, a) protons of each atom
    R       (n, a, 3) positions in Angstrom
    energy  (n,) atomisation energy in kcal/mol
    """

    Z: Int[np.ndarray, "n a"]
    R: Float[np.ndarray, "n a 3"]
    energy: Float[np.ndarray, " n"]


def qm7(folder: str | Path) -> Molecules:
    """The 7,101 molecules of qm7_pbe0_def2tzvp.npz in a folder; nothing in the file is ever unpickled.

    Raises FileNotFoundError when it is not there, ValueError when arrays are missing, of other shapes, not
    finite, or name elements that QM7 does not have.
    """
    path = Path(folder) / "qm7_pbe0_def2tzvp.npz"
    with np.load(path, allow_pickle=False) as file:
        lacking = [name for name in NAMES if name not in file]
        if lacking:
            raise ValueError(f"{path} lacks {', '.join(lacking)}; it has {', '.join(file)}")
        Z, R, energy = (file[name] for name in NAMES)
    if Z.ndim != 2 or R.shape != (*Z.shape, 3) or energy.shape != Z.shape[:1]:
        raise ValueError(f"{path}: expected Z (n, a), R (n, a, 3) and T (n,); got {Z.shape}, {R.shape}, "
                         f"{energy.shape}")
    if set(np.unique(Z)) - {0, *ELEMENTS} or not (np.isfinite(R).all() and np.isfinite(energy).all()):
        raise ValueError(f"{path}: expected atoms {', '.join(ELEMENTS.values())} and finite numbers")
    return Molecules(Z.astype(np.int64), R.astype(np.float64), energy.astype(np.float64))
