// Bodies: shapes in one WebGL2 canvas, each in a cell of its own, all under one turntable camera.
// Geometry lives in float textures and corners are pulled by gl_VertexID, so a new scalar is one small upload.

const HALF_ANGLE = 14 * Math.PI / 180, TEXTURE_WIDTH = 1024, MISSING = -1e38;
const MODES = { plain: 0, scalar: 1, label: 2, color: 3 };

const FETCH = `#version 300 es
precision highp float; precision highp int; precision highp sampler2D; precision highp usampler2D;
uniform sampler2D positions, normals, values, colors; uniform usampler2D faces;
uniform mat4 view, projection; uniform int mode, onFaces;
ivec2 at(int i) { return ivec2(i % ${TEXTURE_WIDTH}, i / ${TEXTURE_WIDTH}); }`;

// Smooth quantities are drawn by shared vertices; labels and face values need every face to have corners of its own.
const SHARED_VERTEX = `${FETCH}
out vec3 normal, eye, value;
void main() {
  vec4 p = view * vec4(texelFetch(positions, at(gl_VertexID), 0).xyz, 1.0);
  normal = mat3(view) * texelFetch(normals, at(gl_VertexID), 0).xyz; eye = -p.xyz;
  value = texelFetch(values, at(gl_VertexID), 0).rgb;
  gl_Position = projection * p;
}`;

const CORNER_VERTEX = `${FETCH}
out vec3 normal, bary, eye; flat out vec3 corner, faceValue;
void main() {
  int face = gl_VertexID / 3, own = gl_VertexID - 3 * face;
  ivec3 tri = ivec3(texelFetch(faces, at(face), 0).xyz);
  vec4 p = view * vec4(texelFetch(positions, at(tri[own]), 0).xyz, 1.0);
  normal = mat3(view) * texelFetch(normals, at(tri[own]), 0).xyz;
  bary = vec3(own == 0, own == 1, own == 2); eye = -p.xyz;
  if (onFaces == 1) faceValue = texelFetch(values, at(face), 0).rgb;
  else corner = vec3(texelFetch(values, at(tri.x), 0).x, texelFetch(values, at(tri.y), 0).x, texelFetch(values, at(tri.z), 0).x);
  gl_Position = projection * p;
}`;

const LIGHT = `
uniform vec3 plain, missing; uniform vec2 range;
vec3 lit(vec3 color, vec3 n, vec3 eye) {  // a little white in every colour: black keeps its form
  float shade = 0.52 + 0.46 * max(0.0, dot(n, normalize(vec3(-0.45, 0.75, 0.85))))
                     + 0.16 * max(0.0, dot(n, normalize(vec3(0.9, 0.1, 0.55)))) + 0.06 * max(0.0, -n.y);
  float facing = max(0.0, dot(n, normalize(eye)));
  vec3 glint = vec3(0.07 * pow(max(0.0, dot(n, normalize(vec3(-0.25, 0.45, 1.0)))), 24.0));
  return mix(color, vec3(1.0), 0.06) * shade * mix(0.74, 1.0, smoothstep(0.0, 0.45, facing)) + glint;
}
vec3 mapped(float value) {
  float t = clamp((value - range.x) / (range.y - range.x), 0.0, 1.0);
  return value < ${MISSING / 10} ? missing : texture(colors, vec2((t * 255.0 + 0.5) / 256.0, 0.5)).rgb;
}
vec3 labelled(float value) { return value < 0.0 ? missing : texelFetch(colors, ivec2(int(value + 0.5), 0), 0).rgb; }`;

const SHARED_FRAGMENT = `#version 300 es
precision highp float; precision highp int; precision highp sampler2D;
uniform sampler2D colors; uniform int mode;
in vec3 normal, eye, value; out vec4 pixel;
${LIGHT}
void main() {
  vec3 color = mode == 1 ? mapped(value.x) : mode == 3 ? value : plain, n = normalize(normal);
  pixel = vec4(lit(color, gl_FrontFacing ? n : -n, eye) * (gl_FrontFacing ? 1.0 : 0.8), 1.0);
}`;

