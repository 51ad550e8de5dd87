// Pieces: what came from the kernel, made ready to draw; the notebook's theme.

function revived(value, buffers) {
  if (Array.isArray(value)) return value.map(item => revived(item, buffers));
  if (value === null || typeof value !== "object") return value;
  if ("bytes" in value) return buffers[value.bytes];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revived(item, buffers)]));
}

const quantityOf = piece => ({ ...piece, values: numbers(Float32Array, piece.values), colors: piece.colors && numbers(Uint8Array, piece.colors) });
const plotOf = piece => ({ ...piece, colors: piece.colors && numbers(Uint8Array, piece.colors),
                           series: piece.series.map(line => ({ ...line, values: numbers(Float32Array, line.values) })) });

function themeOf(root, theme) {
  const style = getComputedStyle(root), share = code => [1, 3, 5].map(i => parseInt(code.slice(i, i + 2), 16) / 255);
  return { lines: theme.lines, steps: theme.steps, plain: share(theme.plain), missing: share(theme.missing), accent: [0.85, 0.12, 0.35],
           quiet: style.getPropertyValue("--jp-ui-font-color2").trim() || "#666", hair: style.getPropertyValue("--jp-border-color2").trim() || "#ddd" };
}
