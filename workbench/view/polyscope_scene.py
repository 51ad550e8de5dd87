"""Polyscope's scene in the drawing process: structures, quantities, the window's size, the camera."""

import math

import numpy as np
import polyscope as ps

from .painter import Camera
from .polyscope_light import MATERIAL, linear, load_map, load_material

#: the camera's opening angle, vertical, in degrees, and where it begins; bodies are turned by the stage's yaw
ANGLE, HOME = 28.0, {"yaw": 0.0, "pitch": Camera.pitch, "zoom": 1.0, "pan": [0.0, 0.0]}
#: the colours of arrows and of the dot at a picked vertex
ARROWS, DOT = (0.16, 0.16, 0.2), (0.85, 0.12, 0.35)
#: the point that shows a picked vertex, by a name that no structure of a reader's has
MARK = "picked vertex"
#: what a message may ask for
ACTS = ("room", "structure", "place", "layout", "quantity", "remove", "view", "home", "camera", "mark")


class Props:
    """What stands on Polyscope's stage, changed by messages whose `do` names a method here.

    backend  Polyscope's name for who draws: "openGL3_egl" without a display, "openGL3_glfw" in a window
    """

    def __init__(self, backend: str = "openGL3_egl"):
        ps.set_verbosity(0)
        ps.set_use_prefs_file(False)
        ps.set_allow_headless_backends(True)
        ps.set_display_message_popups(False)
        ps.init(backend)
        ps.set_frame_tick_limit_fps_mode("ignore_limits")
        ps.set_ground_plane_mode("none")
        ps.set_right_gui_pane_width(330)
        ps.set_automatically_compute_scene_extents(False)
        load_material()
        self.sides = 0  # pixels of the window's width that are covered, to be left free at home
        self._structures, self._points, self._drawn, self._maps = {}, {}, {}, set()
        self._fine, self._marked = False, None
        self._extent = (1.0, 1.0)
        self.home({})
        self.room({"width": 640, "height": 420, "background": [1, 1, 1], "panels": False})

    def act(self, piece: dict) -> None:
        """Do what a message says. Raises ValueError for a word that is not known here."""
        if piece["do"] not in ACTS:
            raise ValueError(f"a drawing process cannot {piece['do']!r}")
        getattr(self, piece["do"])(piece)

    def room(self, piece: dict) -> None:
        """The size of the picture in pixels, what is behind the bodies, and whether the panels are shown."""
        self._room = piece
        size, seat = (int(piece["width"]), int(piece["height"])), self.view() is None and self._seat
        if size != ps.get_window_size():
            ps.set_window_size(*size)
        ps.set_background_color((*linear(piece["background"]), 1.0))
        self.panels = bool(piece["panels"])
        ps.set_build_default_gui_panels(self.panels)
        ps.set_ui_scale(float(piece.get("ratio", 1.0)))
        if seat:
            self._sit(seat)  # nobody has turned it: fit the new window

    def structure(self, piece: dict) -> None:
        """A surface or a cloud; one of the same name goes."""
        name, V = piece["name"], _array(piece["V"], np.float32, 3)
        F = _array(piece["F"], np.uint32, 3)
        self.remove({"kind": "structure", "name": name})
        how = {"color": linear(piece["color"]), "material": MATERIAL}
        if len(F):
            body = ps.register_surface_mesh(name, V, F, smooth_shade=True, **how)
            body.set_selection_mode("vertices_only")
        else:
            body = ps.register_point_cloud(name, V, **how)
            body.set_radius(float(np.clip(0.8 / math.sqrt(len(V) + 1), 0.004, 0.05)), relative=False)
        self._structures[name], self._points[name] = body, V

    def place(self, piece: dict) -> None:
        """Where a structure stands, as a 4 x 4 matrix."""
        self._structures[piece["name"]].set_transform(np.array(piece["matrix"]))
        if self._marked and self._marked["name"] == piece["name"]:
            self.mark(self._marked)

    def layout(self, piece: dict) -> None:
        """How far bodies reach to the side and up, in world units; the camera comes as near as they allow."""
        seat = self.seat()
        self._extent = across, up = piece["extent"]
        ps.set_length_scale(2.0)
        ps.set_bounding_box((-across, -up, -1.0), (across, up, 1.0))
        self._sit(seat)

    def quantity(self, piece: dict) -> None:
        """A quantity; new values of one that is drawn already leave alone what a hand set in its panel."""
        body, name, kind = self._structures[piece["of"]], piece["name"], piece["kind"]
        how = [piece.get(key) for key in ("of", "on", "kind", "seen", "map", "low", "high")]
        values = _array(piece["values"], np.float32, 1 if kind in ("scalar", "label") else 3)
        if kind in ("scalar", "label") and self._drawn.get(name) == how:
            return body.get_quantity_buffer(name, "values").update_data(values)
        where = {} if isinstance(body, ps.PointCloud) else {"defined_on": piece["on"]}
        if kind == "vector":
            color = linear(ARROWS)
            body.add_vector_quantity(name, values, enabled=True, color=color, material=MATERIAL, **where)
        elif kind == "color":
            body.add_color_quantity(name, linear(values), enabled=piece["seen"], **where)
        else:
            if piece["map"] not in self._maps:
                load_map(piece["map"], _array(piece["colors"], np.uint8, 3), kind == "label")
                self._maps.add(piece["map"])
            body.add_scalar_quantity(
                name, values, enabled=piece["seen"], cmap=piece["map"], vminmax=(piece["low"], piece["high"]),
                datatype="categorical" if kind == "label" else "standard", **where,
            )
        self._drawn[name] = how

    def remove(self, piece: dict) -> None:
        """Take away a structure with all that is on it, or one quantity."""
        name, body = piece["name"], self._structures.get(piece.get("of", piece["name"]))
        if piece["kind"] == "quantity":
            self._drawn.pop(name, None)
            if body is not None:
                body.remove_quantity(name)
        elif body is not None:
            del self._structures[name]
            if self._marked and self._marked["name"] == name:
                self._marked = ps.remove_point_cloud(MARK)
            self._drawn = {key: how for key, how in self._drawn.items() if how[0] != name}
            body.remove()

    def mark(self, piece: dict) -> None:
        """A dot at a vertex of a structure."""
        body, V = self._structures.get(piece["name"]), self._points.get(piece["name"], ())
        if body is None or piece["vertex"] >= len(V):
            return
        at = (body.get_transform() @ [*V[piece["vertex"]], 1.0])[:3]
        dot = ps.register_point_cloud(MARK, at[None], color=linear(DOT), material=MATERIAL)
        dot.set_radius(0.022, relative=False)
        self._marked = piece

    def home(self, piece: dict) -> None:
        """The camera where it sees all bodies from the front, a little from above."""
        self._sit(HOME)

    def camera(self, piece: dict) -> None:
        """The camera where the kernel says it is: {"yaw", "pitch", "zoom", "pan"}, as seat() says it."""
        self._sit(piece)

    def seat(self) -> dict:
        """Where the camera is, as other stages say it: yaw and pitch in degrees, how much larger than at home
        things are seen, and how far right and up, in radii of a body."""
        if self.view() is None:
            return self._seat
        view = ps.get_camera_view_matrix()
        eye, there = view[2, :3], view[:3, 3]
        return {
            "yaw": math.degrees(math.atan2(-eye[0], eye[2])),
            "pitch": math.degrees(math.asin(float(np.clip(eye[1], -1, 1)))),
            "zoom": self._away() / max(float(-there[2]), 1e-3),
            "pan": [float(there[0]), float(there[1])],
        }

    def _sit(self, seat):
        self._seat = {key: seat[key] for key in HOME}
        turned = Camera(yaw=seat["yaw"], pitch=seat["pitch"]).rotation
        eye = turned.T @ np.array([-seat["pan"][0], -seat["pan"][1], self._away() / seat["zoom"]])
        ps.set_vertical_fov_degrees(ANGLE)
        ps.set_view_center_raw((0.0, 0.0, 0.0))
        ps.look_at(tuple(eye), tuple(eye - turned[2]))
        self._home = self._standing()

    def _away(self):
        """How far the camera is from the middle where all bodies just fit."""
        width, height = ps.get_window_size()
        width, half = max(width - self.sides, 0.4 * width), math.tan(math.radians(ANGLE / 2))
        across, up = self._extent
        return 1.04 * max(up / half, across / (half * width / height)) + 0.26

    def view(self, piece: dict | None = None) -> str | None:
        """Take the camera back to where it was; without a message, say where it is (None: at home)."""
        if piece is not None:
            return ps.set_view_from_json(piece["json"])
        return None if self._standing() == self._home else ps.get_view_as_json()

    def shot(self, fine: bool = False) -> np.ndarray:
        """What is seen now, (height, width, 3) bytes; fine: with soft edges, at twice the price."""
        if fine != self._fine:
            self._soften(fine)
        ps.set_render_scene(True)
        picture = ps.screenshot_to_buffer(transparent_bg=False, include_UI=self.panels)
        ps.set_render_scene(False)
        return np.ascontiguousarray(picture[..., :3])

    def picture(self, piece: dict) -> dict:
        """A still on white of any size, without panels; the window is then as before."""
        before = self._room
        self.room({**piece, "background": (1, 1, 1), "panels": False})
        shot = self.shot(fine=True)
        self.room(before)
        return {"do": "picture", "number": piece["number"], "shape": list(shot.shape), "data": shot.tobytes()}

    def vertex(self, x: float, y: float) -> dict | None:
        """The structure and its vertex under a point of the window, or None."""
        return self._struck(ps.pick(screen_coords=(x, y)))

    def selected(self) -> dict | None:
        """The structure and its vertex that Polyscope's own click has selected, or None."""
        return self._struck(ps.get_selection()) if ps.have_selection() else None

    def _struck(self, hit):
        if not hit.is_hit or hit.structure_name not in self._structures:
            return None
        index = hit.structure_data.get("index", hit.local_index)
        return {"name": hit.structure_name, "vertex": int(index)}

    def _soften(self, fine):
        """Draw edges soft, or not; Polyscope takes this to heart when the size of its window changes."""
        self._fine, (width, height) = fine, ps.get_window_size()
        ps.set_SSAA_factor(2 if fine else 1)
        ps.set_window_size(width, height + 1)
        ps.frame_tick()
        ps.set_window_size(width, height)

    def _standing(self):
        return (ps.get_camera_view_matrix().tolist(), ps.get_vertical_fov_degrees())



def _array(data: bytes, dtype: type, columns: int) -> np.ndarray:
    """The numbers of a message, in rows where there are several columns."""
    flat = np.frombuffer(data, dtype)
    return flat if columns == 1 else flat.reshape(-1, columns)
