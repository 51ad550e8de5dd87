"""Polyscope's scene in the drawing process: structures, what is on them, the window, the camera."""

import math

import numpy as np
import polyscope as ps

from .eye import HOME, Eye, Glass, lively
from .light import MATERIAL, linear, load_material
from .paint import Paint, array
from .pick import Dot, face_hit, vertex_hit
from .slices import Slices

#: the colour of a surface's edges
WIRE = (0.12, 0.12, 0.16)
#: passes over the scene to draw what can be seen through; each costs one picture
PASSES = 3
#: what a message may ask for
ACTS = ("room", "structure", "place", "look", "layout", "quantity", "remove", "view", "home", "camera",
        "mark")


class Props:
    """What stands on Polyscope's stage, changed by messages whose `do` names a method here.

    backend  Polyscope's name for who draws: "openGL3_egl" without a display, "openGL3_glfw" in a window

    Bodies stand in a row that faces the eye from wherever it looks, so that each seems to turn about its own
    middle: call follow() between the motion of the camera and the drawing, in Polyscope's user callback.
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
        ps.set_open_imgui_window_for_user_callback(False)
        ps.set_transparency_render_passes(PASSES)
        ps.set_user_callback(self.follow)
        load_material()
        self._eye, self._glass, self._paint, self._slices = Eye(), Glass(), Paint(), Slices()
        self.tick, self.standing = self._glass.tick, self._eye.standing
        self._structures, self._shapes, self._stands, self._looks = {}, {}, {}, {}
        self._dot, self._followed = Dot(), None
        self.room({"width": 640, "height": 420, "background": [1, 1, 1], "panels": False})

    @property
    def sides(self) -> int:
        """Pixels of the window's width that panels cover, to be left free at home."""
        return self._eye.sides

    @sides.setter
    def sides(self, pixels: int) -> None:
        self._eye.sides = pixels

    def act(self, piece: dict) -> None:
        """Do what a message says. Raises ValueError for a word that is not known here."""
        if piece["do"] not in ACTS:
            raise ValueError(f"a drawing process cannot {piece['do']!r}")
        getattr(self, piece["do"])(piece)
        self._glass.stale = True

    def room(self, piece: dict) -> None:
        """The size of the picture in pixels, what is behind the bodies, and whether the panels are shown."""
        self._room, seat = piece, self._eye.at_home and self._eye.seat()
        self._glass.fit(self.size)
        ps.set_background_color((*linear(piece["background"]), 1.0))
        self.panels = bool(piece["panels"])
        ps.set_build_default_gui_panels(self.panels)
        ps.set_ui_scale(float(piece.get("ratio", 1.0)))
        if seat:
            self._eye.sit(seat)  # nobody has turned it: fit the new window

    @property
    def size(self) -> tuple[int, int]:
        """The size of a whole picture in pixels, as the room has it."""
        return int(self._room["width"]), int(self._room["height"])

    def structure(self, piece: dict) -> None:
        """A surface, a curve network or a cloud; one of the same name goes."""
        name, V = piece["name"], array(piece["V"], np.float32, 3)
        F, E = array(piece["F"], np.uint32, 3), array(piece["E"], np.uint32, 2)
        self.remove({"kind": "structure", "name": name})
        how = {"color": linear(piece["color"]), "material": MATERIAL}
        if len(F):
            body = ps.register_surface_mesh(name, V, F, smooth_shade=True, edge_color=linear(WIRE), **how)
            body.set_selection_mode("vertices_only")
        elif len(E):
            body = ps.register_curve_network(name, V, E, **how)
            body.set_radius(piece["radius"], relative=False)
        else:
            body = ps.register_point_cloud(name, V, **how)
            body.set_radius(float(np.clip(0.8 / math.sqrt(len(V) + 1), 0.004, 0.05)), relative=False)
        self._structures[name], self._shapes[name] = body, (V, F, E, piece["closed"], piece["place"])

    def place(self, piece: dict) -> None:
        """Where a structure stands: the 4 x 4 matrix into the ball of radius 1, and its spot in the row."""
        self._stands[piece["name"]] = np.array(piece["matrix"]), piece["spot"]
        self._put([piece["name"]])

    def look(self, piece: dict) -> None:
        """How a structure is shown: {"wireframe", "opacity", "slice": [axis, share] or None, "cut": whether a
        slice of it or of what it stands over cuts it}."""
        name, body = piece["name"], self._structures[piece["name"]]
        V, _, _, closed, _ = self._shapes[name]
        self._looks[name] = piece
        body.set_transparency(piece["opacity"])
        if isinstance(body, ps.SurfaceMesh):
            body.set_edge_width(1.0 if piece["wireframe"] else 0.0)
            # nobody sees the inside of a closed surface, and drawing it takes half of the time and more
            hidden = closed and piece["opacity"] == 1 and not piece["cut"]
            body.set_back_face_policy("cull" if hidden else "identical")
        through = any(look["opacity"] < 1 for look in self._looks.values())
        ps.set_transparency_mode("pretty" if through else "none")
        self._slices.cut(name, V, piece["slice"])
        self._settle(name)

    def layout(self, piece: dict) -> None:
        """How far bodies reach to the side and up, in world units; the camera comes as near as they allow."""
        seat = self._eye.seat()
        self._eye.extent = across, up = piece["extent"]
        ps.set_length_scale(2.0)
        ps.set_bounding_box((-across, -up, -1.0), (across, up, 1.0))
        self._eye.sit(seat)

    def quantity(self, piece: dict) -> None:
        """A quantity on a structure, or over it; see Paint.draw."""
        if self._paint.draw(self._structures[piece["of"]], piece):
            self._settle(piece["of"])

    def remove(self, piece: dict) -> None:
        """Take away a structure with all that is on it, or one quantity."""
        name, body = piece["name"], self._structures.get(piece.get("of", piece["name"]))
        if piece["kind"] == "quantity":
            self._paint.forget(name, body)
        elif body is not None:
            for kept in (self._structures, self._shapes, self._stands, self._looks):
                kept.pop(name, None)
            self._dot.lost(name)
            self._slices.cut(name, None, None)
            self._paint.lost(name)
            body.remove()

    def mark(self, piece: dict) -> None:
        """A dot at a vertex of a structure."""
        name, vertex = piece["name"], piece["vertex"]
        if name in self._structures and vertex < len(self._shapes[name][0]):
            self._dot.mark(name, vertex)
            self._settle(name)

    def follow(self) -> None:
        """Let the row of bodies face the eye again, where it has moved."""
        standing = self._eye.standing()
        if standing != self._followed:
            self._followed = standing
            self._put([name for name, (_, spot) in self._stands.items() if any(spot)])

    def _put(self, names):
        """Set the transforms of these structures, and of what goes with them."""
        view = ps.get_camera_view_matrix()
        for name in names:
            if name not in self._stands or name not in self._structures:
                continue
            matrix, (across, up) = self._stands[name]
            stand = matrix.copy()
            stand[:3, 3] += across * view[0, :3] + up * view[1, :3]
            for body in self._company(name):
                body.set_transform(stand)
            self._slices.follow(name, stand)
            self._dot.follow(name, self._shapes[name][0], stand)

    def _company(self, name):
        """A structure, and those that show quantities over it."""
        over = [body for key, body in self._paint.overlays.items() if self._paint.of(key) == name]
        return [self._structures[name], *over]

    def _settle(self, name):
        """Put a structure in its place, and let slices know who is here."""
        self._put([name])
        bodies = {other: [*self._company(other), *self._dot.of(other)] for other in self._structures}
        self._slices.settle(bodies, {other: shape[-1] for other, shape in self._shapes.items()})

    def home(self, piece: dict) -> None:
        """The camera where it sees all bodies from the front, a little from above."""
        self._eye.sit(HOME)

    def camera(self, piece: dict) -> None:
        """The camera where the kernel says it is: {"yaw", "pitch", "zoom", "pan"}, as seat() says it."""
        self._eye.sit(piece)

    def seat(self) -> dict:
        """Where the camera is, as other stages say it; see Eye.seat."""
        return self._eye.seat()

    def view(self, piece: dict | None = None) -> str | None:
        """Take the camera back to where it was; without a message, say where it is (None: at home)."""
        if piece is not None:
            return ps.set_view_from_json(piece["json"])
        return None if self._eye.at_home else ps.get_view_as_json()

    def hasten(self) -> None:
        """Make the window ready for pictures of what moves: hard edges, and fewer pixels if it has many."""
        self._glass.fit(self.size if self.panels else lively(self.size))

    def shot(self, fine: bool = False) -> np.ndarray:
        """Let one moment pass, and return what is seen then, (height, width, 3) bytes.

        fine  of full size and with soft edges, at more than twice the price; with panels, edges stay hard
        """
        if fine:
            self._glass.fit(self.size, fine=not self.panels)
        return self._glass.take()

    def picture(self, piece: dict) -> dict:
        """A still on white of any size, without panels; the window is then as before."""
        before = self._room
        self.room({**piece, "background": (1, 1, 1), "panels": False})
        shot = self.shot(fine=True)
        self.room(before)
        return {"do": "picture", "number": piece["number"], "shape": list(shot.shape), "data": shot.tobytes()}

    def vertex(self, x: float, y: float) -> dict | None:
        """The structure under a point of the window, its nearest vertex, the face and the nearest edge there;
        None where there is no structure."""
        hit = ps.pick(screen_coords=(x, y))
        found = self._struck(hit)
        V, F, *_ = self._shapes[found["name"]] if found else ((), ())
        if not len(F):
            return found
        inside = np.linalg.solve(self._structures[found["name"]].get_transform(), [*hit.position, 1.0])[:3]
        return face_hit(inside, found["vertex"], V, F) | found

    def selected(self) -> dict | None:
        """The structure and its vertex that Polyscope's own click has selected, with the edge where that is a
        tube; or None."""
        return self._struck(ps.get_selection()) if ps.have_selection() else None

    def _struck(self, hit):
        name, over = hit.structure_name, self._paint.under(hit.structure_name)
        if not hit.is_hit or (over is None and name not in self._structures):
            return self._dot.hit(name) if hit.is_hit else None
        name, E = over or (name, self._shapes[name][2])
        found = vertex_hit(hit, E)
        return {"name": name, **found} if found["vertex"] < len(self._shapes[name][0]) else None
