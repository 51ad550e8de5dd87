// Legend: what the colours of one structure mean, which of its quantities is seen, and what is drawn over it.

const MOST_LABELS = 24;
const LOCK = `<svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true"><path d="M3.5 7.5h9v6h-9z"/><path class="wb-shackle" d="M5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5"/></svg>`;

function make(tag, className, parent, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
}

const isLocked = seen => seen.length > 0 && seen.every(quantity => quantity.asked?.low != null && quantity.asked?.high != null);
const gradient = colors => `linear-gradient(90deg, ${[0, 32, 64, 96, 128, 160, 192, 224, 255].map(k => `rgb(${colors.slice(3 * k, 3 * k + 3).join(",")})`).join(",")})`;

function legendNode({ name, all, seen, over = [] }, choose) {
  const node = make("div", `wb-legend wb-${seen?.kind ?? "plain"}`, null);
  if (all.length > 1) {
    const select = make("select", "", node);
    select.dataset.lmSuppressShortcuts = "true";
    select.setAttribute("aria-label", `quantity shown on ${name}`);
    for (const quantity of all) { const option = make("option", "", select, quantity.title); option.value = quantity.name; option.selected = quantity === seen; }
    select.onchange = () => { choose(select.value); select.blur(); };
  } else if (seen && seen.kind !== "label") make("span", "wb-title", node, seen.title);
  if (seen?.kind === "scalar") scaleIn(node, seen);
  if (seen?.kind === "label") seen.labels.slice(0, MOST_LABELS).forEach((label, i) => dotIn(node, label, seen.colors.slice(3 * i, 3 * i + 3)));
  if (seen?.kind === "label" && seen.labels.length > MOST_LABELS) make("span", "wb-end", node, `and ${seen.labels.length - MOST_LABELS} more`);
  for (const quantity of over) {
    const entry = make("span", "wb-over", node);
    if (quantity.kind === "scalar") { make("span", "wb-title", entry, quantity.title); scaleIn(entry, quantity); }
    else if (quantity.kind === "label") quantity.labels.slice(0, MOST_LABELS).forEach((label, i) => dotIn(entry, label, quantity.colors.slice(3 * i, 3 * i + 3)));
    else {
      dotIn(entry, quantity.title, inkOf(quantity)).firstChild.classList.add(quantity.kind === "vector" ? "wb-arrow" : "wb-line");
      if (quantity.absent) make("span", "wb-end", entry, `${quantity.absent} missing`);
    }
  }
  return node;
}

function scaleIn(node, { low, high, colors, absent, asked }) {
  const locked = asked?.low != null && asked?.high != null;
  node = make("span", "wb-scale", node);
  make("span", "wb-end", node, shortNumber(low));
  make("span", "wb-bar", node).style.background = gradient(colors);
  make("span", "wb-end", node, shortNumber(high));
  if (locked) {
    const sign = make("span", "wb-locked", node);
    sign.innerHTML = LOCK; sign.title = "the range is locked"; sign.setAttribute("role", "img"); sign.setAttribute("aria-label", sign.title);
  }
  if (absent) make("span", "wb-end", node, `${absent} missing`);
}

function dotIn(node, words, rgb) {
  const entry = make("span", "wb-label", node, words);
  entry.prepend(make("i", "", null)); entry.firstChild.style.background = `rgb(${[...rgb].join(",")})`;
  return entry;
}

const inkOf = quantity => (quantity.ink ?? [0.23, 0.23, 0.26]).map(share => Math.round(255 * share));

// The legends under the cells of a stage: neighbours that need the same words share one.
// Returns { columns, groups: [{ stands, span }] }, a stand being what legendNode takes.
function legendGroups(store, cells) {
  const stand = shape => ({ name: shape.name, all: store.on(shape.name), seen: store.seenOn(shape.name), over: overlaysOf(store).filter(quantity => quantity.of === shape.name && quantity.seen !== false) });
  const words = ({ all, seen, over }) => all.length > 1 ? null : JSON.stringify([seen && [seen.kind, seen.labels ? "" : seen.title, seen.low, seen.high, seen.labels, seen.map, seen.asked], over.map(quantity => [quantity.title, quantity.low, quantity.high])]);
  const alike = (a, b) => a.length === b.length && a.every((one, i) => words(one) !== null && words(one) === words(b[i]));
  const all = cells.map(({ shapes }) => shapes.map(stand)), columns = cells.every((cell, i) => cell.y === cells[0].y), shared = all.every(stands => alike(stands, all[0]));
  const groups = [];
  for (const stands of all) groups.length && (columns || shared) && alike(groups.at(-1).stands, stands) ? groups.at(-1).span++ : groups.push({ stands, span: 1 });
  return { columns, groups };
}

// When two legends say the same.
const saysOf = ({ columns, groups }) => JSON.stringify([columns, groups.map(({ stands, span }) => [span, stands.map(({ name, all, seen, over }) =>
  [name, all.map(quantity => quantity.title), [seen, ...over].map(quantity => quantity && [quantity.name, quantity.title, quantity.low, quantity.high, quantity.labels, quantity.absent, quantity.map, quantity.asked])])])]);

// The same words for a picture that is drawn: { words, quiet } or { bar } or { dot, words } each.
function entriesOf({ stands }) {
  const scale = ({ low, high, colors, absent }) => [{ words: shortNumber(low), quiet: true }, { bar: colors }, { words: shortNumber(high), quiet: true }, ...(absent ? [{ words: `${absent} missing`, quiet: true }] : [])];
  const labels = ({ labels, colors }) => labels.slice(0, MOST_LABELS).map((words, i) => ({ words, dot: `rgb(${colors.slice(3 * i, 3 * i + 3).join(",")})` }));
  return stands.flatMap(({ seen, over }) => [seen, ...over].filter(Boolean).flatMap(quantity => quantity.kind === "scalar" ? [{ words: quantity.title }, ...scale(quantity)]
    : quantity.kind === "label" ? labels(quantity) : quantity.overlay ? [{ words: quantity.title, dot: `rgb(${inkOf(quantity).join(",")})` }, ...(quantity.absent ? [{ words: `${quantity.absent} missing`, quiet: true }] : [])] : [{ words: quantity.title }]));
}
