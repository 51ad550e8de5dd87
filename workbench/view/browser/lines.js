// Lines: edges of curve networks and values on the edges of surfaces, as round tubes of a width in pixels.

const LINES_VERTEX = `
uniform mat4 view, projection; uniform vec2 room; uniform float half_, lift, bias; uniform int hide;
uniform sampler2D positions, normals, values; uniform usampler2D edges;
flat out vec3 from, to; flat out vec2 side; flat out float length_; out vec2 place; centroid out vec2 beyond;
${FETCH}${PLANES}
void main() {
  ivec2 ends = ivec2(texelFetch(edges, at(gl_VertexID >> 2), 0).xy);
  vec3 P = texelFetch(positions, at(ends.x), 0).xyz, Q = texelFetch(positions, at(ends.y), 0).xyz;
  vec4 p = view * vec4(P, 1.0), q = view * vec4(Q, 1.0);
#ifdef RAISED
  vec3 m = mat3(view) * texelFetch(normals, at(ends.x), 0).xyz, n = mat3(view) * texelFetch(normals, at(ends.y), 0).xyz;
  bool away = hide == 1 && dot(m, normalize(-p.xyz)) < -0.06 && dot(n, normalize(-q.xyz)) < -0.06;
  p.xyz += lift * m; q.xyz += lift * n;
#else
  const bool away = false;
#endif
#if MODE > 0
#if ON == 1
  from = to = texelFetch(values, at(gl_VertexID >> 2), 0).rgb;
#else
  from = texelFetch(values, at(ends.x), 0).rgb; to = texelFetch(values, at(ends.y), 0).rgb;
#endif
#else
  from = to = vec3(0.0);
#endif
  float near = projection[3][2] / (projection[2][2] - 1.0);  // what is nearer than that to the eye has no place on the screen
  bool behind = min(p.z, q.z) > -near;
  if (p.z > -near) p = mix(p, q, clamp((-near - p.z) / (q.z - p.z), 0.0, 1.0));
  if (q.z > -near) q = mix(q, p, clamp((-near - q.z) / (p.z - q.z), 0.0, 1.0));
  vec4 cp = projection * (p + vec4(0, 0, bias, 0)), cq = projection * (q + vec4(0, 0, bias, 0));
  vec2 s = (projection * p).xy / -p.z * 0.5 * room, t = (projection * q).xy / -q.z * 0.5 * room, along = t - s;
  length_ = length(along);
  along = length_ > 1e-4 ? along / length_ : vec2(1.0, 0.0); side = vec2(-along.y, along.x);
  #ifdef FLAT
  float r = half_;
#else
  float r = half_ + 0.75;
#endif
  bool last = (gl_VertexID & 2) == 2; float across = (gl_VertexID & 1) == 1 ? r : -r;
#ifdef FLAT
  r *= 0.5;
#endif
  place = vec2(last ? length_ + r : -r, across);
  vec2 screen = (last ? t : s) + side * across + along * (last ? r : -r);
  float depth = last ? cq.z / cq.w : cp.z / cp.w;
  beyond = beyondPlanes(last ? Q : P);
  gl_Position = away || behind ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(screen / (0.5 * room), depth, 1.0);
}`;

const LINES_FRAGMENT = `
uniform float half_, opacity;
flat in vec3 from, to; flat in vec2 side; flat in float length_; in vec2 place; centroid in vec2 beyond; out vec4 pixel;
${LIGHT}${COLORS}
void main() {
#if defined(FLAT) && defined(SLICE)
  if (max(beyond.x, beyond.y) > 0.0) discard;
#elif !defined(FLAT)
  float over = place.x < 0.0 ? place.x : max(0.0, place.x - length_), cover = clamp(half_ + 0.5 - length(vec2(over, place.y)), 0.0, 1.0);
  if (cover < COVER || max(beyond.x, beyond.y) > 0.0) discard;
#endif
  float t = clamp(place.x / max(length_, 1e-4), 0.0, 1.0);
#if MODE == 2
  vec3 color = colorOf(t < 0.5 ? from : to);
#else
  vec3 color = colorOf(min(from.x, to.x) < ${MISSING / 10} ? (t < 0.5 ? from : to) : mix(from, to, t));
#endif
#ifdef FLAT
  pixel = vec4(color * 0.96, 1.0) * opacity;
#else
  vec2 aside = (side * place.y + vec2(side.y, -side.x) * over) / half_;
  vec3 n = normalize(vec3(aside, sqrt(max(0.05, 1.0 - dot(aside, aside)))));
  vec2 light = lightOn(n, vec3(0.0, 0.0, 1.0));
  pixel = vec4(lit(color, mix(vec2(1.0, 0.0), light, ROUND)), COVER < 0.5 ? cover : 1.0) * opacity;
#endif
}`;

class Lines {
  constructor(gl, programs) { this.gl = gl; this.programs = programs; }

  // width in device pixels; raised: lines that lie on a surface, a little above it
  draw({ shape, held, seen, quantity }, lens, style, { width, plain = style.ink, raised = false }) {
    const gl = this.gl, mode = quantity ? MODES[quantity.kind] : 0, pixel = pixelOf(lens, style);
    const flat = width < 2.6 * style.ratio && held.edgeCount() > 2000;  // many thin lines: nobody sees that they are round
    const words = `MODE=${mode} ON=${quantity && quantity.on === "edges" ? 1 : 0} ROUND=${raised ? "0.35" : "1.0"} ${raised ? "RAISED " : ""}${flat ? "FLAT " : ""}${shape.cut ? "SLICE " : ""}${softWord(style, shape.opacity)}`;
    const { made, places } = this.programs.get("lines", [LINES_VERTEX, LINES_FRAGMENT], words);
    gl.useProgram(made);
    setLens(gl, places, lens, style, shape);
    setColors(gl, places, seen, quantity, style, plain);
    gl.uniform2f(places.room, style.room[0], style.room[1]); gl.uniform1f(places.half_, width / 2); gl.uniform1f(places.opacity, shape.opacity);
    if (places.lift) gl.uniform1f(places.lift, 0.0015 * shape.radius);
    gl.uniform1f(places.bias, raised ? (0.8 * width + 0.6) * pixel : 0.5 * width * pixel);
    if (places.hide) gl.uniform1i(places.hide, shape.closed && !shape.cut && shape.opacity === 1 ? 1 : 0);
    held.bindTextures(places, seen);
    gl.bindVertexArray(held.bare);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, held.quads().id);
    softly(gl, style.soft && !flat, shape.opacity, () => gl.drawElements(gl.TRIANGLES, 6 * held.edgeCount(), gl.UNSIGNED_INT, 0));
    gl.bindVertexArray(null);
  }
}
