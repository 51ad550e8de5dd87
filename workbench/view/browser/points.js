// Points: clouds, the nodes of curves and the dot at a picked vertex, as balls that face the eye.

const POINTS_VERTEX = `
uniform mat4 view, projection; uniform float size, least, lift;
${PLANES}
layout(location = 0) in vec3 position; layout(location = 2) in vec3 given;
flat out vec3 value; flat out vec3 toEye;
void main() {
  vec4 p = view * vec4(position, 1.0);
  value = given; toEye = normalize(-p.xyz);
  gl_Position = projection * p; gl_Position.z -= lift * gl_Position.w;
  gl_PointSize = max(least, size * projection[1][1] / gl_Position.w);
  vec2 beyond = beyondPlanes(position);
  if (max(beyond.x, beyond.y) > 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}`;

const POINTS_FRAGMENT = `
uniform float opacity;
flat in vec3 value; flat in vec3 toEye; out vec4 pixel;
${LIGHT}${COLORS}
void main() {
  vec2 d = gl_PointCoord * 2.0 - 1.0; float r = dot(d, d);
#ifdef RING
  if (r > 1.0) discard;
  pixel = vec4(r > 0.42 ? vec3(1.0) : plain, 1.0);
#else
  float edge = fwidth(r), cover = clamp((1.0 - r) / max(edge, 1e-4) + 0.5, 0.0, 1.0);
  if (cover < COVER) discard;
  pixel = vec4(lit(colorOf(value), lightOn(vec3(d.x, -d.y, sqrt(max(0.0, 1.0 - r))), toEye)), COVER < 0.5 ? cover : 1.0) * opacity;
#endif
}`;

// Lines and points end softly where many samples a pixel are kept, by covering some of them.
const softWord = (style, opacity) => `COVER=${style.soft && opacity === 1 ? "0.02" : "0.5"}`;

class Points {
  constructor(gl, programs) { this.gl = gl; this.programs = programs; }

  // size in world units at the middle's distance, least in device pixels
  draw({ shape, held, seen, quantity }, lens, style, { size, least = 2 * style.ratio, lift = 0, plain = style.plain, ring = -1 }) {
    const gl = this.gl, mode = ring < 0 && quantity ? MODES[quantity.kind] : 0;
    const { made, places } = this.programs.get("points", [POINTS_VERTEX, POINTS_FRAGMENT], `MODE=${mode} ${ring < 0 ? "" : "RING "}${softWord(style, shape.opacity)}`);
    gl.useProgram(made);
    setLens(gl, places, lens, style, shape);
    setColors(gl, places, seen, mode ? quantity : null, style, plain);
    if (places.plain) gl.uniform3fv(places.plain, plain);
    gl.uniform1f(places.size, size); gl.uniform1f(places.least, least); gl.uniform1f(places.lift, lift);
    if (places.opacity) gl.uniform1f(places.opacity, shape.opacity);
    held.bindShared(mode ? seen : null, mode ? quantity : null);
    softly(gl, style.soft && ring < 0, shape.opacity, () => ring < 0 ? gl.drawArrays(gl.POINTS, 0, shape.V.length / 3) : gl.drawArrays(gl.POINTS, ring, 1));
    gl.bindVertexArray(null);
  }
}

// Soft ends by covered samples; what can be seen through is blended instead.
function softly(gl, soft, opacity, go) {
  if (opacity < 1) { gl.enable(gl.BLEND); gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA); }
  else if (soft) gl.enable(gl.SAMPLE_ALPHA_TO_COVERAGE);
  go();
  gl.disable(gl.BLEND); gl.disable(gl.SAMPLE_ALPHA_TO_COVERAGE);
}
