// View: one place in a page where a stage is seen: bodies, names, legends, plots; draws when the screen asks.

const HELP = "drag turns · shift-drag moves · wheel or + − zooms · click picks · R returns · C V S tools";
// milliseconds between two drawings of a plot: they share the processor with bodies that turn
const PLOTTED = 200;

// Side by side, five at most, in full rows; in fewer columns where bodies come out larger by a quarter, as in a tall place.
function columnsOf(count, w, h, margin) {
  const most = Math.max(1, Math.min(5, Math.floor(w / 130))), full = columns => Math.ceil(count / Math.ceil(count / columns));
  const size = columns => Math.min(w / columns, h / Math.ceil(count / columns) - margin);
  let best = full(most);
  for (let columns = best - 1; columns > 0; columns--) if (size(columns) > 1.25 * size(best)) best = full(columns);
  return best;
}

class StageView {
  // send: tells the kernel, or null where there is none
  constructor(el, store, send) {
    Object.assign(this, { store, send: send ?? (() => {}), kernel: Boolean(send), pending: 0, still: false, plotNodes: new Map(), pace: new Pace(() => this.request()) });
    this.root = make("div", "wb-stage", el);
    // JupyterLab's own shortcuts (R, arrows) and menu must not act on keys and buttons meant for the shape
    this.root.dataset.lmSuppressShortcuts = "true";
    this.main = make("div", "wb-main", this.root);
    this.scene = make("div", "wb-scene", this.main);
    this.names = make("div", "wb-names", this.scene);
    this.readout = make("div", "wb-readout", this.scene);
    this.help = make("div", "wb-help", this.scene, HELP);
    this.notice = make("div", "wb-notice", this.scene);
    this.notes = make("div", "wb-notes", this.scene);
    this.legends = make("div", "wb-legends", this.main);
    this.beside = make("div", "wb-beside", this.root);
    this.wake();
    this.menu = new Menu(this);
    this.resizes = new ResizeObserver(() => this.request());
    this.resizes.observe(this.root);
    // a theme's colours come a little after its name, and late where the page is busy
    this.themes = new MutationObserver(() => { for (const wait of [0, 300, 1500, 5000]) setTimeout(() => { this.themedAt = -Infinity; this.request(); }, wait); });
    this.themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"] });
    store.views.add(this);
    this.request();
  }

  // A canvas with a fresh WebGL context; where there is none, say so and show the kernel's still picture.
  wake() {
    this.canvas?.remove();
    this.canvas = make("canvas", "wb-canvas", null);
    this.scene.prepend(this.canvas);
    this.canvas.tabIndex = 0;
    this.canvas.dataset.lmSuppressShortcuts = "true";  // shortcuts look at the focused element first
    this.canvas.setAttribute("role", "application");
    this.labelled = null;
    try { this.bodies = new Bodies(this.canvas); } catch (error) { return this.without(error); }
    this.notice.textContent = "";
    this.canvas.addEventListener("webglcontextlost", event => { event.preventDefault(); if (!this.gone) this.asleep(); });
    handleMouse(this); handleKeys(this);
  }

  without(error) {
    this.bodies = null; this.still = true;
    this.canvas.remove();
    this.notice.textContent = `${error.message}: this is a still picture from the kernel.`;
    this.send({ do: "still" });
  }

  asleep() {
    this.bodies = null;
    this.notice.replaceChildren(make("button", "wb-wake", null, "The browser put this view to sleep (too many 3-D views on the page). Wake it"));
    this.notice.firstChild.onclick = () => { this.wake(); this.request(); };
  }

  showStill(bytes) {
    this.picture ??= make("img", "wb-still", this.root);
    const old = this.picture.src;
    this.picture.src = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
    this.picture.alt = this.described();
    URL.revokeObjectURL(old);
    this.root.classList.add("wb-is-still");
  }

  request() { this.pending ||= requestAnimationFrame(() => { this.pending = 0; if (this.pace.busy()) this.request(); else this.draw(); }); }

