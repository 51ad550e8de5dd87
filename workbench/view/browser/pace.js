// Pace: whether a picture is drawn with soft edges: always where that is quick, else as soon as nothing moves.

// milliseconds without a change that count as rest (more where pictures are slow), and what a soft picture may cost
// while things move
const CALM = 220, QUICK = 20;
// pictures that take longer are drawn one at a time: the next one then shows what is true when this one is done
const SLOW = 80;

class Pace {
  constructor(again) { this.again = again; this.last = -Infinity; this.cost = 0; this.rough = 0; }

  // Whether the picture that is drawn now is a soft one; a rough one is drawn again when nothing moved for a while.
  soft(now = performance.now()) {
    const calm = Math.max(CALM, Math.min(1500, 2.5 * this.cost)), moves = this.held || (now - this.last < calm && !this.resting);
    const soft = !moves || this.cost < QUICK;
    this.last = now; this.resting = false;
    clearTimeout(this.timer);
    if (!soft && !this.held) this.timer = setTimeout(() => { this.resting = true; this.again(); }, calm);
    return soft;
  }

  // While a hand holds the body nothing is at rest, however late its pictures come.
  hold(held) {
    this.held = held;
    if (!held) this.again();
  }

  // How long the graphics card (or the processor in its place) is at a picture: asked until it is done. Where rough ones
  // are quick, soft ones are tried again by and by: the first took long because the shaders were made.
  measure(gl, soft) {
    if (this.asking) return;
    const began = performance.now(), fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    const ask = () => {
      const spent = performance.now() - began, done = gl.isContextLost() || gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.SIGNALED;
      if (!done && spent < 1000) { this.asking = setTimeout(ask, 3); return; }
      this.asking = 0;
      gl.deleteSync(fence);
      if (soft) this.cost = spent < this.cost ? 0.3 * this.cost + 0.7 * spent : 0.7 * this.cost + 0.3 * spent;
      else {
        this.rough = this.rough ? 0.6 * this.rough + 0.4 * spent : spent;
        if (spent < QUICK / 2) this.cost *= 0.8;
      }
    };
    this.asking = setTimeout(ask, 3);
  }

  // Whether a slow picture is still being made.
  busy() { return this.rough > SLOW && Boolean(this.asking); }

  stop() { clearTimeout(this.timer); clearTimeout(this.asking); this.asking = 0; }
}
