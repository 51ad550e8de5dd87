// Lens: geometry without pixels: what a shape measures, its normals and edges, where the camera stands.

const HALF_ANGLE = 14 * Math.PI / 180;

// A structure as it arrives, with what follows from it: its extent, middle and radii, how far neighbours are, and the
// size of points, should it be a cloud.
function measured(piece) {
  const V = numbers(Float32Array, piece.V), F = numbers(Uint32Array, piece.F), E = numbers(Uint32Array, piece.E), up = piece.up === "z" ? 2 : 1;
  const { low, high } = extentOf(V), middle = low.map((x, k) => (x + high[k]) / 2);
  let radius = 0, girth = 0;
  for (let i = 0; i < V.length; i += 3) {
    const x = V[i] - middle[0], y = V[i + 1] - middle[1], z = V[i + 2] - middle[2], all = x * x + y * y + z * z, along = up === 2 ? z : y;
    if (all > radius) radius = all;
    if (all - along * along > girth) girth = all - along * along;
  }
  radius = Math.sqrt(radius) || 1;
  return { opacity: 1, ...piece, V, F, E, low, high, middle, radius, girth: Math.sqrt(girth) || 1, up, spacing: spacingOf(V, F, E, radius), grain: 1.25 * radius / Math.sqrt(V.length / 3 + 50),
           vertexOf: piece.vertexOf && numbers(Uint32Array, piece.vertexOf), faceOf: piece.faceOf && numbers(Uint32Array, piece.faceOf) };
}

function extentOf(V) {
  const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < V.length; i += 3) for (let k = 0; k < 3; k++) { const x = V[i + k]; if (x < low[k]) low[k] = x; if (x > high[k]) high[k] = x; }
  return V.length ? { low, high } : { low: [0, 0, 0], high: [0, 0, 0] };
}

// The mean length of edges, from a few thousand of them.
function spacingOf(V, F, E, radius) {
  const [ends, step] = F.length ? [F, 3] : [E, 2], count = ends.length / step, stride = step * Math.max(1, Math.floor(count / 3000));
  let total = 0, known = 0;
  for (let i = 0; i < ends.length; i += stride) {
    const a = 3 * ends[i], b = 3 * ends[i + 1];
    total += Math.hypot(V[a] - V[b], V[a + 1] - V[b + 1], V[a + 2] - V[b + 2]); known++;
  }
  return known ? total / known : 2 * radius / Math.sqrt(V.length / 3 + 1);
}

// Area-weighted normals of the vertices, made when first needed; zero where there are no faces.
function normalsOf(shape) {
  if (shape.N) return shape.N;
  const { V, F } = shape, N = new Float32Array(V.length), sign = shape.inward ? -1 : 1;
  for (let i = 0; i < F.length; i += 3) {
    const a = 3 * F[i], b = 3 * F[i + 1], c = 3 * F[i + 2];
    const ux = V[b] - V[a], uy = V[b + 1] - V[a + 1], uz = V[b + 2] - V[a + 2], vx = V[c] - V[a], vy = V[c + 1] - V[a + 1], vz = V[c + 2] - V[a + 2];
    const x = sign * (uy * vz - uz * vy), y = sign * (uz * vx - ux * vz), z = sign * (ux * vy - uy * vx);
    N[a] += x; N[a + 1] += y; N[a + 2] += z; N[b] += x; N[b + 1] += y; N[b + 2] += z; N[c] += x; N[c + 1] += y; N[c + 2] += z;
  }
  for (let i = 0; i < N.length; i += 3) {
    const length = Math.sqrt(N[i] * N[i] + N[i + 1] * N[i + 1] + N[i + 2] * N[i + 2]) || 1;
    N[i] /= length; N[i + 1] /= length; N[i + 2] /= length;
  }
  return shape.N = N;
}

// The edges of a curve network; of a mesh every edge once as (i, j), i < j, in the kernel's order.
function edgesOf(shape) {
  if (shape.E.length || !shape.F.length) return shape.E;
  if (shape.meshEdges) return shape.meshEdges;
  const { F } = shape, n = shape.V.length / 3, codes = new Float64Array(F.length);
  for (let i = 0; i < F.length; i += 3) for (let k = 0; k < 3; k++) {
    const a = F[i + k], b = F[i + (k + 1) % 3];
    codes[i + k] = a < b ? a * n + b : b * n + a;
  }
  codes.sort();
  const edges = [];
  for (let i = 0; i < codes.length; i++) {
    if (i && codes[i] === codes[i - 1]) continue;
    const a = Math.floor(codes[i] / n), b = codes[i] - a * n;
    if (a !== b) edges.push(a, b);
  }
  return shape.meshEdges = new Uint32Array(edges);
}

// The points where something stands on elements: vertices, the middles of faces or of edges.
function anchorsOf(shape, on) {
  const { V } = shape;
  if (on === "vertices") return V;
  const [ends, step] = on === "faces" ? [shape.F, 3] : [edgesOf(shape), 2], points = new Float32Array(ends.length / step * 3);
  for (let i = 0; i < ends.length; i++) for (let k = 0; k < 3; k++) points[3 * Math.floor(i / step) + k] += V[3 * ends[i] + k] / step;
  return points;
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

// How far the structures of one place reach from the middle of the first.
function reachOf(shapes) {
  const { middle } = shapes[0];
  return Math.max(...shapes.map(shape => shape.radius + Math.hypot(...shape.middle.map((x, k) => x - middle[k]))));
}

// Bodies side by side share one scale, that of the largest, so that sizes can be compared by eye; unless it is more than so
// many times as large as the smallest, which would be a dot: then each fills its own cell. The kernel has the same number.
const ALIKE = 4;

// The ball and the girth that fill a cell beside these bodies; null where each fills its own.
function berthOf(hosts) {
  const radii = hosts.map(host => host.radius), radius = Math.max(...radii);
  return radius > ALIKE * Math.min(...radii) ? null : { radius, girth: Math.max(...hosts.map(host => host.girth)) };
}

// Matrices (column-major) for one shape in a cell of the given aspect; zoom and pan are shared by all cells, and so is what fills them.
function lensOf(shape, camera, aspect, berth = null, reach = shape.radius) {
  const { radius, girth } = berth ?? shape;
  const R = turntable(camera, shape.up), tangent = Math.tan(HALF_ANGLE), sideways = Math.sin(Math.atan(tangent * aspect));
  const distance = Math.max(radius / Math.sin(HALF_ANGLE), girth / sideways) * 1.04 / camera.zoom;
  const pan = camera.pan.map(x => x * radius), near = Math.max(distance - 1.5 * reach, 0.01 * distance), far = distance + 1.5 * reach;
  const shift = R.map(row => -(row[0] * shape.middle[0] + row[1] * shape.middle[1] + row[2] * shape.middle[2]));
  const view = new Float32Array([R[0][0], R[1][0], R[2][0], 0, R[0][1], R[1][1], R[2][1], 0, R[0][2], R[1][2], R[2][2], 0,
                                 shift[0] + pan[0], shift[1] + pan[1], shift[2] - distance, 1]);
  const projection = new Float32Array([1 / (tangent * aspect), 0, 0, 0, 0, 1 / tangent, 0, 0, 0, 0, (far + near) / (near - far), -1, 0, 0, 2 * far * near / (near - far), 0]);
  return { view, projection, R, distance, pan, tangent, aspect };
}
