"""What works on this machine, what a missing thing costs, and the command that mends it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from workbench.machine.drawing import cell, libraries, still, web, window
from workbench.machine.finding import Finding
from workbench.machine.software import device, keops, packages, python
from workbench.machine.supplies import chapters, data_sets, humans, networks


def look(deep: bool = False) -> list[Finding]:
    """Every line of the page, in its order; deep also compiles a formula with KeOps. Touches no network."""
    looks: list[Callable[[], list[Finding]]] = [
        python, packages, device, lambda: keops(deep), libraries, web, cell, still, window,
        chapters, humans, networks, data_sets,
    ]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return [finding for findings in pool.map(lambda one: one(), looks) for finding in findings]
