// Held: what the graphics card keeps of a structure and of the quantities on it; each part is made when first needed.

class Held {
  constructor(gl, shape, pictures) {
    Object.assign(this, { gl, shape, pictures, textures: {}, buffers: {}, chosen: {}, quantities: new Map() });
    this.bare = gl.createVertexArray();    // for what reads its arrays from textures
    this.shared = gl.createVertexArray();  // positions, normals and one value for each vertex
  }

  // The quantity on the graphics card; only what is another than last time is sent.
  hold(quantity) {
    const { gl, shape } = this, { kind, on, values } = quantity, known = this.quantities.get(quantity.name);
    if (known && (known.kind !== kind || known.on !== on)) this.forget(quantity.name);
    const seen = this.quantities.get(quantity.name) ?? { kind, on };
    this.quantities.set(quantity.name, seen);
    const shared = on === "vertices" && !quantity.overlay && !this.cornered(quantity), pulled = !shared || shape.E.length > 0;
    if (shared && seen.buffered !== values) { seen.buffer = fill(gl, seen.buffer, values, gl.ARRAY_BUFFER, gl.DYNAMIC_DRAW); seen.buffered = values; }
    if (pulled && seen.textured !== values) { seen.texture = upload(gl, seen.texture, values, CHANNELS[kind]); seen.textured = values; }
    if (quantity.colors && seen.strip !== quantity.colors) { seen.colors = uploadColors(gl, seen.colors, quantity.colors); seen.strip = quantity.colors; }
    if (kind === "uv") seen.picture = this.pictures(quantity.texture);
    return seen;
  }

  // Whether a quantity that colours a mesh needs every face to have corners of its own.
  cornered(quantity) {
    const { shape } = this;
    return shape.F.length > 0 && (shape.wireframe || Boolean(quantity && (quantity.kind === "label" || quantity.on !== "vertices")));
  }

  forget(name) {
    const seen = this.quantities.get(name);
    if (seen?.texture) this.gl.deleteTexture(seen.texture.id);
    if (seen?.colors) this.gl.deleteTexture(seen.colors.id);
    if (seen?.buffer) this.gl.deleteBuffer(seen.buffer.id);
    this.quantities.delete(name);
  }

  texture(name) {
    const { shape } = this, from = { positions: () => [shape.V, 3], normals: () => [normalsOf(shape), 3], faces: () => [shape.F, 3], edges: () => [edgesOf(shape), 2] };
    return this.textures[name] ??= upload(this.gl, null, ...from[name]());
  }

  buffer(name) {
    const { gl, shape } = this;
    if (name === "elements") return this.buffers.elements ??= fill(gl, null, facesAlongCurve(shape), gl.ELEMENT_ARRAY_BUFFER);
    return this.buffers[name] ??= fill(gl, null, name === "positions" ? shape.V : normalsOf(shape));
  }

  edgeCount() { return edgesOf(this.shape).length / 2; }

  // Two triangles for each edge.
  quads() { return this.buffers.quads ??= copies(this.gl, [0, 1, 2, 2, 1, 3], 4, this.edgeCount()); }

  // The elements on which arrows stand, as a texture of their numbers; all, or an even choice of them.
  arrowsOn({ on }) {
    if (!this.chosen[on]) {
      const which = evenChoice(anchorsOf(this.shape, on), MOST_ARROWS);
      this.chosen[on] = { ...upload(this.gl, null, which, 1), length: which.length };
    }
    return this.chosen[on];
  }

  // The corners of as many arrows, of one model.
  arrowCorners({ on }, { sides, corners, size }) {
    return this.buffers[`arrows ${on} ${sides}`] ??= copies(this.gl, corners, size, this.chosen[on].length);
  }

  // Of vectors that are drawn here by an even choice of them: how many arrows there are, and how many vectors.
  thinned() {
    const shown = [...this.quantities.values()].filter(({ kind, on }) => kind === "vector" && this.chosen[on]);
    return shown.map(({ on }) => [this.chosen[on].length, anchorsOf(this.shape, on).length / 3]).filter(([drawn, all]) => drawn < all);
  }

  // Arrays that a program pulls by index.
  bindTextures(places, seen) {
    ["positions", "normals", "faces", "edges"].forEach((name, unit) => {
      if (places[name]) bindTexture(this.gl, [0, 1, 2, 6][unit], this.texture(name), places[name]);
    });
    if (seen) bindTexture(this.gl, 3, seen.texture, places.values);
  }

  bindCorners(places, seen) { this.bindTextures(places, seen); this.gl.bindVertexArray(this.bare); }

  // Arrays that come vertex by vertex.
  bindShared(seen, quantity) {
    const gl = this.gl;
    gl.bindVertexArray(this.shared);
    if (!this.ready) {
      this.ready = true;
      this.attribute(0, this.buffer("positions"), 3);
      if (this.shape.F.length) { this.attribute(1, this.buffer("normals"), 3); const elements = this.buffer("elements"); gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, elements.id); }
    }
    if (seen?.buffer) this.attribute(2, seen.buffer, CHANNELS[quantity.kind]); else gl.disableVertexAttribArray(2);
  }

  attribute(place, buffer, channels) {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer.id); gl.enableVertexAttribArray(place); gl.vertexAttribPointer(place, channels, gl.FLOAT, false, 0, 0);
  }

  drop() {
    const gl = this.gl;
    for (const name of [...this.quantities.keys()]) this.forget(name);
    for (const texture of [...Object.values(this.textures), ...Object.values(this.chosen)]) gl.deleteTexture(texture.id);
    for (const buffer of Object.values(this.buffers)) gl.deleteBuffer(buffer.id);
    gl.deleteVertexArray(this.bare); gl.deleteVertexArray(this.shared);
  }
}
