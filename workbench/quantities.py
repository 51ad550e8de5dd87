"""What can be looked at: a Quantity on a shape or in a plot, and the Snapshot a run hands out each step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

#: element kinds of a structure, in Polyscope's language
ELEMENTS = ("vertices", "faces", "edges", "corners")

#: what values on elements can mean, and the columns they need (0: a flat array)
KINDS = {"scalar": 0, "label": 0, "color": 3, "vector": 3, "uv": 2}

#: what values beside the shapes can mean, and how many axes they have
PLOTS = {"curve": 2, "histogram": 2, "matrix": 2, "scatter": 2}


@dataclass(frozen=True, eq=False)
class Quantity:
    """An array with the place it belongs to.

    of      name of a structure on the stage ("body"), or of a plot ("loss")
    on      its element kind: one of ELEMENTS, or "plot"
    values  the array; copied and made read-only, because weights keep changing under a view
    kind    scalar (n,), label (n,) whole numbers, color (n, 3) in [0, 1], vector (n, 3), uv (n, 2);
            for plots: curve (n, 2) of x and y, histogram (rows, samples), matrix (n, m), scatter (n, 2)

    Raises ValueError when on, kind and the array's shape do not fit together, and for what is no real number.
    """

    of: str
    on: str
    values: ArrayLike
    kind: str = "scalar"

    def __post_init__(self):
        values = np.array(self.values)
        values.setflags(write=False)
        object.__setattr__(self, "values", values)
        self._expect(values.dtype.kind in "biuf", "values are real numbers")
        if self.on == "plot":
            self._expect(self.kind in PLOTS, f"a plot is one of {', '.join(PLOTS)}")
            self._expect(values.ndim == PLOTS[self.kind], f"a {self.kind} has {PLOTS[self.kind]} axes")
            self._expect(self.kind not in ("curve", "scatter") or values.shape[1] == 2, "columns are x and y")
            return
        self._expect(self.on in ELEMENTS, f"on is one of {', '.join(ELEMENTS)}, or plot")
        self._expect(self.kind in KINDS, f"on {self.on} a kind is one of {', '.join(KINDS)}")
        columns = KINDS[self.kind]
        shape = f"(n, {columns})" if columns else "(n,)"
        self._expect(
            values.shape[1:] == ((columns,) if columns else ()), f"{self.kind} values have shape {shape}"
        )
        whole = self.kind != "label" or np.issubdtype(values.dtype, np.integer)
        self._expect(whole, "labels are whole numbers")

    def __reduce__(self):
        return Quantity, (self.of, self.on, self.values, self.kind)  # a copy is frozen, too

    def _expect(self, holds, rule):
        if not holds:
            raise ValueError(
                f"Quantity of {self.of!r} on {self.on!r}: {rule}; "
                f"got kind {self.kind!r}, shape {self.values.shape}, dtype {self.values.dtype}"
            )


@dataclass(frozen=True)
class Snapshot:
    """Where a run stands after a step.

    step        steps done so far, from 1
    loss        the objective that the step went down on
    quantities  name -> thunk; a thunk computes its Quantity only when somebody looks, and speaks of the
                present weights, so look before the run takes its next step
    """

    step: int
    loss: float
    quantities: Mapping[str, Callable[[], Quantity]] = field(default_factory=lambda: MappingProxyType({}))

    def look(self, *names: str) -> dict[str, Quantity]:
        """The named quantities (all, when none is named), computed now: name -> Quantity."""
        return {name: self.quantities[name]() for name in names or self.quantities}

    def settled(self) -> "Snapshot":
        """The same Snapshot with every quantity computed now, so that it outlives the next step."""
        seen = self.look()
        return Snapshot(self.step, self.loss, {name: (lambda q=q: q) for name, q in seen.items()})
