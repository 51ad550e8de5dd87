"""Doctor: what it says is true, also where things crash, hang or are missing."""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

from workbench import cli, machine
from workbench.machine import drawing, finding, software, supplies

REPO = Path(__file__).parents[1]


def test_doctor_looks_at_every_dependency():
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    assert set(software.PACKAGES) == {line.split(">=")[0] for line in project["dependencies"]}


def test_doctor_agrees_with_itself_and_names_a_cost_for_whatever_fails():
    said = subprocess.run([sys.executable, "-m", "workbench.cli", "doctor", "--json"], cwd=REPO, text=True,
                          stdout=subprocess.PIPE, timeout=300)
    answer = json.loads(said.stdout)
    found = answer["findings"]
    expected = {"Python", "packages", "torch device", "C++ compiler", "KeOps", "WebGL stage",
                "Polyscope in a cell", "Polyscope's window", "still pictures", "stage() takes", "chapters",
                "shipped humans", "shipped networks", "authors' data"}
    assert {one["topic"] for one in found} >= expected
    assert all(one["costs"] for one in found if one["state"] in ("missing", "broken"))
    essentials = all(one["state"] == "ok" for one in found if one["essential"])
    assert answer["works"] == essentials and said.returncode == (0 if essentials else 1)
    assert next(one for one in found if one["topic"] == "torch device")["state"] == "ok"


def test_a_probe_that_crashes_is_told_with_what_it_was_doing(monkeypatch):
    monkeypatch.setattr(finding, "CHILD", "import os, signal; print('importing it', flush=True);"
                                          " os.kill(os.getpid(), signal.SIGSEGV)")
    assert finding.ask("imports") == (None, "crashed (SIGSEGV) importing it")
    assert [one.state for one in (*drawing.web(), *drawing.cell(), *drawing.still())] == ["broken"] * 3


def test_a_probe_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(finding, "CHILD", "import time; time.sleep(60)")
    assert finding.ask("imports", seconds=0.5) == (None, "no answer within 0.5 s")


def test_a_failing_probe_says_why():
    answer, failure = finding.ask("polyscope_draws")
    assert answer is None and "where" in failure


def test_a_missing_library_names_the_packages_that_bring_it(monkeypatch):
    monkeypatch.setattr(drawing, "LIBRARIES", {"libnothing.so.9": ("libnothing9", "nothing-libs")})
    monkeypatch.setattr(sys, "platform", "linux")
    (found,) = drawing.libraries()
    assert found.state == "missing" and "libnothing.so.9" in found.saw
    assert "apt-get install libnothing9" in found.mends and "dnf install nothing-libs" in found.mends


def test_a_missing_or_broken_package_is_essential_unless_chapters_do_without(monkeypatch, tmp_path):
    (tmp_path / "half_there.py").write_text("raise ImportError('libX11.so.6: cannot open shared object')")
    (tmp_path / "half_there-1.0.dist-info").mkdir()
    described = "Metadata-Version: 2.1\nName: half-there\nVersion: 1.0\n"
    (tmp_path / "half_there-1.0.dist-info" / "METADATA").write_text(described)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    packages = {"half-there": "half_there", "pykeops-not": "no", "tqdm": "tqdm"}
    monkeypatch.setattr(software, "PACKAGES", packages)
    monkeypatch.setattr(software, "OPTIONAL", {"pykeops-not": "chapter 4"})
    listed, *wrong = software.packages()
    assert "tqdm" in listed.saw
    assert [(one.topic, one.state, one.essential) for one in wrong] == [
        ("pykeops-not", "missing", False), ("half-there", "broken", True)]
    assert "apt-get install libx11-6" in wrong[1].mends


def test_without_a_compiler_keops_is_missing_and_not_tried(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    assert [(one.topic, one.state) for one in software.keops(deep=True)] == [
        ("C++ compiler", "missing"), ("KeOps", "missing")]


def test_a_damaged_or_missing_asset_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(supplies, "_shipped", lambda name: tmp_path)
    right = hashlib.sha256(b"right").hexdigest()
    for folder, look in (("humans", supplies.humans), ("checkpoints", supplies.networks)):
        assert look()[0].state == "broken"
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.file").write_bytes(b"right")
        (tmp_path / folder / "SHA256SUMS").write_text(f"{right}  one.file\n")
        assert look()[0].state == "ok"
        (tmp_path / folder / "one.file").write_bytes(b"wrong")
        assert look()[0].state == "broken" and "one.file" in look()[0].saw


def test_every_shipped_network_has_its_checksum():
    listed = (REPO / "assets" / "checkpoints" / "SHA256SUMS").read_text().splitlines()
    there = {path.name for path in (REPO / "assets" / "checkpoints").glob("*.pt")}
    assert {line[66:] for line in listed} == there, "python -m workbench.training.catalogue"
    assert supplies.networks()[0].state == "ok"


def test_authors_data_are_found_by_what_lies_in_them(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "nowhere"))
    assert "nowhere" in supplies.data_sets()[0].saw
    (tmp_path / "rna").mkdir()
    for name in ("train.txt", "test.txt"):
        (tmp_path / "rna" / name).write_text("\n")  # lists of no molecules are whole
    (tmp_path / "mnist").mkdir()
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    here, partial, absent = supplies.data_sets()
    assert here.saw.startswith("rna in") and "qm7" in absent.saw.split(", ")
    assert "mnist lacks train-images-idx3-ubyte.gz and 3 more" in partial.saw and partial.state == "broken"


def test_each_way_to_see_a_stage_says_what_it_costs_to_miss_it_and_what_stage_takes_then(monkeypatch):
    for name in drawing.DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    lost, taken = drawing.window()
    assert lost.state == "missing" and "no display" in lost.saw and "xvfb-run" in lost.mends and lost.costs
    assert taken.topic == "stage() takes" and "in a script here still pictures, and says why" in taken.saw
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setattr(drawing, "ask", lambda *words, **how: ("openGL3_glfw", ""))
    found, taken = drawing.window()
    assert found.state == "ok" and "in a script here window" in taken.saw
    monkeypatch.setattr(drawing, "ask", lambda *words, **how: (None, "crashed (SIGSEGV)"))
    for finding_ in (*drawing.web(), *drawing.cell(), drawing.window()[0], *drawing.still()):
        assert finding_.state == "broken" and finding_.costs and finding_.mends and not finding_.essential


def test_every_package_is_looked_for_by_the_name_it_imports_as():
    assert software.packages()[1:] == []


def test_colour_only_repeats_what_words_say():
    broken = machine.Finding("torch", "broken", "too " * 40, "all", "mend it", True)
    found = [broken, machine.Finding("C", "ok", "here")]
    plain, coloured = cli.page(found, colour=False), cli.page(found, colour=True)
    assert "\033" not in plain and "broken" in plain and plain.endswith("cannot run: torch.")
    for code in ("31", "32", "0"):
        coloured = coloured.replace(f"\033[{code}m", "")
    assert coloured == plain
    assert max(map(len, plain.splitlines())) <= 112


def test_doctor_leaves_nothing_behind(tmp_path):
    code = (f"import sys; sys.path.append({str(REPO)!r});"
            " from workbench.machine.drawing import cell, still; cell(); still()")
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert list(tmp_path.iterdir()) == []
