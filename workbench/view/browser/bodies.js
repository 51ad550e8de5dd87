// Bodies: shapes in one WebGL2 canvas, each in a cell with what stands over it, all under one turntable camera.
// Only what changed is sent to the graphics card, and a picture is made only when one is asked for.

const SAMPLES = 4;

// The size of a device pixel in the shape's units, at the distance of its middle.
const pixelOf = (lens, style) => 2 * lens.distance / (lens.projection[5] * style.room[1]);

class Bodies {
  // clear: the picture's ground can be seen through; in a page it is not, because blending the page costs a third of a picture
  constructor(canvas, clear = false) {
    Object.assign(this, { canvas, clear });
    this.gl = canvas.getContext("webgl2", { antialias: false, alpha: clear, preserveDrawingBuffer: false });
    if (!this.gl) throw new Error("WebGL2 is not available in this browser");
    this.gl.activeTexture(this.gl.TEXTURE8);
    this.programs = new Programs(this.gl);
    for (const [name, Kind] of Object.entries({ surface: Surface, points: Points, lines: Lines, arrows: Arrows })) this[name] = new Kind(this.gl, this.programs);
    this.held = new Map();      // structure name -> Held
    this.pictures = new Map();  // key of a texture -> the texture on the graphics card
  }

  hold(shape) {
    let held = this.held.get(shape.name);
    if (held?.shape.V === shape.V) return held;
    held?.drop();
    held = new Held(this.gl, shape, texture => this.picture(texture));
    this.held.set(shape.name, held);
    return held;
  }

  picture(texture) {
    if (texture && !this.pictures.has(texture.key)) this.pictures.set(texture.key, uploadPicture(this.gl, texture));
    return texture && this.pictures.get(texture.key);
  }

  // Forget what left the stage.
  tidy(stands) {
    const names = new Set(stands.map(stand => stand.shape.name));
    for (const [name, held] of this.held) {
      const stand = names.has(name) && stands.find(one => one.shape.name === name);
      if (!stand) { held.drop(); this.held.delete(name); continue; }
      for (const key of held.quantities.keys()) if (!stand.known.has(key)) held.forget(key);
    }
    const used = new Set(stands.map(stand => stand.seen?.texture?.key));
    for (const [key, picture] of this.pictures) if (!used.has(key)) { this.gl.deleteTexture(picture.id); this.pictures.delete(key); }
  }

