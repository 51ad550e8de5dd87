// Store: the latest state of one stage, as told by the kernel or read from a page; views draw from it.

class Store {
  constructor(world) {
    this.cameras = new Cameras(this, world.camera, world.own);
    this.views = new Set(); this.chosen = new Map();  // structure -> quantity chosen here, until the kernel has heard of it
    this.wishes = new Wishes(this);
    this.take(world);
  }

  take(world) {
    this.version = world.version; this.theme = world.theme; this.height = world.height; this.marked = world.marked; this.chosen.clear();
    this.maps = new Map((world.maps ?? []).map(map => [map.name, { ...map, colors: numbers(Uint8Array, map.colors) }]));
    this.cameras.link(world.link, world.live);
    this.structures = new Map(world.structures.map(piece => [piece.name, measured(piece)]));
    this.quantities = new Map(world.quantities.map(piece => [piece.name, quantityOf(piece)]));
    this.plots = new Map(world.plots.map(piece => [piece.name, plotOf(piece)]));
  }

  hear(message, buffers) {
    const piece = message.piece && revived(message.piece, buffers);
    if (message.version) this.version = message.version;
    if (message.do === "world") this.take(piece);
    else if (message.do === "structure") {
      this.structures.set(piece.name, measured(piece));
      for (const [name, quantity] of this.quantities) if (quantity.of === piece.name) this.quantities.delete(name);
    } else if (message.do === "quantity") this.quantities.set(piece.name, quantityOf(piece));
    else if (message.do === "plot") this.plots.set(piece.name, plotOf(piece));
    else if (message.do === "link") this.cameras.link(message.link, message.live);
    else if (message.do === "camera") this.cameras.taken(message.camera);
    else if (message.do === "mark") this.marked = message.marked;
    else if (message.do === "looks") this.dress(piece);
    if (message.do === "film") for (const view of this.views) view.menu.film?.(message, buffers);
    if (piece) this.wishes.after(message.wishes);
    for (const view of this.views) message.do === "say" ? view.say(message) : message.do === "still" ? view.showStill(buffers[0]) : view.request();
  }

  // New looks on shapes and values that stay.
  dress({ structures, quantities }) {
    for (const look of structures) if (this.structures.has(look.name)) Object.assign(this.structures.get(look.name), look);
    for (const look of quantities) {
      const old = this.quantities.get(look.name);
      if (old) this.quantities.set(look.name, { ...quantityOf({ ...look, values: null }), values: old.values });
    }
  }

  request() { for (const view of this.views) view.request(); }

  // To the kernel, by way of one of the views, which knows whether there is one.
  send(message) { for (const view of this.views) return view.send(message); }

  // Another look for what is called so: here at once, and then by the kernel.
  tell(name, how) { this.wishes.add(name, how); this.request(); }

  get camera() { return this.cameras.shared; }

  cameraOf(structure) { return this.cameras.of(this.structures.get(structure)?.place ?? structure); }

  on(structure) { return [...this.quantities.values()].filter(quantity => quantity.of === structure && !quantity.overlay); }

  // What is drawn over the colours of a structure: arrows, values on its edges.
  over(structure) { return [...this.quantities.values()].filter(quantity => quantity.of === structure && quantity.overlay && quantity.seen !== false); }

  seenOn(structure) {
    const all = this.on(structure).filter(quantity => quantity.seen !== false);
    return all.find(quantity => quantity.name === this.chosen.get(structure)) ?? all.find(quantity => quantity.seen) ?? all[0] ?? null;
  }
}