const CORNER_FRAGMENT = `#version 300 es
precision highp float; precision highp int; precision highp sampler2D;
uniform sampler2D colors; uniform int mode, onFaces;
in vec3 normal, bary, eye; flat in vec3 corner, faceValue; out vec4 pixel;
${LIGHT}
vec3 nearestLabel() {
  vec3 others = max(bary.yzx, bary.zxy), soft = max(fwidth(bary - others), vec3(1e-6));
  vec3 w = clamp((bary - others) / soft + 0.5, 0.0, 1.0);
  return (w.x * labelled(corner.x) + w.y * labelled(corner.y) + w.z * labelled(corner.z)) / max(w.x + w.y + w.z, 1e-6);
}
void main() {
  vec3 color = onFaces == 0 ? nearestLabel() : mode == 1 ? mapped(faceValue.x) : mode == 2 ? labelled(faceValue.x) : faceValue;
  vec3 n = normalize(normal);
  pixel = vec4(lit(color, gl_FrontFacing ? n : -n, eye) * (gl_FrontFacing ? 1.0 : 0.8), 1.0);
}`;

const CLOUD_VERTEX = `${FETCH}
uniform float size, lift; flat out vec3 value; out vec3 eye;
void main() {
  vec4 p = view * vec4(texelFetch(positions, at(gl_VertexID), 0).xyz, 1.0);
  value = texelFetch(values, at(gl_VertexID), 0).rgb; eye = -p.xyz;
  gl_Position = projection * p; gl_Position.z -= lift * gl_Position.w;
  gl_PointSize = max(2.0, size * projection[1][1] / gl_Position.w);
}`;

const CLOUD_FRAGMENT = `#version 300 es
precision highp float; precision highp int; precision highp sampler2D;
uniform sampler2D colors; uniform int mode; uniform float ring;
flat in vec3 value; in vec3 eye; out vec4 pixel;
${LIGHT}
void main() {
  vec2 d = gl_PointCoord * 2.0 - 1.0; float r = dot(d, d);
  if (r > 1.0) discard;
  vec3 color = mode == 1 ? mapped(value.x) : mode == 2 ? labelled(value.x) : mode == 3 ? value : plain;
  pixel = ring > 0.0 ? vec4(r > 0.42 ? vec3(1.0) : color, 1.0) : vec4(lit(color, vec3(d.x, -d.y, sqrt(1.0 - r)), eye), 1.0);
}`;

function program(gl, vertex, fragment) {
  const made = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source); gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  const places = {};
  for (let i = gl.getProgramParameter(made, gl.ACTIVE_UNIFORMS) - 1; i >= 0; i--) {
    const name = gl.getActiveUniform(made, i).name;
    places[name] = gl.getUniformLocation(made, name);
  }
  return { made, places };
}

// An array of rows as a texture; an existing texture of the same size is overwritten in place.
function upload(gl, old, data, channels) {
  const rows = Math.ceil(data.length / channels / TEXTURE_WIDTH) || 1, whole = data instanceof Uint32Array;
  const padded = new (whole ? Uint32Array : Float32Array)(rows * TEXTURE_WIDTH * channels);
  padded.set(data);
  const format = whole ? gl.RGB_INTEGER : channels === 1 ? gl.RED : gl.RGB, type = whole ? gl.UNSIGNED_INT : gl.FLOAT;
  const kept = old && old.rows === rows && old.channels === channels;
  const texture = kept ? old : { id: gl.createTexture(), rows, channels };
  gl.bindTexture(gl.TEXTURE_2D, texture.id);
  if (kept) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, TEXTURE_WIDTH, rows, format, type, padded);
  else {
    if (old) gl.deleteTexture(old.id);
    gl.texImage2D(gl.TEXTURE_2D, 0, whole ? gl.RGB32UI : channels === 1 ? gl.R32F : gl.RGB32F, TEXTURE_WIDTH, rows, 0, format, type, padded);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST); gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }
  return texture;
}

function uploadColors(gl, old, bytes) {
  if (old) gl.deleteTexture(old.id);
  const texture = { id: gl.createTexture() };
  gl.bindTexture(gl.TEXTURE_2D, texture.id);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, bytes.length / 3, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, bytes);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR); gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

class Bodies {
  constructor(canvas) {
    this.canvas = canvas;
    this.gl = canvas.getContext("webgl2", { antialias: true, alpha: true, preserveDrawingBuffer: false });
    if (!this.gl) throw new Error("WebGL2 is not available in this browser");
    this.shared = program(this.gl, SHARED_VERTEX, SHARED_FRAGMENT);
    this.corners = program(this.gl, CORNER_VERTEX, CORNER_FRAGMENT);
    this.cloud = program(this.gl, CLOUD_VERTEX, CLOUD_FRAGMENT);
    this.held = new Map();   // structure name -> its textures and what they were made from
    this.empty = upload(this.gl, null, new Float32Array(1), 1);
    this.white = uploadColors(this.gl, null, new Uint8Array(3).fill(255));
  }

