"""Fig. 2 of the paper: its boxes, and what each of them holds on one mesh."""

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from workbench.operators.exterior import d0
from workbench.papers.hodgenet.method import HodgeNet, spectral_features
from workbench.papers.hodgenet.surfaces import Surface
from workbench.papers.hodgenet.watching import size, unwatched
from workbench.quantities import Quantity

#: symbol -> words under it, and its place: column and row
BOXES = {
    "F": ("features", (0, 1)), "f": ("per triangle", (1, 0)), "d": ("differences", (1, 1)),
    "g": ("per edge", (1, 2)), "★₀": ("on vertices", (2, 0)), "★₁": ("on edges", (2, 2)),
    "λ, x": ("eigenpairs", (3, 1)), "h": ("of each λ", (4, 0)), "G": ("spectral feature", (5, 1)),
    "max": ("over the mesh", (6, 1)), "o": ("the answer", (7, 1)),
}
ARROWS = (("F", "f"), ("F", "g"), ("f", "★₀"), ("g", "★₁"), ("★₀", "λ, x"), ("d", "λ, x"), ("★₁", "λ, x"),
          ("λ, x", "h"), ("λ, x", "G"), ("h", "G"), ("G", "max"), ("max", "o"))
LEARNED = ("f", "g", "h", "o")

#: how a page draws them: the words of workbench.view.knobs.Flow
FLOW = {"places": tuple(place for _, place in BOXES.values()),
        "words": tuple(words for words, _ in BOXES.values()), "arrows": ARROWS, "learned": LEARNED}

#: which words stand beside the colours of a box
TITLES = {
    "F": "F: x, y, z as red, green, blue", "f": "first entry of f, of either sign",
    "d": "d applied to the height z", "g": "first entry of g, of either sign",
    "★₀": "★₀ = ε + Σ fᵀf (mean eigenvalue)", "★₁": "★₁ = ε + gᵀg (mean eigenvalue)",
    "λ, x": "|x| of the first mode", "G": "the feature that varies most",
    "max": "how many features are largest here",
}


def tensors(net: HodgeNet, ready: Surface, F: Float[Tensor, "n c"], box: str, of: str
            ) -> Mapping[str, Quantity]:
    """What a box holds for one mesh that is called `of` on stage: name -> Quantity.

    "tensor" lives on the mesh; "eigenvalues", "matrix", "answer" and "all directions" are plots. F has at
    least three columns; the last layer's answer is drawn as a direction, so net has two outputs.
    """
    with unwatched(net):
        return {name: Quantity(place if on == "plot" else of, on, np.asarray(values), kind)
                for name, (place, on, values, kind) in _FIND[box](net, ready, F).items()}


def show(scene, net: HodgeNet, ready: Surface, F: Float[Tensor, "n c"], box: str, of: str) -> None:
    """Show what a box holds on a workbench.view.Scene where the mesh stands as `of`; what was there goes."""
    found = tensors(net, ready, F, box, of)
    for name in set(scene.board.quantities) - set(found):
        scene.remove(name)
    scene.look("tensor", title=TITLES.get(box, box), low=0.0 if box in ("★₀", "★₁", "λ, x", "max") else None,
               symmetric=True if box in ("f", "d", "g") else None, width=3.5)
    for name, quantity in found.items():
        scene.show(name, quantity)


def _on_mesh(on, values, kind="scalar"):
    return {"tensor": ("", on, values, kind)}


def _features(net, ready, F):
    X = F[:, :3].double().numpy()
    low, high = X.min(axis=0), X.max(axis=0)
    return _on_mesh("vertices", (X - low) / np.maximum(high - low, 1e-9), "color")


def _f(net, ready, F):
    return _on_mesh("faces", net.stars.f(F[ready.faces].flatten(1))[:, 0].double().numpy())


def _g(net, ready, F):
    values = np.empty(ready.e)
    values[ready.inner_at] = net.stars.g(F[ready.inner].flatten(1))[:, 0]
    if len(ready.rim):
        values[ready.rim_at] = net.stars.g_bar(F[ready.rim].flatten(1))[:, 0]
    return _on_mesh("edges", values)


def _difference(net, ready, F):
    return _on_mesh("edges", d0(ready.mesh) @ ready.mesh.V[:, 2])


def _star(place, on):
    return lambda net, ready, F: _on_mesh(on, size(net.stars([ready], F)[place]))


def _eigenpairs(net, ready, F):
    evals, x = net.modes([ready], F)
    curve = np.stack([np.arange(1, evals.shape[1] + 1), evals[0].numpy()], axis=1)
    lengths = x[:, :, 0].norm(dim=1).numpy()
    return _on_mesh("vertices", lengths) | {"eigenvalues": ("eigenvalues λ over i", "plot", curve, "curve")}


def _h(net, ready, F):
    H = net.h(net.modes([ready], F)[0].to(F).view(-1, 1))
    return {"matrix": ("h(λ): a row for each λ", "plot", H.double().numpy(), "matrix")}


def _pooled(net, ready, F):
    evals, x = net.modes([ready], F)
    H = net.h(evals.to(F).view(-1, 1)).view(*evals.shape, -1)
    return spectral_features(list(H), [x.to(F)])


def _spectral(net, ready, F):
    G = _pooled(net, ready, F)
    return _on_mesh("vertices", G[:, G.std(dim=0).argmax()].double().numpy())


def _largest(net, ready, F):
    winners = _pooled(net, ready, F).argmax(dim=0)
    return _on_mesh("vertices", torch.bincount(winners, minlength=ready.n).double().numpy())


def _answer(net, ready, F):
    said = torch.nn.functional.normalize(net([ready], F), dim=1)[0].double().numpy()
    t = np.linspace(0, 2 * np.pi, 73)
    place = "the angle said, as a direction"
    return {"all directions": (place, "plot", np.stack([np.cos(t), np.sin(t)], axis=1), "curve"),
            "answer": (place, "plot", np.stack([0 * said, said]), "curve")}


_FIND = {"F": _features, "f": _f, "d": _difference, "g": _g, "★₀": _star(0, "vertices"),
         "★₁": _star(1, "edges"), "λ, x": _eigenpairs, "h": _h, "G": _spectral, "max": _largest, "o": _answer}
