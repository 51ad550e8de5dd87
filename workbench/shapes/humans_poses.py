"""Ten poses as joint angles in degrees, and linear blend skinning that puts a template human into them."""

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from workbench.shapes.humans_template import Rig, Template

# Angles in degrees; a joint that is not named stays at rest.
# "body", "spine", "neck": (forward, to the left, turned to the left);
# "arm", "leg": (lift: 0 hangs down, 90 is horizontal, 180 up; its heading: 0 forward, 90 outward, 180 back;
#                bend of the elbow from straight or of the knee from rest; twist outward about the limb);
# "foot": (toes down,).
POSE_TABLE = {
    "stand": {
        "arm.L": (14, 80, 12, 0), "arm.R": (14, 80, 12, 0),
    },
    "walk": {
        "spine": (4, 0, -8), "neck": (0, 0, 6),
        "arm.L": (32, 165, 15, 0), "arm.R": (36, 15, 30, 0),
        "leg.L": (27, 0, 6, 0), "leg.R": (22, 180, 22, 0), "foot.L": (-8,), "foot.R": (18,),
    },
    "run": {
        "body": (14, 0, 0), "spine": (6, 0, 12), "neck": (-14, 0, -8),
        "arm.L": (45, 20, 95, 0), "arm.R": (58, 165, 95, 0),
        "leg.L": (35, 178, 80, 0), "leg.R": (78, 0, 85, 0), "foot.L": (25,), "foot.R": (0,),
    },
    "sit": {
        "spine": (6, 0, 0), "neck": (4, 0, 0),
        "arm.L": (42, 45, 55, 0), "arm.R": (42, 45, 55, 0),
        "leg.L": (88, 12, 88, 0), "leg.R": (88, 12, 88, 0),
    },
    "squat": {
        "body": (28, 0, 0), "spine": (8, 0, 0), "neck": (-22, 0, 0),
        "arm.L": (105, 15, 12, 0), "arm.R": (105, 15, 12, 0),
        "leg.L": (118, 24, 118, 0), "leg.R": (118, 24, 118, 0), "foot.L": (-26,), "foot.R": (-26,),
    },
    "handstand": {
        "body": (180, 0, 0), "spine": (-8, 0, 0), "neck": (-25, 0, 0),
        "arm.L": (160, 85, 8, 0), "arm.R": (160, 85, 8, 0),
        "leg.L": (28, 5, 12, 0), "leg.R": (24, 180, 40, 0), "foot.L": (35,), "foot.R": (35,),
    },
    "star": {
        "arm.L": (118, 88, 5, 0), "arm.R": (118, 88, 5, 0),
        "leg.L": (38, 88, 0, 10), "leg.R": (38, 88, 0, 10),
    },
    "bow": {
        "body": (62, 0, 0), "spine": (38, 0, 0), "neck": (10, 0, 0),
        "arm.L": (75, 15, 10, 0), "arm.R": (75, 15, 10, 0),
        "leg.L": (62, 4, 6, 0), "leg.R": (62, 4, 6, 0),
    },
    "kick": {
        "body": (-18, 0, 0), "spine": (14, 0, -10), "neck": (8, 0, 8),
        "arm.L": (55, 125, 25, 0), "arm.R": (50, 60, 100, 0),
        "leg.L": (112, 8, 8, 0), "leg.R": (16, 180, 14, 0), "foot.L": (30,), "foot.R": (0,),
    },
    "lunge": {
        "spine": (-6, 0, 10), "neck": (-6, 0, 10),
        "arm.L": (165, 60, 10, 0), "arm.R": (82, 85, 5, 0),
        "leg.L": (82, 6, 82, 0), "leg.R": (42, 180, 30, 0), "foot.R": (-12,),
    },
}
POSES = tuple(POSE_TABLE)
CHAINS = {
    "spine": ("spine05", "spine04", "spine03", "spine02", "spine01"),
    "neck": ("neck01", "neck02", "neck03", "head"),
}


def varied(angles: dict, seed: int, by: float = 6.0) -> dict:
    """The same pose as another person would take it: angles of at least `by` degrees change by up to `by`."""
    rng = np.random.default_rng(seed)
    return {joint: tuple(angle + rng.uniform(-by, by) * (abs(angle) >= by) for angle in values)
            for joint, values in angles.items()}


def pose_vertices(template: Template, angles: dict) -> Float[np.ndarray, "s 3"]:
    """Surface vertices in a pose: x' = sum_b w_b (R_b x + t_b), linear blend skinning, in decimetres.

    angles: joint name -> angles in degrees, a row of POSE_TABLE. R_b is the product of the rotations of the
    bone's ancestors and its own, all about joints in rest position. Magnenat-Thalmann et al. 1988.
    """
    R, t = bone_motions(template, angles)
    X = template.surface
    moved = np.einsum("bij,sj->sbi", R, X) + t
    return np.einsum("sb,sbi->si", template.weights.toarray(), moved)


