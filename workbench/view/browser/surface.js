// Surface: a mesh with the colours of one quantity, lit; wireframe, slice, and bodies that can be seen through.

// meshes with more vertices are lit at their vertices: nobody sees the difference, and fragments get cheap
const DENSE = 3000;

// Smooth quantities on vertices are drawn by shared vertices; all else needs every face to have corners of its own.
const SURFACE_VERTEX = `
uniform mat4 view, projection;
out vec3 value;
#ifdef SLICE
centroid out vec2 beyond;  // at the middle of a pixel that is barely covered it would be on the other side
${PLANES}
#endif
#ifdef BY_VERTEX
out vec2 light;
${LIGHT}
#else
out vec3 normal, toEye;
#endif
#ifdef CORNERS
uniform sampler2D positions, normals, values; uniform usampler2D faces;
out vec3 bary;
#if MODE == 2 || ON == 1
flat out vec3 own;
#endif
${FETCH}
#else
layout(location = 0) in vec3 position; layout(location = 1) in vec3 across; layout(location = 2) in vec3 given;
#endif
void main() {
#ifdef CORNERS
  int face = gl_VertexID / 3, corner = gl_VertexID - 3 * face;
  ivec3 tri = ivec3(texelFetch(faces, at(face), 0).xyz);
  vec3 P = texelFetch(positions, at(tri[corner]), 0).xyz, N = texelFetch(normals, at(tri[corner]), 0).xyz;
  bary = vec3(corner == 0, corner == 1, corner == 2);
  value = vec3(0.0);
#if ON == 1
  own = texelFetch(values, at(face), 0).rgb;
#elif MODE == 2
  own = vec3(texelFetch(values, at(tri.x), 0).x, texelFetch(values, at(tri.y), 0).x, texelFetch(values, at(tri.z), 0).x);
#elif MODE > 0
  value = texelFetch(values, at(ON == 2 ? gl_VertexID : tri[corner]), 0).rgb;
#endif
#else
  vec3 P = position, N = across; value = given;
#endif
  vec4 p = view * vec4(P, 1.0);
  vec3 n = mat3(view) * N;
#ifdef BY_VERTEX
  vec3 e = normalize(-p.xyz);
  light = lightOn(dot(n, e) < 0.0 ? -n : n, e);
#else
  normal = n; toEye = -p.xyz;
#endif
#ifdef SLICE
  beyond = beyondPlanes(P);
#endif
  gl_Position = projection * p;
}`;

const SURFACE_FRAGMENT = `
uniform float opacity, wide;
in vec3 value; out vec4 pixel;
#ifdef SLICE
centroid in vec2 beyond;
#endif
${LIGHT}${COLORS}
#ifdef BY_VERTEX
in vec2 light;
#else
in vec3 normal, toEye;
#endif
#ifdef CORNERS
in vec3 bary;
#if MODE == 2 || ON == 1
flat in vec3 own;
#endif
#endif
void main() {
#ifdef SLICE
  if (max(beyond.x, beyond.y) > 0.0) discard;
#endif
#if defined(CORNERS) && ON == 1
  vec3 color = colorOf(own);
#elif defined(CORNERS) && MODE == 2
  vec3 others = max(bary.yzx, bary.zxy), soft = max(fwidth(bary - others), vec3(1e-6));
  vec3 w = clamp((bary - others) / soft + 0.5, 0.0, 1.0);
  vec3 color = (w.x * colorOf(own.xxx) + w.y * colorOf(own.yyy) + w.z * colorOf(own.zzz)) / max(w.x + w.y + w.z, 1e-6);
#else
  vec3 color = colorOf(value);
#endif
#ifdef BY_VERTEX
  color = lit(color, light);
#else
  vec3 n = normalize(normal);
  color = lit(color, lightOn(gl_FrontFacing ? n : -n, normalize(toEye)));
#endif
#ifdef WIRE
  vec3 across = dFdx(bary), down = dFdy(bary), thin = sqrt(across * across + down * down), near = bary / max(thin, vec3(1e-6));
  float line = 1.0 - smoothstep(0.2, 0.9, min(near.x, min(near.y, near.z)) / wide), dense = max(thin.x, max(thin.y, thin.z)) * wide;
  color = mix(color, color * 0.3, 0.85 * line * clamp(1.2 - 2.0 * dense, 0.12, 1.0));
#endif
  if (!gl_FrontFacing) {
#ifdef SLICE
    color = mix(plain, vec3(0.36, 0.36, 0.4), 0.72) * 0.72;
#else
    color *= 0.8;
#endif
  }
  pixel = vec4(color, 1.0) * opacity;
}`;

