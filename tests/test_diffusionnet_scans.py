"""Raw scans: faults are made as announced, the doctor names them, and heat takes no notice of a flap."""

import numpy as np

from workbench.datasets.humans import humans
from workbench.papers.diffusionnet.diffusion import diffusion_kernel
from workbench.papers.diffusionnet.examples import example
from workbench.papers.diffusionnet.experiment import Config
from workbench.papers.diffusionnet.scans import guest, raw_scan, scanned_example
from workbench.shapes import Mesh, diagnose

BODY = humans("test", "1k")[0].mesh
TINY = Config.tiny().with_(k=30)


def test_the_doctor_finds_the_holes_and_the_flaps():
    scan = raw_scan(BODY, holes=3, flaps=12)
    found = diagnose(scan.V, scan.F)
    assert not found.fatal
    assert found["boundary"].count > 0
    assert 10 <= found["non-manifold edge"].count <= 12  # two flaps may meet on an edge, or lie at a hole


def test_vertices_remember_where_they_were():
    scan = raw_scan(BODY, holes=3, flaps=12)
    gap = np.linalg.norm(scan.V - BODY.V[scan.source], axis=1)
    assert (gap > 0).sum() == 12 and gap.max() < 0.5 * np.sqrt(BODY.area)


def test_without_faults_the_tufted_cover_is_the_body():
    whole = example(TINY, "whole", BODY, np.zeros(BODY.n_vertices, int))
    same = scanned_example(TINY, "same", BODY, np.zeros(BODY.n_vertices, int))
    # intrinsic Delaunay flips change the discrete Laplacian a little, most at the higher modes
    np.testing.assert_allclose(same.ops.basis.evals[1:20], whole.ops.basis.evals[1:20], rtol=0.03)


def test_heat_spreads_on_a_scan_nearly_as_on_the_body():
    scan = raw_scan(BODY, holes=0, flaps=20)
    ready = scanned_example(TINY, "scan", Mesh(scan.V, scan.F), np.zeros(len(scan.V), int))
    whole = example(TINY, "whole", BODY, np.zeros(BODY.n_vertices, int))
    on_scan, on_body = (diffusion_kernel(shape.ops, 5, 0.05).numpy() for shape in (ready, whole))
    old = len(BODY.V)
    # twenty small flaps add a few percent of area, which takes its share of the heat
    assert np.corrcoef(on_scan[:old], on_body)[0, 1] > 0.98


def test_a_guest_is_mended_only_where_it_must_be():
    assert guest(TINY, BODY.V, BODY.F).name == "taken as it is"
    stray = np.vstack([BODY.V, [[9.0, 9.0, 9.0]]])  # a vertex without a face has no area: fatal
    mended = guest(TINY, stray, BODY.F)
    assert mended.mesh.n_vertices == BODY.n_vertices and mended.name != "taken as it is"
    assert (mended.labels == -1).all()
