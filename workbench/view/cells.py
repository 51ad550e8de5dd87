"""The notebook around us: does a person's front end execute this cell; widgets that stay reachable."""

import sys
import weakref


def parent_request() -> dict | None:
    """The execute request that the kernel is working on; None outside a kernel."""
    if "ipykernel" not in sys.modules:
        return None
    from ipykernel.kernelbase import Kernel

    return Kernel.instance().get_parent() if Kernel.initialized() else None


def somebody_looks() -> bool:
    """True when a person's front end executes this cell.

    JupyterLab, Notebook 7 and VS Code name the cell in the request's metadata ("cellId"); nbclient,
    which runs notebooks for tests and pages, does not, and a plain script has no request.
    """
    request = parent_request()
    return bool(request) and "cellId" in request.get("metadata", {})


def cell_id() -> str | None:
    """The name of the cell that is being executed by a front end; None where nobody looks."""
    request = parent_request()
    return request.get("metadata", {}).get("cellId") if request else None


def reachable_while_busy(widget) -> None:
    """Let messages to this widget go to the subshell that the browser chose, also while a cell is running.

    ipykernel (since 7.2) sends a comm's messages to the shell that last published on it, which for a view fed
    by a running cell or a thread is the main one: a click would wait for the cell's end.
    """
    if hasattr(widget.comm, "_reply_subshell_for"):
        widget.comm._reply_subshell_for = None


_in_cells: dict[str, tuple[str, weakref.WeakSet]] = {}


def leaves_with_its_cell(thing) -> None:
    """Have thing.left(), or else its close(), called when the cell that runs now is executed again."""
    request = parent_request()
    cell = cell_id()
    if cell is None:
        return
    run = request["header"]["msg_id"]
    if _in_cells.get(cell, (None,))[0] != run:
        _, before = _in_cells.pop(cell, (None, ()))
        for old in tuple(before):
            getattr(old, "left", old.close)()
        _in_cells[cell] = (run, weakref.WeakSet())
    _in_cells[cell][1].add(thing)
