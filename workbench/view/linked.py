"""Where a stage is looked at from, by one camera or one for each body; and stages that turn together."""

import threading
import uuid
import weakref
from collections.abc import Mapping

from .painter import Camera

#: what two cameras may differ by and be the same one: degrees, and shares of zoom and radius
DEGREES, SHARES = 0.02, 2e-3


class LinkError(TypeError):
    """Something without a camera was to be linked; the message says what."""


class Link:
    """Some stages whose cameras follow each other.

    token  by which pages know that two stages of theirs are linked: these follow without the kernel
    """

    def __init__(self, stages):
        self.token, self.stages = uuid.uuid4().hex, weakref.WeakSet(stages)

    @property
    def live(self) -> bool:
        """Whether a page must tell the kernel of every motion: some are not drawn by a browser."""
        return any(stage.backend != "web" for stage in tuple(self.stages))

    def announce(self) -> None:
        """Tell every back-end what it is linked with now."""
        for stage in tuple(self.stages):
            with stage.board.lock:
                stage.screen.changed("link", "")


def link(*stages) -> None:
    """Let the cameras of these stages follow each other, on whatever back-ends; link(one) frees it.

    Stages in one page follow by the browser alone; Polyscope's, in the cell or in its window, by way of the
    kernel. Still pictures have the same camera when they are next made. A stage whose bodies have cameras of
    their own follows again once they turn together. Raises LinkError for what is no Stage.
    """
    for stage in stages:
        if not isinstance(getattr(stage, "outlook", None), Outlook):
            raise LinkError(f"only a Stage has a camera that can be linked, got {type(stage).__name__}")
    fresh = Link(stages) if len(set(stages)) > 1 else None
    before = {stage.outlook.link for stage in stages} - {None}
    for stage in stages:
        if stage.outlook.link is not None:
            stage.outlook.link.stages.discard(stage)
        stage.outlook.link = fresh
        with stage.board.lock:
            stage.screen.changed("link", "")
    for old in before:
        old.announce()


class Outlook:
    """The cameras of a stage, told by hands and programs, and passed on to the stages that are linked.

    camera  the one for all bodies; while each has its own, the one that was touched last
    own     structure -> its own camera; empty while all share one
    link    the Link that the stage is in, or None
    """

    def __init__(self, stage, camera: Camera):
        self._stage, self._turn = weakref.ref(stage), threading.Lock()
        self.camera, self.own, self.link = camera, {}, None

    def of(self, place: str) -> Camera:
        """The camera by which what stands in a place is seen."""
        return self.own.get(place, self.camera)

    def put(self, camera: Camera) -> None:
        """Look from there, whatever the back-end; so do linked stages."""
        self._take(camera, {})
        self._stage().screen.follow(camera)
        self._pass_on(camera)

    def heard(self, camera: Camera, own: Mapping[str, Camera] | None = None) -> None:
        """Hear from the back-end where a hand has turned its camera.

        own  the cameras of single bodies; None from a back-end that has one camera only: where that has not
             moved, bodies keep their own
        """
        if same(camera, self.camera) and (own is None or dict(own) == self.own):
            return
        self._take(camera, own or {})
        self._pass_on(camera)

    def follow(self, camera: Camera) -> None:
        """Look from where a linked stage looks from, unless bodies have cameras of their own here."""
        stage = self._stage()
        if stage is None or self.own or same(camera, self.camera):
            return
        self._take(camera, {})
        stage.screen.follow(self.camera)

    def _take(self, camera, own):
        stage = self._stage()
        with self._turn:
            self.camera, self.own = upright(camera, stage.up), dict(own)

    def _pass_on(self, camera):
        if self.link is not None:
            for other in tuple(self.link.stages):
                if other is not self._stage():
                    other.outlook.follow(camera)


def same(a: Camera, b: Camera) -> bool:
    """Whether two cameras see the same, as far as numbers survive a back-end."""
    turned = abs((a.yaw - b.yaw + 180.0) % 360.0 - 180.0)
    moved = max(abs(x - y) for x, y in zip(a.pan, b.pan, strict=True))
    return max(turned, abs(a.pitch - b.pitch)) < DEGREES and max(moved, abs(a.zoom / b.zoom - 1)) < SHARES


def upright(camera: Camera, up: str) -> Camera:
    """The same camera for bodies that stand upright along another axis."""
    return camera if camera.up == up else Camera(camera.yaw, camera.pitch, up, camera.zoom, camera.pan)


def seat_of(camera: Camera) -> dict:
    """Where a camera stands, as the browser knows it."""
    return {"yaw": camera.yaw, "pitch": camera.pitch, "zoom": camera.zoom, "pan": camera.pan}
