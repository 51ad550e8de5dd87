"""A contact sheet: many labelled bodies in one picture, in rows and columns."""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from workbench.shapes import Mesh

from .colors import label_colors
from .painter import Camera, on_faces, painted_mesh


def contact_sheet(
    meshes: Sequence[Mesh],
    labels: Sequence[np.ndarray],
    names: Sequence[str],
    captions: Sequence[str],
    camera: Camera | None = None,
) -> Figure:
    """One row of pictures after another; save with figure.savefig(path, dpi=...), an inch a body.

    labels    one (n,) array of indices into names for each mesh: the colours, explained under the sheet
    captions  what stands above each column; their number is the number of columns
    """
    columns, rows = len(captions), -(-len(meshes) // len(captions))
    figure = Figure(figsize=(columns, rows + 0.6), facecolor="white")
    colors = label_colors(len(names))
    for place, (mesh, label) in enumerate(zip(meshes, labels, strict=True)):
        row, column = divmod(place, columns)
        bottom, height = 1 - (row + 1.3) / (rows + 0.6), 1 / (rows + 0.6)
        axes = figure.add_axes((column / columns, bottom, 1 / columns, height))
        _paint(axes, mesh, colors[on_faces(mesh, label, "label")], camera or Camera())
        if row == 0:
            axes.set_title(captions[column], fontsize=7, pad=4)
    handles = [
        axes.scatter([], [], marker="s", color=color, label=name)
        for name, color in zip(names, colors, strict=True)
    ]
    figure.legend(handles=handles, ncols=len(names), loc="lower center", frameon=False, fontsize=7)
    return figure


def _paint(axes, mesh, colors, camera):
    corners, colors = painted_mesh(mesh, colors, camera)
    # edges in the face's own colour close the seams that antialiasing opens between neighbours
    axes.add_collection(PolyCollection(corners, facecolors=colors, edgecolors=colors, linewidths=0.1))
    middle = (corners.min(axis=(0, 1)) + corners.max(axis=(0, 1))) / 2
    half = np.ptp(corners, axis=(0, 1)).max() / 2 * 1.04
    (left, low), (right, high) = middle - half, middle + half
    axes.set(xlim=(left, right), ylim=(low, high), aspect="equal")
    axes.set_axis_off()
