// Menu: a quiet row of tools over the picture, and one sheet of controls at a time under it.

const ICONS = {
  colours: "M8 1.8a6.2 6.2 0 1 0 .01 0M8 1.8v12.4M10.2 2.3v11.4M12.4 3.8v8.4", view: "M8 1.7 13.6 4.9v6.3L8 14.3 2.4 11.2V4.9zM2.4 4.9 8 8.1l5.6-3.2M8 8.1v6.2",
  save: "M8 2v7.6M4.8 6.6 8 9.8l3.2-3.2M2.6 11v2.6h10.8V11", linked: "M6.6 9.4 9.4 6.6M7.2 4.6l1.5-1.5a2.9 2.9 0 0 1 4.1 4.1l-1.5 1.5M8.8 11.4l-1.5 1.5a2.9 2.9 0 0 1-4.1-4.1l1.5-1.5",
  apart: "M7.2 4.6l1.5-1.5a2.9 2.9 0 0 1 4.1 4.1l-1.5 1.5M8.8 11.4l-1.5 1.5a2.9 2.9 0 0 1-4.1-4.1l1.5-1.5M3 3l10 10",
};
const icon = name => `<svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;

// JupyterLab's shortcuts look at the focused element first: keys are for the control, not for the notebook.
function control(tag, className, parent, words) {
  const node = make(tag, className, parent, words);
  node.dataset.lmSuppressShortcuts = "true";
  if (tag === "button") node.type = "button";
  return node;
}

class Menu {
  constructor(view) {
    this.view = view; this.open = null; this.buttons = {};
    this.bar = make("div", "wb-tools", view.scene);
    this.bar.setAttribute("role", "toolbar"); this.bar.setAttribute("aria-label", "tools of the stage");
    this.sheet = make("div", "wb-sheet", view.root);
    if (this.sheet.showPopover) this.sheet.popover = "manual";  // above everything, clipped by nothing
    this.sheet.hidden = true;
    for (const [name, title] of [["colours", "Colours (C)"], ["view", "View (V)"], ["save", "Save a picture (S)"]]) {
      const button = this.button(name, title, icon(name), () => this.toggle(name));
      button.setAttribute("aria-haspopup", "dialog"); button.setAttribute("aria-expanded", "false");
    }
    this.button("link", "", "", () => this.link()).setAttribute("aria-pressed", "true");
    if (view.kernel) this.button("polyscope", "Show this scene by Polyscope (P)", "", () => this.switch()).textContent = "Polyscope";
    this.sheet.addEventListener("keydown", event => { if (event.key === "Escape") this.close(true); event.stopPropagation(); });
    this.bar.addEventListener("keydown", event => this.along(event));
    this.outside = event => { if (this.open && !view.root.contains(event.target)) this.close(); };
    this.follow = () => this.place();
    document.addEventListener("pointerdown", this.outside, true);
    window.addEventListener("scroll", this.follow, true);
  }

  button(name, title, html, act) {
    const button = this.buttons[name] = control("button", `wb-tool wb-tool-${name}`, this.bar);
    button.title = title; button.setAttribute("aria-label", title); button.innerHTML = html;
    button.onclick = act;
    return button;
  }

  // Arrows go along the row, or down it, as in every toolbar.
  along(event) {
    const shown = Object.values(this.buttons).filter(button => !button.hidden && !button.disabled), step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) shown.at((shown.indexOf(document.activeElement) + step) % shown.length)?.focus();
    else if (event.key === "Escape") this.view.canvas.focus();
    else return;
    event.preventDefault(); event.stopPropagation();
  }

  // A key pressed over the picture; whether it meant one of the tools.
  key(letter) {
    const tool = { c: "colours", v: "view", s: "save", l: "link", p: "polyscope" }[letter], button = this.buttons[tool];
    if (letter === "escape") { const open = Boolean(this.open); this.close(); return open; }
    if (letter === "w") this.wireframe();
    if (button && !button.hidden && !button.disabled) button.click();
    return letter === "w" || Boolean(button);
  }

  wireframe() {
    const { store } = this.view, shapes = [...store.structures.values()].filter(shape => shape.F.length), on = !shapes.every(shape => shape.wireframe);
    for (const shape of shapes) store.tell(shape.name, { wireframe: on });
  }

  link() {
    const { cameras } = this.view.store;
    cameras.own ? cameras.join() : cameras.part();
  }

  switch() {
    this.buttons.polyscope.disabled = true;
    this.view.say({ words: "Polyscope is coming …" });
    this.view.send({ do: "switch", to: "polyscope" });
  }

  // The kernel had something to say: whoever waited may ask again.
  heard() { if (this.buttons.polyscope) this.buttons.polyscope.disabled = false; }

  toggle(name) {
    const same = this.open?.name === name;
    this.close(same);
    if (same) return;
    this.sheet.replaceChildren(); this.sheet.hidden = false;
    this.sheet.setAttribute("role", "dialog"); this.sheet.setAttribute("aria-label", this.buttons[name].title);
    this.open = { name, refresh: TOOLS[name](this.sheet, this.view) };
    this.buttons[name].setAttribute("aria-expanded", "true"); this.bar.classList.add("wb-open");
    this.sheet.showPopover?.();
    this.place();
    this.open.refresh();
    this.sheet.querySelector("[aria-checked=true], input, select, button")?.focus({ preventScroll: true });
  }

  close(back = false) {
    if (!this.open) return;
    const button = this.buttons[this.open.name];
    this.open = null; this.sheet.hidePopover?.(); this.sheet.hidden = true;
    button.setAttribute("aria-expanded", "false"); this.bar.classList.remove("wb-open");
    if (back) button.focus({ preventScroll: true });
  }

  // Under a row of tools, at its right end; beside a column of them, at its top; inside the window.
  place() {
    if (!this.open) return;
    const bar = this.bar.getBoundingClientRect(), { offsetWidth: w, offsetHeight: h } = this.sheet, upright = bar.height > bar.width;
    this.sheet.style.left = `${Math.max(4, (upright ? bar.left - 5 : Math.min(bar.right, innerWidth - 4)) - w)}px`;
    this.sheet.style.top = `${Math.max(4, Math.min(upright ? bar.top : bar.bottom + 5, innerHeight - h - 4))}px`;
  }

  // Called whenever the stage is drawn: the tools say what is so now.
  refresh() {
    const { store, root } = this.view, many = placesOf(store).length > 1, { link, colours } = this.buttons, own = Boolean(store.cameras.own);
    root.classList.toggle("wb-apart", own);
    link.hidden = !many;
    if (link.dataset.own !== String(own)) {
      link.dataset.own = own; link.innerHTML = icon(own ? "apart" : "linked"); link.setAttribute("aria-pressed", String(!own));
      link.title = own ? "Each body has its own camera; turn them together (L)" : "The bodies turn together; give each its own camera (L)";
      link.setAttribute("aria-label", link.title);
    }
    colours.disabled = !scalarsOf(store).length;
    if (colours.disabled && this.open?.name === "colours") this.close();
    this.open?.refresh();
  }

  dispose() {
    document.removeEventListener("pointerdown", this.outside, true);
    window.removeEventListener("scroll", this.follow, true);
    this.sheet.remove();
  }
}

const placesOf = store => [...new Set([...store.structures.values()].map(shape => shape.place ?? shape.name))];
const overlaysOf = store => [...store.quantities.values()].filter(quantity => quantity.overlay && store.structures.has(quantity.of));

// The scalars that are seen now, on bodies and over them.
function scalarsOf(store) {
  const seen = [...store.structures.keys()].map(name => store.seenOn(name));
  return [...seen, ...overlaysOf(store).filter(quantity => quantity.seen !== false)].filter(quantity => quantity?.kind === "scalar");
}
