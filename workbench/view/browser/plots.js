// Plots: curves, scatters, histograms and matrices on a 2-D canvas, in the colours of the notebook's theme.

const FONT = "11px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

// Draw one plot: {title, kind, log, labels, low, high, series: [{name, values, shape, colors}]} into a canvas of CSS size w x h.
function drawPlot(canvas, plot, theme) {
  const ratio = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
  if (!w || !h) return;
  if (canvas.width !== Math.round(w * ratio)) canvas.width = Math.round(w * ratio);
  if (canvas.height !== Math.round(h * ratio)) canvas.height = Math.round(h * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, w, h);
  pen.font = FONT; pen.lineJoin = "round";
  ({ curve: drawCurves, scatter: drawCurves, histogram: drawHistogram, matrix: drawMatrix })[plot.kind](pen, plot, w, h, theme);
}

// Whether the values of a plot of curves are drawn on a logarithmic axis: as it was asked for, else where they span a decade.
function isLog(plot) {
  let low = Infinity, high = -Infinity;
  for (const { values } of plot.series) for (let i = 1; i < values.length; i += 2) if (Number.isFinite(values[i])) { low = Math.min(low, values[i]); high = Math.max(high, values[i]); }
  return (plot.log ?? high > 10 * low) && low > 0 && high < Infinity;
}

// A plot's place in a page: its title, for curves a button that changes the axis, its canvas.
function plotNode(parent, name, tell) {
  const node = make("figure", "wb-plot", parent), caption = make("figcaption", "", node), title = make("span", "", caption), axis = make("button", "wb-axis", caption);
  axis.type = "button"; axis.dataset.lmSuppressShortcuts = "true";
  make("canvas", "", node).setAttribute("role", "img");
  const grips = new Grips(node.lastChild);
  node.show = (plot, theme) => {
    const log = plot.kind === "curve" && isLog(plot);
    title.textContent = plot.title;
    axis.hidden = plot.kind !== "curve";
    axis.textContent = log ? "log axis" : "linear axis"; axis.title = log ? "Show it on a linear axis" : "Show it on a logarithmic axis";
    axis.onclick = () => tell(name, { log: !log });
    node.lastChild.setAttribute("aria-label", `${plot.kind} ${plot.title}`);
    drawPlot(node.lastChild, plot, theme);
    grips.show(plot, theme);
  };
  return node;
}

function drawCurves(pen, plot, w, h, theme) {
  const xs = [Infinity, -Infinity], ys = [Infinity, -Infinity];
  for (const { values } of plot.series) for (let i = 0; i + 1 < values.length; i += 2) {
    if (!Number.isFinite(values[i]) || !Number.isFinite(values[i + 1])) continue;
    xs[0] = Math.min(xs[0], values[i]); xs[1] = Math.max(xs[1], values[i]);
    ys[0] = Math.min(ys[0], values[i + 1]); ys[1] = Math.max(ys[1], values[i + 1]);
  }
  if (xs[0] > xs[1]) return;
  const log = isLog(plot), top = drawNames(pen, plot.series, w, h, theme);
  const x = axis(xs[0], xs[1], 46, w - 14, false), y = axis(ys[0], ys[1], h - 22, top, log, true);
  drawTicks(pen, x, y, w, h, theme);
  plot.axes = [x, y];
  const marked = plot.kind === "curve" && plot.at != null && plot.at >= xs[0] && plot.at <= xs[1];
  if (marked) drawMarker(pen, x(plot.at), top - 2, h, theme);
  plot.series.forEach(({ values }, number) => {
    pen.strokeStyle = pen.fillStyle = theme.lines[number % theme.lines.length];
    pen.lineWidth = 1.75; pen.beginPath();
    for (let i = 0; i + 1 < values.length; i += 2) {
      if (plot.kind === "scatter") { pen.moveTo(x(values[i]) + 1.6, y(values[i + 1])); pen.arc(x(values[i]), y(values[i + 1]), 1.6, 0, 7); }
      else if (Number.isFinite(values[i + 1])) pen.lineTo(x(values[i]), y(values[i + 1]));
    }
    plot.kind === "scatter" ? pen.fill() : pen.stroke();
    const dot = marked ? pointAt(values, plot.at) : values.length - 2;  // on each curve: where the marker is, or its end
    if (plot.kind === "curve" && Number.isFinite(values[dot + 1])) { pen.beginPath(); pen.arc(x(values[dot]), y(values[dot + 1]), marked ? 3.6 : 2.8, 0, 7); pen.fill(); }
  });
}

