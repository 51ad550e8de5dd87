"""Doctor on software: Python, the packages, the device torch computes on, the compiler and KeOps."""

import os
import platform
import shutil
import sys
from importlib import metadata

from workbench.machine.finding import (
    INSTALL_AGAIN,
    LIBRARIES,
    OPTIONAL,
    Finding,
    ask,
    pip_command,
    system_command,
)

#: distribution -> its import name
PACKAGES = {name: name for name in (
    "anywidget", "ipykernel", "ipywidgets", "jaxtyping", "jupyterlab", "matplotlib", "numpy", "pillow",
    "polyscope", "potpourri3d", "pykeops", "scipy", "torch", "tqdm",
)} | {"pillow": "PIL", "robust-laplacian": "robust_laplacian", "scikit-learn": "sklearn"}


def python() -> list[Finding]:
    good = sys.version_info >= (3, 11)
    return [Finding("Python", "ok" if good else "missing", f"{platform.python_version()}, {sys.executable}",
                    "" if good else "everything", "" if good else "a venv with Python 3.11 or newer", True)]


def packages() -> list[Finding]:
    """The dependencies with their versions, and a line for each that is missing or does not load."""
    versions, findings = {}, []
    for name in sorted(PACKAGES):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            findings.append(_package(name, "missing", "not installed"))
    complaints, failure = ask("imports", *(PACKAGES[name] for name in versions))
    if failure:
        findings.append(Finding("packages", "broken", failure, "every chapter", INSTALL_AGAIN, True))
    for name in versions:
        if complaint := (complaints or {}).get(PACKAGES[name]):
            findings.append(_package(name, "broken", complaint))
    saw = ", ".join(f"{name} {version}" for name, version in versions.items())
    return [Finding("packages", "ok", saw), *findings]


def _package(name: str, state: str, saw: str) -> Finding:
    """A line for a package that does not load; where a system library is to blame, that is what mends it."""
    blamed = next((packages for library, packages in LIBRARIES.items() if library in saw), None)
    mends = system_command(*blamed) if blamed else pip_command(name)
    return Finding(name, state, saw, OPTIONAL.get(name, "every chapter"), mends, name not in OPTIONAL)


def device() -> list[Finding]:
    saw, failure = ask("torch_device")
    if failure:
        return [Finding("torch device", "broken", failure, "every chapter", pip_command("torch"), True)]
    return [Finding("torch device", "ok", saw, essential=True)]


def keops(deep: bool) -> list[Finding]:
    """The C++ compiler, and KeOps on top of it."""
    candidates = (os.environ.get("CXX", ""), "g++", "clang++", "c++")
    compiler = next(filter(None, map(shutil.which, filter(None, candidates))), None)
    costs = OPTIONAL["pykeops"]
    if compiler is None:
        mends = "xcode-select --install" if sys.platform == "darwin" else system_command("g++", "gcc-c++")
        return [Finding("C++ compiler", "missing", "no g++, clang++ or c++", costs, mends),
                Finding("KeOps", "missing", "needs the compiler for every new formula", costs, mends)]
    found = Finding("C++ compiler", "ok", compiler)
    if not deep:
        return [found, Finding("KeOps", "unknown", "workbench doctor --deep compiles a formula to see")]
    saw, failure = ask("keops", seconds=180)
    if failure:
        return [found, Finding("KeOps", "broken", failure, costs, pip_command("pykeops"))]
    return [found, Finding("KeOps", "ok", saw)]
