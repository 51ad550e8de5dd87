// Wishes: looks that a hand asks for: worn here at once, told to the kernel one at a time, kept until it agrees.

const PATIENCE = 500;  // milliseconds to wait for the kernel's answer before the next wish leaves

class Wishes {
  constructor(store) { this.store = store; this.kept = new Map(); this.unsent = new Map(); this.waiting = 0; this.count = 0; this.mine = Math.random().toString(36).slice(2); }

  add(name, how) {
    this.kept.set(name, { ...this.kept.get(name), ...how });
    this.unsent.set(name, { ...this.unsent.get(name), ...how });
    this.wear(name);
    this.leave();
  }

  leave() {
    if (this.waiting) return;
    for (const [name, how] of this.unsent) this.store.send({ do: "look", name, how, wish: this.last = `${this.mine} ${++this.count}` });
    if (this.unsent.size) this.waiting = setTimeout(() => { this.waiting = 0; this.leave(); }, PATIENCE);
    this.unsent.clear();
  }

  // What the kernel says counts, once the last wish is among those it has answered, of this page and of others.
  after(wishes) {
    if (this.last && wishes?.includes(this.last)) {
      clearTimeout(this.waiting); this.waiting = 0;
      if (!this.unsent.size) { this.kept.clear(); this.store.chosen.clear(); }
      this.leave();
    }
    for (const wished of this.kept.keys()) this.wear(wished);
  }

  wear(name) {
    const { store } = this, how = this.kept.get(name), shape = store.structures.get(name), quantity = store.quantities.get(name), plot = store.plots.get(name);
    if (shape) for (const word of ["wireframe", "opacity", "slice"]) if (word in how) shape[word] = how[word];
    if (quantity) store.quantities.set(name, dressed(quantity, how, store.maps));
    if (plot && "log" in how) store.plots.set(name, { ...plot, log: how.log });
  }
}

// A quantity with other words in its look; a scalar's range follows the rule of the kernel's stills.
function dressed(quantity, how, maps) {
  const asked = { ...quantity.asked, ...how }, worn = { ...quantity, ...how, asked };
  if (quantity.kind !== "scalar") return worn;
  let [low, high] = endsOf(quantity.values);
  const signed = asked.symmetric ?? Math.min(-low, high) > 0.1 * Math.max(-low, high);
  if (signed) [low, high] = [Math.min(low, -high), Math.max(high, -low)];
  low = asked.low ?? low; high = asked.high ?? high;
  const map = asked.map ?? (signed ? "RdBu_r" : "viridis");
  return { ...worn, low, high: high > low ? high : low + 1e-6 * Math.max(Math.abs(low), 1e-6), map, colors: maps.get(map)?.colors ?? quantity.colors };
}

// The smallest and the largest of the values that are there.
function endsOf(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) if (value > MISSING / 10) { if (value < low) low = value; if (value > high) high = value; }
  return low > high ? [0, 1] : [low, high];
}