// The names of several curves in rows above them, without the words before a comma that all of them share; where the curves may begin.
function drawNames(pen, series, w, h, theme) {
  if (series.length < 2) return 10;
  const first = series[0].name, ends = [...first.matchAll(/, /g)].map(found => found.index + 2);
  const shared = ends.findLast(end => series.every(({ name }) => name.startsWith(first.slice(0, end)))) ?? 0;
  let left = 46, line = 9;
  pen.textAlign = "left"; pen.textBaseline = "middle";
  series.forEach(({ name }, number) => {
    const words = name.slice(shared), wide = pen.measureText(words).width + 20;
    if (left > 46 && left + wide > w) { left = 46; line += 14; }
    pen.fillStyle = theme.lines[number % theme.lines.length];
    pen.beginPath(); pen.arc(left + 3, line, 3, 0, 7); pen.fill();
    pen.fillText(words, left + 10, line);
    left += wide;
  });
  return Math.min(line + 14, h / 2);
}

function drawMarker(pen, at, top, h, theme) {
  pen.strokeStyle = theme.quiet; pen.lineWidth = 1; pen.beginPath();
  pen.moveTo(Math.round(at) + 0.5, top); pen.lineTo(Math.round(at) + 0.5, h - 22); pen.stroke();
}

// Where in x, y, x, y, ... the last point stands that the marker has reached.
function pointAt(values, at) {
  let dot = 0;
  for (let i = 0; i + 1 < values.length && values[i] <= at; i += 2) dot = i;
  return dot;
}

// A linear or logarithmic map from values to pixels, with its ticks; nice axes grow to round numbers.
function axis(low, high, from, to, log, nice = false) {
  const alone = !(high > low) && [low];
  if (alone) { const pad = Math.abs(low) * 0.05 || 0.5; low = log ? low / 1.5 : low - pad; high = log ? high * 1.5 : high + pad; }
  let ticks = log ? logTicks(low, high) : [];
  if (ticks.length < 3) ticks = linearTicks(low, high, Math.abs(to - from) / (nice ? 40 : 60));
  if (nice && log) { const pad = Math.max(1.02, (high / low) ** 0.06); low /= pad; high *= pad; } else if (nice) { const pad = 0.06 * (high - low); low -= pad; high += pad; }
  const f = log ? Math.log : v => v, scale = (to - from) / (f(high) - f(low));
  return Object.assign(v => from + (f(v) - f(low)) * scale, { ticks: alone || ticks, log, back: at => { const v = (at - from) / scale + f(low); return log ? Math.exp(v) : v; } });
}

function linearTicks(low, high, count) {
  const raw = (high - low) / Math.max(3, count), power = 10 ** Math.floor(Math.log10(raw));
  const at = step => Array.from({ length: Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1 }, (_, k) => (Math.ceil(low / step - 1e-9) + k) * step);
  const steps = [10, 5, 2, 1, 0.5, 0.2].map(m => m * power).filter(step => step < 1.5 * raw);
  return at(steps.find(step => at(step).length > 1) ?? steps.at(-1));  // one tick alone tells no scale
}

function logTicks(low, high) {
  const ticks = [], decades = Math.log10(high / low), mantissas = decades > 2.5 ? [1] : decades > 0.9 ? [1, 3] : [1, 1.5, 2, 3, 5, 7];
  const skip = Math.max(1, Math.ceil(decades / 5));
  for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k++) {
    if (k % skip === 0) for (const m of mantissas) if (m * 10 ** k >= low * 0.999 && m * 10 ** k <= high * 1.001) ticks.push(m * 10 ** k);
  }
  return ticks;
}

