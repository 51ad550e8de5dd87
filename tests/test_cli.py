"""The front door: light to open, clear when it refuses, and JupyterLab opens on the list of chapters."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from workbench import cli
from workbench.chapters import CONTENTS

REPO = Path(__file__).parents[1]


def command(*words, **kwargs):
    environment = {**os.environ, "PYTHONPATH": str(REPO), **kwargs.pop("env", {})}
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen([sys.executable, "-m", "workbench.cli", *words], env=environment, text=True,
                            **streams, **kwargs)


HELP = "from workbench.cli import parser; parser().format_help()"


@pytest.mark.parametrize("deed", ["import workbench", HELP])
def test_neither_import_nor_help_loads_what_is_slow(deed):
    heavy = ("torch", "polyscope", "matplotlib", "scipy", "jupyterlab", "pykeops", "sklearn", "IPython")
    code = f"{deed}; import sys; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=REPO, text=True).strip() == "[]"


def test_version_and_help_speak(capsys):
    spoken = {"--version": "spectral-workbench 0.", "lab --help": "never over your", "--help": "doctor"}
    for words, expected in spoken.items():
        with pytest.raises(SystemExit) as ended:
            cli.main(words.split())
        assert ended.value.code == 0 and expected in capsys.readouterr().out


@pytest.mark.parametrize("words", ["", "lob", "lab --port 0", "lab --port x", "doctor -- x"])
def test_wrong_words_end_with_2_and_usage(words, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(words.split())
    assert ended.value.code == 2 and "usage: workbench" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert cli.main(["lab", str(tmp_path / "file" / "chapters")]) == 2
    assert str(tmp_path / "file" / "chapters") in capsys.readouterr().err


def test_a_file_is_no_folder_for_chapters(tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    assert cli.main(["lab", str(tmp_path / "file")]) == 2
    assert f"{tmp_path / 'file'} is a file" in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "mine"


def test_the_originals_are_not_a_folder_of_copies(capsys):
    from workbench.shapes.files import shipped

    assert cli.main(["lab", str(shipped("notebooks"))]) == 2
    assert "originals" in capsys.readouterr().err


def test_without_jupyterlab_the_command_that_mends_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert cli.main(["lab", str(tmp_path)]) == 2
    assert "pip install jupyterlab" in capsys.readouterr().err
    assert (tmp_path / CONTENTS).exists()  # the chapters are there all the same


def test_the_reader_may_overrule_our_arguments_but_nothing_switches_the_token_off(tmp_path):
    ours = cli.jupyter_arguments(tmp_path, 8899, True, [])
    assert "--ServerApp.ip=127.0.0.1" in ours and not any("token" in word for word in ours)
    theirs = cli.jupyter_arguments(tmp_path, 8899, True, ["--port=9000", "--ServerApp.root_dir=/"])
    assert [word for word in theirs if "port" in word] == ["--port=9000"]
    assert [word for word in theirs if "root_dir" in word] == ["--ServerApp.root_dir=/"]


def _wait_for_an_answer(address, seconds=30):
    """The link is printed a moment before the server listens."""
    until = time.monotonic() + seconds
    while True:
        try:
            return urllib.request.urlopen(address)
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


@pytest.fixture
def lab(tmp_path):
    """A running workbench lab on a port next to a taken one: (address with token, process, folder)."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        places = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        homes = {name: str(tmp_path / name) for name in places}
        process = command("lab", "chapters", "--port", str(port), "--no-browser", cwd=tmp_path, env=homes)
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "?token=" in line and "127.0.0.1" in line and "..." not in line:
                break
        else:
            pytest.fail("no link with a token:\n" + "".join(lines))
        _wait_for_an_answer(line.split()[-1])
        try:
            yield line.split()[-1], process, tmp_path / "chapters"
        finally:
            process.terminate()
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def test_lab_serves_this_machine_only_with_a_token_and_ends_when_asked(lab):
    address, process, folder = lab
    server = address.split("/lab")[0]
    assert (folder / CONTENTS).is_file()
    assert urllib.request.urlopen(f"{server}/api/contents?{address.split('?')[1]}").status == 200
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server}/api/contents")
    assert refused.value.code == 403
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.browser
def test_jupyterlab_opens_on_the_list_of_chapters(lab, page):
    address, _, folder = lab
    page.goto(address)
    page.wait_for_selector(".jp-RenderedMarkdown h1:has-text('Chapters')", timeout=60_000)
    chapters = sorted(path.name for path in folder.glob("*.ipynb"))
    for name in chapters:
        assert page.locator(f".jp-RenderedMarkdown a[href*='{name}']").count() == 1
    assert page.get_by_text("Would you like to get notified").count() == 0
    page.click(f".jp-RenderedMarkdown a[href*='{chapters[0]}']")
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell", timeout=60_000)
    page.get_by_text("| Idle").first.wait_for(timeout=60_000)
