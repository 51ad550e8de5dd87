"""What a shape is, where shapes come from, and what can be wrong with one."""

from .cloud import PointCloud
from .curves import CurveNetwork
from .diagnosis import Defect, Diagnosis, diagnose
from .door import (
    DegenerateFaceWarning,
    MeshWarning,
    NonManifoldWarning,
    OrientationWarning,
    PrecisionWarning,
    SeveralComponentsWarning,
    at_the_door,
)
from .files import read, read_arrays, write
from .gallery import bumpy_sphere, crease, plane_with_hole, sphere, torus, two_spheres
from .mending import Repair, repair
from .mesh import Mesh, MeshError
from .resampling import Resampled, refined, remeshed, scattered
from .sphere import icosphere

__all__ = [
    "CurveNetwork", "Defect", "DegenerateFaceWarning", "Diagnosis", "Mesh", "MeshError", "MeshWarning",
    "NonManifoldWarning", "OrientationWarning", "PointCloud", "PrecisionWarning", "Repair", "Resampled",
    "SeveralComponentsWarning", "at_the_door", "bumpy_sphere", "crease", "diagnose", "icosphere",
    "plane_with_hole", "read", "read_arrays", "refined", "remeshed", "repair", "scattered", "sphere",
    "torus", "two_spheres", "write",
]
