// Panel: buttons, knobs and the state of a run. Words come from the kernel as traits, presses and turns go back as messages.

const BUTTONS = [["start", "Start", "M4 2.5v11l9-5.5z"], ["pause", "Pause", "M4 2.5h3v11H4zM9 2.5h3v11H9z"],
                 ["step", "Step", "M3 2.5v11l7-5.5zM11 2.5h2v11h-2z"], ["stop", "Stop", "M3.5 3.5h9v9h-9z"]];
const ALLOWED = { ready: ["start", "step", "stop"], running: ["pause", "stop"], paused: ["start", "step", "stop"] };  // in any other state, none
const BUSY = "The kernel is busy; it hears this as soon as it is done.", PATIENCE = 2000;
const LOST = "The kernel that held this run is gone. Run the cells again from the top.";

function part(tag, className, parent, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
}

const brief = v => !Number.isFinite(v) ? "–" : v === 0 ? "0" : Math.abs(v) < 1e-3 || Math.abs(v) >= 1e5 ? v.toExponential(1).replace(".0", "").replace("e+", "e") : `${+v.toPrecision(3)}`;
const clock = s => { const whole = Math.round(s), h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, rest = String(whole % 60).padStart(2, "0"); return h ? `${h}:${String(m).padStart(2, "0")}:${rest}` : `${m}:${rest}`; };

function render({ model, el }) {
  const root = part("div", "wb-panel", el);
  const mine = Math.random().toString(36).slice(2), unheard = new Map();
  let waiting = 0, count = 0;
  const next = () => `${mine} ${++count}`;
  // Whatever is heard is answered by new values and by which turn was heard; until then it is sent again: what came
  // before Jupyter had opened a way past a running cell waits for the cell's end. The kernel hears a turn once.
  const ask = (message, turn = next()) => {
    if (lost(el)) return;
    unheard.set(message.name ?? "", { ...message, turn });
    model.send({ ...message, turn });
    clearTimeout(waiting);
    waiting = setTimeout(again, PATIENCE);
  };
  const again = () => {
    if (lost(el)) return;
    notice.textContent = BUSY;
    for (const message of unheard.values()) model.send(message);
    waiting = setTimeout(again, PATIENCE);
  };
  const row = part("div", "wb-row", root), buttons = buttonRow(row, button => ask({ do: "press", button })), words = wordsIn(row);
  const track = part("div", "wb-track", root), fill = part("div", "wb-fill", track);
  track.setAttribute("role", "progressbar");
  track.setAttribute("aria-label", "steps done");
  const knobs = knobRow(model, root, ask, next), notice = part("div", "wb-notice-line", root), trouble = part("details", "wb-trouble", root);
  part("summary", "", trouble, "The run raised an error"); part("pre", "", trouble);

  function tell() {
    const s = lost(el) ? { ...model.get("status"), state: model.get("status").state && "lost", notice: LOST, error: null } : model.get("status");
    row.hidden = track.hidden = !s.state;
    if (!s.state) { notice.textContent = s.notice ?? ""; trouble.hidden = true; return; }
    root.dataset.state = s.state;
    for (const [name, button] of Object.entries(buttons)) { button.disabled = !ALLOWED[s.state]?.includes(name); button.classList.remove("wb-pressed"); }
    buttons.start.lastChild.textContent = s.state === "paused" ? "Resume" : "Start";
    words(s);
    fill.style.width = s.total ? `${Math.min(100, 100 * s.done / s.total)}%` : s.state === "finished" ? "100%" : "0%";
    if (s.total) { track.setAttribute("aria-valuemax", s.total); track.setAttribute("aria-valuenow", s.done); }
    if (s.notice || notice.textContent !== BUSY) notice.textContent = s.notice ?? "";
    const fresh = s.error && trouble.lastChild.textContent !== s.error;
    trouble.hidden = !s.error;
    trouble.firstChild.textContent = !s.error ? "" : s.state === "failed" ? `The run raised ${s.error.trim().split("\n").at(-1)}` : s.error.split("\n")[0];
    trouble.lastChild.textContent = s.error ?? "";
    if (fresh) trouble.open = true;
  }
  const turned = () => {
    for (const [name, { turn }] of unheard) if (model.get("heard")[name] === turn) unheard.delete(name);
    if (!unheard.size) { clearTimeout(waiting); if (notice.textContent === BUSY) notice.textContent = ""; }
    knobs(model.get("values"), model.get("heard"));
  };
  const parted = () => setTimeout(tell);  // when Jupyter has marked the view
  // JupyterLab's shortcuts look at the focused element first: arrows are for the slider, not for the notebook
  for (const node of root.querySelectorAll("button, input, select, summary")) node.dataset.lmSuppressShortcuts = "true";
  model.on("change:status", tell); model.on("change:turns", turned); model.on("comm_live_update", parted);
  tell(); turned();
  // a page may be older than the run it shows: ask for the present state
  model.send({ do: "hello" });
  return () => { clearTimeout(waiting); model.off("change:status", tell); model.off("change:turns", turned); model.off("comm_live_update", parted); root.remove(); };
}