  draw() {
    const { store, root } = this;
    if (this.gone || !root.clientWidth) return;
    if (this.height !== store.height) root.style.setProperty("--wb-height", `${this.height = store.height}px`);
    root.classList.toggle("wb-no-bodies", !store.structures.size);
    root.classList.toggle("wb-no-plots", !store.plots.size);
    this.freshTheme();
    this.menu.refresh();
    if (this.still) { if (performance.now() - (this.asked ?? 0) > 1000) { this.asked = performance.now(); this.send({ do: "still" }); } return; }
    this.drawLegends();
    this.drawBodies();
    this.drawPlots();
    this.root.dispatchEvent(new Event("wb-drawn", { bubbles: true }));  // whoever waits for the first picture has it
  }

  // Cells left to right, then down, each with the structures of one place; boxes in CSS pixels from the top left corner.
  layout() {
    const places = new Map();
    for (const shape of this.store.structures.values()) {
      const place = this.store.structures.has(shape.place) ? shape.place : shape.name;
      places.set(place, [...(places.get(place) ?? []), shape]);
    }
    const w = this.canvas.clientWidth, h = this.canvas.clientHeight, count = places.size;
    const above = count > 1 ? 26 : 12, below = 22, columns = columnsOf(count, w, h, above + below), rows = Math.ceil(count / columns);
    return [...places].map(([place, shapes], i) => ({ shape: this.store.structures.get(place), shapes, x: (i % columns) * w / columns, y: Math.floor(i / columns) * h / rows + above,
                                                      w: w / columns, h: Math.max(20, h / rows - above - below) }));
  }

  drawBodies() {
    if (!this.bodies || !this.canvas.clientWidth) return;
    const { canvas } = this, ratio = window.devicePixelRatio || 1, cells = this.layout();
    const size = [canvas.clientWidth, canvas.clientHeight].map(x => Math.round(x * ratio));
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    this.nameCells(cells);
    const soft = this.pace.soft();
    this.paint(this.bodies, cells, ratio, 0, soft);
    this.pace.measure(this.bodies.gl, soft);
    const notes = this.bodies.notes();
    if (notes !== this.noted) this.notes.textContent = this.noted = notes;
  }

  // Asking the page for its colours costs about as much as all else that is said of a picture: not at every one.
  freshTheme() {
    const now = performance.now();
    if (this.theme && this.store.theme === this.themed && now - this.themedAt < 400) return;
    const theme = themeOf(this.root, this.store.theme), says = JSON.stringify(theme);
    if (says !== this.themeSays) { this.theme = theme; this.themeSays = says; }
    this.themed = this.store.theme; this.themedAt = now;
  }

  // All bodies, each in its cell, with so many pixels to a CSS pixel; spin turns every camera further.
  paint(bodies, cells, ratio, spin = 0, soft = true) {
    const { store, canvas } = this;
    bodies.draw(cells.map(({ shape, shapes, x, y, w, h }) => ({
      stands: shapes.map(shape => this.stand(shape)), camera: store.cameras.turned(shape.name, spin),
      box: [x, canvas.clientHeight - y - h, w, h].map(value => Math.round(value * ratio)),
    })), { ...this.theme, ratio, soft });
  }

  // A structure with what is seen of it.
  stand(shape) {
    const { store } = this, { marked } = store, known = new Set();
    for (const quantity of store.quantities.values()) if (quantity.of === shape.name) known.add(quantity.name);
    return { shape, seen: store.seenOn(shape.name), over: store.over(shape.name), known, marked: marked?.name === shape.name ? marked.drawn ?? drawnVertex(shape, marked.vertex) : -1 };
  }

  // Words in the page change only when they are others.
  nameCells(cells) {
    const label = `${this.described()} ${HELP}`, spots = cells.length > 1 ? cells.map(cell => [cell.shape.name, cell.x, cell.y, cell.w]) : [], says = JSON.stringify(spots);
    if (this.labelled !== label) this.canvas.setAttribute("aria-label", this.labelled = label);
    if (this.named === says) return;
    this.named = says;
    this.names.replaceChildren(...spots.map(([words, x, y, w]) => {
      const name = make("span", "", null, words);
      Object.assign(name.style, { left: `${x}px`, top: `${y - 19}px`, width: `${w}px` });
      return name;
    }));
  }

