"""The mesh doctor: what can be wrong with arrays that claim to be a mesh, and what each defect costs."""

from .mesh import MeshError

__all__ = ["MeshError", "MeshWarning"]


class MeshWarning(UserWarning):
    """Something about a mesh that an operator survives, but that its user should know."""
