"""The kinds of defect a mesh can have, what each costs, and the table that a diagnosis is."""

from dataclasses import dataclass

#: kind -> (element its example counts, what it costs); fatal ones first: with them no operator can be built
KINDS = {
    "no mesh": ("array", "nothing further can be said"),
    "no vertices": ("vertex", "there is nothing to build on"),
    "no faces": ("face", "there is no surface: read it as a PointCloud, if points are what you have"),
    "float indices": ("face", "arrays are not indexed by floats; 2.0 can be read as 2, 2.5 as nothing"),
    "too few corners": ("face", "a face with fewer than three corners has no area"),
    "polygon": ("face", "operators here are for triangles; a fan of triangles stands for it"),
    "index out of range": ("face", "it names a vertex that is not there; read blindly, it is foreign memory"),
    "non-finite vertex": ("vertex", "one NaN reaches every eigenvalue through the sums"),
    "isolated vertex": ("vertex", "zero mass makes the eigenproblem singular; heat never reaches it"),
    "vertex without area": ("vertex", "all its faces are unsound: zero mass makes the eigenproblem singular"),
    "extreme scale": ("vertex", "products of four lengths overflow or vanish in float64"),
    "fewer vertices than k": ("vertex", "n vertices have n eigenpairs and no more"),
    "repeated index": ("face", "it is a line, its cotangents are infinite"),
    "zero area": ("face", "its cotangents are infinite or pure rounding, and so is L around it"),
    "duplicate face": ("face", "its area and stiffness count twice"),
    "non-manifold edge": ("edge", "more than two faces meet: no sides, no one way across, no tangent frame"),
    "non-manifold vertex": ("vertex", "sheets touch in a point: heat passes, directions do not, normals mix"),
    "flipped face": ("face", "its normal points against its neighbours': normals and gradients mix signs"),
    "unorientable piece": ("face", "it has one side only: no choice of normals is consistent"),
    "inside out": ("face", "normals point inward: curvature and rotation change their sign"),
    "several components": ("vertex", "eigenvalue 0 repeats once a component; heat and distance do not cross"),
    "far from origin": ("vertex", "coordinates spend their digits on the offset"),
    "boundary": ("edge", "no fault: closed-surface theorems do not hold and L has Neumann conditions there"),
}

FATAL = tuple(KINDS)[:tuple(KINDS).index("repeated index")]


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong.

    kind     a key of KINDS
    count    how many elements have it (for "boundary": edges; "several components": components)
    example  numbers of the first element with it: (vertex,), (face,) of F as given, an edge's (i, j), or ()
    cost     what it costs, in one sentence
    fatal    whether no operator can be built with it
    """

    kind: str
    count: int
    example: tuple[int, ...]
    cost: str
    fatal: bool

    def __str__(self):
        numbers = "-".join(map(str, self.example))
        where = f", such as {KINDS[self.kind][0]} {numbers}" if self.example else ""
        return f"{self.kind}: {self.count}{where}; {self.cost}"


@dataclass(frozen=True)
class Diagnosis:
    """All defects of a mesh with n vertices and m faces, the fatal ones first; printing it gives a table."""

    n_vertices: int
    n_faces: int
    defects: tuple[Defect, ...]

    @property
    def healthy(self) -> bool:
        """Nothing is wrong; a boundary is named, but is no fault."""
        return all(defect.kind == "boundary" for defect in self.defects)

    @property
    def fatal(self) -> tuple[Defect, ...]:
        """The defects with which no operator can be built."""
        return tuple(defect for defect in self.defects if defect.fatal)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(defect.kind for defect in self.defects)

    def __getitem__(self, kind: str) -> Defect:
        """The defect of that kind; KeyError when the mesh does not have it."""
        found = {defect.kind: defect for defect in self.defects}
        return found[kind]

    def __str__(self):
        verdict = "healthy" if self.healthy else f"{len(self.fatal)} fatal, {len(self.defects)} kinds in all"
        lines = [f"{self.n_vertices} vertices, {self.n_faces} faces: {verdict}"]
        for defect in self.defects:
            numbers = "-".join(map(str, defect.example))
            example = f"{KINDS[defect.kind][0]} {numbers}" if numbers else ""
            mark = "!" if defect.fatal else " "
            lines.append(f" {mark} {defect.count:>7}  {defect.kind:<21}  {example:<17}  {defect.cost}")
        return "\n".join(lines)

    __repr__ = __str__