// Whether the kernel is gone: a model cannot tell, but Jupyter marks every view that lost its kernel.
const lost = el => Boolean(el.closest(".jupyter-widgets-disconnected"));

function buttonRow(row, press) {
  const group = part("div", "wb-buttons", row), made = {};
  group.setAttribute("role", "toolbar");
  group.setAttribute("aria-label", "the run");
  for (const [name, label, path] of BUTTONS) {
    const button = made[name] = part("button", `wb-button wb-${name}`, group);
    button.type = "button";
    button.innerHTML = `<svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="${path}"/></svg>`;
    part("span", "", button, label);
    button.onclick = () => { button.classList.add("wb-pressed"); press(name); };
  }
  return made;
}

function wordsIn(row) {
  const state = part("span", "wb-state", row), facts = part("span", "wb-facts", row);
  state.setAttribute("role", "status");
  const fields = ["step", "loss", "rate", "left"].map(name => part("span", `wb-fact wb-fact-${name}`, facts));
  return s => {
    if (state.textContent !== s.state) state.textContent = s.state;
    const running = s.state === "running";
    fields[0].innerHTML = `step <b>${s.done}</b>${s.total ? ` of ${s.total}` : ""}`;
    fields[1].innerHTML = s.loss == null ? "" : `loss <b>${brief(s.loss)}</b>`;
    fields[2].innerHTML = running && s.rate ? `<b>${s.rate >= 10 ? s.rate.toFixed(0) : s.rate.toPrecision(2)}</b> steps/s` : "";
    fields[3].innerHTML = running && s.left != null ? `<b>${clock(s.left)}</b> left` : "";
  };
}

