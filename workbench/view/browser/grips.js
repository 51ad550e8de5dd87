// Grips: points of a scatter that a hand may drag, with the mouse or with keys; whoever made the plot hears where to.

const REACH = 16;  // pixels around a point in which a press takes it
const PERIOD = 120;  // milliseconds between two places that are told while a point is dragged
const STEP = 6;  // pixels that an arrow key moves a point; with shift five times as many

class Grips {
  constructor(canvas) {
    Object.assign(this, { canvas, plot: null, chosen: null, dragged: false, told: 0, later: 0 });
    canvas.addEventListener("pointerdown", event => this.take(event));
    canvas.addEventListener("pointermove", event => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.leave());
    canvas.addEventListener("keydown", event => this.key(event));
    canvas.addEventListener("focus", () => { if (this.points().length) { this.chosen ??= 0; this.draw(); } });
    canvas.addEventListener("blur", () => { if (this.points().length) this.draw(); });
  }

  // A plot as it is now; a point under the hand stays there.
  show(plot, theme) {
    Object.assign(this, { plot, theme });
    const held = this.points().length > 0;
    this.canvas.classList.toggle("wb-held", held);
    if (!held) return;
    if (this.canvas.tabIndex !== 0) { this.canvas.tabIndex = 0; this.canvas.dataset.lmSuppressShortcuts = "true"; this.canvas.setAttribute("role", "application"); }
    this.canvas.setAttribute("aria-label", `${plot.title}: drag a large point; or space chooses the next one, and arrow keys move it`);
    if (this.dragged) this.put(this.at);
    this.draw(false);
  }

  // [series, index in it] of every point that can be dragged.
  points() {
    const held = this.plot?.kind === "scatter" && this.plot.axes ? this.plot.series.filter(({ name }) => this.plot.held?.includes(name)) : [];
    return held.flatMap(series => Array.from({ length: series.values.length / 2 }, (_, i) => [series, i]));
  }

  place([series, i]) { const [x, y] = this.plot.axes; return [x(series.values[2 * i]), y(series.values[2 * i + 1])]; }

  draw(anew = true) {
    if (anew) drawPlot(this.canvas, this.plot, this.theme);
    const pen = this.canvas.getContext("2d");
    this.points().forEach((point, number) => {
      const mine = number === this.chosen && (this.dragged || document.activeElement === this.canvas);
      pen.beginPath(); pen.arc(...this.place(point), mine ? 6.5 : 3.4, 0, 7);
      pen.fillStyle = this.theme.lines[this.plot.series.indexOf(point[0]) % this.theme.lines.length]; pen.fill();
      pen.lineWidth = 1.2; pen.strokeStyle = this.theme.quiet; pen.stroke();
    });
  }

  mouse(event) { const box = this.canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; }

  take(event) {
    const [x, y] = this.mouse(event), off = this.points().map(point => { const [a, b] = this.place(point); return Math.hypot(a - x, b - y); });
    const nearest = off.indexOf(Math.min(...off));
    if (nearest < 0 || off[nearest] > REACH) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId); this.canvas.focus({ preventScroll: true });
    Object.assign(this, { chosen: nearest, dragged: true });
    this.put([x, y]); this.draw();
  }

  move(event) {
    if (!this.dragged) return;
    this.put(this.mouse(event)); this.draw(); this.tell();
  }

  leave() {
    if (!this.dragged) return;
    this.tell(true);
    this.dragged = false; this.draw();
  }

  // Set the chosen point to a pixel, within the axes.
  put([x, y]) {
    const { plot: { axes }, canvas } = this, [series, i] = this.points()[this.chosen] ?? [];
    if (!series) return;
    this.at = [Math.max(46, Math.min(canvas.clientWidth - 10, x)), Math.max(4, Math.min(canvas.clientHeight - 22, y))];
    this.at.forEach((pixel, k) => { series.values[2 * i + k] = axes[k].back(pixel); });
  }

  // Say where the chosen point is now: at once, or with others that follow soon.
  tell(now = false) {
    clearTimeout(this.later);
    const wait = this.told + PERIOD - performance.now();
    if (!now && wait > 0) { this.later = setTimeout(() => this.tell(true), wait); return; }
    const [series, index] = this.points()[this.chosen] ?? [];
    if (!series) return;
    this.told = performance.now();
    this.canvas.dispatchEvent(new CustomEvent("wb-drag", { bubbles: true, detail: { series: series.name, index, to: this.plot.axes.map((axis, k) => axis.back(this.at[k])) } }));
  }

  key(event) {
    const points = this.points(), steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!points.length || event.ctrlKey || event.metaKey || event.altKey || !(event.key === " " || event.key in steps)) return;
    event.preventDefault(); event.stopPropagation();
    if (event.key === " ") this.chosen = ((this.chosen ?? -1) + (event.shiftKey ? points.length - 1 : 1)) % points.length;
    else {
      const [x, y] = this.place(points[this.chosen ??= 0]), size = STEP * (event.shiftKey ? 5 : 1);
      this.put([x + size * steps[event.key][0], y + size * steps[event.key][1]]); this.tell();
    }
    this.draw();
  }
}
