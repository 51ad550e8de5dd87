"""Eyes and hands for every back-end of a stage: what is seen of it, an orbit, a click; for contract tests."""

import contextlib
import time
from dataclasses import replace

import displays
import numpy as np
from drawing_board import OPEN, REST, as_text, shot
from waiting import until

from workbench.view.browser.modules import HERE, MODULES
from workbench.view.stills.render import common_scale, staged

#: the size of the pictures compared, in pixels
SIZE = (480, 400)


class Still:
    """The painter's pictures; the hand is Python's."""

    def picture(self, stage):
        rows = [self._place(stage, name) for name in stage.board.shapes if name not in stage.board.over]
        return np.concatenate(rows, axis=1) if rows else np.full((*SIZE[::-1], 3), 255)

    def _place(self, stage, name):
        width = SIZE[0] // max(1, len(stage.board.shapes) - len(stage.board.over))
        cameras = {one: stage.camera for one in stage.board.shapes if one not in stage.board.over}
        scale = common_scale(stage.board, cameras, width, SIZE[1])
        seen = staged(stage.board, name, stage.camera, width, SIZE[1], scale).astype(float)
        share = seen[..., 3:] / 255
        return np.round(seen[..., :3] * share + 255 * (1 - share)).astype(int)

    def orbit(self, stage):
        stage.camera = replace(stage.camera, yaw=stage.camera.yaw + 40)

    click = None


class Web:
    """The browser's view on a page of its own; what it says is told to the stage, as a kernel would."""

    def __init__(self, page):
        self.page = page
        page.set_content(f"<style>{(HERE / 'web.css').read_text()}</style><div id=el></div>")
        own = (name for name in MODULES if name != "web.js")
        page.add_script_tag(content="\n".join((HERE / name).read_text("utf-8") for name in own))

    def picture(self, stage):
        self.page.evaluate(OPEN, as_text(stage.screen.world()))
        self.page.evaluate(REST)
        if not self.page.locator(".wb-canvas").is_visible():
            return np.full((*SIZE[::-1], 3), 255)
        return shot(self.page)

    def orbit(self, stage):
        self.picture(stage)
        self._drag((0.5, 0.5), (0.6, 0.5))
        self._pass_on(stage, "camera")

    def click(self, stage, x, y):
        self.picture(stage)
        self._drag((x, y), (x, y))
        self._pass_on(stage, "pick")

    def _drag(self, start, end):
        box = self.page.locator(".wb-canvas").bounding_box()
        place = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
        self.page.mouse.move(*place[0])
        self.page.mouse.down()
        self.page.mouse.move(*place[1], steps=4)
        self.page.mouse.up()

    def _pass_on(self, stage, do):
        self.page.wait_for_function(f"() => sent.some(message => message.do === '{do}')")
        for message in self.page.evaluate("() => sent.splice(0)"):
            if message["do"] in ("camera", "pick"):
                stage.screen._heard(None, message, [])


class Ear:
    """A page's place: acknowledges every picture, as a browser does."""

    layout = None

    def __init__(self, cell):
        self.cell = cell

    def send(self, content, buffers=None):
        if content["do"] == "frame":
            self.cell._heard(None, {"do": "seen", "number": content["piece"]["number"]}, [])

    def close(self):
        pass


class Polyscope:
    """Polyscope without a window; the hand's events are the browser's."""

    def __init__(self):
        self.count = 0

    def picture(self, stage):
        pictures = []
        assert until(lambda: pictures.append(stage.screen.bodies(*SIZE)) or pictures[-1] is not None)
        return pictures[-1].astype(int)

    def orbit(self, stage):
        before = stage.camera
        self._hand(stage, (0.5, 0.5), (0.62, 0.5))
        assert until(lambda: stage.camera != before)

    def click(self, stage, x, y):
        stage.marked = None
        self._hand(stage, (x, y), (x, y))
        assert until(lambda: stage.marked)

    def _hand(self, stage, start, end):
        if stage.screen._screen is None:
            stage.screen._screen = Ear(stage.screen)
        room = {"do": "room", "width": SIZE[0], "height": SIZE[1], "ratio": 1.0, "panels": False}
        stage.screen._heard(None, room | {"background": [1, 1, 1]}, [])
        stage.screen._heard(None, {"do": "hello", "view": str(self.count)}, [])
        self.picture(stage)
        (a, b), (x, y) = start, end
        path = [("down", a, b), ("move", (a + x) / 2, (b + y) / 2), ("move", x, y), ("up", x, y)]
        for do, right, below in path:
            self.count += 1
            event = {"t": do, "x": right, "y": below, "b": 0}
            stage.screen._heard(None, {"do": "hand", "sequence": self.count, "events": [event]}, [])
            time.sleep(0.2)


class Window:
    """Polyscope's window on a pretended screen; the hand is the system's."""

    def __init__(self, screen: displays.Display):
        self.screen = screen

    def picture(self, stage):
        """What stays the same for a moment: the window hears of changes a little later."""
        pictures = [stage.screen.seen()]

        def rests():
            time.sleep(0.4)
            pictures.append(stage.screen.seen())
            return pictures[-1] is not None and np.array_equal(pictures[-1], pictures[-2])

        assert until(rests)
        return pictures[-1][:, 325:-325].astype(int)  # between the panels

    def orbit(self, stage):
        before = stage.camera
        self.picture(stage)
        self._insist(lambda: self.screen.drag((620, 400), (700, 400)), lambda: stage.camera != before)

    def click(self, stage, x, y):
        self.picture(stage)
        stage.marked = None
        left, top = self._corner()
        place = round(left + 325 + x * (1280 - 650)), round(top + y * 800)
        self._insist(lambda: self.screen.click(*place), lambda: stage.marked)

    def _corner(self):
        place = self.screen.hand("getwindowgeometry", "--shell", self.screen.windows()[-1]).split()[1:3]
        return (int(line.split("=")[1]) for line in place)

    def _insist(self, act, holds):
        assert any(act() or until(holds, 4) for _ in range(6))


@contextlib.contextmanager
def seer(backend: str, browser=None, screen=None):
    """The eye and hand for a back-end."""
    if backend != "web":
        yield {"still": Still, "polyscope": Polyscope}[backend]() if backend != "window" else Window(screen)
        return
    page = browser.new_page(viewport={"width": 500, "height": 520})
    try:
        yield Web(page)
    finally:
        page.close()
