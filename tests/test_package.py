"""What is handed out is whole: wheel and sdist carry code, chapters and assets, and work anywhere."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from workbench import __version__
from workbench.shapes.files import shipped

REPO = Path(__file__).parents[1]
WINDOWS = os.name == "nt"


def files_under(*folders):
    """Files of the checkout that must travel, relative to it."""
    paths = (path for folder in folders for path in (REPO / folder).rglob("*") if path.is_file())
    left = {".gitkeep", ".ipynb_checkpoints", "__pycache__"}
    return {path.relative_to(REPO).as_posix() for path in paths if not left & set(path.parts)}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Wheel and sdist, built from a copy so that the checkout stays clean."""
    copy = tmp_path_factory.mktemp("copy") / "source"
    left = (".git", ".venv", "__pycache__", "*.egg-info", "dist", "workbench-chapters", ".*_cache")
    shutil.copytree(REPO, copy, ignore=shutil.ignore_patterns(*left))
    (copy / "notebooks" / ".ipynb_checkpoints").mkdir(exist_ok=True)
    (copy / "notebooks" / ".ipynb_checkpoints" / "02-checkpoint.ipynb").write_text("{}")
    subprocess.check_output([sys.executable, "-m", "build", "--no-isolation", str(copy)])
    (wheel,), (sdist,) = (copy / "dist").glob("*.whl"), (copy / "dist").glob("*.tar.gz")
    return wheel, sdist


def test_the_wheel_holds_all_code_chapters_and_assets_and_nothing_else(built):
    names = {name for name in zipfile.ZipFile(built[0]).namelist() if ".dist-info/" not in name}
    beside = {f"workbench/{name}" for name in files_under("notebooks", "assets")}
    assert names == files_under("workbench") | beside


def test_the_sdist_holds_what_the_wheel_and_the_tests_need(built):
    with tarfile.open(built[1]) as archive:
        names = {member.name.split("/", 1)[1] for member in archive.getmembers() if member.isfile()}
    needed = files_under("workbench", "notebooks", "assets", "tests", "benchmarks")
    assert names >= needed | {"pyproject.toml", "README.md", "LICENSE"}
    assert not any(".ipynb_checkpoints" in name or ".ci" in name for name in names)


def test_the_wheel_says_who_it_is(built):
    info = f"spectral_workbench-{__version__}.dist-info/"
    described = PathDistribution(zipfile.Path(built[0], info)).metadata
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    assert (described["Name"], described["Version"]) == ("spectral-workbench", __version__)
    assert (described["License-Expression"], described["Requires-Python"]) == ("MIT", ">=3.11")
    always = [line for line in described.get_all("Requires-Dist") if "extra ==" not in line]
    assert sorted(always) == sorted(project["dependencies"])
    assert built[0].name.endswith("-py3-none-any.whl")
    commands = zipfile.ZipFile(built[0]).read(info + "entry_points.txt").decode()
    assert "workbench = workbench.cli:main" in commands


@pytest.fixture(scope="module")
def elsewhere(built, tmp_path_factory):
    """The commands of a venv that holds the wheel and borrows this one's dependencies."""
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(home, with_pip=False, symlinks=not WINDOWS)
    commands = home / ("Scripts" if WINDOWS else "bin")
    python = commands / "python"
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([python, "-c", ask], text=True).strip())
    # A path file is not followed through the path files it leads to: the checkout stays out of sight.
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "borrowed.pth").write_text("\n".join(borrowed))
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps",
                    "--no-index", "--ignore-installed", str(built[0])], check=True)
    return commands


def run(commands, *words, cwd):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.check_output([commands / words[0], *words[1:]], cwd=cwd, env=environment, text=True)


def test_the_installed_wheel_answers_outside_the_checkout(elsewhere, tmp_path):
    version = run(elsewhere, "workbench", "--version", cwd=tmp_path)
    assert version.strip() == f"spectral-workbench {__version__}"
    assert "FOLDER" in run(elsewhere, "workbench", "lab", "--help", cwd=tmp_path)


def test_the_installed_wheel_brings_its_own_chapters_and_humans(elsewhere, tmp_path):
    for folder in ("notebooks", "assets"):
        code = f"from workbench.shapes.files import shipped; print(shipped({folder!r}))"
        place = run(elsewhere, "python", "-c", code, cwd=tmp_path).strip()
        assert Path(place).is_relative_to(elsewhere.parent)
    code = "from workbench.machine import chapters, humans; print(*(f.state for f in chapters() + humans()))"
    assert run(elsewhere, "python", "-c", code, cwd=tmp_path).split() == ["ok", "ok"]


def test_a_checkout_or_editable_install_reads_the_checkout():
    if not Path(shipped("notebooks")).is_relative_to(REPO):
        pytest.skip("the tests run on an installed wheel")
    assert shipped("notebooks") == REPO / "notebooks" and shipped("assets") == REPO / "assets"