// Knobs send the latest of what the hand does, the next one when the kernel has answered (or half a second has passed);
// values that come back move only knobs that nobody holds, and that no hand has turned since the kernel heard of them.
function knobRow(model, root, tell, next) {
  const described = model.get("knobs"), group = part("div", "wb-knobs", root), made = {}, shown = {};
  group.hidden = !described.length;
  for (const knob of described) {
    const whole = knob.flow ? "wb-flow" : knob.kind === "frames" && "wb-frames", label = part(whole ? "div" : "label", whole || "wb-knob", group), latest = {};
    if (!whole) part("span", "wb-knob-name", label, knob.label);
    const leave = () => {
      if (latest.waiting || !("value" in latest)) return;
      tell({ do: "turn", name: knob.name, value: latest.value }, latest.turn);
      delete latest.value;
      latest.waiting = setTimeout(answered, 500);
    };
    const answered = () => { clearTimeout(latest.waiting); latest.waiting = 0; leave(); };
    const send = value => { latest.value = value; latest.turn = next(); leave(); };
    const ahead = heard => latest.turn !== undefined && heard && heard[knob.name] !== latest.turn;
    // what a formula shows is what the hand sees, before the kernel has answered
    const see = value => { shown[knob.name] = value; made.say?.(); };
    made[knob.name] = { answered, ahead, label, set: KNOBS[knob.kind](knob, label, send, see) };
  }
  const formulas = described.filter(knob => knob.formula).map(knob => ({ knob, ...formulaOf(knob.formula, knob.name) }));
  for (const { knob, node } of formulas) {
    const line = part("div", "wb-line-of", group);
    made[knob.name].label.replaceWith(line);
    line.append(made[knob.name].label, node);
  }
  made.say = () => { for (const { node, say } of formulas) say(shown, number => typeof number === "number" ? figure(number) : String(number)); };
  return (values, heard) => {
    for (const [name, value] of Object.entries(values)) if (made[name]) { made[name].answered(); if (!made[name].ahead(heard)) made[name].set(value); shown[name] ??= value; }
    made.say();
  };
}

// A number in a formula: powers of ten as one writes them.
function figure(v) {
  const words = brief(v), [, digits, power] = words.match(/^(-?[\d.]+)e(-?\d+)$/) ?? [];
  const text = digits ? `${digits === "1" ? "" : `${digits}·`}10${[...power].map(c => c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]).join("")}` : words;
  return text.replace("-", "−");
}

function sliderKnob(knob, label, send, see = () => {}) {
  const f = knob.log ? Math.log : v => v, back = knob.log ? Math.exp : v => v, span = f(knob.high) - f(knob.low);
  const input = part("input", "", label), shown = part("output", "", label);
  Object.assign(input, { type: "range", min: 0, max: 1, step: knob.whole ? 1 / (knob.high - knob.low) : 0.002 });
  let held = false;
  const value = () => { const at = Number(input.value), v = at <= 0 ? knob.low : at >= 1 ? knob.high : back(f(knob.low) + span * at); return knob.whole ? Math.round(v) : v; };  // the ends themselves, not their logarithms back
  const say = v => { const words = knob.top && v >= knob.high * (1 - 1e-9) ? knob.top : brief(v); see(v); shown.textContent = words; input.setAttribute("aria-valuetext", words); input.style.setProperty("--wb-share", `${100 * Number(input.value)}%`); };
  input.onpointerdown = () => { held = true; };
  input.onpointerup = input.onpointercancel = input.onblur = () => { held = false; };
  input.oninput = () => { say(value()); send(value()); };
  return v => { if (held) return; if (Number.isFinite(v)) input.value = (f(v) - f(knob.low)) / span; say(v); };
}

// A slider that stands at some values only: those whose answers a page without a kernel has.
function stopsKnob(knob, label, send, see = () => {}) {
  const input = part("input", "", label), shown = part("output", "", label), last = knob.stops.length - 1;
  Object.assign(input, { type: "range", min: 0, max: last, step: 1 });
  const now = () => knob.stops[Number(input.value)];
  const say = () => { see(now()); shown.textContent = brief(now()); input.setAttribute("aria-valuetext", brief(now())); input.style.setProperty("--wb-share", `${100 * Number(input.value) / (last || 1)}%`); };
  input.oninput = () => { say(); send(now()); };
  return v => { input.value = knob.stops.indexOf(v); say(); };
}

function choiceKnob(knob, label, send, see = () => {}) {
  if (knob.flow) return flowKnob(knob, label, send, see);
  const select = part("select", "", label);
  knob.options.forEach((option, i) => { part("option", "", select, option).value = i; });
  select.onchange = () => send(Number(select.value));
  return v => { select.value = String(v); see(knob.options[v]); };
}

const KNOBS = { slider: sliderKnob, stops: stopsKnob, choice: choiceKnob, frames: framesKnob };

export default { render };
