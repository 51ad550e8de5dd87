"""A square creased down its middle: the shapes whose dihedral angle HodgeNet learns (section 8.4)."""

import numpy as np
from jaxtyping import Float

from workbench.shapes.mesh import Mesh

#: cells across the crease and along it: 100 triangles, as in the paper (the authors' file has 10 x 10 cells)
CELLS = (10, 5)


def creased(angle: float, cells: tuple[int, int] = CELLS) -> Mesh:
    """A unit square, centred, its half x > 0 turned about the y axis until the halves meet at `angle`.

    angle in radians: pi is flat, 0 and 2 pi fold the halves together on either side. 2 cells_x cells_y
    triangles, cells_x even so that the crease runs along edges. Raises ValueError when it is not.
    """
    if cells[0] % 2:
        raise ValueError(f"a crease along edges needs an even number of cells across it; got {cells[0]}")
    return Mesh(positions(np.array([angle]), cells)[0], _faces(cells))


def positions(angles: Float[np.ndarray, " b"], cells: tuple[int, int] = CELLS) -> Float[np.ndarray, "b n 3"]:
    """Vertices of the creased squares of all angles: (b, n, 3)."""
    x, y = np.meshgrid(*(np.linspace(-0.5, 0.5, count + 1) for count in cells), indexing="ij")
    x, y = x.ravel(), y.ravel()
    turn = np.where(x > 0, 1.0, 0.0) * (np.pi - angles[:, None])
    return np.stack([x * np.cos(turn), np.broadcast_to(y, turn.shape), x * np.sin(turn)], axis=2)


def torn(angle: float, cells: tuple[int, int] = CELLS) -> Mesh:
    """A creased square cut through along its crease: the halves touch, but share no vertex and no edge."""
    whole = creased(angle, cells)
    first = cells[0] // 2 * (cells[1] + 1)                         # vertices come column by column
    line, F = first + np.arange(cells[1] + 1), whole.F.copy()
    right = F[F.max(axis=1) > line[-1]]
    F[F.max(axis=1) > line[-1]] = np.where(right <= line[-1], right - first + whole.n_vertices, right)
    return Mesh(np.concatenate([whole.V, whole.V[line]]), F)


def turned(mesh: Mesh, degrees: float) -> Mesh:
    """The mesh turned about the z axis, in the plane of the flat square."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return Mesh(mesh.V @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]), mesh.F)


def _faces(cells):
    i = np.arange((cells[0] + 1) * (cells[1] + 1)).reshape(cells[0] + 1, cells[1] + 1)
    a, b, c, d = i[:-1, :-1].ravel(), i[1:, :-1].ravel(), i[1:, 1:].ravel(), i[:-1, 1:].ravel()
    return np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
