"""Where Polyscope's camera is, what it sees, and how fine: the eye of the drawing process."""

import ctypes
import math

import numpy as np
import polyscope as ps

from workbench.view.painter import Camera

#: the camera's opening angle, vertical, in degrees, and where it begins; bodies are turned by the stage's yaw
ANGLE, HOME = 28.0, {"yaw": 0.0, "pitch": Camera.pitch, "zoom": 1.0, "pan": [0.0, 0.0]}
#: pixels of a picture while things move, at most: software OpenGL takes 60 ns and more for each
LIVELY = 450_000
#: OpenGL's names for four bytes a pixel
RGBA, BYTES = 0x1908, 0x1401


class Eye:
    """The camera, told and asked as other stages do it, in degrees and radii of a body.

    sides   pixels of the window's width that panels cover, to be left free at home
    extent  how far bodies reach to the side and up, in world units
    """

    def __init__(self):
        self.sides, self.extent = 0, (1.0, 1.0)
        self.sit(HOME)

    def seat(self) -> dict:
        """Where the camera is: yaw and pitch in degrees, how much larger than at home things are seen, and
        how far right and up, in radii of a body."""
        if self.at_home:
            return self._seat
        view = ps.get_camera_view_matrix()
        towards, there = view[2, :3], view[:3, 3]
        return {
            "yaw": math.degrees(math.atan2(-towards[0], towards[2])),
            "pitch": math.degrees(math.asin(float(np.clip(towards[1], -1, 1)))),
            "zoom": self._away() / max(float(-there[2]), 1e-3),
            "pan": [float(there[0]), float(there[1])],
        }

    def sit(self, seat: dict) -> None:
        """Take the camera where seat() said it was; it counts as at home there."""
        self._seat = {key: seat[key] for key in HOME}
        turned = Camera(yaw=seat["yaw"], pitch=seat["pitch"]).rotation
        eye = turned.T @ np.array([-seat["pan"][0], -seat["pan"][1], self._away() / seat["zoom"]])
        ps.set_vertical_fov_degrees(ANGLE)
        ps.set_view_center_raw((0.0, 0.0, 0.0))
        ps.look_at(tuple(eye), tuple(eye - turned[2]))
        self._home = self.standing()

    @property
    def at_home(self) -> bool:
        """Whether no hand has moved the camera since it was told where to be."""
        return self.standing() == self._home

    def standing(self) -> tuple:
        """What is another value after every motion of the camera."""
        return (ps.get_camera_view_matrix().tobytes(), ps.get_vertical_fov_degrees())

    def _away(self):
        """How far the camera is from the middle where all bodies just fit."""
        width, height = ps.get_window_size()
        width, half = max(width - self.sides, 0.4 * width), math.tan(math.radians(ANGLE / 2))
        across, up = self.extent
        return 1.04 * max(up / half, across / (half * width / height)) + 0.26


class Glass:
    """The window that is drawn into, of which nobody sees anything but pictures.

    stale  whether what is in it may be older than the scene
    """

    def __init__(self):
        self._read = ctypes.CDLL("libGL.so.1").glReadPixels
        self._read.argtypes = [*[ctypes.c_int] * 4, *[ctypes.c_uint] * 2, ctypes.c_void_p]
        self._fine, self.stale = False, True

    def tick(self) -> None:
        """Let one moment pass in which nothing is drawn."""
        ps.set_render_scene(False)
        ps.frame_tick()
        self.stale = True  # Polyscope believes now that it has drawn what changed

    def take(self) -> np.ndarray:
        """Let one moment pass, and return what is seen then, (height, width, 3) bytes.

        Read off the window, because Polyscope's screenshots draw all a second time, and draw panels as they
        were at the beginning, whatever a hand has done in them.
        """
        if self.stale:
            ps.request_redraw()
        ps.set_render_scene(True)
        ps.frame_tick()
        self.stale = False
        width, height = ps.get_window_size()
        picture = np.empty((height, width, 4), np.uint8)
        self._read(0, 0, width, height, RGBA, BYTES, picture.ctypes.data)
        return np.ascontiguousarray(picture[::-1, :, :3])

    def fit(self, size: tuple[int, int], fine: bool = False) -> None:
        """The window's size in pixels, and whether edges are soft, at more than twice the price."""
        if fine != self._fine:
            self._fine = fine
            ps.set_SSAA_factor(2 if fine else 1)
            if size == ps.get_window_size():
                # Polyscope takes softness to heart when the size of its window changes
                ps.set_window_size(size[0], size[1] + 1)
                self.tick()
        if size != ps.get_window_size():
            ps.set_window_size(*size)
            self.stale = True


def lively(size: tuple[int, int]) -> tuple[int, int]:
    """The size of a picture while things move: smaller where there are very many pixels."""
    share = math.sqrt(LIVELY / (size[0] * size[1]))
    return size if share > 0.85 else (round(share * size[0]), round(share * size[1]))
