"""What a shape is, where shapes come from, and what can be wrong with one."""

from .cloud import PointCloud
from .diagnosis import MeshWarning
from .gallery import bumpy_sphere, crease, plane_with_hole, sphere, torus, two_spheres
from .mesh import Mesh, MeshError
from .sphere import icosphere

__all__ = [
    "Mesh", "MeshError", "MeshWarning", "PointCloud",
    "bumpy_sphere", "crease", "icosphere", "plane_with_hole", "sphere", "torus", "two_spheres",
]
