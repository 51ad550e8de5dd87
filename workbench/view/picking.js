// Picking: which vertex, face and edge is under the mouse; what stands over a body is found before it.

// The vertex (and face) of a shape under a point (x, y) of its cell, in [-1, 1]^2 with y up; null where nothing is.
function vertexUnder(shape, camera, aspect, x, y) {
  const lens = lensOf(shape, camera, aspect), { R, pan, distance, middle = shape.middle } = lens;
  const turnBack = ([a, b, c]) => [0, 1, 2].map(k => R[0][k] * a + R[1][k] * b + R[2][k] * c);
  const origin = turnBack([-pan[0], -pan[1], distance]).map((v, k) => v + middle[k]);
  const ray = turnBack([x * lens.tangent * aspect, y * lens.tangent, -1]);
  return shape.F.length ? firstHit(shape, origin, ray) : nearestPoint(shape, origin, ray, shape.grain);
}

function firstHit({ V, F }, o, d) {
  let best = Infinity, hit = null;
  for (let i = 0; i < F.length; i += 3) {
    const a = 3 * F[i], b = 3 * F[i + 1], c = 3 * F[i + 2];
    const ux = V[b] - V[a], uy = V[b + 1] - V[a + 1], uz = V[b + 2] - V[a + 2], vx = V[c] - V[a], vy = V[c + 1] - V[a + 1], vz = V[c + 2] - V[a + 2];
    const px = d[1] * vz - d[2] * vy, py = d[2] * vx - d[0] * vz, pz = d[0] * vy - d[1] * vx, det = ux * px + uy * py + uz * pz;
    if (det === 0) continue;
    const sx = o[0] - V[a], sy = o[1] - V[a + 1], sz = o[2] - V[a + 2], u = (sx * px + sy * py + sz * pz) / det;
    if (u < 0 || u > 1) continue;
    const qx = sy * uz - sz * uy, qy = sz * ux - sx * uz, qz = sx * uy - sy * ux, v = (d[0] * qx + d[1] * qy + d[2] * qz) / det;
    if (v < 0 || u + v > 1) continue;
    const t = (vx * qx + vy * qy + vz * qz) / det;
    if (t > 0 && t < best) { best = t; hit = { face: i / 3, ...nearest([F[i], F[i + 1], F[i + 2]], [1 - u - v, u, v]) }; }
  }
  return hit;
}

// The corner with the largest barycentric coordinate, and the edge across from the one with the smallest.
function nearest(corners, shares) {
  const far = shares.indexOf(Math.min(...shares));
  return { vertex: corners[shares.indexOf(Math.max(...shares))], edge: corners.filter((_, k) => k !== far) };
}

function nearestPoint({ V }, o, d, within) {
  const square = d[0] ** 2 + d[1] ** 2 + d[2] ** 2;
  let best = Infinity, hit = null;
  for (let i = 0; i < V.length; i += 3) {
    const x = V[i] - o[0], y = V[i + 1] - o[1], z = V[i + 2] - o[2], t = (x * d[0] + y * d[1] + z * d[2]) / square;
    const off = Math.hypot(x - t * d[0], y - t * d[1], z - t * d[2]);
    if (off < within && t < best) { best = t; hit = { face: null, edge: null, vertex: i / 3 }; }
  }
  return hit;
}

// Where a vertex of the whole shape is among those that are drawn; -1 where it is not.
function drawnVertex(shape, vertex) {
  const drawn = shape.vertexOf ? shape.vertexOf.indexOf(vertex) : vertex;
  return 3 * drawn < shape.V.length ? drawn : -1;
}
