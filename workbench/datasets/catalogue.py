"""Every set of shapes, points or images that the workbench knows: where it comes from and what lies in it."""

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

KINDS = ("generated", "shipped", "authors")


@dataclass(frozen=True)
class DataSet:
    """One set.

    kind     "generated" by a formula, "shipped" in assets, or the "authors"' own, which does not ship
    size     what is in it, in words; layout: how its files lie, in words
    offered  where its authors, or we, offer it
    reader   module:function that reads it, "" where there is none
    expected the files of the published layout, relative to the set's folder
    sample   seed -> arrays, for a generated set: what its checksum is of
    """

    name: str
    kind: str
    size: str
    licence: str
    layout: str
    offered: str
    reader: str = ""
    expected: Callable[[Path], Sequence[str]] = lambda folder: ()
    sample: Callable[[int], Iterable[np.ndarray]] | None = None

    def readable(self) -> bool:
        """Whether the reader is there."""
        module, _, name = self.reader.partition(":")
        try:
            return bool(module) and hasattr(importlib.import_module(module), name)
        except ImportError:
            return False

    def lacking(self, folder: Path) -> list[str]:
        """The expected files that a folder does not hold, or holds empty."""
        lacks = {name: present(folder, name) for name in self.expected(folder)}
        empty = [name for name, path in lacks.items() if path and not path.stat().st_size]
        return [name for name, path in lacks.items() if not path] + [f"{name} (empty)" for name in empty]

    def checksum(self, folder: Path | None = None, seed: int = 0) -> str:
        """sha256 of the expected files, name by name, in a folder; of what is made, for a generated set.

        Raises FileNotFoundError when a file is missing.
        """
        found = sha256()
        if self.sample is not None:
            for array in self.sample(seed):
                found.update(np.ascontiguousarray(array).tobytes())
            return found.hexdigest()
        for name in self.expected(folder):
            path = present(folder, name)
            if path is None:
                raise FileNotFoundError(f"{self.name}: {folder} lacks {name}")
            found.update(f"{name} {sha256(path.read_bytes()).hexdigest()}\n".encode())
        return found.hexdigest()


def present(folder: Path, name: str) -> Path | None:
    """The file of that name in a folder, or the one that was unpacked from or packed into it (.gz)."""
    path = folder / name
    other = path.with_suffix("") if path.suffix == ".gz" else path.with_name(f"{path.name}.gz")
    return next((one for one in (path, other) if one.is_file()), None)


def _numbered(form, numbers):
    return [form.format(n) for n in numbers]


def _faust_r(folder):
    return ["test_pairs.txt", *_numbered("off/tr_reg_{:03d}.off", range(100)),
            *_numbered("corres/tr_reg_{:03d}.vts", range(100)),
            *_numbered("corres/tr_reg_{:03d}.sym.vts", range(100))]


def _benchmark(folder):
    return [f"{kind}/tr_reg_{kind}_{n:03d}.{end}" for kind in ("cloud", "dense", "iso", "mc", "qes")
            for n in range(80, 90) for end in ("ply", "txt")]


#: nineteen classes of twenty shapes, numbered through in the benchmark's own order; 261 to 280 are left out
PSB = ("human", "cup", "glasses", "airplane", "ant", "chair", "octopus", "table", "teddy", "hand", "plier",
       "fish", "bird", "armadillo", "bust", "mech", "bearing", "vase", "fourleg")


def psb_numbers(kind: str) -> range:
    """The numbers of a class's twenty shapes."""
    place = PSB.index(kind)
    first = 20 * (place if place < PSB.index("armadillo") else place + 1) + 1
    return range(first, first + 20)


def _psb19(folder):
    """Ten shapes to learn from and ten to be tested on in every class; which they are is the folder's own."""
    names = []
    for kind in PSB:
        here = {split: sorted(path.name for path in (folder / kind / split).glob("*.obj"))
                for split in ("train", "test")}
        names += [f"{kind}/{split}/{name}" for split, found in here.items() for name in found]
        short = " or ".join(split for split, found in here.items() if len(found) < 10)
        absent = {f"{n:03d}.obj" for n in psb_numbers(kind)} - set(here["train"]) - set(here["test"])
        names += [f"{kind}/{short}/{name}" for name in sorted(absent)]
    return names


def _rna(folder):
    """The two lists, and the file of every molecule that they name."""
    lists = [folder / "train.txt", folder / "test.txt"]
    named = [word for path in lists if path.is_file() for word in path.read_text().split()]
    return ["train.txt", "test.txt", *(f"npz/{Path(word).stem}.npz" for word in named)]


def _idx(folder):
    return [f"{split}-{what}-ubyte.gz" for split in ("train", "t10k")
            for what in ("images-idx3", "labels-idx1")]


