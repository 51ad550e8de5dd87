// Picking: which vertex, face and edge is under the mouse; what stands over a body is found before it.

// how much farther away than a body, in radii, something over it may be and still be found first
const BEFORE = 0.05;
// pixels around a point or a line in which it is found
const NEAR = 6;

// What is under a point (x, y) of a cell, in [-1, 1]^2 with y up, among structures of one place: { shape, vertex, face, edge,
// edgeIndex, at } in numbers of what is drawn, or null. pixel: the size of a CSS pixel in that square.
function found(shapes, camera, aspect, x, y, pixel, berth = null) {
  const base = shapes[0], lens = lensOf(base, camera, aspect, berth), { R, pan, distance, tangent } = lens;
  const turnBack = ([a, b, c]) => [0, 1, 2].map(k => R[0][k] * a + R[1][k] * b + R[2][k] * c);
  const origin = turnBack([-pan[0], -pan[1], distance]).map((v, k) => v + base.middle[k]), ray = turnBack([x * tangent * aspect, y * tangent, -1]);
  const reach = NEAR * pixel * tangent;  // the half width of a cone around the ray, at distance 1 along it
  let best = null;
  for (const shape of shapes) {
    if (shape.opacity <= 0) continue;
    slicedWith(shape, base);
    const hit = shape.F.length ? faceUnder(shape, origin, ray) : shape.E.length ? edgeUnder(shape, origin, ray, reach) : pointUnder(shape, origin, ray, reach);
    if (!hit) continue;
    const rank = hit.t - (shape === base ? 0 : BEFORE * base.radius);
    if (!best || rank < best.rank) best = { ...hit, shape, rank };
  }
  return best;
}

// Whether slices leave the point at t along the ray.
function kept(planes, o, d, t) {
  const x = o[0] + t * d[0], y = o[1] + t * d[1], z = o[2] + t * d[2];
  for (let i = 0; i < planes.length; i += 4) if (planes[i] * x + planes[i + 1] * y + planes[i + 2] * z > planes[i + 3]) return false;
  return true;
}

function faceUnder(shape, o, d) {
  const { V, F } = shape, { order, boxes, first } = treeOf(shape), planes = shape.planes ?? NO_PLANES, stack = [1], inverse = d.map(x => 1 / (x || 1e-30));
  let best = Infinity, hit = null;
  while (stack.length) {
    const node = stack.pop();
    if (!enters(boxes, 6 * node, o, inverse, best)) continue;
    if (node < first) { stack.push(2 * node, 2 * node + 1); continue; }
    for (let k = LEAF * (node - first); k < Math.min(order.length, LEAF * (node - first + 1)); k++) {
      const i = 3 * order[k], a = 3 * F[i], b = 3 * F[i + 1], c = 3 * F[i + 2];
      const ux = V[b] - V[a], uy = V[b + 1] - V[a + 1], uz = V[b + 2] - V[a + 2], vx = V[c] - V[a], vy = V[c + 1] - V[a + 1], vz = V[c + 2] - V[a + 2];
      const px = d[1] * vz - d[2] * vy, py = d[2] * vx - d[0] * vz, pz = d[0] * vy - d[1] * vx, det = ux * px + uy * py + uz * pz;
      if (det === 0) continue;
      const sx = o[0] - V[a], sy = o[1] - V[a + 1], sz = o[2] - V[a + 2], u = (sx * px + sy * py + sz * pz) / det;
      if (u < 0 || u > 1) continue;
      const qx = sy * uz - sz * uy, qy = sz * ux - sx * uz, qz = sx * uy - sy * ux, v = (d[0] * qx + d[1] * qy + d[2] * qz) / det;
      if (v < 0 || u + v > 1) continue;
      const t = (vx * qx + vy * qy + vz * qz) / det;
      if (t > 0 && t < best && kept(planes, o, d, t)) { best = t; hit = { t, i, shares: [1 - u - v, u, v] }; }
    }
  }
  return hit && { t: hit.t, face: hit.i / 3, ...nearest([F[hit.i], F[hit.i + 1], F[hit.i + 2]], hit.shares) };
}

