// Light: what all shaders share: reading arrays by index, colour maps, the lamps, and what a slice cuts away.

const FETCH = `
ivec2 at(int i) { return ivec2(i % ${TEXTURE_WIDTH}, i / ${TEXTURE_WIDTH}); }`;

// x scales a colour, y is the glint on top; a little white in every colour keeps the form of black.
const LIGHT = `
vec2 lightOn(vec3 n, vec3 toEye) {
  float shade = 0.52 + 0.46 * max(0.0, dot(n, vec3(-0.3696, 0.616, 0.6981)))
                     + 0.16 * max(0.0, dot(n, vec3(0.8499, 0.0944, 0.5194))) + 0.06 * max(0.0, -n.y);
  float glint = max(0.0, dot(n, vec3(-0.2182, 0.3928, 0.8729)));
  glint *= glint; glint *= glint; glint *= glint;
  return vec2(shade * mix(0.74, 1.0, smoothstep(0.0, 0.45, max(0.0, dot(n, toEye)))), 0.07 * glint * glint * glint);
}
vec3 lit(vec3 color, vec2 light) { return mix(color, vec3(1.0), 0.06) * light.x + light.y; }`;

// The colour of a value, by MODE; 0 is a structure that nobody has coloured.
const COLORS = `
uniform vec3 plain, missing;
#if MODE == 1
uniform vec2 range; uniform sampler2D colors;
vec3 colorOf(vec3 value) {
  float t = clamp((value.x - range.x) / (range.y - range.x), 0.0, 1.0);
  return value.x < ${MISSING / 10} ? missing : texture(colors, vec2((t * 255.0 + 0.5) / 256.0, 0.5)).rgb;
}
#elif MODE == 2
uniform sampler2D colors;
vec3 colorOf(vec3 value) { return value.x < 0.0 ? missing : texelFetch(colors, ivec2(int(value.x + 0.5), 0), 0).rgb; }
#elif MODE == 3
vec3 colorOf(vec3 value) { return value.x < ${MISSING / 10} ? missing : value; }
#elif MODE == 4
uniform sampler2D picture;
vec3 colorOf(vec3 value) {
  vec3 found = texture(picture, vec2(value.x, 1.0 - value.y)).rgb;
  return min(value.x, value.y) < ${MISSING / 10} ? missing : found;
}
#else
vec3 colorOf(vec3 value) { return plain; }
#endif`;

const MODES = { scalar: 1, label: 2, color: 3, uv: 4 };
const CHANNELS = { scalar: 1, label: 1, color: 3, vector: 3, uv: 2 };

// The planes of slices, the structure's own and that of what it stands over: beyond one of them all is cut away.
const PLANES = `
uniform vec4 planes[2];
vec2 beyondPlanes(vec3 P) { return vec2(dot(planes[0].xyz, P) - planes[0].w, dot(planes[1].xyz, P) - planes[1].w); }`;

const NO_PLANE = [0, 0, 0, 1], NO_PLANES = [...NO_PLANE, ...NO_PLANE];
function planeOf(shape) {
  if (!shape.slice) return NO_PLANE;
  const [axis, share] = shape.slice, k = "xyz".indexOf(axis);
  return [+(k === 0), +(k === 1), +(k === 2), shape.low[k] + share * (shape.high[k] - shape.low[k])];
}

// Let a structure know what cuts it, as it stands over its host (or is it).
function slicedWith(shape, host) {
  shape.cut = Boolean(shape.slice || host.slice);
  shape.planes = shape.cut ? [...planeOf(shape), ...(host === shape ? NO_PLANE : planeOf(host))] : NO_PLANES;
}
