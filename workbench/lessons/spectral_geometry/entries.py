"""What chapter 0 knows on paper, measured again: workbench reproduce spectral_geometry."""

import numpy as np

from workbench.datasets.humans import humans
from workbench.entries import Claim, Entry, Task
from workbench.lessons.spectral_geometry import drum, heat, paper, specimens
from workbench.lessons.spectral_geometry.settings import Config
from workbench.operators import descriptors, exterior
from workbench.operators.geodesics import exact_distance
from workbench.operators.gradient import face_gradient
from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.spectrum import spectrum
from workbench.shapes.mesh import Mesh

#: the preset's name is its own setting: what is known on paper holds at each
ALL = ("tiny", "quick", "full")


def closed_forms(task: Task) -> dict[str, float]:
    """Tones of a drum, how fast three spectra and implicit Euler come near, and L z / (M z) on a sphere."""
    config = Config.preset(task.preset)
    plate = drum.disc(min(config.rings, 12))
    missed = heat.errors_in_time(cotan_laplacian(plate), spectrum(cotan_laplacian(plate), plate.n_vertices),
                                 vertex=0, t=0.05)
    least, most = pointwise(specimens.lopsided_sphere(config.level))
    keys = ("drum", "sphere", "torus")
    slopes = {key: paper.slope(paper.errors(name, grids))
              for key, name, grids in zip(keys, paper.KNOWN, config.grids, strict=True)}
    return {"second": float(drum.pitches(drum.drum_modes(drum.disc(config.rings), 2).evals)[1]), **slopes,
            "steps": paper.slope(missed["steps"]), "least": least, "most": most}


def pointwise(sphere: Mesh) -> tuple[float, float]:
    """The least and the largest L z / (M z) of a unit sphere, where |z| > 0.3; 2 on paper."""
    lap, z = cotan_laplacian(sphere), sphere.V[:, 2]
    away = abs(z) > 0.3  # near the equator z is zero, and nothing is divided by it
    strong = (lap.L @ z)[away] / (lap.M * z)[away]
    return float(strong.min()), float(strong.max())


def identities(task: Task) -> dict[str, float]:
    """Two roads to L, conserved heat, heat that stays, and distances in heat, on a body."""
    config = Config.preset(task.preset)
    mesh = humans("test", config.size)[0].mesh
    lap, G, d0 = cotan_laplacian(mesh), face_gradient(mesh), exterior.d0(mesh)
    from_edges = d0.T @ (exterior.star1(mesh)[:, None] * d0.toarray())
    from_faces = G.T @ (np.tile(mesh.face_areas, 3)[:, None] * G.toarray())
    finger = int(mesh.V[:, 0].argmax())
    u, modes = heat.unit_heat(lap.M, finger), spectrum(lap, config.k)
    edges = mesh.V[mesh.edges[:, 0]] - mesh.V[mesh.edges[:, 1]]
    exact = exact_distance(mesh, finger)
    warm = heat.distance_in_heat(mesh, finger, np.linalg.norm(edges, axis=1).mean() ** 2)
    stays = heat.heat_in_modes(modes, u, 0.02)[finger] / descriptors.hks(modes, np.array([0.02]))[finger, 0]
    return {"factors": float(max(abs(from_edges - lap.L).max(), abs(from_faces - lap.L).max())),
            "total": float(abs(lap.M @ heat.heat_in_steps(lap, u, 0.1, 64) - 1)),
            "stays": float(abs(stays - 1)), "distance": float(abs(warm - exact).mean() / exact.max())}


LINEAR, LAW = "linear finite elements", "a law for h → 0, measured at a few h"

ENTRIES = (
    Entry("spectral_geometry.closed-forms", {
        "second": Claim("second tone of a drum over its first", "Bessel zeros", 1.5933, "{:.4f}", 0.01,
                        why="triangles instead of a disc: goes with h²"),
        "drum": Claim("slope of a drum's eigenvalue error over h", LINEAR, 2.0, "{:.2f}", 0.2, why=LAW),
        "sphere": Claim("the same for the sphere, l (l + 1)", LINEAR, 2.0, "{:.2f}", 0.2, why=LAW),
        "torus": Claim("the same for the flat torus, 4π² (a² + b²)", LINEAR, 2.0, "{:.2f}", 0.2, why=LAW),
        "steps": Claim("slope of implicit Euler's error over the number of steps", "first order", -1.0,
                       "{:.2f}", 0.3, why="first steps are too long for the law"),
        "least": Claim("L z / (M z) on the unit sphere, least", "L z = 2 M z", 2.0, "{:.2f}", 0.5,
                       why="a few stretched triangles"),
        "most": Claim("the same, largest", "L z = 2 M z", 2.0, "{:.2f}", 0.5,
                      why="where five triangles meet it stays off at every h: only averages come near"),
    }, (), (), closed_forms, ALL, paper=ALL),
    Entry("spectral_geometry.identities", {
        "factors": Claim("L from differences and from gradients: farthest apart", "d0' star1 d0 = G' A G",
                         0.0, "{:.0e}", 1e-9, why="round-off"),
        "total": Claim("heat is conserved, off after 64 steps", "rows of L sum to zero", 0.0, "{:.0e}", 1e-9,
                       why="round-off"),
        "stays": Claim("HKS is the heat that stays: apart", "Sun and others 2009", 0.0, "{:.0e}", 1e-9,
                       why="round-off: the same modes"),
        "distance": Claim("geodesics in heat against exact ones: mean, over the farthest",
                          "Crane and others 2013", 0.0, "{:.1%}", 0.03,
                          why="equal for h → 0; h is what it is"),
    }, ("humans",), ("humans",), identities, ALL, paper=ALL),
)
