"""The door: what every operator asks of a mesh before it starts, once a mesh."""

import warnings

from .diagnosis import Diagnosis, diagnose
from .mesh import Mesh, MeshError


class MeshWarning(UserWarning):
    """Something about a mesh that an operator survives, but that its user should know."""


class SeveralComponentsWarning(MeshWarning):
    """The surface falls apart: eigenvalue 0 repeats, heat and distance do not cross."""


class NonManifoldWarning(MeshWarning):
    """Some edge has more than two faces, or some vertex several fans: no tangent frames there."""


class DegenerateFaceWarning(MeshWarning):
    """Some face has no area, or is there twice: cotangents or areas around it are wrong."""


class OrientationWarning(MeshWarning):
    """Normals disagree between neighbours, point inward, or cannot agree at all."""


class PrecisionWarning(MeshWarning):
    """The coordinates spend their digits on a large offset."""


#: which warning speaks of which kinds of defect; a boundary is no reason to warn
WARNINGS = {
    SeveralComponentsWarning: ("several components",),
    NonManifoldWarning: ("non-manifold edge", "non-manifold vertex"),
    DegenerateFaceWarning: ("repeated index", "zero area", "duplicate face"),
    OrientationWarning: ("flipped face", "unorientable piece", "inside out"),
    PrecisionWarning: ("far from origin",),
}


def at_the_door(mesh: Mesh, k: int | None = None) -> Diagnosis:
    """Ask of a mesh what every operator needs; operators call this first, and examine a mesh only once.

    Returns the diagnosis. Raises MeshError, at every call, for what makes operators impossible: isolated
    vertices, vertices without area (zero mass), a scale at which float64 fails, k > n; and for what is no
    Mesh. Warns, once a mesh, with a MeshWarning for each of WARNINGS that applies.
    """
    if not isinstance(mesh, Mesh):
        raise MeshError(f"this operator is built on a Mesh, got {type(mesh).__name__}")
    examined = vars(mesh).get("_diagnosis")
    if examined is None:
        examined = vars(mesh)["_diagnosis"] = diagnose(mesh)
        _warn(examined)
    if k is not None and k > mesh.n_vertices:
        examined = diagnose(mesh, k=k)
    if examined.fatal:
        reasons = "; ".join(map(str, examined.fatal))
        raise MeshError(f"no operator can be built on {mesh}: {reasons}. repair(mesh) mends what it can")
    return examined


def _warn(diagnosis):
    for warning, kinds in WARNINGS.items():
        found = [str(defect) for defect in diagnosis.defects if defect.kind in kinds]
        if found:
            # Operators stand between the user and this door.
            warnings.warn(f"{'; '.join(found)}. repair(mesh) mends what it can", warning, stacklevel=4)
