// Polyscope: a canvas for the pictures that the kernel's drawing process sends, and a hand that reaches into it.

const HINT = "drag to turn · shift-drag to move · wheel or + − to zoom · click a vertex · R returns";

// milliseconds between pictures that follow one another
const STREAM = 400;

class Screen {
  constructor(el, model) {
    Object.assign(this, { model, send: message => model.send(message), plots: new Map(), nodes: new Map(), sent: new Map(), frames: 0, panels: null });
    this.root = make("div", "wb-stage wb-polyscope wb-no-plots", el);
    this.root.style.setProperty("--wb-height", `${model.get("height")}px`);
    // JupyterLab's own shortcuts and menu must not act on keys and buttons meant for the picture
    this.root.dataset.lmSuppressShortcuts = "true";
    this.main = make("div", "wb-main", this.root);
    this.scene = make("div", "wb-scene", this.main);
    this.canvas = make("canvas", "wb-canvas", this.scene);
    this.canvas.tabIndex = 0; this.canvas.setAttribute("role", "application"); this.canvas.setAttribute("aria-label", HINT);
    this.readout = make("div", "wb-readout", this.scene);
    make("div", "wb-help", this.scene, HINT);
    this.notice = make("div", "wb-notice", this.scene, "Polyscope draws the first picture …");
    const corner = make("div", "wb-corner", this.scene);
    this.back = make("button", "wb-back", corner, "WebGL");
    this.back.title = "Show this scene by WebGL, drawn by the browser";
    this.back.onclick = () => { this.say("WebGL takes over …"); this.send({ do: "switch", to: "web", view: this.view }); };
    this.button = make("button", "wb-panels", corner, "panels");
    this.button.title = "Polyscope's own panels";
    this.button.onclick = () => { this.panels = !this.panels; this.fit(); this.canvas.focus({ preventScroll: true }); };
    this.legends = make("div", "wb-legends", this.main);
    this.beside = make("div", "wb-beside", this.root);
    this.touch = new Touch(this.canvas, (message, felt) => { if (message.sequence) this.sent.set(message.sequence, felt); this.send(message); });
    this.hear = (message, buffers) => this.take(message.do, message.piece ? revived(message.piece, buffers) : message);
    model.on("msg:custom", this.hear);
    this.resizes = new ResizeObserver(() => { clearTimeout(this.later); this.later = setTimeout(() => this.fit(), this.room ? 150 : 0); });
    this.resizes.observe(this.scene);
    // a theme's colours come a little after its name
    this.themes = new MutationObserver(() => { for (const wait of [0, 300, 1500]) setTimeout(() => this.fit(), wait); });
    this.themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"] });
    this.fit();
    this.view = Math.random().toString(36).slice(2);
    this.leave = () => this.send({ do: "bye", view: this.view });
    addEventListener("pagehide", this.leave);
    this.send({ do: "hello", view: this.view });
  }

  // Tell the kernel how large the picture is, in the screen's own pixels, and what is behind it.
  fit() {
    const { clientWidth: w, clientHeight: h } = this.scene;
    if (this.gone || !w || !h) return;
    const ratio = window.devicePixelRatio || 1, theme = getComputedStyle(this.scene).backgroundColor;
    const room = { do: "room", width: Math.round(w * ratio), height: Math.round(h * ratio), ratio, panels: this.panels, background: shares(theme) };
    if (JSON.stringify(room) !== JSON.stringify(this.room)) this.send(this.room = room);
    this.touch.hovers = Boolean(this.panels);  // a mouse that only passes by matters to panels alone
    this.root.classList.toggle("wb-open", Boolean(this.panels));
    this.button.setAttribute("aria-pressed", String(Boolean(this.panels)));
    this.drawPlots();
  }

  take(what, piece) {
    ({ frame: () => this.draw(piece), legends: () => this.drawLegends(piece), plots: () => this.keepPlots(piece),
       read: () => this.read(piece.words), down: () => this.say(piece.words), broken: () => this.say(piece.words, true),
       up: () => this.say(""), say: () => this.say(piece.words) })[what]?.();
  }

