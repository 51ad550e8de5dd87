"""What every test stands on: checked annotations, seeds, few threads, the markers realdata and browser."""

import os
import random
import sys
from pathlib import Path

# Before numpy and torch load: their pools read these once. One core stays free for browsers and kernels.
for pool in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(pool, str(max(1, (os.cpu_count() or 2) // 2)))

from jaxtyping import install_import_hook

install_import_hook("workbench", "checked.checked")

import numpy as np
import pytest
from browser import chromium, why_not


def _data_folder():
    """The folder WORKBENCH_DATA names, and why there is none."""
    named = os.environ.get("WORKBENCH_DATA")
    if not named:
        return None, "authors' data: WORKBENCH_DATA names no folder"
    if not Path(named).is_dir():
        return None, f"authors' data: WORKBENCH_DATA names {named}, which is no folder"
    return Path(named).resolve(), ""


def pytest_runtest_setup(item):
    """Skip with the reason what needs something that is not here; in CI a missing browser is a failure."""
    if item.get_closest_marker("realdata") and _data_folder()[0] is None:
        pytest.skip(_data_folder()[1])
    if item.get_closest_marker("browser") and (lacking := why_not()):
        require = os.environ.get("WORKBENCH_REQUIRE_BROWSER") == "1"
        (pytest.fail if require else pytest.skip)(lacking)


@pytest.fixture(autouse=True)
def _seeds():
    """Every test starts from the same random numbers, whichever ran before it."""
    random.seed(0)
    np.random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


@pytest.fixture(scope="session")
def data_folder():
    """The authors' data as a Path; mark the test realdata."""
    folder, why = _data_folder()
    if folder is None:
        pytest.skip(why)
    return folder


@pytest.fixture
def page():
    """A page in headless Chromium with working WebGL; page.problems are its errors. Mark the test browser."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        yield page


@pytest.fixture(scope="session")
def body():
    """A closed surface without symmetry."""
    from workbench.shapes import bumpy_sphere

    return bumpy_sphere(level=2)


@pytest.fixture(scope="session")
def ops(body):
    """The body's operators in double precision."""
    import torch

    from workbench.bridge import operators

    return operators(body, k=40, dtype=torch.float64)