// The corner with the largest barycentric coordinate, and the edge across from the one with the smallest.
function nearest(corners, shares) {
  const far = shares.indexOf(Math.min(...shares));
  return { vertex: corners[shares.indexOf(Math.max(...shares))], edge: corners.filter((_, k) => k !== far) };
}

const LEAF = 8;

// Boxes around boxes around eight neighbouring faces each, as a heap: the parts of box n are 2n and 2n + 1. Made once.
function treeOf(shape) {
  if (shape.tree) return shape.tree;
  const { V, F, low, high } = shape, order = alongCurve(V, F, low, high), leaves = Math.max(1, Math.ceil(order.length / LEAF)), first = 2 ** Math.ceil(Math.log2(leaves));
  const boxes = new Float32Array(12 * first);
  for (let i = 0; i < boxes.length; i += 6) { boxes.fill(Infinity, i, i + 3); boxes.fill(-Infinity, i + 3, i + 6); }
  for (let k = 0; k < order.length; k++) {
    const box = 6 * (first + Math.floor(k / LEAF));
    for (let c = 0; c < 3; c++) for (let axis = 0; axis < 3; axis++) {
      const x = V[3 * F[3 * order[k] + c] + axis];
      if (x < boxes[box + axis]) boxes[box + axis] = x;
      if (x > boxes[box + 3 + axis]) boxes[box + 3 + axis] = x;
    }
  }
  for (let node = first - 1; node > 0; node--) for (let axis = 0; axis < 3; axis++) {
    boxes[6 * node + axis] = Math.min(boxes[12 * node + axis], boxes[12 * node + 6 + axis]);
    boxes[6 * node + 3 + axis] = Math.max(boxes[12 * node + 3 + axis], boxes[12 * node + 9 + axis]);
  }
  return shape.tree = { order, boxes, first };
}

// Faces in the order of a curve that fills space (Morton 1966): neighbours on it are neighbours in space.
function alongCurve(V, F, low, high) {
  const count = F.length / 3, keys = new Float64Array(count), scale = low.map((x, k) => 1023 / ((high[k] - x) * 3 || 1));
  const spread = x => { x = (x | x << 16) & 0x30000ff; x = (x | x << 8) & 0x300f00f; x = (x | x << 4) & 0x30c30c3; return (x | x << 2) & 0x9249249; };
  for (let i = 0; i < count; i++) {
    const a = 3 * F[3 * i], b = 3 * F[3 * i + 1], c = 3 * F[3 * i + 2], at = k => spread((V[a + k] + V[b + k] + V[c + k] - 3 * low[k]) * scale[k]);
    keys[i] = (at(0) + 2 * at(1) + 4 * at(2)) * 2 ** 22 + i;
  }
  keys.sort();
  return Uint32Array.from(keys, key => key % 2 ** 22);
}

// The faces of a mesh that is large enough to be drawn faster in that order.
function facesAlongCurve(shape) {
  const { F } = shape;
  if (F.length < 90_000) return F;
  const { order } = treeOf(shape), sorted = new Uint32Array(F.length);
  for (let i = 0; i < order.length; i++) { const a = 3 * i, b = 3 * order[i]; sorted[a] = F[b]; sorted[a + 1] = F[b + 1]; sorted[a + 2] = F[b + 2]; }
  return sorted;
}

function enters(boxes, at, o, inverse, best) {
  let from = 0, to = best;
  for (let k = 0; k < 3; k++) {
    const a = (boxes[at + k] - o[k]) * inverse[k], b = (boxes[at + 3 + k] - o[k]) * inverse[k];
    from = Math.max(from, Math.min(a, b)); to = Math.min(to, Math.max(a, b));
  }
  return from <= to * 1.000001 + 1e-12;
}

