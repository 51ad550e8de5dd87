// Tools: the sheets of the menu: colours of what is seen, how bodies are shown, what is saved.
// Each fills a sheet and returns a function that brings it up to date.

const TOOLS = { colours: colourSheet, view: viewSheet, save: saveSheet };

function rowOf(sheet, words) {
  const row = make("div", "wb-field", sheet);
  make("span", "wb-field-name", row, words);
  return row;
}

function tick(sheet, words, change) {
  const label = make("label", "wb-tick", sheet), box = control("input", "", label);
  box.type = "checkbox"; label.append(words);
  box.onchange = () => change(box.checked);
  return box;
}

function slideOf(row, words, [min, max, step], change) {
  const input = control("input", "wb-slide", row);
  Object.assign(input, { type: "range", min, max, step, oninput: () => change(Number(input.value)) });
  input.setAttribute("aria-label", words);
  return input;
}

function numberOf(row, words, change) {
  const input = control("input", "wb-number", row);
  Object.assign(input, { type: "text", inputMode: "decimal", spellcheck: false });
  input.onchange = () => { const value = Number(input.value); if (input.value.trim() && Number.isFinite(value)) change(value); else input.blur(); };
  input.onkeydown = event => { if (event.key === "Enter") input.dispatchEvent(new Event("change")); };
  input.setAttribute("aria-label", words);
  return input;
}

// A set of buttons of which one is chosen; arrows go from one to the next.
function choiceOf(parent, words, options, choose) {
  const group = make("div", "wb-choice", parent), made = {};
  group.setAttribute("role", "radiogroup"); group.setAttribute("aria-label", words);
  for (const [value, label] of options) {
    const button = made[value] = control("button", "", group, label);
    button.setAttribute("role", "radio");
    button.onclick = () => choose(value);
  }
  const all = Object.values(made);
  group.onkeydown = event => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = all.at((all.indexOf(document.activeElement) + step) % all.length);
    next.focus(); next.click();
  };
  return { group, made, set: value => { for (const [key, button] of Object.entries(made)) { button.setAttribute("aria-checked", String(key === String(value))); button.tabIndex = key === String(value) || !(value in made) ? 0 : -1; } } };
}

// Which of several things a sheet speaks of: all of them, until one is chosen.
function whoOf(sheet, words, refresh) {
  const row = rowOf(sheet, words), select = control("select", "", row);
  select.setAttribute("aria-label", words); select.onchange = refresh;
  let said = "";
  return names => {  // [[name, title], ...] -> the names meant
    row.hidden = names.length < 2;
    if (JSON.stringify(names) !== said) {
      const before = select.value;
      said = JSON.stringify(names);
      select.replaceChildren(...[["", "all"], ...names].map(([value, title]) => new Option(title, value)));
      select.value = names.some(([name]) => name === before) ? before : "";
    }
    return names.map(([name]) => name).filter(name => !select.value || row.hidden || name === select.value);
  };
}

function colourSheet(sheet, view) {
  const { store } = view, who = whoOf(sheet, "of", () => refresh());
  let seen = [];
  const tell = how => { for (const quantity of seen) store.tell(quantity.name, how); };
  const ends = () => [Math.min(...seen.map(q => q.low)), Math.max(...seen.map(q => q.high))];
  const swatches = choiceOf(sheet, "colour map", [...store.maps.keys()].map(name => [name, ""]), map => tell({ map }));
  swatches.group.classList.add("wb-swatches");
  for (const [name, button] of Object.entries(swatches.made)) {
    button.style.background = gradient(store.maps.get(name).colors);
    button.title = name.replace("_r", ""); button.setAttribute("aria-label", button.title);
  }
  const range = rowOf(sheet, "range");
  const low = numberOf(range, "lower end", value => tell({ low: value, high: ends()[1] }));
  const high = numberOf(range, "upper end", value => tell({ low: ends()[0], high: value }));
  const lock = control("button", "wb-lock", range);
  lock.innerHTML = LOCK;
  lock.onclick = () => { const [from, to] = ends(); tell(isLocked(seen) ? { low: null, high: null } : { low: from, high: to }); };
  const last = make("div", "wb-field", sheet), symmetric = tick(last, "symmetric", on => {
    const most = Math.max(...ends().map(Math.abs));
    tell(isLocked(seen) && on ? { symmetric: on, low: -most, high: most } : { symmetric: on });
  });
  control("button", "wb-word", last, "automatic").onclick = () => tell({ map: null, low: null, high: null, symmetric: null });
  function refresh() {
    const all = scalarsOf(store), titles = all.map(q => q.title);
    const meant = who(all.map(q => [q.name, titles.filter(title => title === q.title).length > 1 ? `${q.title}, ${q.of}` : q.title]));
    seen = all.filter(q => meant.includes(q.name));
    if (!seen.length) return;
    const locked = isLocked(seen), maps = new Set(seen.map(q => q.map));
    swatches.set(maps.size === 1 ? [...maps][0] : null);
    for (const [node, value] of [[low, ends()[0]], [high, ends()[1]]]) if (document.activeElement !== node) node.value = +value.toPrecision(4);
    lock.setAttribute("aria-pressed", String(locked));
    lock.title = locked ? "The range is locked; let it follow the values" : "Lock the range as it is";
    lock.setAttribute("aria-label", lock.title);
    symmetric.checked = seen.every(q => Math.abs(q.low + q.high) <= 1e-6 * (q.high - q.low));
  }
  return refresh;
}

