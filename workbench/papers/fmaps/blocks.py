"""Fig. 3 in motion: a soft map's product, block by block, and what is in memory at each moment."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float, Int

from workbench.papers.fmaps.maps import MapError, SoftMap21, soft_map21
from workbench.papers.fmaps.streamed import slices
from workbench.quantities import Quantity, Snapshot

#: what a block of the matrix is: still to be made, in memory, made and forgotten
TO_COME, NOW, FORGOTTEN = 0.0, 1.0, 0.35
#: the colour of vertices whose rows were not begun
BARE = 0.85


def block_by_block(P21: SoftMap21, colors: Float[np.ndarray, "n1 3"], order: Int[np.ndarray, " n2"],
                   size: int = 128) -> Iterator[Snapshot]:
    """P21 @ colors in blocks of size x size, a Snapshot for each: Fig. 3, and the shape being painted.

    order  the rows, vertices of shape 2, in the order they are gone through
    Quantities: "block", a matrix with one entry for each block of P21 (TO_COME, NOW or FORGOTTEN), and
    "painted" on the structure "target": colours (n2, 3) by Eq. 4 over the columns so far. Loss: the share of
    blocks still to come. Raises MapError when colors or order do not fit the map.
    """
    n2, n1 = P21.shape
    if len(colors) != n1 or not np.array_equal(np.sort(order), np.arange(n2)):
        raise MapError(f"a map of shape {P21.shape} takes {n1} colours and an order of {n2} rows; got "
                       f"{len(colors)} and {len(order)}")
    stripes, columns = list(slices(n2, size)), list(slices(n1, size))
    values = torch.as_tensor(colors, dtype=P21.f1.dtype, device=P21.f1.device)
    painted, states = np.full((n2, 3), BARE), np.full((len(stripes), len(columns)), TO_COME)
    for i, rows in enumerate(stripes):
        for j, until in enumerate(columns):
            states[i, j] = NOW
            painted[order[rows]] = _so_far(P21, order[rows], values[:until.stop])
            step = i * len(columns) + j + 1
            yield Snapshot(step, 1 - step / states.size, _seen(states.copy(), painted.copy()))
            states[i, j] = FORGOTTEN


def _so_far(P21, rows, values):
    """The rows' blend of the first columns: what the running sums hold, divided by the running weights."""
    part = soft_map21(P21.f1[:len(values)], P21.f2[torch.as_tensor(rows)], P21.sigma, "streamed")
    with torch.no_grad():
        return (part @ values).cpu().numpy()


def _seen(states, painted):
    return {"block": lambda: Quantity("block", "plot", states, "matrix"),
            "painted": lambda: Quantity("target", "vertices", painted, "color")}


def megabytes(P21: SoftMap21, size: int = 128) -> tuple[float, float]:
    """What the matrix would take, and what one block takes, in MB of the features' numbers."""
    each = P21.f1.element_size() / 1e6
    return P21.shape[0] * P21.shape[1] * each, size * size * each
