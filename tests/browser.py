"""A harness for browser tests: a JupyterLab of their own, and notebooks in headless Chromium."""

import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from waiting import until

#: WebGL without a graphics card, and nothing else forced: told that SwiftShader is one, Chromium would also
#: compose its pages on it, at twice the price of the body that is drawn
FLAGS = (
    "--no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --enable-unsafe-swiftshader"
).split()
ROOT = Path(__file__).parents[1]
IDLE = """() => { const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.sessionContext?.session?.kernel?.status === "idle" }"""


def executable() -> str | None:
    """The installed Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def why_not() -> str | None:
    """What this machine lacks for browser tests, in words; None when nothing is missing."""
    for module in ("playwright", "jupyterlab"):
        if importlib.util.find_spec(module) is None:
            return f'a browser: {module} is missing (pip install -e ".[test]")'
    return None if executable() else "a browser: no chromium on the PATH (Debian: apt-get install chromium)"


@contextlib.contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """A JupyterLab that serves `folder` on a free local port, ended after; yields its address with token."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token, private = secrets.token_hex(8), folder / ".jupyter"
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    quiet = private / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True, exist_ok=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    log = open(folder / ".jupyterlab.log", "wb")
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            f"--ServerApp.port={port}",
            "--ServerApp.ip=127.0.0.1",
            f"--IdentityProvider.token={token}",
            f"--ServerApp.root_dir={folder}",
            "--LabApp.expose_app_in_browser=True",
            "--ServerApp.port_retries=0",
        ],
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        _await_answer(f"http://127.0.0.1:{port}/api?token={token}", server, folder)
        yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token={token}&reset"
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(10)
        if server.poll() is None:
            server.kill()
        log.close()


def _await_answer(address, server, folder, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=2)
            return
        time.sleep(0.2)
    raise RuntimeError("JupyterLab did not start:\n" + (folder / ".jupyterlab.log").read_text()[-2000:])


@contextlib.contextmanager
def chromium() -> Iterator:
    """A headless Chromium with software OpenGL and a fresh profile."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable(), headless=True, args=FLAGS
        )
        try:
            yield browser
        finally:
            browser.close()


def notebook(*cells: str) -> str:
    """The text of a notebook file with these code cells."""
    made = [
        {
            "cell_type": "code",
            "id": f"cell-{i}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": cell,
        }
        for i, cell in enumerate(cells)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


class View:
    """A page in the browser: what it shows, a hand on it; keeps the console's complaints."""

    def __init__(self, page):
        self.page, self.complaints = page, []
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _first(self, what):
        return self.page.locator(what).first if isinstance(what, str) else what

    def pixels(self, what=".wb-canvas"):
        """What an element, or the first that a selector finds, shows now: (h, w, 3) whole numbers."""
        import io

        import numpy as np
        from PIL import Image

        return np.asarray(Image.open(io.BytesIO(self._first(what).screenshot())).convert("RGB")).astype(int)

    def colourful(self, what=".wb-canvas") -> float:
        """The share of an element's pixels that are no grey."""
        picture = self.pixels(what)
        return float((picture.max(axis=-1) - picture.min(axis=-1) > 40).mean())

    def until(self, holds, seconds=20):
        """Wait for something to hold; False when it does not in time."""
        return until(holds, seconds, lambda: self.page.wait_for_timeout(100))

    def changes(self, act, what=".wb-canvas", share=0.004, by=8) -> bool:
        """Whether a share of an element's pixels change by more than this within some seconds after act()."""
        before = self.pixels(what)
        act()
        return self.until(lambda: (abs(self.pixels(what) - before).max(axis=-1) > by).mean() > share)

    def middle(self, what=".wb-canvas") -> tuple[float, float]:
        """The middle of an element, in pixels of the page."""
        box = self._first(what).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, what=".wb-canvas") -> None:
        """Press in the middle of an element, let go to its lower right."""
        x, y = self.middle(what)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + 30, y + 90, steps=5)
        self.page.mouse.up()

    def keep(self, name: str) -> None:
        """Leave a screenshot where CI collects pictures, to be looked at."""
        if folder := os.environ.get("WORKBENCH_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / name)


class Notebook(View):
    """One notebook open in the browser; keeps the requests that left 127.0.0.1."""

    def __init__(
        self, browser, address: str, folder: Path, *cells: str, width=1280, height=1000, name="test.ipynb"
    ):
        (folder / name).write_text(notebook(*cells))
        super().__init__(browser.new_page(viewport={"width": width, "height": height}))
        self.left = []
        self.page.on("request", lambda request: self._note(request.url))
        self.address = address.format(name)
        self.open(self.address)

    def open(self, address: str) -> None:
        """Load the page and wait until the notebook's kernel is ready."""
        self.page.goto(address)
        self.page.wait_for_function(
            "() => window.jupyterapp && document.querySelector('.jp-NotebookPanel .jp-Cell')", timeout=60_000
        )
        self.page.wait_for_function(IDLE, timeout=60_000)

    def _note(self, url):
        if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "blob:", "data:")):
            self.left.append(url)

    def run_all(self) -> None:
        """Execute every cell; does not wait."""
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")

    def python(self, code: str) -> str:
        """Execute code in the kernel's main shell; returns what it printed, or its traceback."""
        return self.page.evaluate(
            """async code => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel; let out = "";
            const future = kernel.requestExecute({ code, store_history: false });
            future.onIOPub = m => {
                if (m.header.msg_type === "stream") out += m.content.text;
                if (m.header.msg_type === "error") out += m.content.traceback.join("\\n"); };
            await future.done; return out; }""",
            code,
        )

    def printed(self) -> list[str]:
        """What each code cell has printed."""
        return self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.widgets.filter(w => w.model.type == "code")
            .map(w => w.model.outputs.toJSON().filter(o => o.name === "stdout")
                .map(o => [o.text].flat().join("")).join(""))"""
        )

    def close(self) -> None:
        """End the notebook's kernel and close its page."""
        with contextlib.suppress(Exception):
            self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.close()
