// Touch: what mouse, fingers and keys do on a canvas, as events for the kernel: at most one parcel per screen refresh.

class Touch {
  constructor(canvas, send) {
    Object.assign(this, { canvas, send, events: [], sequence: 0, waiting: 0, fingers: new Map() });
    const on = (name, act, how) => canvas.addEventListener(name, event => act.call(this, event), how);
    on("pointerdown", this.down); on("pointermove", this.moved); on("pointerup", this.up); on("pointercancel", this.up);
    on("wheel", this.wheel, { passive: false });
    on("keydown", event => this.key(event, true)); on("keyup", event => this.key(event, false));
    on("contextmenu", event => { event.preventDefault(); event.stopPropagation(); });
    on("pointerleave", event => { if (!this.fingers.size) this.note({ t: "move", x: -1, y: -1 }); });
  }

  // A move that another move follows before the parcel leaves is forgotten.
  note(event) {
    if (event.t === "move" && this.events.at(-1)?.t === "move") this.events.pop();
    this.events.push(event);
    this.waiting ||= requestAnimationFrame(() => this.flush());
  }

  flush() {
    this.waiting = 0;
    if (this.events.length) this.send({ do: "hand", sequence: ++this.sequence, events: this.events.splice(0) });
  }

  at(event) {
    const { canvas } = this, box = canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) * canvas.width / box.width, y: (event.clientY - box.top) * canvas.height / box.height, with: [event.shiftKey, event.ctrlKey || event.metaKey, event.altKey] };
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId); this.canvas.focus({ preventScroll: true });
    this.fingers.set(event.pointerId, event);
    if (this.fingers.size === 2) { this.gap = this.span(); this.note({ t: "up", b: 0, ...this.at(event) }); }
    else if (this.fingers.size === 1) this.note({ t: "down", b: event.button, ...this.at(event) });
  }

  moved(event) {
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, event);
    if (this.fingers.size < 2) return this.note({ t: "move", ...this.at(event) });
    const gap = this.span();
    if (Math.abs(gap - this.gap) > 12) { this.note({ t: "wheel", dx: 0, dy: (gap - this.gap) / 40, ...this.at(event) }); this.gap = gap; }
  }

  up(event) {
    const alone = this.fingers.size === 1;
    this.fingers.delete(event.pointerId);
    if (alone) this.note({ t: "up", b: Math.max(0, event.button), ...this.at(event) });
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