function viewSheet(sheet, view) {
  const { store } = view, who = whoOf(sheet, "of", () => refresh());
  let shapes = [];
  const tell = how => { for (const shape of shapes) store.tell(shape.name, how); };
  const wires = tick(sheet, "wireframe (W)", wireframe => tell({ wireframe }));
  const clear = slideOf(rowOf(sheet, "opacity"), "opacity", [0.05, 1, 0.01], opacity => tell({ opacity }));
  const axes = choiceOf(rowOf(sheet, "slice"), "slice plane", [["", "off"], ["x", "x"], ["y", "y"], ["z", "z"]], axis => tell({ slice: axis ? [axis, Number(share.value)] : null }));
  const cut = rowOf(sheet, "at"), share = slideOf(cut, "where the slice plane is", [0, 1, 0.005], value => { const axis = shapes[0]?.slice?.[0]; if (axis) tell({ slice: [axis, value] }); });
  share.value = 0.5;
  const over = make("div", "wb-overlays", sheet);
  let said = "", boxes = [];
  control("button", "wb-word", make("div", "wb-field", sheet), "return to the first view (R)").onclick = () => store.cameras.home();
  const overlays = () => {
    const all = overlaysOf(store), now = JSON.stringify(all.map(q => [q.name, q.title]));
    if (now !== said) { said = now; over.replaceChildren(); boxes = all.map(q => overlayRow(over, store, q)); }
    boxes.forEach(box => box());
  };
  function refresh() {
    const all = [...store.structures.values()], meant = who(all.map(shape => [shape.name, shape.name]));
    shapes = all.filter(shape => meant.includes(shape.name));
    wires.parentNode.hidden = !shapes.some(shape => shape.F.length);
    wires.checked = shapes.length > 0 && shapes.every(shape => shape.wireframe || !shape.F.length);
    if (document.activeElement !== clear) clear.value = shapes[0]?.opacity ?? 1;
    axes.set(shapes[0]?.slice?.[0] ?? ""); cut.hidden = !shapes[0]?.slice;
    if (shapes[0]?.slice && document.activeElement !== share) share.value = shapes[0].slice[1];
    overlays();
  }
  return refresh;
}

// A tick for what is drawn over the colours of a body, and the length of its arrows.
function overlayRow(parent, store, { name, title, kind }) {
  const row = make("div", "wb-field", parent), box = tick(row, title, seen => store.tell(name, { seen }));
  if (kind === "vector") make("span", "wb-field-name wb-length", row, "length");
  const long = kind === "vector" && slideOf(row, `length of the arrows of ${title}`, [0.01, 0.6, 0.005], length => store.tell(name, { length }));
  return () => {
    const quantity = store.quantities.get(name);
    box.checked = quantity?.seen !== false;
    if (long && document.activeElement !== long) long.value = quantity?.length ?? 0.12;
    if (long) long.disabled = !box.checked;
  };
}

function saveSheet(sheet, view) {
  const size = rowOf(sheet, "width"), own = () => view.canvas.clientWidth * (window.devicePixelRatio || 1);
  let width = Math.round(2 * own()), ground = "white", keys = true;
  const times = choiceOf(size, "size of the picture", [[1, "1×"], [2, "2×"], [4, "4×"]], many => { width = Math.round(many * own()); refresh(); });
  const typed = numberOf(size, "width in pixels", value => { width = Math.max(16, Math.round(value)); refresh(); });
  const under = choiceOf(rowOf(sheet, "ground"), "ground", [["white", "white"], ["", "transparent"]], value => { ground = value; refresh(); });
  tick(sheet, "with legends", on => { keys = on; }).checked = true;
  const row = make("div", "wb-field wb-saves", sheet), says = make("div", "wb-says", sheet);
  says.setAttribute("role", "status");
  const busy = async (button, words, act) => {
    button.disabled = true; says.textContent = words;
    try { await act(); says.textContent = "saved"; } catch (error) { says.textContent = error.message; }
    button.disabled = false; view.menu.place();
    if (document.activeElement === document.body) button.focus({ preventScroll: true });  // a disabled button loses the focus
  };
  const png = control("button", "wb-save", row, "PNG");
  png.onclick = () => busy(png, "", () => savePicture(view, width, { ground, keys }));
  const turn = make("span", "wb-field-name", row, "turntable");
  turn.title = "one turn in six seconds";
  const gif = view.kernel && control("button", "wb-save", row, "GIF"), film = "MediaRecorder" in window && control("button", "wb-save", row, "video");
  if (gif) gif.onclick = () => busy(gif, "drawing one turn …", () => saveTurnGif(view, Math.min(width, 1200), { ground: "white", keys }));
  if (film) film.onclick = () => busy(film, "recording one turn, six seconds …", () => saveTurnVideo(view, Math.min(width, 1920), { ground: "white", keys }));
  turn.hidden = !gif && !film;
  function refresh() {
    times.set([1, 2, 4].find(many => Math.round(many * own()) === width) ?? "other");
    if (document.activeElement !== typed) typed.value = width;
    typed.title = `${width} × ${Math.round(width * view.canvas.clientHeight / view.canvas.clientWidth)} pixels, and the legends`;
    under.set(ground);
  }
  return refresh;
}