// The nearest edge whose line passes the ray within its cone; its nearer end is the vertex.
function edgeUnder(shape, o, d, reach) {
  const { V, E, planes = NO_PLANES } = shape, dd = dot(d, d);
  let hit = null, best = Infinity;
  for (let i = 0; i < E.length; i += 2) {
    const a = 3 * E[i], b = 3 * E[i + 1], e = [V[b] - V[a], V[b + 1] - V[a + 1], V[b + 2] - V[a + 2]], w = [V[a] - o[0], V[a + 1] - o[1], V[a + 2] - o[2]];
    const ee = dot(e, e), de = dot(d, e), dw = dot(d, w), ew = dot(e, w), det = dd * ee - de * de;
    const s = Math.max(0, Math.min(1, det > 1e-12 * dd * ee ? (de * dw - dd * ew) / det : 0)), t = (dw + s * de) / dd;
    const off = Math.hypot(w[0] + s * e[0] - t * d[0], w[1] + s * e[1] - t * d[1], w[2] + s * e[2] - t * d[2]);
    if (t > 0 && off < reach * t && t < best && kept(planes, o, d, t)) { best = t; hit = { t, face: null, vertex: s < 0.5 ? E[i] : E[i + 1], edge: [E[i], E[i + 1]], edgeIndex: i / 2 }; }
  }
  return hit;
}

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function pointUnder(shape, o, d, reach) {
  const { V, grain, planes = NO_PLANES } = shape, square = dot(d, d), size = grain * (shape.place === shape.name ? 1 : 0.4);
  let best = Infinity, hit = null;
  for (let i = 0; i < V.length; i += 3) {
    const x = V[i] - o[0], y = V[i + 1] - o[1], z = V[i + 2] - o[2], t = (x * d[0] + y * d[1] + z * d[2]) / square;
    const off = Math.hypot(x - t * d[0], y - t * d[1], z - t * d[2]);
    if (off < Math.max(size, 0.5 * reach * t) && t > 0 && t < best && kept(planes, [V[i], V[i + 1], V[i + 2]], d, 0)) { best = t; hit = { t, face: null, edge: null, vertex: i / 3 }; }
  }
  return hit;
}

// A hit in the numbers of the whole shape, of which fewer faces may be drawn.
function whole(hit) {
  const { vertexOf, faceOf } = hit.shape;
  if (!vertexOf) return hit;
  return { ...hit, vertex: vertexOf[hit.vertex], face: hit.face === null ? null : faceOf[hit.face], edge: hit.edge && hit.edge.map(end => vertexOf[end]) };
}

// Where a vertex of the whole shape is among those that are drawn; -1 where it is not.
function drawnVertex(shape, vertex) {
  const drawn = shape.vertexOf ? shape.vertexOf.indexOf(vertex) : vertex;
  return 3 * drawn < shape.V.length ? drawn : -1;
}

// Where an edge stands among those of its shape; -1 where it is none.
function edgePlace(shape, [a, b]) {
  const edges = edgesOf(shape), n = shape.V.length / 3, code = Math.min(a, b) * n + Math.max(a, b);
  let low = 0, high = edges.length / 2;
  while (low < high) { const middle = (low + high) >> 1; edges[2 * middle] * n + edges[2 * middle + 1] < code ? low = middle + 1 : high = middle; }
  return edges[2 * low] * n + edges[2 * low + 1] === code ? low : -1;
}

// The element under the mouse that a quantity is on, and its value, in words.
function readOut(hit, quantity) {
  const { shape } = hit, all = whole(hit), on = quantity?.on === "edges" && hit.edge ? "edge" : quantity?.on === "faces" ? "face" : "vertex";
  const index = on === "edge" ? hit.edgeIndex ?? edgePlace(shape, hit.edge) : hit[on], value = quantity && quantity.on !== "corners" ? quantity.values[index] : undefined;
  const words = `${on} ${on === "edge" ? index : all[on]}`;
  if (quantity?.kind === "label") return `${words} · ${quantity.labels[value] ?? "missing"}`;
  return quantity?.kind === "scalar" && value !== undefined ? `${words} · ${value < MISSING / 10 ? "missing" : +value.toPrecision(5)}` : words;
}
