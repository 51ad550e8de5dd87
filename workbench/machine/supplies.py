"""Doctor on supplies: the chapters and humans that ship, and the authors' data that do not."""

import os
from hashlib import file_digest
from pathlib import Path

from workbench.machine.finding import INSTALL_AGAIN, Finding

#: folder of authors' data -> something that lies in it when the set is there
DATA_SETS = {
    "faust_r": "off/tr_reg_000.off",
    "faust_registrations": "faust_tr_reg_6890.npz",
    "faust_benchmark": "iso",
    "psb19": "human/train",
    "rna": "train.txt",
    "mnist": "train-images-idx3-ubyte.gz",
    "fashion_mnist": "t10k-images-idx3-ubyte.gz",
    "basis_mnist_features": "mnist_test_siamese16.npz",
    "qm7": "qm7_pbe0_def2tzvp.npz",
}


def chapters() -> list[Finding]:
    folder = _shipped("notebooks")
    count = len(list(folder.glob("*.ipynb"))) if folder else 0
    if not count:
        return [Finding("chapters", "missing", "no notebooks travel with this installation", "every chapter",
                        INSTALL_AGAIN, True)]
    return [Finding("chapters", "ok", f"{count} in {folder}", essential=True)]


def humans() -> list[Finding]:
    """The shipped files against the checksums that ship with them."""
    folder = _shipped("assets")
    listed = sorted(folder.rglob("SHA256SUMS")) if folder else []
    lines = [(sums.parent / line[66:].strip(), line[:64])
             for sums in listed for line in sums.read_text(errors="replace").splitlines()]
    wrong = [path.name for path, sha in lines if not path.is_file() or _digest(path) != sha]
    if wrong or not lines:
        saw = f"damaged or missing: {', '.join(wrong)}" if wrong else "no checksums found"
        return [Finding("shipped humans", "broken", saw, "chapter 2", INSTALL_AGAIN, True)]
    return [Finding("shipped humans", "ok", f"{len(lines)} files match their sha256", essential=True)]


def data_sets() -> list[Finding]:
    """The authors' data in the folder WORKBENCH_DATA; the chapters teach without them."""
    named = os.environ.get("WORKBENCH_DATA", "")
    costs = "the comparisons with numbers that papers print for authors' data; chapters teach without"
    if not Path(named).is_dir() or not named:
        saw = f"WORKBENCH_DATA names {named}, which is not there" if named else "WORKBENCH_DATA is not set"
        return [Finding("authors' data", "missing", saw, costs, "export WORKBENCH_DATA=/where/they/lie")]
    here = [name for name, mark in DATA_SETS.items() if (Path(named) / name / mark).exists()]
    lack = [name for name in DATA_SETS if name not in here]
    found = [Finding("authors' data", "ok", f"{', '.join(here)} in {named}")] if here else []
    return found + ([Finding("authors' data", "missing", ", ".join(lack), costs)] if lack else [])


def _shipped(name: str) -> Path | None:
    """A folder that travels with the workbench; None when it, or what finds it, is broken."""
    try:
        from workbench.shapes.files import shipped

        return shipped(name)
    except (ImportError, OSError):
        return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
