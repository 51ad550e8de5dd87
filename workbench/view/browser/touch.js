// Touch: what mouse, fingers and keys do on a canvas, as events for the kernel; moves wait for the last picture.

const BUTTONS = [[1, 0], [4, 1], [2, 2]];  // a bit of event.buttons, and the button's number
const PATIENCE = 300;  // milliseconds that moves wait for a picture

// Tells the page's style sheet that a button is down on a picture, or that pictures follow one another.
const hold = (held, word = "wb-holds") => document.documentElement.classList.toggle(word, held);

class Touch {
  constructor(canvas, send) {
    Object.assign(this, { canvas, send, events: [], sequence: 0, awaited: 0, held: 0, fingers: new Map() });
    const on = (name, act, how) => canvas.addEventListener(name, event => act.call(this, event), how);
    on("pointerdown", this.down); on("pointermove", this.moved); on("pointerup", this.up); on("pointercancel", this.up); on("lostpointercapture", this.up);
    on("wheel", this.wheel, { passive: false });
    on("keydown", event => this.key(event, true)); on("keyup", event => this.key(event, false));
    on("contextmenu", event => { event.preventDefault(); event.stopPropagation(); });
    on("pointerleave", () => { if (!this.fingers.size && this.hovers) this.note({ t: "move", x: -1, y: -1 }); });
  }

  // A move that another move follows before the parcel leaves is forgotten; all else leaves at once.
  note(event) {
    if (event.t === "move" && this.events.at(-1)?.t === "move") this.events.pop();
    this.events.push(event);
    this.felt = performance.now();
    if (event.t !== "move" || performance.now() - this.awaited > PATIENCE) return this.flush();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.flush(), PATIENCE);
  }

  // Send what waits, and the number of the picture that has arrived, if it is for one: one message, not two.
  flush(seen) {
    clearTimeout(this.later);
    if (!this.events.length) { this.awaited = 0; return seen && this.send({ do: "seen", number: seen }); }
    this.awaited = performance.now();
    this.send({ do: "hand", sequence: ++this.sequence, events: this.events.splice(0), ...(seen && { seen }) }, this.felt);
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: Math.max(0, (event.clientX - box.left) / box.width), y: Math.max(0, (event.clientY - box.top) / box.height), with: [event.shiftKey, event.ctrlKey || event.metaKey, event.altKey] };
  }

  // Buttons that went down or up: a second one, pressed while the first is down, tells of itself in moves only.
  press(event, held) {
    for (const [bit, b] of BUTTONS) if ((held ^ this.held) & bit) this.note({ t: held & bit ? "down" : "up", b, ...this.at(event) });
    this.held = held;
  }

  down(event) {
    try { this.canvas.setPointerCapture(event.pointerId); } catch { /* it has gone already */ }
    this.canvas.focus({ preventScroll: true });
    this.fingers.set(event.pointerId, event);
    hold(true);
    if (this.fingers.size === 2) { this.gap = this.span(); this.press(event, 0); }
    else if (this.fingers.size === 1) this.press(event, event.buttons || 1);
  }

  moved(event) {
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, event);
    if (this.fingers.size >= 2) return this.pinch(event);
    if (this.fingers.size && event.buttons !== this.held) this.press(event, event.buttons);
    if (this.fingers.size || this.hovers) this.note({ t: "move", ...this.at(event) });
  }

  pinch(event) {
    const gap = this.span();
    if (Math.abs(gap - this.gap) <= 12) return;
    this.note({ t: "wheel", dx: 0, dy: (gap - this.gap) / 40, ...this.at(event), with: [false, false, false] });
    this.gap = gap;
  }

  up(event) {
    if (!this.fingers.delete(event.pointerId) || this.fingers.size) return;
    hold(false);
    this.press(event, 0);
  }

  span() {
    const [a, b] = [...this.fingers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  }

  // an unfocused picture lets the wheel scroll the notebook
  wheel(event) {
    if (document.activeElement !== this.canvas && !event.ctrlKey) return;
    event.preventDefault();
    this.note({ t: "wheel", dx: -event.deltaX / 120, dy: -event.deltaY / 120, ...this.at(event), with: [false, false, false] });
  }

  key(event, down) {
    if (event.key === "Tab" || event.key === "Shift" || event.key === "Control") return;
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey) return;
    if (event.key.startsWith("Arrow") || event.key === " ") event.preventDefault();
    const keys = ["Shift", "Control", "Alt"].map(name => event.getModifierState(name));
    this.note({ t: "key", code: event.code, key: event.key, down, with: keys });
    if (down && event.key.length === 1) this.note({ t: "text", text: event.key });
  }
}