  async draw({ number, sequence, data, sharp }) {
    // the process may draw the next one while this one is decoded and shown; what the hand did since goes along
    this.touch.flush(number);
    let picture = null;
    try { picture = await createImageBitmap(new Blob([data], { type: "image/jpeg" })); } catch { /* the next one will do */ }
    if (!picture || this.gone) return;
    const { canvas } = this;
    if (canvas.width !== picture.width || canvas.height !== picture.height) [canvas.width, canvas.height] = [picture.width, picture.height];
    canvas.getContext("2d", { alpha: false }).drawImage(picture, 0, 0);
    picture.close();
    this.say("");
    this.stream();
    this.count(sequence, sharp);
  }

  stream() {
    const now = performance.now();
    if (now - this.drawn < STREAM) {
      hold(true, "wb-streams");
      clearTimeout(this.ebbs);
      this.ebbs = setTimeout(() => hold(false, "wb-streams"), STREAM);
    }
    this.drawn = now;
  }

  // For whoever measures: how many pictures came, and how long after the hand's move the last one did.
  count(sequence, sharp) {
    const since = this.sent.get(sequence);
    if (since !== undefined) this.root.dataset.delay = (performance.now() - since).toFixed(1);
    for (const earlier of this.sent.keys()) if (earlier <= sequence) this.sent.delete(earlier);
    this.root.dataset.frames = ++this.frames;
    if (this.frames === 1) this.root.dispatchEvent(new Event("wb-drawn", { bubbles: true }));
    this.root.dataset.sharp = sharp;
  }

  say(words, button) {
    this.root.classList.toggle("wb-down", Boolean(words));
    this.notice.textContent = words;
    if (button) make("button", "wb-wake", this.notice, "Start it again").onclick = () => this.send({ do: "revive" });
  }

  read(words) { this.readout.textContent = words; this.readout.classList.toggle("wb-shown", Boolean(words)); }

  drawLegends({ cells, theme }) {
    this.theme = theme;
    if (this.legends.contains(document.activeElement)) return;
    this.legends.classList.toggle("wb-columns", cells.length < 6);
    this.legends.replaceChildren(...cells.map(({ name, all, seen }) => {
      const pieces = all.map(quantityOf), chosen = pieces.find(piece => piece.name === seen) ?? null;
      const node = legendNode({ name, all: pieces, seen: chosen }, quantity => this.send({ do: "choose", structure: name, quantity }));
      if (cells.length > 1) { const title = make("span", "wb-end", null, name); node.prepend(title); }
      return node;
    }));
  }

  keepPlots({ plots, theme }) {
    this.theme = theme;
    this.plots = new Map(plots.map(piece => [piece.name, plotOf(piece)]));
    this.root.classList.toggle("wb-no-plots", !this.plots.size);
    this.drawPlots();
  }

  drawPlots() {
    for (const [name, node] of this.nodes) if (!this.plots.has(name)) { node.remove(); this.nodes.delete(name); }
    for (const plot of this.plots.values()) {
      if (!this.nodes.has(plot.name)) {
        const node = make("figure", "wb-plot", this.beside);
        make("figcaption", "", node); make("canvas", "", node);
        this.nodes.set(plot.name, node);
      }
      const node = this.nodes.get(plot.name);
      node.firstChild.textContent = plot.title;
      node.lastChild.setAttribute("aria-label", `${plot.kind} ${plot.title}`);
      drawPlot(node.lastChild, plot, themeOf(this.root, this.theme));
    }
  }

  dispose() {
    this.gone = true;
    hold(false); hold(false, "wb-streams"); clearTimeout(this.ebbs);
    try { this.leave(); } catch { /* the kernel has gone first */ }
    removeEventListener("pagehide", this.leave);
    this.model.off("msg:custom", this.hear);
    this.resizes.disconnect(); this.themes.disconnect(); clearTimeout(this.later);
    this.root.remove();
  }
}

export default {
  render({ model, el }) {
    const screen = new Screen(el, model);
    return () => screen.dispose();
  },
};
