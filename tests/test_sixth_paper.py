"""Three files, a notebook, a test, one line: a sixth paper added so passes what all papers promise."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from sixth_paper import ENTRIES, FILES, LINE

REPO = Path(__file__).parents[1]
HARNESS = ("conftest.py", "checked.py", "browser.py", "waiting.py", "test_papers.py")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the library and of its common tests, to which the sixth paper was added by the steps."""
    place = tmp_path_factory.mktemp("sixth") / "checkout"
    shutil.copytree(REPO / "workbench", place / "workbench", ignore=shutil.ignore_patterns("__pycache__"))
    (place / "tests").mkdir()
    for name in HARNESS:
        shutil.copy(REPO / "tests" / name, place / "tests" / name)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(REPO / name, place / name)
    for name, content in FILES.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content)
    (place / "notebooks").mkdir()
    cells = [nbformat.v4.new_markdown_cell("# A filter\n\nHow do you iron a sphere?"),
             nbformat.v4.new_code_cell("from workbench.papers.sixth import experiment"),
             nbformat.v4.new_code_cell('config = experiment.Config.preset("quick")',
                                       metadata={"tags": ["parameters"]})]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), place / "notebooks" / "06_sixth.ipynb")
    readme = (place / "README.md").read_text()
    (place / "README.md").write_text(re.sub(r"(?m)^(\| 5 \|.*)$", rf"\1\n{LINE}", readme))
    return place


def run(checkout, *words):
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    return subprocess.run([sys.executable, "-m", *words], cwd=checkout, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)


def test_a_paper_of_three_files_keeps_the_common_promise(checkout):
    tests = ("tests/test_papers.py", "tests/test_sixth.py")
    said = run(checkout, "pytest", *tests, "-q", "-p", "no:cacheprovider", "-k", "sixth or there_are_papers")
    assert said.returncode == 0, said.stdout
    promises = re.findall(r"\ndef (test_\w+)\(paper\)", (REPO / "tests" / "test_papers.py").read_text())
    assert len(promises) >= 5 and f"{len(promises) + 2} passed" in said.stdout, said.stdout


def test_a_promise_that_is_broken_is_seen(checkout, tmp_path):
    path = checkout / "workbench" / "papers" / "sixth" / "experiment.py"
    right = path.read_text()
    try:
        path.write_text(right.replace("lr: float = 3e-2", "lr: float = 0.0"))
        said = run(checkout, "pytest", "tests/test_papers.py", "-q", "-p", "no:cacheprovider", "-k",
                   "sixth and falls")
        assert said.returncode == 1 and "1 failed" in said.stdout, said.stdout
    finally:
        path.write_text(right)


def test_it_keeps_the_floors_and_the_style(checkout):
    said = run(checkout, "ruff", "check", "workbench/papers/sixth", "tests/test_sixth.py")
    assert said.returncode == 0, said.stdout


def test_its_chapter_is_on_the_shelf_and_its_numbers_can_be_declared(checkout):
    (checkout / "workbench" / "papers" / "sixth" / "entries.py").write_text(ENTRIES)
    (checkout / "assets").mkdir(exist_ok=True)
    said = run(checkout, "workbench.cli", "reproduce", "06", "--preset", "tiny")
    assert said.returncode == 0 and "NOT COMPARABLE" in said.stdout, said.stdout
    said = run(checkout, "workbench.cli", "export", "--student", "class")
    assert said.returncode == 0 and "A filter" in (checkout / "class" / "chapters.md").read_text()
    assert LINE in (checkout / "README.md").read_text()


def test_contributing_is_one_page_and_names_these_very_steps():
    page = (REPO / "CONTRIBUTING.md").read_text()
    assert len(page.splitlines()) <= 70
    for word in ("__init__.py", "method.py", "experiment.py", "notebooks/", "tests/test_", "README",
                 "tests/test_papers.py", "entries.py", "solutions/"):
        assert word in page, word
