// Arrows: vectors on vertices, on the middles of faces and of edges; lit, all of one shape.

// more arrows than this are a carpet: an even choice of them is drawn
const MOST_ARROWS = 6000;

const ARROWS_VERTEX = `
uniform mat4 view, projection; uniform float stretch, longest, thin, bias;
uniform sampler2D positions, normals, values; uniform usampler2D faces, edges, which; uniform int sides, size_;
out vec2 light;
${FETCH}${LIGHT}${PLANES}
vec3 spot(int i) { return texelFetch(positions, at(i), 0).xyz; }
void main() {
  int arrow = gl_VertexID / size_, corner = gl_VertexID - arrow * size_, i = int(texelFetch(which, at(arrow), 0).x);
  int band = corner / (2 * sides), high = corner & 1;  // bands: shaft, head, foot of the head
  float angle = 6.2831853 * float((corner >> 1) - band * sides) / float(sides);
#if ON == 1
  ivec3 tri = ivec3(texelFetch(faces, at(i), 0).xyz);
  vec3 P = (spot(tri.x) + spot(tri.y) + spot(tri.z)) / 3.0;
#elif ON == 2
  ivec2 ends = ivec2(texelFetch(edges, at(i), 0).xy);
  vec3 P = (spot(ends.x) + spot(ends.y)) / 2.0;
#else
  vec3 P = spot(i);
#endif
  vec3 given = texelFetch(values, at(i), 0).rgb, v = given * stretch; float size = length(v);
  vec3 d = v / max(size, 1e-30), u = normalize(cross(d, abs(d.z) < 0.7 ? vec3(0, 0, 1) : vec3(1, 0, 0))), w = cross(d, u);
  float shaft = min(max(min(0.034 * longest, 0.11 * size), thin), 0.2 * size), head = min(0.45 * size, 5.5 * shaft), broad = sides == 3 ? 3.0 * shaft : 2.3 * shaft, ring = float(high + (band == 0 ? 0 : band == 1 ? 2 : 1));
  float radius = ring < 1.5 ? shaft : ring < 2.5 ? broad : 0.0, height = ring < 0.5 ? 0.0 : ring < 2.5 ? size - head : size;
  vec3 around = cos(angle) * u + sin(angle) * w;
  vec3 n = band == 0 ? around : band == 1 ? normalize(around * head + d * broad) : -d;
  vec4 p = view * vec4(P + d * height + around * radius, 1.0);
  n = mat3(view) * n;
  light = lightOn(n, normalize(-p.xyz));
  vec2 beyond = beyondPlanes(P);
  gl_Position = projection * p;
  vec4 nearer = projection * (p + vec4(0, 0, bias, 0));
  gl_Position.z = nearer.z / nearer.w * gl_Position.w;
  if (max(beyond.x, beyond.y) > 0.0 || size <= 0.0 || given.x < ${MISSING / 10}) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}`;

const ARROWS_FRAGMENT = `
uniform vec3 plain; in vec2 light; out vec4 pixel;
vec3 lit(vec3 color, vec2 light) { return mix(color, vec3(1.0), 0.06) * light.x + light.y; }
void main() { pixel = vec4(lit(plain, vec2(0.25 + 0.75 * light.x, light.y * 1.5)), 1.0); }`;

// The corners of one arrow: bands of two rings each, the shaft, the head, its foot; small ones have no foot.
function arrowModel(sides) {
  const corners = [], bands = sides > 3 ? 3 : 2;
  for (let band = 0; band < bands; band++) for (let k = 0; k < sides; k++) {
    const a = 2 * (band * sides + k), next = 2 * (band * sides + (k + 1) % sides);
    corners.push(a, next, a + 1);
    if (band !== 1) corners.push(a + 1, next, next + 1);
  }
  return { sides, corners, size: 2 * bands * sides };
}

const ARROWS = [3, 5, 6, 10].map(arrowModel);

class Arrows {
  constructor(gl, programs) { this.gl = gl; this.programs = programs; }

  draw({ shape, held, seen, quantity }, lens, style) {
    const gl = this.gl, on = ["vertices", "faces", "edges"].indexOf(quantity.on), which = held.arrowsOn(quantity);
    const longest = Math.max(quantity.longest * quantity.stretch, 1e-30), pixels = longest / (style.ratio * pixelOf(lens, style));
    const model = ARROWS[pixels < 16 ? 0 : pixels < 40 ? 1 : which.length < 1500 ? 3 : 2];
    const { made, places } = this.programs.get("arrows", [ARROWS_VERTEX, ARROWS_FRAGMENT], `ON=${on}`);
    gl.useProgram(made);
    setLens(gl, places, lens, style, shape);
    gl.uniform3fv(places.plain, quantity.ink ?? (shape.F.length ? style.ink : style.curve));
    gl.uniform1f(places.stretch, quantity.stretch); gl.uniform1f(places.longest, longest);
    gl.uniform1f(places.thin, 0.55 * style.ratio * pixelOf(lens, style));
    gl.uniform1f(places.bias, shape.F.length && !shape.cut ? 0.08 * longest : 0);
    held.bindTextures(places, seen);
    gl.bindVertexArray(held.bare);
    bindTexture(gl, 7, which, places.which);
    gl.uniform1i(places.sides, model.sides); gl.uniform1i(places.size_, model.size);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, held.arrowCorners(quantity, model).id);
    gl.enable(gl.CULL_FACE); gl.cullFace(gl.BACK);
    gl.drawElements(gl.TRIANGLES, model.corners.length * which.length, gl.UNSIGNED_INT, 0);
    gl.disable(gl.CULL_FACE);
    gl.bindVertexArray(null);
  }
}

// At most `most` of the points (x, y, z each), spread evenly: the first in each box of a grid of fitting size.
function evenChoice(points, most) {
  const count = points.length / 3, all = Uint32Array.from({ length: count }, (_, i) => i);
  if (count <= most) return all;
  const { low, high } = extentOf(points), reach = Math.max(high[0] - low[0], high[1] - low[1], high[2] - low[2]) || 1;
  const chosen = cells => {
    const taken = new Set(), size = reach / cells * 1.000001;
    return all.filter(i => {
      const key = (Math.floor((points[3 * i] - low[0]) / size) * 4096 + Math.floor((points[3 * i + 1] - low[1]) / size)) * 4096 + Math.floor((points[3 * i + 2] - low[2]) / size);
      return !taken.has(key) && taken.add(key);
    });
  };
  let few = 1, many = 2048;
  while (many - few > Math.max(1, few >> 5)) { const cells = (few + many) >> 1; chosen(cells).length > most ? many = cells : few = cells; }
  return chosen(few);
}