  // Bring the textures of a structure up to date with its shape and the quantity seen on it.
  hold(shape, quantity) {
    const gl = this.gl;
    let held = this.held.get(shape.name);
    if (!held || held.shape !== shape) {
      this.drop(shape.name);
      held = { shape, positions: upload(gl, null, shape.V, 3), normals: upload(gl, null, shape.N, 3), values: null, colors: null,
               faces: upload(gl, null, shape.F, 3), elements: gl.createBuffer() };
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, held.elements);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, shape.F, gl.STATIC_DRAW);
      this.held.set(shape.name, held);
    }
    if (quantity && held.quantity !== quantity) {
      held.values = upload(gl, held.values, quantity.values, quantity.kind === "color" ? 3 : 1);
      if (quantity.colors) held.colors = uploadColors(gl, held.colors, quantity.colors);
    }
    held.quantity = quantity;
    return held;
  }

  drop(name) {
    const held = this.held.get(name);
    if (held) for (const key of ["positions", "normals", "values", "colors", "faces"]) if (held[key]) this.gl.deleteTexture(held[key].id);
    if (held) this.gl.deleteBuffer(held.elements);
    this.held.delete(name);
  }

  // Draw every cell: [{shape, quantity, camera, box: [x, y, w, h] in device pixels from below, marked}].
  draw(cells, style) {
    const gl = this.gl, names = new Set(cells.map(cell => cell.shape.name));
    for (const name of [...this.held.keys()]) if (!names.has(name)) this.drop(name);
    gl.disable(gl.SCISSOR_TEST); gl.clearColor(0, 0, 0, 0); gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST); gl.enable(gl.SCISSOR_TEST);
    for (const cell of cells) {
      const held = this.hold(cell.shape, cell.quantity), lens = lensOf(cell.shape, cell.camera, cell.box[2] / cell.box[3]);
      gl.viewport(...cell.box); gl.scissor(...cell.box);
      this.drawShape(cell, held, lens, style);
      if (cell.marked >= 0) {
        this.bind(this.cloud, { ...held, quantity: null }, lens, { ...style, plain: style.accent });
        const at = this.cloud.places;
        gl.uniform1f(at.size, 13 * style.ratio * lens.distance / lens.projection[5]); gl.uniform1f(at.lift, 0.03); gl.uniform1f(at.ring, 1);
        gl.drawArrays(gl.POINTS, cell.marked, 1);
      }
    }
  }

  drawShape({ shape, quantity, box }, held, lens, style) {
    const gl = this.gl;
    if (!shape.F.length) {
      this.bind(this.cloud, held, lens, style, box[3] * lens.spacing);
      gl.drawArrays(gl.POINTS, 0, shape.V.length / 3);
    } else if (quantity && (quantity.kind === "label" || quantity.on === "faces")) {
      this.bind(this.corners, held, lens, style);
      gl.drawArrays(gl.TRIANGLES, 0, shape.F.length);
    } else {
      this.bind(this.shared, held, lens, style);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, held.elements);
      gl.drawElements(gl.TRIANGLES, shape.F.length, gl.UNSIGNED_INT, 0);
    }
  }

  bind({ made, places }, held, lens, style, size = 0) {
    const gl = this.gl, quantity = held.quantity;
    gl.useProgram(made);
    const textures = { positions: held.positions, normals: held.normals, values: held.values || this.empty, colors: held.colors || this.white, faces: held.faces };
    Object.entries(textures).forEach(([name, texture], unit) => {
      if (places[name] === undefined) return;
      gl.activeTexture(gl.TEXTURE0 + unit); gl.bindTexture(gl.TEXTURE_2D, texture.id); gl.uniform1i(places[name], unit);
    });
    gl.activeTexture(gl.TEXTURE0);
    gl.uniformMatrix4fv(places.view, false, lens.view); gl.uniformMatrix4fv(places.projection, false, lens.projection);
    gl.uniform1i(places.mode, quantity ? MODES[quantity.kind] : 0);
    if (places.onFaces) gl.uniform1i(places.onFaces, quantity && quantity.on === "faces" ? 1 : 0);
    gl.uniform2f(places.range, quantity ? quantity.low ?? 0 : 0, quantity ? quantity.high ?? 1 : 1);
    gl.uniform3fv(places.plain, style.plain); gl.uniform3fv(places.missing, style.missing);
    if (places.size) { gl.uniform1f(places.size, size); gl.uniform1f(places.lift, 0); gl.uniform1f(places.ring, 0); }
  }

  // Browsers keep about sixteen contexts alive: give this one back at once.
  release() { this.gl.getExtension("WEBGL_lose_context")?.loseContext(); }
}
