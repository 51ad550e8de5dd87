"""The chapter's last table: what the paper claims, what its page measured, whether they may be compared."""

from collections.abc import Mapping

HEAD = "| claim | paper | here | may they be compared? |\n|---|---|---|---|"


def table(*, toy: tuple[str, float, float], stray: tuple[float, float], alone: tuple[float, float],
          digits: Mapping[str, float], moving: tuple[float, float], turned: tuple[float, float],
          surface: tuple[float, float]) -> str:
    """The table in Markdown, every "here" from the values given.

    toy      its name, NMI and ACC of fresh points; stray: of anchors, before and after alignment
    alone    the loss with alignment and without; digits: as table.run gives it
    moving   ACC on test images with T_G and without; turned: d_G and degrees off, of turning.judged
    surface  d_G of a body's functions to the graph's and to the surface's, as surface.distances gives them
    """
    other = "**no**: 1,797 small digits, features of a smaller network; one run"
    rows = [
        (f"a toy set ({toy[0]}): NMI, ACC (section 5.2)", "1.0, 1.0", f"{toy[1]:.3f}, {toy[2]:.3f}",
         "nearly: points, batches and steps as there; the sets are ours, and so is the rate"),
        ("anchors agree after alignment (Fig. 3)", "shown", f"they stray {stray[0]:.2f}, then {stray[1]:.2f}",
         "yes, in kind"),
        ("the loss with alignment, and without (section 4.1)", "'cannot be expected to generalise'",
         f"{alone[0]:.2f}, {alone[1]:.2f}", "yes, in kind"),
        ("d_G on images (Table 1)", "0.107 on MNIST", f"{digits['d_G']:.3f}", other),
        ("NMI, ACC (Table 1)", "0.961, 0.986", f"{digits['NMI']:.3f}, {digits['ACC']:.3f}", other),
        ("linear probe (Table 1)", "98.52 %", f"{digits['accuracy']:.1f} %", other),
        ("features that change: T_G keeps the embedding (Fig. 8)", "shown",
         f"ACC {moving[0]:.2f} with it, {moving[1]:.2f} without", "in kind: smaller digits"),
        ("diffusion maps of a turning object (Fig. 5)", "shown",
         f"d_G {turned[0]:.3f}; {turned[1]:.1f} degrees off", "in kind: a body, not a toy bunny"),
        ("a surface, learned from batches of its points", "-",
         f"d_G {surface[0]:.2f} to its graph, {surface[1]:.2f} to the surface", "not in the paper"),
    ]
    return "\n".join([HEAD, *("| " + " | ".join(row) + " |" for row in rows)])
