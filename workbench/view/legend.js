// Legend: what the colours of one structure mean, and which of its quantities is seen.

const MOST_LABELS = 24;

function make(tag, className, parent, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
}

function legendNode({ name, all, seen }, choose) {
  const node = make("div", `wb-legend wb-${seen?.kind ?? "plain"}`, null);
  if (all.length > 1) {
    const select = make("select", "", node);
    select.setAttribute("aria-label", `quantity shown on ${name}`);
    for (const quantity of all) { const option = make("option", "", select, quantity.title); option.value = quantity.name; option.selected = quantity === seen; }
    select.onchange = () => { choose(select.value); select.blur(); };
  } else if (seen && seen.kind !== "label") make("span", "wb-title", node, seen.title);
  if (seen?.kind === "scalar") {
    make("span", "wb-end", node, shortNumber(seen.low));
    const stops = [0, 32, 64, 96, 128, 160, 192, 224, 255].map(k => `rgb(${seen.colors.slice(3 * k, 3 * k + 3).join(",")})`);
    make("span", "wb-bar", node).style.background = `linear-gradient(90deg, ${stops.join(",")})`;
    make("span", "wb-end", node, shortNumber(seen.high));
    if (seen.absent) make("span", "wb-end", node, `${seen.absent} missing`);
  }
  if (seen?.kind === "label") seen.labels.slice(0, MOST_LABELS).forEach((label, i) => {
    const entry = make("span", "wb-label", node, label);
    entry.prepend(make("i", "", null)); entry.firstChild.style.background = `rgb(${seen.colors.slice(3 * i, 3 * i + 3).join(",")})`;
  });
  if (seen?.kind === "label" && seen.labels.length > MOST_LABELS) make("span", "wb-end", node, `and ${seen.labels.length - MOST_LABELS} more`);
  return node;
}
