"""The numbers that the chapter chooses: how fine its drum and its bodies are."""

from dataclasses import dataclass

from workbench.training.presets import Presets


@dataclass(frozen=True)
class Config(Presets):
    """How large things are. The defaults are the preset `quick`.

    rings   of the drum's disc: 3 rings (rings + 1) + 1 vertices
    size    bodies of about "1k" or "5k" vertices
    k       modes of a body
    grids   for each of three spectra known on paper, how fine its meshes are, from coarse to fine: rings of a
            disc, levels of an icosphere, steps along the side of a square
    level   of the sphere that is sampled unevenly
    """

    rings: int = 20
    size: str = "1k"
    k: int = 100
    grids: tuple[tuple[int, ...], ...] = ((8, 16, 32), (2, 3, 4), (12, 24, 48))
    level: int = 3

    @classmethod
    def presets(cls) -> dict[str, "Config"]:
        """quick (seconds), full (finer meshes, for a faster machine or patience), tiny (for tests)."""
        return {
            "quick": cls(),
            "full": cls(rings=40, size="5k", level=4,
                        grids=((8, 16, 32, 64), (2, 3, 4, 5), (12, 24, 48, 96))),
            "tiny": cls(rings=8, k=40, grids=((6, 12), (1, 2), (8, 16)), level=3),
        }