  described() {
    return [...this.store.structures.keys()].map(name => { const seen = this.store.seenOn(name); return seen ? `${name}, showing ${seen.title}.` : `${name}.`; }).join(" ");
  }

  drawLegends() {
    const all = legendGroups(this.store, this.layout()), says = saysOf(all);
    if (says === this.said || this.legends.contains(document.activeElement)) return;
    this.said = says; this.groups = all;
    this.legends.classList.toggle("wb-columns", all.columns);
    this.legends.replaceChildren(...all.groups.map(({ stands, span }) => {
      const column = make("div", "wb-column", null);
      column.style.gridColumn = `span ${span}`;
      column.append(...stands.map(stand => legendNode(stand, name => this.choose(stand.name, name))));
      return column;
    }));
  }

  choose(structure, quantity) {
    this.store.chosen.set(structure, quantity);
    for (const view of this.store.views) view.request();
    this.store.tell(quantity, { seen: true });
  }

  drawPlots() {
    for (const [name, node] of this.plotNodes) if (!this.store.plots.has(name)) { node.remove(); this.plotNodes.delete(name); }
    for (const plot of this.store.plots.values()) {
      if (!this.plotNodes.has(plot.name)) {
        this.plotNodes.set(plot.name, plotNode(this.beside, plot.name, (name, how) => this.store.tell(name, how)));
      }
      const node = this.plotNodes.get(plot.name);
      const size = `${node.lastChild.clientWidth} ${node.lastChild.clientHeight} ${window.devicePixelRatio}`;
      const { shown } = node, now = performance.now();
      if (shown?.plot === plot && shown.theme === this.theme && shown.size === size) continue;
      if (now - shown?.at < PLOTTED) { this.plotting ||= setTimeout(() => { this.plotting = 0; this.request(); }, PLOTTED); continue; }
      node.shown = { plot, theme: this.theme, size, at: now };
      node.show(plot, this.theme);
    }
  }

  // The structure, vertex, face and edge under a mouse event, in numbers of what is drawn, or null.
  under(event) {
    const box = this.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const cells = this.layout(), cell = cells.find(c => x >= c.x && x < c.x + c.w && y >= c.y && y < c.y + c.h);
    if (!cell) return null;
    const hit = found(cell.shapes, this.store.cameraOf(cell.shape.name), cell.w / cell.h, 2 * (x - cell.x) / cell.w - 1, 1 - 2 * (y - cell.y) / cell.h, 2 / cell.h, berthOf(cells.map(one => one.shapes[0])));
    return hit && { ...hit, name: hit.shape.name, cell };
  }

  placeAt(event) {
    const box = this.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const cell = this.layout().find(c => x >= c.x && x < c.x + c.w && y < c.y + c.h + 22);
    return cell ? cell.shape.place ?? cell.shape.name : null;
  }

  read(hit) {
    this.readout.classList.toggle("wb-shown", Boolean(hit));
    if (!hit) return;
    const { store } = this, over = store.over(hit.name).filter(quantity => quantity.kind !== "vector");
    this.readout.textContent = [store.seenOn(hit.name), ...over].filter((quantity, i) => quantity || !i).map(quantity => readOut(hit, quantity)).join(" · ");
  }

  // What the kernel says to a reader: why it could not do what was asked for.
  say({ words }) {
    this.notice.textContent = words;
    this.menu.heard();
    setTimeout(() => { if (this.notice.textContent === words) this.notice.textContent = ""; }, 15_000);
  }

  pick(hit) {
    const { name, vertex, face, edge } = whole(hit);
    this.store.marked = { name, vertex, drawn: hit.vertex };
    for (const view of this.store.views) view.request();
    this.send({ do: "pick", name, vertex, face, edge });
  }

  dispose() {
    this.gone = true;
    cancelAnimationFrame(this.pending); clearTimeout(this.plotting); this.pace.stop();
    this.store.views.delete(this); this.resizes.disconnect(); this.themes.disconnect();
    this.bodies?.release(); this.menu.dispose();
    this.root.remove();
  }
}