class Surface {
  constructor(gl, programs) { this.gl = gl; this.programs = programs; }

  // Draw one mesh; of a closed body no back face is drawn where none can be seen.
  draw({ shape, held, seen, quantity }, lens, style, plain) {
    const gl = this.gl, clear = shape.opacity < 1, corners = held.cornered(quantity);
    const words = [`MODE=${quantity ? MODES[quantity.kind] : 0}`, `ON=${quantity ? ["vertices", "faces", "corners"].indexOf(quantity.on) : 0}`,
                   corners ? "CORNERS" : "", shape.wireframe ? "WIRE" : "", shape.cut ? "SLICE" : "", shape.V.length > 3 * DENSE ? "BY_VERTEX" : ""].join(" ");
    const { made, places } = this.programs.get("surface", [SURFACE_VERTEX, SURFACE_FRAGMENT], words);
    gl.useProgram(made);
    setLens(gl, places, lens, style, shape);
    setColors(gl, places, seen, quantity, style, plain);
    gl.uniform1f(places.opacity, shape.opacity); gl.uniform1f(places.wide, style.ratio);
    if (corners) held.bindCorners(places, seen, quantity); else held.bindShared(seen, quantity);
    const count = shape.F.length, go = () => corners ? gl.drawArrays(gl.TRIANGLES, 0, count) : gl.drawElements(gl.TRIANGLES, count, gl.UNSIGNED_INT, 0);
    gl.frontFace(shape.inward ? gl.CW : gl.CCW);
    if (clear) this.through(go);
    else if (shape.closed && !shape.cut) { gl.enable(gl.CULL_FACE); gl.cullFace(gl.BACK); go(); gl.disable(gl.CULL_FACE); }
    else go();
    gl.frontFace(gl.CCW); gl.bindVertexArray(null);
  }

  // Back faces first; of the front faces only the nearest, found by a first pass that leaves no colour.
  through(go) {
    const gl = this.gl;
    gl.enable(gl.BLEND); gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA); gl.enable(gl.CULL_FACE);
    gl.depthMask(false); gl.cullFace(gl.FRONT); go();
    gl.depthMask(true); gl.cullFace(gl.BACK); gl.colorMask(false, false, false, false); go();
    gl.colorMask(true, true, true, true); gl.depthFunc(gl.LEQUAL); go();
    gl.depthFunc(gl.LESS); gl.disable(gl.CULL_FACE); gl.disable(gl.BLEND);
  }
}

function setLens(gl, places, lens, style, shape) {
  gl.uniformMatrix4fv(places.view, false, lens.view); gl.uniformMatrix4fv(places.projection, false, lens.projection);
  if (places["planes[0]"]) gl.uniform4fv(places["planes[0]"], shape.planes);
}

// Textures of colours are on units 4 (map) and 5 (picture); arrays on 0 to 3.
function setColors(gl, places, seen, quantity, style, plain = style.plain) {
  if (places.plain) gl.uniform3fv(places.plain, plain);
  if (places.missing) gl.uniform3fv(places.missing, style.missing);
  if (!quantity) return;
  if (places.range) gl.uniform2f(places.range, quantity.low ?? 0, quantity.high ?? 1);
  if (places.colors) bindTexture(gl, 4, seen.colors, places.colors);
  if (places.picture) bindTexture(gl, 5, seen.picture, places.picture);
}

function bindTexture(gl, unit, texture, place) {
  if (!place || !texture) return;
  gl.activeTexture(gl.TEXTURE0 + unit); gl.bindTexture(gl.TEXTURE_2D, texture.id); gl.uniform1i(place, unit);
  gl.activeTexture(gl.TEXTURE8);  // where uploads happen, out of the way of what is bound
}
