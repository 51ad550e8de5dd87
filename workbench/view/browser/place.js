// Place: a frame for what a back-end shows. A new one is drawn behind the old one, which leaves when it is ready.

const WAIT = 6000;  // milliseconds: a view that has not drawn by then is shown as it is

function part(tag, className, parent, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
}

class Frame {
  constructor(el, model) {
    Object.assign(this, { model, shown: null, turn: 0 });
    this.root = part("div", "wb-place", el);
    this.holder = part("div", "wb-held", this.root);
    this.line = part("div", "wb-why", this.root);
    this.hear = message => { if (message.do === "say") this.complain(message.words); };
    this.swap = () => this.fill().catch(error => this.complain(String(error)));
    this.word = () => { this.line.textContent = model.get("words"); this.line.title = model.get("words"); };
    model.on("change:child", this.swap); model.on("change:card", this.swap); model.on("change:still", this.swap);
    model.on("change:words", this.word); model.on("msg:custom", this.hear);
    this.word(); this.swap();
  }

  async fill() {
    const child = this.model.get("child"), turn = ++this.turn;
    await null;  // traits that change together arrive one by one: the last of them counts
    if (turn !== this.turn || this.gone || (child && child === this.shown?.child)) return;
    const next = child ? await this.view(child) : this.card();
    if (turn !== this.turn || this.gone) return next.remove();
    const old = this.shown;
    this.shown = next;
    // the new one has the room it needs at once, under the old one, which hides it until it has drawn
    next.node.classList.toggle("wb-behind", Boolean(old));
    this.holder.prepend(next.node);
    if (old) { await next.drawn; next.node.classList.remove("wb-behind"); old.remove(); }
    this.complain("");
    this.model.send({ do: "arrived", child });
  }

  async view(child) {
    const manager = this.model.widget_manager, node = part("div", "wb-child");
    const drawn = new Promise(done => { node.addEventListener("wb-drawn", done, { once: true }); setTimeout(done, WAIT); });
    const view = await manager.create_view(await manager.get_model(child.replace("IPY_MODEL_", "")));
    node.append(view.el);
    return { child, node, drawn, remove: () => { view.remove(); node.remove(); } };
  }

  card() {
    const { words, doors = [] } = this.model.get("card"), bytes = this.model.get("still"), node = part("div", "wb-card");
    let address = null;
    if (bytes?.byteLength) {
      const picture = part("img", "wb-card-picture", node);
      picture.src = address = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
      picture.alt = words ?? "";
    }
    if (words) part("p", "", node, words);
    const row = part("div", "wb-doors", node);
    for (const [label, message] of doors) {
      const button = part("button", "wb-door", row, label);
      button.type = "button";
      button.onclick = () => { button.disabled = true; setTimeout(() => { button.disabled = false; }, 3000); this.model.send(message); };
    }
    return { child: null, node, drawn: null, remove: () => { node.remove(); if (address) URL.revokeObjectURL(address); } };
  }

  complain(words) {
    if (!words && !this.said) return;
    this.said ??= part("div", "wb-said", this.root);
    this.said.textContent = words;
    this.said.setAttribute("role", "status");
    if (!words) { this.said.remove(); this.said = null; }
  }

  dispose() {
    this.gone = true;
    for (const name of ["child", "card", "still"]) this.model.off(`change:${name}`, this.swap);
    this.model.off("change:words", this.word); this.model.off("msg:custom", this.hear);
    this.shown?.remove();
    this.root.remove();
  }
}

export default {
  render({ model, el }) {
    const frame = new Frame(el, model);
    return () => frame.dispose();
  },
};
