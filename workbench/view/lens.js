// Lens: geometry without pixels: what a shape measures, where the camera stands, which vertex is under the mouse.

// A structure as it arrives, with what follows from it: normals where none came, its middle and radii.
function measured(piece) {
  const V = numbers(Float32Array, piece.V), F = numbers(Uint32Array, piece.F), up = piece.up === "z" ? 2 : 1;
  const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < V.length; i++) { const k = i % 3; if (V[i] < low[k]) low[k] = V[i]; if (V[i] > high[k]) high[k] = V[i]; }
  const middle = low.map((x, k) => (x + high[k]) / 2);
  let radius = 0, girth = 0;
  for (let i = 0; i < V.length; i += 3) {
    const d = [V[i] - middle[0], V[i + 1] - middle[1], V[i + 2] - middle[2]], all = d[0] ** 2 + d[1] ** 2 + d[2] ** 2;
    radius = Math.max(radius, all); girth = Math.max(girth, all - d[up] ** 2);
  }
  return { ...piece, V, F, E: numbers(Uint32Array, piece.E), N: normalsOf(V, F), middle, radius: Math.sqrt(radius) || 1, girth: Math.sqrt(girth) || 1, up };
}

function normalsOf(V, F) {
  const N = new Float32Array(V.length);
  for (let i = 0; i < F.length; i += 3) {
    const a = 3 * F[i], b = 3 * F[i + 1], c = 3 * F[i + 2];
    const u = [V[b] - V[a], V[b + 1] - V[a + 1], V[b + 2] - V[a + 2]], v = [V[c] - V[a], V[c + 1] - V[a + 1], V[c + 2] - V[a + 2]];
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (const k of [a, b, c]) { N[k] += n[0]; N[k + 1] += n[1]; N[k + 2] += n[2]; }
  }
  for (let i = 0; i < N.length; i += 3) {
    const length = Math.hypot(N[i], N[i + 1], N[i + 2]) || 1;
    N[i] /= length; N[i + 1] /= length; N[i + 2] /= length;
  }
  return N;
}

// Bytes from the kernel as numbers; copied, because a message's bytes need not be aligned.
function numbers(Type, bytes) {
  if (!bytes) return new Type(0);
  const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return new Type(view.slice().buffer);
}

// Rows right, up, towards the eye: yaw around the up axis, then pitch (degrees); the stills use the same turntable.
function turntable({ yaw, pitch }, up) {
  const a = yaw * Math.PI / 180, b = pitch * Math.PI / 180, ca = Math.cos(a), sa = Math.sin(a), cb = Math.cos(b), sb = Math.sin(b);
  const rows = [[ca, 0, sa], [sb * sa, cb, -sb * ca], [-cb * sa, sb, cb * ca]];
  return up === 1 ? rows : rows.map(([x, y, z]) => [x, -z, y]);
}

// Matrices (column-major) for one shape in a cell of the given aspect; zoom and pan are shared by all cells.
function lensOf(shape, camera, aspect) {
  const R = turntable(camera, shape.up), tangent = Math.tan(HALF_ANGLE), sideways = Math.sin(Math.atan(tangent * aspect));
  const distance = Math.max(shape.radius / Math.sin(HALF_ANGLE), shape.girth / sideways) * 1.04 / camera.zoom;
  const pan = camera.pan.map(x => x * shape.radius), near = Math.max(distance - 1.5 * shape.radius, 0.01 * distance), far = distance + 1.5 * shape.radius;
  const shift = R.map(row => -(row[0] * shape.middle[0] + row[1] * shape.middle[1] + row[2] * shape.middle[2]));
  const view = new Float32Array([R[0][0], R[1][0], R[2][0], 0, R[0][1], R[1][1], R[2][1], 0, R[0][2], R[1][2], R[2][2], 0,
                                 shift[0] + pan[0], shift[1] + pan[1], shift[2] - distance, 1]);
  const projection = new Float32Array([1 / (tangent * aspect), 0, 0, 0, 0, 1 / tangent, 0, 0, 0, 0, (far + near) / (near - far), -1, 0, 0, 2 * far * near / (near - far), 0]);
  const spacing = 1.25 * shape.radius / Math.sqrt(shape.V.length / 3 + 50);
  return { view, projection, R, distance, pan, tangent, aspect, spacing };
}

// The vertex (and face) of a shape under a point (x, y) of its cell, in [-1, 1]^2 with y up; null where nothing is.
function vertexUnder(shape, camera, aspect, x, y) {
  const lens = lensOf(shape, camera, aspect), { R, pan, distance, middle = shape.middle } = lens;
  const turnBack = ([a, b, c]) => [0, 1, 2].map(k => R[0][k] * a + R[1][k] * b + R[2][k] * c);
  const origin = turnBack([-pan[0], -pan[1], distance]).map((v, k) => v + middle[k]);
  const ray = turnBack([x * lens.tangent * aspect, y * lens.tangent, -1]);
  return shape.F.length ? firstHit(shape, origin, ray) : nearestPoint(shape, origin, ray, lens.spacing);
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
