"""A JupyterLab in headless Chromium whose pages are watched by eye.js."""

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from browser import Notebook, chromium, jupyterlab, why_not  # noqa: E402

#: the kernel's side: this folder is not installed, so its path goes along
SETUP = f"import sys, time; sys.path.insert(0, {str(HERE.parent)!r}); from stage_pages.kernel import *"

__all__ = ["Page", "lab", "why_not"]


class _Watched:
    """A browser whose pages have the eye in them before anything is loaded."""

    def __init__(self, browser):
        self._browser = browser

    def new_page(self, **how):
        page = self._browser.new_page(**how)
        page.add_init_script(path=HERE / "eye.js")
        return page


class Page(Notebook):
    """A notebook in the browser, with the frames that it drew."""

    def __init__(self, *given, **how):
        super().__init__(*given, **how)
        self.devtools = self.page.context.new_cdp_session(self.page)

    def wait(self, seconds: float) -> None:
        """Let the page go on for a while."""
        self.page.wait_for_timeout(1000 * seconds)

    def frames(self, since: float = 0.0, canvas: int | None = None) -> list[dict]:
        """Finished frames with `asked`, `at`, `pointer` in seconds since 1970; of one canvas or of all."""
        found = self.page.evaluate("() => eye.frames")
        for frame in found:
            frame.update({key: frame[key] / 1000 for key in ("asked", "at", "pointer")})
        return [f for f in found if f["at"] >= since and canvas in (None, f["canvas"])]

    def forget(self) -> None:
        """Drop the frames seen so far."""
        self.page.evaluate("() => { eye.frames.length = 0; }")

    def run_cell(self, index: int) -> None:
        """Execute one cell; does not wait."""
        self.page.evaluate(
            """index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
                          window.jupyterapp.commands.execute("notebook:run-cell"); }""",
            index,
        )

    def until(self, holds, seconds: float = 60.0) -> None:
        """Wait for something to hold. Raises TimeoutError when it does not in time."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds} s; the console said {self.complaints[:3]}")
            self.page.wait_for_timeout(50)

    def run_all(self) -> None:
        """Execute every cell and wait for the last one's end. Raises RuntimeError for one that fails."""
        super().run_all()
        waiting = (
            "() => [...document.querySelectorAll('.jp-InputPrompt')].some(p => p.textContent.includes('*'))"
        )
        self.page.wait_for_timeout(300)
        self.until(lambda: not self.page.evaluate(waiting), 120)
        wrong = self.page.locator(".jp-RenderedText[data-mime-type$=error]")
        if wrong.count():
            raise RuntimeError(wrong.first.text_content()[-2000:])

    def middle(self, selector: str) -> tuple[float, float]:
        """The middle of the first element, in pixels of the page."""
        box = self.page.locator(selector).first.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@contextlib.contextmanager
def lab() -> Iterator:
    """Yields open(name, *cells) -> Page; the first cell is always the kernel's setup."""
    with tempfile.TemporaryDirectory(prefix="stage-") as folder, jupyterlab(Path(folder)) as address:
        with chromium() as browser:
            watched = _Watched(browser)
            yield lambda name, *cells, **how: Page(
                watched, address, Path(folder), SETUP, *cells, name=f"{name}.ipynb", **how
            )