def posed_joints(template: Template, angles: dict, bones) -> Float[np.ndarray, "j 3"]:
    """Where the heads of the named bones are in a pose, in decimetres."""
    R, t = bone_motions(template, angles)
    index = [template.rig.names.index(bone) for bone in bones]
    joints = (template.rig.heads @ template.V)[index]
    return np.einsum("bij,bj->bi", R[index], joints) + t[index]


def bone_motions(
    template: Template, angles: dict
) -> tuple[Float[np.ndarray, "b 3 3"], Float[np.ndarray, "b 3"]]:
    """Rotations R (b, 3, 3) and translations t (b, 3) that carry each bone from rest to the pose."""
    rig = template.rig
    joints = rig.heads @ template.V
    turns = joint_rotations(rig, joints, angles)
    R, t = np.empty((len(rig.names), 3, 3)), np.empty((len(rig.names), 3))
    for b, (name, parent) in enumerate(zip(rig.names, rig.parents, strict=True)):
        local = turns.get(name, Rotation.identity()).as_matrix()
        R_up, t_up = (R[parent], t[parent]) if parent >= 0 else (np.eye(3), np.zeros(3))
        R[b] = R_up @ local
        t[b] = R_up @ (joints[b] - local @ joints[b]) + t_up
    return R, t


def joint_rotations(rig: Rig, joints: Float[np.ndarray, "b 3"], angles: dict) -> dict:
    """Bone name -> rotation relative to its parent, in the axes of the rest pose."""
    place = dict(zip(rig.names, joints, strict=True))
    turns = {}
    if "body" in angles:
        turns["root"] = _trunk(*angles["body"])
    for chain, bones in CHAINS.items():
        if chain in angles:
            turns |= {bone: _trunk(*(angle / len(bones) for angle in angles[chain])) for bone in bones}
    for side, sign in (("L", 1), ("R", -1)):
        for limb, turn in (("arm", _arm), ("leg", _leg), ("foot", _foot)):
            if f"{limb}.{side}" in angles:
                bones = turn(lambda bone, side=side: place[f"{bone}.{side}"], sign, *angles[f"{limb}.{side}"])
                turns |= {f"{bone}.{side}": rotation for bone, rotation in bones.items()}
    return turns


def _trunk(forward, left, turned):
    return Rotation.from_euler("YXZ", (turned, forward, -left), degrees=True)


def _arm(place, sign, lift, heading, bend, twist):
    """Collar bone, shoulder, elbow; above 60 degrees of lift the shoulder blade takes up to a third."""
    upper = place("lowerarm01") - place("upperarm01")
    fore = place("wrist") - place("lowerarm01")
    swing = _swing(upper, _direction(sign, lift, heading))
    share = np.clip((lift - 60) / 360, 0, 1 / 3)
    half = _about(upper, -sign * twist / 2)
    hinge = np.cross(upper, fore)
    straight = np.degrees(np.arccos(upper @ fore / np.linalg.norm(upper) / np.linalg.norm(fore)))
    return {
        "clavicle": swing**(share / 2), "shoulder01": swing**(share / 2),
        "upperarm01": swing**(1 - share) * half, "upperarm02": half,
        "lowerarm01": _about(hinge, bend - straight),
    }


def _leg(place, sign, lift, heading, bend, twist):
    thigh = place("lowerleg01") - place("upperleg01")
    half = _about(thigh, -sign * twist / 2)
    swing = _swing(thigh, _direction(sign, lift, heading))
    return {"upperleg01": swing * half, "upperleg02": half, "lowerleg01": _about((1, 0, 0), bend)}


def _foot(place, sign, point):
    return {"foot": _about((1, 0, 0), point)}


def _direction(sign, lift, heading):
    """Unit vector of a limb: lifted from straight down towards a heading (0 forward, 90 outward)."""
    a, b = np.radians(lift), np.radians(heading)
    return np.array([sign * np.sin(a) * np.sin(b), -np.cos(a), np.sin(a) * np.cos(b)])


def _swing(start, end):
    """The smallest rotation that takes one direction to another (not opposite) one."""
    start, end = start / np.linalg.norm(start), end / np.linalg.norm(end)
    axis = np.cross(start, end)
    return _about(axis, np.degrees(np.arctan2(np.linalg.norm(axis), start @ end)))


def _about(axis, degrees):
    return Rotation.from_rotvec(np.radians(degrees) * np.asarray(axis) / np.linalg.norm(axis))