  // Draw every cell: [{ box: [x, y, w, h] in device pixels from below, camera, stands: [{ shape, seen, over, known, marked }] }];
  // the first of a cell's structures says where the camera stands. soft: edges are smoothed.
  draw(cells, style) {
    const gl = this.gl, target = style.soft && this.fine();
    const berth = berthOf(cells.map(cell => cell.stands[0].shape));
    this.giant = cells.length > 0 && !berth;
    this.tidy(cells.flatMap(cell => cell.stands));
    gl.bindFramebuffer(gl.FRAMEBUFFER, target ? target.frame : null);
    gl.disable(gl.SCISSOR_TEST); gl.clearColor(...(this.clear ? [0, 0, 0, 0] : [...style.ground, 1])); gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST); gl.enable(gl.SCISSOR_TEST);
    for (const { box, stands, camera } of cells) {
      const lens = lensOf(stands[0].shape, camera, box[2] / box[3], berth, reachOf(stands.map(stand => stand.shape)));
      style.room = this.open(box, lens, camera.zoom > 1.001 ? 0 : 0.12 * box[2], 22 * style.ratio);
      const things = stands.flatMap(stand => this.things(stand, lens, style, stands[0].shape));
      for (const { go } of things.filter(thing => !thing.clear)) go();
      for (const { go } of things.filter(thing => thing.clear)) go();
    }
    gl.disable(gl.SCISSOR_TEST);
    if (target) {
      const { width, height } = this.canvas;
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, target.frame); gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
      gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
      gl.invalidateFramebuffer(gl.READ_FRAMEBUFFER, [gl.COLOR_ATTACHMENT0, gl.DEPTH_ATTACHMENT]);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    }
  }

  // Draw into a cell and a little beyond, for arrows that reach out of it; returns the size of what is open.
  open([x, y, w, h], lens, aside, above) {
    const area = [x - aside, y - above, w + 2 * aside, h + 2 * above].map(Math.round);
    this.gl.viewport(...area); this.gl.scissor(...area);
    lens.projection[0] *= w / area[2]; lens.projection[5] *= h / area[3];
    return [area[2], area[3]];
  }

  // What is to be drawn of a structure in its host's place, as { go, clear }: things that can be seen through come last.
  things({ shape, seen, over, marked }, lens, style, host) {
    if (shape.opacity <= 0) return [];
    const held = this.hold(shape), clear = shape.opacity < 1, things = [], pixel = pixelOf(lens, style);
    slicedWith(shape, host);
    const own = quantity => ({ shape, held, quantity, seen: quantity && held.hold(quantity) });
    const edge = shape.spacing / pixel;  // a mean edge in device pixels, were it seen from the side
    if (shape.F.length) things.push({ clear, go: () => this.surface.draw(own(seen), lens, style, this.ground(seen, over, style)) });
    else if (shape.E.length) things.push({ clear, go: () => this.curves(own(seen), lens, style, edge) });
    else things.push({ clear, go: () => this.points.draw(own(seen), lens, style, { size: style.room[1] * shape.grain * (shape.place === shape.name ? 1 : 0.4) }) });
    for (const quantity of over) things.push({ clear: false, go: () => {
      if (quantity.kind === "vector") this.arrows.draw(own(quantity), lens, style);
      else this.lines.draw(own(quantity), lens, style, { raised: true, width: style.ratio * (quantity.width ?? Math.min(4, Math.max(1.4, 0.2 * edge / style.ratio))) });
    } });
    if (marked >= 0) things.push({ clear: true, go: () =>
      this.points.draw(own(null), lens, style, { size: 13 * style.ratio * lens.distance / lens.projection[5], lift: 0.03, ring: marked, plain: style.accent }) });
    return things;
  }

  // A plain body is darker where the colours of its edges are to be read.
  ground(seen, over, style) {
    return !seen && over.some(quantity => quantity.kind !== "vector") ? style.plain.map(share => 0.6 * share) : style.plain;
  }

  // Lines, and balls at the nodes where the values are theirs and there is room.
  curves(own, lens, style, edge) {
    const { shape, quantity } = own, width = style.ratio * (quantity?.width ?? shape.width ?? 3), plain = shape.place === shape.name ? style.curve : style.ink;
    this.lines.draw(own, lens, style, { width, plain });
    const ball = Math.min(2.6 * width, 0.5 * edge);
    if (quantity?.on === "vertices" && ball > 1.25 * width) this.points.draw(own, lens, style, { size: 0, least: ball, lift: 0.002 });
  }

  // A picture with several samples a pixel, of the canvas's size.
  fine() {
    const gl = this.gl, { width, height } = this.canvas;
    if (this.target?.width === width && this.target.height === height) return this.target;
    this.target ??= { frame: gl.createFramebuffer(), color: gl.createRenderbuffer(), depth: gl.createRenderbuffer() };
    Object.assign(this.target, { width, height });
    const samples = Math.min(SAMPLES, gl.getParameter(gl.MAX_SAMPLES));
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target.frame);
    for (const [buffer, format, place] of [[this.target.color, this.clear ? gl.RGBA8 : gl.RGB8, gl.COLOR_ATTACHMENT0], [this.target.depth, gl.DEPTH_COMPONENT24, gl.DEPTH_ATTACHMENT]]) {
      gl.bindRenderbuffer(gl.RENDERBUFFER, buffer);
      gl.renderbufferStorageMultisample(gl.RENDERBUFFER, samples, format, width, height);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, place, gl.RENDERBUFFER, buffer);
    }
    return this.target;
  }

  // What a reader must be told of a picture that shows less than there is, or not all at one scale.
  notes() {
    const few = (drawn, all) => `${drawn.toLocaleString("en")} of ${all.toLocaleString("en")} arrows drawn`;
    const told = [...this.held.values()].flatMap(held => [held.shape.told, ...held.thinned().map(([drawn, all]) => few(drawn, all))].filter(Boolean));
    return [...(this.giant ? ["each body at a scale of its own"] : []), ...told].join(" · ");
  }

  // Browsers keep about sixteen contexts alive: give this one back at once.
  release() { this.gl.getExtension("WEBGL_lose_context")?.loseContext(); }
}
