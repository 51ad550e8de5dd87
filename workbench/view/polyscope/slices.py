"""Slices in the drawing process: planes that each cut one body, wherever it stands and turns."""

import numpy as np
import polyscope as ps


class Slices:
    """One plane for each structure that is cut; only what is on it and what stands over it heed it."""

    def __init__(self):
        self._planes = {}

    def cut(self, name: str, V: np.ndarray | None, slice: list | None) -> None:
        """Cut a structure with vertices V at a share of its extent along "x", "y" or "z"; None: nowhere."""
        if slice is None:
            if name in self._planes:
                self._planes.pop(name)[0].remove()
            return
        axis, share = "xyz".index(slice[0]), slice[1]
        low, high = V.min(axis=0), V.max(axis=0)
        middle = (low + high) / 2
        middle[axis] = low[axis] + share * (high[axis] - low[axis])
        if name not in self._planes:
            plane = ps.add_slice_plane(f"slice of {name}")
            plane.set_draw_plane(False)
            plane.set_draw_widget(False)
        else:
            plane = self._planes[name][0]
        self._planes[name] = plane, middle, axis

    def follow(self, name: str, stand: np.ndarray) -> None:
        """Put the plane of a structure where the structure stands now, by its 4 x 4 matrix."""
        if name in self._planes:
            plane, middle, axis = self._planes[name]
            normal = -stand[:3, axis] / np.linalg.norm(stand[:3, axis])
            plane.set_pose(tuple(stand[:3, :3] @ middle + stand[:3, 3]), tuple(normal))

    def settle(self, bodies: dict[str, list], places: dict[str, str]) -> None:
        """Let each plane cut what it must.

        bodies  structure -> Polyscope's structures that show it and what is on it
        places  structure -> the one in whose place it stands: itself, or what it stands over
        """
        for name, (plane, _, _) in self._planes.items():
            for other, pieces in bodies.items():
                for piece in pieces:
                    piece.set_ignore_slice_plane(plane, name not in (other, places[other]))
