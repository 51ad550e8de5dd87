// GPU: programs, and arrays and pictures on the graphics card; what is overwritten stays where it is.

const TEXTURE_WIDTH = 1024, MISSING = -1e38;

// A linked program with the places of its uniforms by name.
function program(gl, vertex, fragment) {
  const made = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source); gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(made, shader); gl.deleteShader(shader);
  }
  gl.linkProgram(made);
  const places = {};
  for (let i = gl.getProgramParameter(made, gl.ACTIVE_UNIFORMS) - 1; i >= 0; i--) {
    const name = gl.getActiveUniform(made, i).name;
    places[name] = gl.getUniformLocation(made, name);
  }
  return { made, places };
}

// Programs made when first needed: one for each set of words that are defined in its shaders.
class Programs {
  constructor(gl) { this.gl = gl; this.made = new Map(); }

  get(kind, sources, words) {
    const key = `${kind} ${words}`;
    let found = this.made.get(key);
    if (!found) {
      const head = `#version 300 es\nprecision highp float; precision highp int; precision highp sampler2D; precision highp usampler2D;\n`
        + words.split(" ").filter(Boolean).map(word => `#define ${word.replace("=", " ")}\n`).join("");
      found = program(this.gl, head + sources[0], head + sources[1]);
      this.made.set(key, found);
    }
    return found;
  }
}

const FORMATS = gl => ({ "f1": [gl.R32F, gl.RED, gl.FLOAT], "f2": [gl.RG32F, gl.RG, gl.FLOAT], "f3": [gl.RGB32F, gl.RGB, gl.FLOAT],
                         "u1": [gl.R32UI, gl.RED_INTEGER, gl.UNSIGNED_INT], "u2": [gl.RG32UI, gl.RG_INTEGER, gl.UNSIGNED_INT], "u3": [gl.RGB32UI, gl.RGB_INTEGER, gl.UNSIGNED_INT] });

// An array of rows as a texture that shaders read by index; one of the same size is overwritten in place.
function upload(gl, old, data, channels) {
  const [inside, format, type] = FORMATS(gl)[(data instanceof Uint32Array ? "u" : "f") + channels], count = data.length / channels;
  const full = Math.floor(count / TEXTURE_WIDTH), rest = count - full * TEXTURE_WIDTH, rows = full + (rest > 0) || 1;
  const kept = old && old.rows === rows && old.channels === channels, texture = kept ? old : { id: gl.createTexture(), rows, channels };
  if (old && !kept) gl.deleteTexture(old.id);
  gl.bindTexture(gl.TEXTURE_2D, texture.id);
  if (!kept) {
    gl.texStorage2D(gl.TEXTURE_2D, 1, inside, TEXTURE_WIDTH, rows);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST); gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }
  if (full) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, TEXTURE_WIDTH, full, format, type, data, 0);
  if (rest) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, full, rest, 1, format, type, data, full * TEXTURE_WIDTH * channels);
  return texture;
}

// An array as a vertex buffer; one of the same length is overwritten in place.
function fill(gl, old, data, target = gl.ARRAY_BUFFER, use = gl.STATIC_DRAW) {
  const kept = old && old.length === data.length, buffer = kept ? old : { id: old ? old.id : gl.createBuffer(), length: data.length };
  gl.bindBuffer(target, buffer.id);
  kept ? gl.bufferSubData(target, 0, data) : gl.bufferData(target, data, use);
  return buffer;
}

// The same small mesh so many times over, as one list of corners: vertex v of copy c is number c * size + v. Software that
// draws (SwiftShader) takes ten times as long for as many instances.
function copies(gl, corners, size, count) {
  const all = new Uint32Array(corners.length * count);
  for (let c = 0, k = 0; c < count; c++) for (const corner of corners) all[k++] = c * size + corner;
  return fill(gl, null, all, gl.ELEMENT_ARRAY_BUFFER);
}

// Colours in a row, looked up by a number; the same colours are not sent again.
function uploadColors(gl, old, bytes) {
  if (old && old.bytes.length === bytes.length && old.bytes.every((byte, i) => byte === bytes[i])) return old;
  const texture = { id: old ? old.id : gl.createTexture(), bytes };
  gl.bindTexture(gl.TEXTURE_2D, texture.id);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, bytes.length / 3, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, bytes);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR); gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE); gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

// A picture that repeats, at all sizes; at a slant it stays sharp where the graphics card can.
function uploadPicture(gl, { pixels, width, height }) {
  const id = gl.createTexture(), slanted = gl.getExtension("EXT_texture_filter_anisotropic");
  gl.bindTexture(gl.TEXTURE_2D, id);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, width, height, 0, gl.RGB, gl.UNSIGNED_BYTE, pixels);
  gl.generateMipmap(gl.TEXTURE_2D);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  if (slanted) gl.texParameterf(gl.TEXTURE_2D, slanted.TEXTURE_MAX_ANISOTROPY_EXT, Math.min(8, gl.getParameter(slanted.MAX_TEXTURE_MAX_ANISOTROPY_EXT)));
  return { id };
}
