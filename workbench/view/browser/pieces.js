// Pieces: what came from the kernel, made ready to draw; the notebook's theme.

function revived(value, buffers) {
  if (Array.isArray(value)) return value.map(item => revived(item, buffers));
  if (value === null || typeof value !== "object") return value;
  if ("bytes" in value) return buffers[value.bytes];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revived(item, buffers)]));
}

// The pictures that came, by the key of what is on them; while a quantity wears one, only its key comes again.
const pictures = new Map();

// A quantity made ready to draw.
function quantityOf(piece) {
  const made = { ...piece, values: numbers(Float32Array, piece.values), colors: piece.colors && numbers(Uint8Array, piece.colors), ink: piece.ink && rgbOf(piece.ink) };
  const { key, pixels, width, height } = piece.texture ?? {};
  if (key) made.texture = pixels ? { key, width, height, pixels: numbers(Uint8Array, pixels) } : pictures.get(key)?.deref();
  if (pixels) pictures.set(key, new WeakRef(made.texture));
  return made;
}

const rgbOf = code => [1, 3, 5].map(i => parseInt(code.slice(i, i + 2), 16) / 255);
const plotOf = piece => ({ ...piece, colors: piece.colors && numbers(Uint8Array, piece.colors),
                           series: piece.series.map(line => ({ ...line, values: numbers(Float32Array, line.values) })) });

// A CSS colour, rgb(...) or color(srgb ...), as shares of one.
function shares(color) {
  const numbers = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  return numbers.length < 3 ? [1, 1, 1] : color.startsWith("color(") ? numbers : numbers.map(x => x / 255);
}

function themeOf(root, theme) {
  const style = getComputedStyle(root), dark = style.color.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + +part, 0) > 382;  // light words, dark ground
  return { lines: theme.lines, steps: theme.steps, plain: rgbOf(theme.plain), missing: rgbOf(theme.missing), ink: rgbOf(theme.ink), curve: rgbOf(dark ? theme.plain : theme.ink), accent: [0.85, 0.12, 0.35],
           ground: shares(getComputedStyle(root.querySelector(".wb-scene") ?? root).backgroundColor),
           quiet: style.getPropertyValue("--jp-ui-font-color2").trim() || "#666", hair: style.getPropertyValue("--jp-border-color2").trim() || "#ddd" };
}