function shortNumber(v) {
  if (v === 0) return "0";
  const size = Math.abs(v);
  if (size >= 1e6 || size < 1e-3) return v.toExponential(Math.abs(v / 10 ** Math.floor(Math.log10(size)) % 1) > 1e-9 ? 1 : 0).replace("e+", "e");
  if (size >= 1e4) return `${+(v / 1000).toPrecision(3)}k`;
  return `${+v.toPrecision(3)}`;
}

function drawTicks(pen, x, y, w, h, theme) {
  pen.strokeStyle = theme.hair; pen.fillStyle = theme.quiet; pen.lineWidth = 1;
  pen.textAlign = "right"; pen.textBaseline = "middle";
  let free = Infinity;
  for (const t of y.ticks) {
    const at = Math.round(y(t)) + 0.5;
    if (at > free) continue;
    free = at - 12;
    pen.beginPath(); pen.moveTo(46, at); pen.lineTo(w - 10, at); pen.stroke();
    pen.fillText(shortNumber(t), 40, at);
  }
  pen.textAlign = "center"; pen.textBaseline = "alphabetic";
  sayAlong(pen, x, h);
}

// The numbers under an axis, without those that would run into the one before.
function sayAlong(pen, x, h) {
  let free = -Infinity;
  for (const t of x.ticks) {
    const words = shortNumber(t), half = pen.measureText(words).width / 2;
    if (x(t) - half < free) continue;
    pen.fillText(words, x(t), h - 5);
    free = x(t) + half + 7;
  }
}

// Rows of samples as filled step outlines over one common range, each to its own height.
function drawHistogram(pen, plot, w, h, theme) {
  const { edges, rows } = plot.bins, left = 66, x = axis(edges[0], edges.at(-1), left, w - 14, plot.bins.log), room = (h - 30) / rows.length;
  pen.textAlign = "right"; pen.textBaseline = "middle";
  rows.forEach((counts, row) => {
    const base = Math.round(8 + room * (row + 1)) - 0.5, most = Math.max(1, ...counts);
    pen.beginPath(); pen.moveTo(x(edges[0]), base);
    counts.forEach((count, bin) => { const top = base - (room - 7) * count / most; pen.lineTo(x(edges[bin]), top); pen.lineTo(x(edges[bin + 1]), top); });
    pen.lineTo(x(edges.at(-1)), base);
    pen.fillStyle = pen.strokeStyle = theme.steps[Math.min(row, theme.steps.length - 1)]; pen.lineWidth = 1.4;
    pen.globalAlpha = 0.32; pen.fill(); pen.globalAlpha = 1; pen.stroke();
    pen.fillStyle = theme.quiet; pen.fillText(plot.rowNames[row], left - 8, base - room / 2 + 4, left - 10);
  });
  pen.textAlign = "center"; pen.textBaseline = "alphabetic"; pen.fillStyle = theme.quiet;
  sayAlong(pen, x, h);
}

function drawMatrix(pen, plot, w, h, theme) {
  const { values } = plot.series[0], { shape: [rows, columns], colors } = plot, span = plot.high - plot.low;
  if (!rows || !columns) return;  // what a browser refuses to make would stop all that is drawn after it
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const k = 3 * Math.max(0, Math.min(255, Math.round(255 * (values[i] - plot.low) / span)));
    image.data.set(Number.isFinite(values[i]) ? [colors[k], colors[k + 1], colors[k + 2], 255] : [143, 143, 148, 255], 4 * i);
  }
  const small = new OffscreenCanvas(columns, rows), cell = Math.min((w - 20) / columns, (h - 20) / rows);
  small.getContext("2d").putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  const at = [(w - cell * columns) / 2, 6, cell * columns, cell * rows];
  pen.drawImage(small, ...at);
  pen.strokeStyle = theme.hair; pen.strokeRect(at[0] - 0.5, at[1] - 0.5, at[2] + 1, at[3] + 1);
}
