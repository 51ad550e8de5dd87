"""The ledger: verdicts follow from declarations, lines are never lost, counted twice or written by hand."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from slow_pieces import COUNT, ENTRY, did

from workbench import cli
from workbench.entries import Claim, Task, verdict
from workbench.ledger import (
    LedgerWarning,
    UnknownEntry,
    append,
    closing,
    entries,
    find,
    judged,
    newest,
    note,
    preset_of,
    read,
    reproduce,
    table,
)
from workbench.ledger.finding import sets
from workbench.ledger.running import work
from workbench.papers.hodgenet.experiment import Config
from workbench.shapes.files import shipped

HERE = Path(__file__).parent


def given(printed, measured, better="", form="{:.1f}", **changes):
    claim = Claim("x", "y", printed, form, 0.5, better)
    return verdict(replace(ENTRY, claims={"number": claim}, **changes), "number", "quick", measured)


@pytest.mark.parametrize(("measured", "better", "expected"), [
    (2.54, "", "REPRODUCED"), (2.56, "", "WITHIN"), (3.0, "", "WITHIN"), (3.1, "", "OFF"),
    (1.9, "lower", "REPRODUCED"), (1.9, "", "OFF"), (1.9, "higher", "OFF"), (9.0, "higher", "REPRODUCED"),
])
def test_a_verdict_follows_from_digits_tolerance_and_direction(measured, better, expected):
    assert given(2.5, measured, better) == expected


def test_other_data_another_preset_or_no_number_cannot_be_compared_however_near_the_number():
    assert given(2.5, 2.5, theirs=("vases",)) == "NOT COMPARABLE"
    assert given(2.5, 2.5, paper=("full",)) == "NOT COMPARABLE"
    assert given(None, 2.5) == "NOT COMPARABLE"


def test_a_record_says_where_it_comes_from(tmp_path):
    (record,) = reproduce(ENTRY, "quick", 3, tmp_path / "ledger.jsonl")
    assert record["measured"] == 2.5 and record["pieces"] == COUNT and record["difference"] == 0
    assert record["spread"] == pytest.approx((35 / 12) ** 0.5)  # of 0, 1, ..., 5
    assert record["verdict"] == "REPRODUCED" and record["seed"] == 3 and record["versions"]["torch"]
    assert read(tmp_path / "ledger.jsonl") == [json.loads(json.dumps(record))]
    assert not (tmp_path / "ledger.jsonl.runs" / "toy.entry-quick-3").exists()


def test_a_measure_that_went_on_from_its_notes_tells_what_it_cost_in_all(tmp_path):
    outcome = work(lambda task: {"x": 1.0, "cpu_seconds": 1e6}, Task("quick", 0, "all", tmp_path / "notes"))
    assert outcome["numbers"] == {"x": 1.0} and outcome["cpu_seconds"] == 1e6


def line(number):
    return {"run": f"r{number}", "claim": "c", "number": number}


def test_a_torn_last_line_is_told_and_skipped_and_harms_no_later_one(tmp_path):
    path = tmp_path / "ledger.jsonl"
    append(path, [line(0), line(1)])
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.warns(LedgerWarning, match="line 2"):
        assert read(path) == [line(0)]
    before = path.read_bytes()
    append(path, [line(2)])
    assert path.read_bytes().startswith(before)  # what stood there is not touched
    with pytest.warns(LedgerWarning, match="line 2"):
        assert read(path) == [line(0), line(2)]


def test_a_record_is_written_once_however_often_it_comes(tmp_path):
    path = tmp_path / "ledger.jsonl"
    assert append(path, [line(0)]) == 1 and append(path, [line(0), line(1)]) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(path) == [line(0), line(1)]
    assert read(tmp_path / "none.jsonl") == []


def test_a_killed_run_goes_on_with_the_pieces_that_it_lacks(tmp_path):
    code = ("import sys; sys.path.insert(0, sys.argv[1]); from slow_pieces import ENTRY; "
            "from workbench.ledger import reproduce; reproduce(ENTRY, 'stuck', 0, sys.argv[2])")
    ledger, place = tmp_path / "ledger.jsonl", tmp_path / "ledger.jsonl.runs"
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    child = subprocess.Popen([sys.executable, "-c", code, str(HERE), str(ledger)], env=environment)
    until = time.monotonic() + 90
    while not did(place, 2) and time.monotonic() < until and child.poll() is None:
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not ledger.exists() and did(place, 2) == 1 and did(place, 3) == 0
    (place / "go").touch()
    (record,) = reproduce(ENTRY, "stuck", 0, ledger)
    assert record["measured"] == 2.5 and [did(place, n) for n in range(COUNT)] == [1, 1, 2, 1, 1, 1]
    assert len(read(ledger)) == 1


def test_a_worker_killed_midway_loses_nothing_and_nothing_counts_twice(tmp_path):
    distributed = pytest.importorskip("distributed", reason="pip install 'spectral-workbench[cluster]'")
    ledger, place = tmp_path / "ledger.jsonl", tmp_path / "ledger.jsonl.runs"
    local = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with local as cluster:
        (record,) = reproduce(ENTRY, "killed", 0, ledger, cluster.scheduler_address)
    begun = [did(place, n) for n in range(COUNT)]
    assert (place / "died").exists() and begun[2] == 2 and sum(begun) > COUNT
    assert record["pieces"] == COUNT and record["measured"] == 2.5 and len(read(ledger)) == 1
    workers = {pid for n in range(COUNT) for pid in (place / f"did-{n}").read_text().split()}
    assert str(os.getpid()) not in workers and len(workers) >= 2


def test_what_is_declared_can_be_run():
    known = sets()
    for name, entry in entries().items():
        assert set(entry.ours) <= set(known), name
        assert set(entry.paper) <= set(entry.presets) and entry.claims, name
        for preset in entry.presets:
            assert len(set(entry.pieces(preset))) == len(entry.pieces(preset)) > 0
        for key, claim in entry.claims.items():
            assert claim.form.format(1.0) and claim.says and claim.source, f"{name}.{key}"
            assert all(c.isalnum() or c in "-_" for c in key), f"{name}.{key}"
        assert all((shipped("assets") / file).is_file() for file in entry.files)


@pytest.mark.parametrize("name", ["hodgenet.exact", "hodgenet.size", "diffusionnet.lemma",
                                  "diffusionnet.size"])
def test_what_must_hold_exactly_holds(name, tmp_path):
    records = reproduce(find(name)[0], "tiny", 0, tmp_path / "ledger.jsonl")
    assert {record["verdict"] for record in records} <= {"REPRODUCED", "WITHIN"}


def test_the_shipped_ledger_was_written_by_code_from_what_is_declared():
    known = {f"{name}.{key}": (entry, key) for name, entry in entries().items() for key in entry.claims}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        records = newest(read(shipped("assets") / "ledger.jsonl"))
    assert len(records) >= 10
    for name, record in records.items():
        entry, key = known[name]
        assert record["verdict"] == verdict(entry, key, record["preset"], record["measured"]), name
        assert set(record["data"]) == set(entry.ours) and record["paper"] == entry.claims[key].paper, name
        assert all(record[word] for word in ("date", "time", "device", "versions", "run")), name


def test_names_papers_and_chapters_are_found():
    chapters = ["01_hodgenet.ipynb", "04_functional_maps.ipynb"]
    hodge = [entry.name for entry in find("hodgenet")]
    assert "hodgenet.crease" in hodge and all(name.startswith("hodgenet.") for name in hodge)
    for word in ("1", "01", "01_hodgenet", "01_hodgenet.ipynb"):
        assert [entry.name for entry in find(word, chapters)] == hodge
    assert [entry.name for entry in find("4", chapters)] == [entry.name for entry in find("fmaps")]
    assert len(find("all")) == len(entries())
    with pytest.raises(UnknownEntry, match="hodgenet.crease"):
        find("hodge")


def test_a_page_notes_what_it_measured_and_reads_its_table_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = Config.preset("quick").with_(seed=5)
    note({"hodgenet.crease.error": 0.5}, config)
    (record,) = read("ledger.jsonl")
    assert (record["preset"], record["seed"], record["measured"]) == ("quick", 5, 0.5)
    assert record["verdict"] == "NOT COMPARABLE" and record["seconds"] is None
    page = closing("hodgenet")
    assert "0.50°" in page and "quick, seed 5" in page and "31,720" in page
    with pytest.raises(KeyError, match="error"):
        note({"hodgenet.crease.lift": 1.0}, config)


def test_a_changed_config_is_no_preset():
    assert preset_of(Config.tiny()) == "tiny" and preset_of(Config.preset("full").with_(seed=3)) == "full"
    assert preset_of(Config.preset("full").with_(lr=1.0)) == "changed"


def test_the_table_tells_what_was_never_run():
    page = table([], find("hodgenet.crease"))
    assert "not run" in page and "workbench reproduce hodgenet.crease" in page and "0.17°" in page


def test_where_a_paper_has_words_and_no_number_the_table_has_them():
    words = replace(ENTRY, claims={"number": Claim("x", "y", None, "{:.1f}", 0.0, told="worse")})
    assert "| worse | not run |" in table([], [words])


def test_a_page_without_a_seed_has_presets_too(tmp_path, monkeypatch):
    from workbench.lessons.spectral_geometry import Config as Lesson

    monkeypatch.chdir(tmp_path)
    (record,) = note({"spectral_geometry.closed-forms.second": 1.5933}, Lesson.tiny())
    assert (record["preset"], record["verdict"]) == ("tiny", "REPRODUCED")
    assert preset_of(Lesson(k=3)) == "changed" and "1.5933" in closing("spectral_geometry")


def test_a_front_page_tells_what_may_stand_beside_a_paper_and_counts_the_rest(tmp_path):
    (record,) = reproduce(ENTRY, "quick", 0, tmp_path / "a.jsonl")
    near = [{**record, "claim": name} for name in ("b", "a")]
    far = [{**record, "claim": name, "verdict": "NOT COMPARABLE", "measured": 9.0} for name in "acd"]
    page = judged([*near, *far])
    assert page.index("| `a`") < page.index("| `b`") and "`c`" not in page and "2 more numbers" in page
    assert "9.0" not in page  # the record that may stand there does, though another came later


def test_the_front_pages_table_is_written_by_the_command_alone(tmp_path, capsys):
    page, ledger = tmp_path / "README.md", shipped("assets") / "ledger.jsonl"
    ours = (HERE.parent / "README.md").read_text("utf-8")
    forged = re.sub(r"(?s)(<!-- ledger -->\n).*(<!-- end of ledger -->)", r"\1by hand\n\2", ours)
    page.write_text(forged, "utf-8")
    words = ["reproduce", "--into", str(page), "--ledger", str(ledger)]
    assert forged != ours and cli.main(words) == 0 and page.read_text("utf-8") == ours
    page.write_text("nothing")
    assert cli.main(words) == 2 and "has no lines" in capsys.readouterr().err


def test_the_command_lists_measures_and_prints(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["reproduce", "01", "--list"]) == 0 and "hodgenet.crease" in capsys.readouterr().out
    assert cli.main(["reproduce", "hodgenet.size"]) == 0
    assert "REPRODUCED" in capsys.readouterr().out and len(read("ledger.jsonl")) == 1
    assert cli.main(["reproduce", "hodgenet.size", "--markdown"]) == 0
    assert capsys.readouterr().out.count("31,720") == 2
    assert cli.main(["reproduce", "hodge"]) == 2 and "hodgenet.crease" in capsys.readouterr().err
    assert cli.main(["reproduce", "diffusionnet.rna"]) == 0  # quick is no preset of it
    assert "left out" in capsys.readouterr().out and len(read("ledger.jsonl")) == 1


def test_missing_data_are_told_before_anything_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    assert cli.main(["reproduce", "diffusionnet.faust-maps", "--preset", "full"]) == 1
    assert "faust_r" in capsys.readouterr().out and not (tmp_path / "ledger.jsonl").exists()
