"""A contact sheet: many labelled bodies in one picture, in rows and columns."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from workbench.shapes import Mesh
from workbench.view.colors import label_colors
from workbench.view.painter import Camera

from .render import rendered

#: an inch of the sheet
PIXELS = 200


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
        axes.set_axis_off()
        axes.imshow(_painted(mesh, label, colors, camera or Camera()))
        if row == 0:
            axes.set_title(captions[column], fontsize=7, pad=4)
    handles = [
        axes.scatter([], [], marker="s", color=color, label=name)
        for name, color in zip(names, colors, strict=True)
    ]
    figure.legend(handles=handles, ncols=len(names), loc="lower center", frameon=False, fontsize=7)
    return figure


def _painted(mesh, label, colors, camera):
    """The mesh as a square of pixels, each in the colour of its nearest corner's label."""
    return rendered(
        mesh,
        lambda face, weights: colors[label[mesh.F[face, weights.argmax(axis=1)]]],
        camera,
        PIXELS,
        PIXELS,
    )
