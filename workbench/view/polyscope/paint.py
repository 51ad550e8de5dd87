"""Quantities on Polyscope's structures: scalars, labels, colours, arrows, textures; new values move in."""

import numpy as np
import polyscope as ps
from jaxtyping import Int

from .light import MATERIAL, linear, load_map

#: the colour of arrows, and how thick they are in world units
ARROWS, THIN = (0.16, 0.16, 0.2), 0.012
#: kind -> its columns, and the buffer that Polyscope keeps its values in
BUFFERS = {"scalar": (1, "values"), "label": (1, "values"), "color": (3, "colors"), "vector": (3, "values"),
           "uv": (2, "coords")}


class Paint:
    """Draws quantities; says of each name what it was drawn as.

    overlays  quantity -> the structure of its own that shows it: values and arrows on a surface's edges
    """

    def __init__(self):
        self._drawn, self._maps, self.overlays = {}, set(), {}

    def draw(self, body, piece: dict) -> bool:
        """Show a quantity on a body, or over it; whether it came with a structure of its own.

        New values of one that is drawn already leave alone what a hand set in its panel.
        """
        name, columns = piece["name"], BUFFERS[piece["kind"]][0]
        values = array(piece["values"], np.float32, columns)
        how = {key: part for key, part in piece.items() if key not in ("do", "values", "colors")}
        there = self.overlays.get(name, body)
        if self._drawn.get(name) == how:
            where, buffer = _uv(name) if piece["kind"] == "uv" else name, BUFFERS[piece["kind"]][1]
            there.get_quantity_buffer(where, buffer).update_data(
                linear(values).astype(np.float32) if buffer == "colors" else values
            )
            return False
        self.forget(name, body)
        if "E" in piece:
            there = self.overlays[name] = _overlay(f"{name} of {piece['of']}", piece)
        getattr(self, f"_{piece['kind']}")(there, piece, values, _where(there, piece["on"]))
        self._drawn[name] = how
        return there is not body

    def forget(self, name: str, body) -> None:
        """Take a quantity away from the body it is on."""
        drawn = self._drawn.pop(name, None)
        if name in self.overlays:
            self.overlays.pop(name).remove()
        elif drawn is not None and body is not None:
            body.remove_quantity(name)
            if drawn["kind"] == "uv":
                body.remove_quantity(_uv(name))

    def lost(self, structure: str) -> None:
        """Forget what went with a structure."""
        for name in [name for name, how in self._drawn.items() if how["of"] == structure]:
            del self._drawn[name]
            if name in self.overlays:
                self.overlays.pop(name).remove()

    def of(self, name: str) -> str | None:
        """The structure that a quantity is of."""
        return self._drawn[name]["of"] if name in self._drawn else None

    def under(self, overlay: str) -> tuple[str, Int[np.ndarray, "e 2"]] | None:
        """The structure whose edges an overlay of this name shows, and the edges; None for another name."""
        for name, body in self.overlays.items():
            if body.get_name() == overlay:
                return self._drawn[name]["of"], array(self._drawn[name]["E"], np.uint32, 2)
        return None

    def _scalar(self, body, piece, values, where):
        label = piece["kind"] == "label"
        if piece["map"] not in self._maps:
            load_map(piece["map"], array(piece["colors"], np.uint8, 3), label)
            self._maps.add(piece["map"])
        body.add_scalar_quantity(
            piece["name"], values, enabled=piece["seen"], cmap=piece["map"],
            vminmax=(piece["low"], piece["high"]), datatype="categorical" if label else "standard", **where,
        )

    _label = _scalar

    def _color(self, body, piece, values, where):
        body.add_color_quantity(piece["name"], linear(values), enabled=piece["seen"], **where)

    def _vector(self, body, piece, values, where):
        body.add_vector_quantity(
            piece["name"], values, vectortype="ambient", enabled=piece["seen"], color=linear(ARROWS),
            radius=THIN / 2, material=MATERIAL, **where,
        )

    def _uv(self, body, piece, values, where):
        rows, columns = piece["shape"]
        pixels = array(piece["colors"], np.uint8, 3).reshape(rows, columns, 3)
        across, up = piece["tiles"]
        body.add_parameterization_quantity(_uv(piece["name"]), values, enabled=False, **where)
        picture = np.tile(linear(pixels / 255).astype(np.float32), (up, across, 1))
        body.add_color_quantity(
            piece["name"], picture, defined_on="texture",
            param_name=_uv(piece["name"]), enabled=piece["seen"], filter_mode="linear",
        )


def array(data: bytes, dtype: type, columns: int) -> np.ndarray:
    """The numbers of a message, in rows where there are several columns."""
    flat = np.frombuffer(data, dtype)
    return flat if columns == 1 else flat.reshape(-1, columns)


def _uv(name):
    return f"{name} (uv)"


def _where(body, on):
    """The word for an element kind that this sort of structure wants, as an argument."""
    if isinstance(body, ps.PointCloud):
        return {}
    if isinstance(body, ps.CurveNetwork):
        return {"defined_on": "nodes" if on == "vertices" else "edges"}
    return {"defined_on": on}


def _overlay(name, piece):
    """A structure of its own for what is on a surface's edges: tubes, or unseen points where arrows start."""
    V, E = array(piece["V"], np.float32, 3), array(piece["E"], np.uint32, 2)
    if piece["kind"] == "vector":
        body = ps.register_point_cloud(name, V[E].mean(axis=1), color=linear(ARROWS), material=MATERIAL)
    else:
        body = ps.register_curve_network(name, V, E, material=MATERIAL)
    body.set_radius(piece["radius"], relative=False)
    return body
