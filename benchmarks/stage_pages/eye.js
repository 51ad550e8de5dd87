// Eye: watches from outside what a page really draws; loaded before the page, it needs no help from the stage.
// After each WebGL frame a column of pixels is read behind a fence, so a frame counts when it is finished.
(() => {
  const eye = window.eye = { frames: [], contexts: [], pointer: 0, inputs: [], pictures: [] };
  const now = () => performance.timeOrigin + performance.now();
  const PROBE = 16;

  // A context is known by a weak reference: whoever watches must not keep it alive.
  eye.alive = () => eye.contexts.map(weak => weak.deref()).filter(gl => gl && !gl.isContextLost()).length;

  addEventListener("pointermove", event => { eye.pointer = performance.timeOrigin + event.timeStamp; }, true);

  addEventListener("input", () => { eye.inputs.push(now()); }, true);

  // Polyscope's pictures come as messages; its screen counts them on its root element.
  new MutationObserver(changes => {
    for (const { target } of changes) eye.pictures.push({ at: now(), number: +target.dataset.frames, delay: +target.dataset.delay });
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-frames"] });

  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    const made = getContext.call(this, kind, ...rest);
    if (made && kind.startsWith("webgl") && !made.eye) {
      made.eye = { number: eye.contexts.length, due: false, buffer: null };
      eye.contexts.push(new WeakRef(made));
    }
    return made;
  };

  // Microtasks run when the animation frame's callback has drawn everything.
  function drawn(gl) {
    if (!gl.eye || gl.eye.due || gl.getParameter(gl.DRAW_FRAMEBUFFER_BINDING)) return;
    gl.eye.due = true;
    queueMicrotask(() => { gl.eye.due = false; look(gl, now(), eye.pointer); });
  }

  function look(gl, asked, pointer) {
    const bound = gl.getParameter(gl.READ_FRAMEBUFFER_BINDING), packed = gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING);
    const buffer = gl.createBuffer();
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, 4 * PROBE, gl.STREAM_READ);
    gl.readPixels(gl.drawingBufferWidth >> 1, (gl.drawingBufferHeight - PROBE) >> 1, 1, PROBE, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, packed);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, bound);
    gl.flush();
    const wait = () => {
      if (gl.isContextLost()) return;
      if (gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) return setTimeout(wait, 1);
      const at = now(), pixels = new Uint8Array(4 * PROBE);
      const before = gl.getParameter(gl.COPY_READ_BUFFER_BINDING);
      gl.bindBuffer(gl.COPY_READ_BUFFER, buffer);
      gl.getBufferSubData(gl.COPY_READ_BUFFER, 0, pixels);
      gl.bindBuffer(gl.COPY_READ_BUFFER, before);
      gl.deleteBuffer(buffer); gl.deleteSync(fence);
      eye.frames.push({ canvas: gl.eye.number, asked, at, pointer, pixels: String.fromCharCode(...pixels) });
    };
    setTimeout(wait, 0);
  }

  const prototype = WebGL2RenderingContext.prototype;
  for (const name of ["drawElements", "drawArrays", "drawElementsInstanced", "drawArraysInstanced", "blitFramebuffer"]) {
    const plain = prototype[name];
    prototype[name] = function (...rest) { plain.apply(this, rest); drawn(this); };
  }
})();
