// Shot: what is seen, drawn again at any size: one picture, or one turn around.

const TURN = { seconds: 6, frames: 48 };

// A studio draws the stage's bodies, names and legends into a canvas so many pixels wide.
class Studio {
  constructor(view, width, { ground, keys }) {
    this.view = view; this.ground = ground;
    this.ratio = width / view.canvas.clientWidth;
    this.lens = document.createElement("canvas");
    [this.lens.width, this.lens.height] = [width, Math.max(1, Math.round(view.canvas.clientHeight * this.ratio))];
    this.bodies = new Bodies(this.lens, true);
    const { drawingBufferWidth: w, drawingBufferHeight: h } = this.bodies.gl;
    if (w < this.lens.width || h < this.lens.height) { this.close(); throw new Error(`This browser draws no more than ${w} × ${h} pixels here; ask for a smaller width.`); }
    this.sheet = document.createElement("canvas"); this.sheet.width = width;
    this.pen = this.sheet.getContext("2d");
    this.legends = keys ? placed(view.groups) : [];
    this.sheet.height = this.lens.height + Math.ceil(this.ratio * Math.max(0, ...this.legends.map(key => this.key(key, 0, false))));
  }

  // spin: degrees by which every camera is turned further
  draw(spin = 0) {
    const { pen, sheet, lens, ratio, view } = this;
    view.paint(this.bodies, view.layout(), ratio, spin);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, sheet.width, sheet.height);
    if (this.ground) { pen.fillStyle = this.ground; pen.fillRect(0, 0, sheet.width, sheet.height); }
    pen.drawImage(lens, 0, 0);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.font = FONT; pen.fillStyle = "#555"; pen.textAlign = "center"; pen.textBaseline = "middle";
    for (const name of view.names.children) pen.fillText(name.textContent, name.offsetLeft + name.offsetWidth / 2, name.offsetTop + name.offsetHeight / 2);
    for (const key of this.legends) this.key(key, lens.height / ratio, true);
    return sheet;
  }

  // Title, colours and words of one legend, in centred lines; returns its height in CSS pixels.
  key({ group, left, width }, top, really) {
    const { pen, ratio } = this, room = width * this.sheet.width / ratio, lines = [[]];
    pen.font = FONT; pen.textBaseline = "middle"; pen.textAlign = "left";
    let used = 0;
    for (const entry of entriesOf(group)) {
      const wide = (entry.words ? pen.measureText(entry.words).width : 0) + (entry.bar ? 90 : 0) + (entry.dot ? 15 : 0) + 10;
      if (used + wide > room && lines.at(-1).length) { lines.push([]); used = 0; }
      lines.at(-1).push({ ...entry, wide }); used += wide;
    }
    if (really) lines.forEach((line, i) => this.line(line, left * this.sheet.width / ratio + (room - line.reduce((sum, entry) => sum + entry.wide, -10)) / 2, top + 14 + 18 * i));
    return lines[0].length ? 18 * lines.length + 12 : 0;
  }

  line(entries, x, y) {
    const { pen } = this;
    for (const { words, bar, dot, quiet, wide } of entries) {
      if (bar) {
        const paint = pen.createLinearGradient(x, 0, x + 90, 0);
        for (let k = 0; k <= 16; k++) paint.addColorStop(k / 16, `rgb(${bar.slice(3 * Math.round(k * 255 / 16)).slice(0, 3).join(",")})`);
        pen.fillStyle = paint; pen.fillRect(x, y - 4.5, 90, 9);
      }
      if (dot) { pen.fillStyle = dot; pen.fillRect(x, y - 5, 10, 10); }
      if (words) { pen.fillStyle = quiet ? "#555" : "#222"; pen.fillText(words, x + (dot ? 15 : 0), y); }
      x += wide;
    }
  }

  close() { this.bodies.release(); }
}

// Legends under their columns, or beside one another.
function placed({ groups }) {
  const all = groups.reduce((sum, group) => sum + group.span, 0);
  let before = 0;
  return groups.map(group => { const left = before / all; before += group.span; return { group, left, width: group.span / all }; });
}

const nameOf = view => [...view.store.structures.keys()].join("-").replace(/[^\w.-]+/g, "_").slice(0, 60) || "stage";
const blobOf = (canvas, type, quality) => new Promise((done, fail) => canvas.toBlob(blob => blob ? done(blob) : fail(new Error("The browser could not make this picture; ask for a smaller width.")), type, quality));

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob); link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function inStudio(view, width, how, act) {
  const studio = new Studio(view, width, how);
  try { return await act(studio); } finally { studio.close(); }
}

const savePicture = (view, width, how) => inStudio(view, width, how, async studio => download(await blobOf(studio.draw(), "image/png"), `${nameOf(view)}.png`));

// The browser draws one turn, the kernel makes the GIF of it.
const saveTurnGif = (view, width, how) => inStudio(view, width, how, async studio => {
  const frames = [];
  for (let k = 0; k < TURN.frames; k++) {
    // toBlob waits for a browser with nothing to do, frame after frame
    const code = studio.draw(360 * k / TURN.frames).toDataURL("image/jpeg", 0.95).split(",")[1];
    frames.push(Uint8Array.from(atob(code), letter => letter.charCodeAt(0)).buffer);
    await new Promise(done => setTimeout(done));
  }
  const number = Math.random().toString(36).slice(2), answer = new Promise((done, fail) => {
    view.menu.film = (message, buffers) => message.number === number && done(buffers[0]);
    setTimeout(() => fail(new Error("The kernel is busy or gone: no GIF came within a minute.")), 60_000);
  });
  view.send({ do: "film", number, seconds: TURN.seconds }, frames);
  download(new Blob([await answer], { type: "image/gif" }), `${nameOf(view)}.gif`);
});

// The browser's own recorder films one turn as it happens: MP4 where it can, else WebM.
const saveTurnVideo = (view, width, how) => inStudio(view, width - width % 2, how, async studio => {
  const type = ["video/mp4;codecs=avc1.42E01F", "video/webm;codecs=vp9", "video/webm"].find(kind => MediaRecorder.isTypeSupported(kind));
  if (!type) throw new Error("This browser records no video; take the GIF.");
  studio.draw();
  const stream = studio.sheet.captureStream(30), recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 8e6 }), parts = [];
  const over = new Promise((done, fail) => { recorder.onstop = done; recorder.onerror = event => fail(event.error ?? new Error("the recording failed")); });
  recorder.ondataavailable = event => parts.push(event.data);
  recorder.start();
  const began = performance.now();
  for (let now = began; now - began < 1000 * TURN.seconds; now = await new Promise(requestAnimationFrame)) studio.draw(0.36 * (now - began) / TURN.seconds);
  recorder.stop();
  await over;
  for (const track of stream.getTracks()) track.stop();
  download(new Blob(parts, { type }), `${nameOf(view)}.${type.startsWith("video/mp4") ? "mp4" : "webm"}`);
});
