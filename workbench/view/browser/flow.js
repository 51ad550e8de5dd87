// Flow: the options of a choice as boxes joined by arrows. A click chooses; the arrow keys go from box to box.

const BOX = { width: 92, height: 42, column: 112, row: 56 };

function flowKnob(knob, room, send, see = () => {}) {
  const { places, words, arrows, learned } = knob.flow, last = axis => Math.max(...places.map(place => place[axis]));
  const width = last(0) * BOX.column + BOX.width + 4, height = last(1) * BOX.row + BOX.height + 4, middle = places.map(([x, y]) => [x * BOX.column + BOX.width / 2 + 2, y * BOX.row + BOX.height / 2 + 2]);
  const board = vector("svg", { viewBox: `0 0 ${width} ${height}`, role: "radiogroup", "aria-label": knob.label }, room), tip = `wb-tip-${Math.random().toString(36).slice(2)}`;
  board.style.maxWidth = `${width}px`;
  const marker = vector("marker", { id: tip, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, vector("defs", {}, board));
  vector("path", { d: "M0 0.5 8 4 0 7.5z" }, marker);
  for (const [from, to] of arrows) {
    const [a, b] = [from, to].map(name => middle[knob.options.indexOf(name)]), half = BOX.width / 2, x0 = a[0] + half, x1 = b[0] - half, bend = (x1 - x0) / 2;
    vector("path", { class: "wb-arrow", d: `M${x0} ${a[1]}C${x0 + bend} ${a[1]} ${x1 - bend} ${b[1]} ${x1} ${b[1]}`, "marker-end": `url(#${tip})` }, board);
  }
  const boxes = knob.options.map((option, i) => {
    const [x, y] = middle[i], box = vector("g", { role: "radio", class: learned.includes(option) ? "wb-box wb-learned" : "wb-box", "aria-label": `${option}: ${words[i]}` }, board);
    vector("rect", { x: x - BOX.width / 2, y: y - BOX.height / 2, width: BOX.width, height: BOX.height, rx: 7 }, box);
    vector("text", { x, y: y - 3, class: "wb-symbol" }, box).textContent = option;
    vector("text", { x, y: y + 13 }, box).textContent = words[i];
    box.dataset.lmSuppressShortcuts = "true";
    box.addEventListener("click", () => { choose(i); box.focus(); });
    box.addEventListener("keydown", event => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key], to = (i + (step ?? 0) + boxes.length) % boxes.length;
      if (step === undefined && event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      choose(to); boxes[to].focus();
    });
    return box;
  });
  const show = chosen => boxes.forEach((box, i) => { box.setAttribute("aria-checked", i === chosen); box.setAttribute("tabindex", i === chosen ? 0 : -1); });
  const choose = i => { show(i); see(knob.options[i]); send(i); };
  return i => { show(i); see(knob.options[i]); };
}

function vector(tag, attributes, parent) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent.append(node);
  return node;
}
