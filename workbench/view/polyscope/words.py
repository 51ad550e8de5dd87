"""What is known at a place that was picked, in words; the browser says the same of what it draws itself."""

from collections.abc import Sequence

from workbench.view.board import Board, edge_index


def words_at(
    board: Board, name: str, vertex: int, face: int | None = None, edge: Sequence[int] | None = None
) -> str:
    """'vertex 12 · 0.5', or 'vertex 12 · edge 40 · 0.1': the number and value of each element of a structure
    there that a quantity is shown on; edge is by its two ends."""
    over = [key for key in board.overlays_of(name) if board.quantities[key].kind != "vector"]
    shown = [board.seen_on(name), *(key for key in over if board.look_of(key).seen is not False)]
    places = {"vertices": vertex, "faces": face, "edges": edge_index(board.shapes[name], edge)}
    return " · ".join(_word(board, key, places) for key in shown)


def _word(board, key, places):
    quantity = board.quantities.get(key)
    on = quantity.on if quantity is not None and places.get(quantity.on) is not None else "vertices"
    one = {"vertices": "vertex", "faces": "face", "edges": "edge"}[on]
    words = f"{one} {places[on]}"
    if quantity is None or quantity.on != on or quantity.kind not in ("scalar", "label"):
        return words
    value, labels = quantity.values[places[on]], board.look_of(key).labels
    if quantity.kind == "scalar":
        return f"{words} · {value:.5g}"
    return f"{words} · {labels[value] if 0 <= value < len(labels) else 'missing' if value < 0 else value}"
