"""What a plot needs besides its values: the kind of axis, bins that all rows share, the rows' names."""

import numpy as np

from workbench.quantities import Quantity

from .colors import Look


def wants_log(values: np.ndarray, look: Look, default: bool = True) -> bool:
    """Whether an axis is logarithmic: as the look says, else if default, for values over a decade."""
    finite = values[np.isfinite(values)]
    positive = bool(finite.size) and bool(finite.min() > 0)
    if look.log is not None or not default:
        return bool(look.log) and positive
    return positive and bool(finite.max() > 10 * finite.min())


def histogram_rows(series: dict[str, Quantity], look: Look) -> tuple[list[np.ndarray], list[str]]:
    """All rows of a histogram plot, and their names: the look's labels, else the series' with numbers."""
    rows = [
        row[np.isfinite(row)] for quantity in series.values() for row in quantity.values.astype(np.float64)
    ]
    names = [f"{name} {row + 1}" for name, quantity in series.items() for row in range(len(quantity.values))]
    return rows, [*look.labels[: len(rows)], *names[len(look.labels) :]]


def histogram_edges(rows: list[np.ndarray], look: Look, bins: int = 28) -> tuple[np.ndarray, bool]:
    """Edges (bins + 1,) over all rows together, even on the axis drawn; and whether that is logarithmic."""
    values = np.concatenate(rows) if rows else np.zeros(0)
    log = wants_log(values, look, default=False)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    low, high = (low if look.low is None else look.low), (high if look.high is None else look.high)
    if not high > low:
        low, high = low - (abs(low) / 2 + 1e-12), low + (abs(low) / 2 + 1e-12)
    return (np.geomspace if log and low > 0 else np.linspace)(low, high, bins + 1), log and low > 0
