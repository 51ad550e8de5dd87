"""What doctor tries in a child process, because it may crash or hang.

The last line of output is {"answer": ...} or {"failure": "..."}; a child that dies first leaves the line that
says what it was trying. Each probe imports what it tries, and nothing else is imported here.
"""

import json


def imports(*modules: str) -> dict[str, str]:
    """The modules that do not import, with the last line of their complaint."""
    from importlib import import_module

    complaints = {}
    for module in modules:
        print(f"importing {module}", flush=True)  # noqa: T201
        try:
            import_module(module)
        except Exception as problem:
            complaints[module] = f"{type(problem).__name__}: {problem}".strip().splitlines()[-1]
    return complaints


def libraries(*names: str) -> dict[str, str]:
    """The shared libraries that do not load, with the loader's complaint."""
    import ctypes

    complaints = {}
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError as problem:
            complaints[name] = str(problem)
    return complaints


def torch_device() -> str:
    """The device torch computes on here, tried with one sum."""
    import torch

    accelerated = torch.backends.mps.is_available() or torch.cuda.is_available()
    device = "cuda" if torch.cuda.is_available() else "mps" if accelerated else "cpu"
    if torch.ones(8, device=device).sum().item() != 8:
        raise ArithmeticError(f"the sum of eight ones on {device} is wrong")
    name = f" ({torch.cuda.get_device_name()})" if device == "cuda" else ""
    single = ", single precision only" if device == "mps" else ""
    return f"{device}{name}, {torch.get_num_threads()} CPU threads{single}"


def polyscope_draws(where: str) -> str:
    """Polyscope's drawing backend, after a picture of one triangle was really drawn by it.

    where  "cell": without a window where the system can do that; "window": only into one
    """
    import numpy as np
    import polyscope as ps

    ps.set_verbosity(0)
    ps.set_allow_headless_backends(where == "cell")
    ps.init()
    ps.register_surface_mesh("triangle", np.eye(3), np.array([[0, 1, 2]]))
    if np.ptp(ps.screenshot_to_buffer()) == 0:
        raise RuntimeError("Polyscope drew an empty picture")
    return ps.get_render_engine_backend_name()


def web_stage() -> str:
    """How large the stage's own program for the browser is, after a widget was made that carries a scene."""
    from workbench.view.browser.modules import SOURCE

    world = _scene("web").screen.world()
    if "webgl2" not in SOURCE or len(world["structures"]) != 1:
        raise RuntimeError("the stage's widget carries no scene, or no WebGL")
    return f"{len(SOURCE) / 1000:.0f} kB of our own WebGL 2 travel to the browser, nothing else"


def still_picture() -> str:
    """The size of a picture of a triangle, after it was really painted."""
    picture = _scene("still").frame()
    if picture.std() < 5:
        raise RuntimeError("the painter painted an empty picture")
    return f"painted a triangle, {picture.shape[1]} x {picture.shape[0]} pixels, by NumPy and matplotlib"


def _scene(backend):
    import numpy as np

    from workbench.quantities import Quantity
    from workbench.shapes import Mesh
    from workbench.view import Stage

    stage = Stage(backend=backend)
    stage.add("triangle", Mesh(np.eye(3), np.array([[0, 1, 2]])))
    stage.show("value", Quantity("triangle", "vertices", np.arange(3.0)))
    return stage


def keops() -> str:
    """KeOps' version, after it compiled a Gaussian formula that agrees with numpy."""
    import numpy as np
    import pykeops
    from pykeops.numpy import LazyTensor

    X = np.random.default_rng(0).normal(size=(64, 3))
    kernel = (-((LazyTensor(X[:, None]) - LazyTensor(X[None])) ** 2).sum(-1)).exp()
    dense = np.exp(-((X[:, None] - X[None]) ** 2).sum(-1))
    if not np.allclose(kernel.sum(1).ravel(), dense.sum(1)):
        raise ArithmeticError("a KeOps sum of Gaussians differs from numpy's")
    return f"{pykeops.__version__}, compiles and agrees with numpy"


def answer(probe: str, *arguments: str) -> None:
    """Print what the named probe answers, or how it failed."""
    try:
        outcome = {"answer": globals()[probe](*arguments)}
    except Exception as problem:
        outcome = {"failure": f"{type(problem).__name__}: {problem}"}
    print(json.dumps(outcome), flush=True)  # noqa: T201