def _humans(folder):
    return ["SHA256SUMS", "points.npz",
            *(f"{size}/person_{n}.npz" for size in ("1k", "5k") for n in range(10))]


def _toys(seed):
    from workbench.datasets.toys import TOYS, toy

    return [array for name in sorted(TOYS) for array in toy(name, 9000, seed)]


def _digits(seed):
    from workbench.datasets.images import digits

    return [digits().pixels, digits().labels]


def _turning(seed):
    from workbench.datasets.turning import turning

    return [turning(20, seed).pixels]


#: in the order of the chapters that use them
SETS = (
    DataSet("humans", "shipped", "100 bodies, at about 1,000 and 5,000 vertices", "CC0 1.0",
            "<1k|5k>/person_<p>.npz, points.npz, SHA256SUMS", "with the workbench, in assets/humans",
            "workbench.datasets.humans:humans", _humans),
    DataSet("toys", "generated", "4 sets of 9,000 points in the plane", "MIT, as the workbench",
            "made by a formula from a seed", "with the workbench", "workbench.datasets.toys:toy",
            sample=_toys),
    DataSet("turning", "generated", "2,000 pictures of a turning body", "MIT; the body CC0",
            "drawn from a seed; the checksum is of 20 of them", "with the workbench",
            "workbench.datasets.turning:turning", sample=_turning),
    DataSet("digits", "shipped", "1,797 images of 8 x 8 pixels", "CC BY 4.0 (UCI), with scikit-learn (BSD-3)",
            "inside scikit-learn", "with scikit-learn", "workbench.datasets.images:digits", sample=_digits),
    DataSet("faust_r", "authors", "100 bodies of 5,000 vertices, with correspondences",
            "FAUST: research only, no redistribution", "off/tr_reg_NNN.off, corres/tr_reg_NNN.vts, .sym.vts, "
            "test_pairs.txt", "github.com/llorz/SGA18_orientation_BCICP_dataset (after faust.is.tue.mpg.de)",
            "workbench.datasets.faust:remeshed_scan", _faust_r),
    DataSet("faust_registrations", "authors", "100 bodies of 6,890 vertices in one triangulation",
            "FAUST: research only, no redistribution", "faust_tr_reg_6890.npz with V (100, 6890, 3) and F",
            "faust.is.tue.mpg.de (training registrations)", "workbench.datasets.faust:registrations",
            lambda folder: ["faust_tr_reg_6890.npz"]),
    DataSet("faust_benchmark", "authors", "10 bodies meshed in 5 ways",
            "FAUST: research only, no redistribution", "<kind>/tr_reg_<kind>_<NNN>.ply and .txt",
            "github.com/nmwsharp/discretization-robust-segmentation-benchmark",
            "workbench.datasets.faust:meshed_anew", _benchmark),
    DataSet("psb19", "authors", "380 shapes in 19 classes",
            "Princeton Segmentation Benchmark: free for research", "<class>/<train|test>/NNN.obj",
            "segeval.cs.princeton.edu", "workbench.datasets.folders:labelled", _psb19),
    DataSet("rna", "authors", "160 molecules of about 15,000 vertices (640 are published)", "MIT",
            "npz/NAME.npz, train.txt, test.txt", "github.com/nmwsharp/RNA-Surface-Segmentation-Dataset",
            "workbench.datasets.rna:molecules", _rna),
    DataSet("mnist", "authors", "70,000 images of 28 x 28 pixels", "CC BY-SA 3.0",
            "four idx files, gzipped or not", "yann.lecun.com/exdb/mnist",
            "workbench.datasets.images:idx_images", _idx),
    DataSet("fashion_mnist", "authors", "70,000 images of 28 x 28 pixels", "MIT",
            "four idx files, gzipped or not", "github.com/zalandoresearch/fashion-mnist",
            "workbench.datasets.images:idx_images", _idx),
    DataSet("basis_mnist_features", "authors", "10,000 features of 16 numbers, with labels",
            "none stated by its authors", "mnist_test_siamese16.npz",
            "github.com/orrShtr/BASiS", "workbench.datasets.images:siamese_features",
            lambda folder: ["mnist_test_siamese16.npz"]),
    DataSet("qm7", "authors", "7,101 molecules: charges, positions, energies", "MIT, with the package qml",
            "qm7_pbe0_def2tzvp.npz", "github.com/qmlcode/qml, tests (after quantum-machine.org)",
            "workbench.datasets.molecules:qm7",
            lambda folder: ["qm7_pbe0_def2tzvp.npz"]),
)


def known(more: Iterable[DataSet] = ()) -> dict[str, DataSet]:
    """All sets by name, those that papers add included."""
    return {one.name: one for one in (*SETS, *more)}
