// Hand: mouse and keys that turn, move and zoom the camera, read values and pick vertices.

const HOME = { yaw: 25, pitch: 8, zoom: 1, pan: [0, 0] };

function handleMouse(view) {
  const { canvas, store: { cameras } } = view;
  let from = null, travelled = 0, waiting = 0;
  canvas.addEventListener("contextmenu", event => { event.preventDefault(); event.stopPropagation(); });
  canvas.addEventListener("pointerdown", event => {
    from = { x: event.clientX, y: event.clientY, pan: event.shiftKey || event.button === 2, camera: cameras.take(view.placeAt(event)) }; travelled = 0;
    view.pace.hold(true);
    canvas.setPointerCapture(event.pointerId); canvas.focus({ preventScroll: true }); view.read(null);
  });
  canvas.addEventListener("pointermove", event => {
    if (!from) { waiting ||= requestAnimationFrame(() => { waiting = 0; if (!view.gone && view.bodies) view.read(view.under(event)); }); return; }
    const dx = event.clientX - from.x, dy = event.clientY - from.y;
    travelled += Math.abs(dx) + Math.abs(dy); from.x = event.clientX; from.y = event.clientY;
    if (travelled < 4) return;
    from.pan ? move(from.camera, dx, -dy, view.layout()[0]?.h ?? 1) : turn(from.camera, 0.5 * dx, 0.5 * dy);
    cameras.moved();
  });
  canvas.addEventListener("pointerup", event => {
    if (from && travelled < 4 && !from.pan) { const hit = view.under(event); if (hit) { view.pick(hit); view.read(hit); } }
    from = null; view.pace.hold(false);
  });
  canvas.addEventListener("pointercancel", () => { from = null; view.pace.hold(false); });
  canvas.addEventListener("pointerleave", () => view.read(null));
  // an unfocused picture lets the wheel scroll the notebook
  canvas.addEventListener("wheel", event => {
    if (document.activeElement !== canvas && !event.ctrlKey) return;
    event.preventDefault(); zoom(cameras.take(view.placeAt(event)), Math.exp(-0.0015 * event.deltaY)); cameras.moved();
  }, { passive: false });
}

function handleKeys(view) {
  const { cameras } = view.store, step = { ArrowLeft: [-6, 0], ArrowRight: [6, 0], ArrowUp: [0, -6], ArrowDown: [0, 6] };
  view.canvas.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const camera = cameras.take(cameras.last), key = event.key.toLowerCase();
    let used = false;
    if (event.key in step) event.shiftKey ? move(camera, 3 * step[event.key][0], -3 * step[event.key][1], view.canvas.clientHeight) : turn(camera, ...step[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(camera, 1.15);
    else if (event.key === "-" || event.key === "_") zoom(camera, 1 / 1.15);
    else if (key === "r" || key === "0") cameras.home();
    else if (!(used = view.menu.key(key))) return;
    event.preventDefault(); event.stopPropagation();
    if (!used) cameras.moved();
  });
}

function turn(camera, yaw, pitch) { camera.yaw = (camera.yaw + yaw) % 360; camera.pitch = Math.max(-89, Math.min(89, camera.pitch + pitch)); }
function zoom(camera, factor) { camera.zoom = Math.max(0.2, Math.min(40, camera.zoom * factor)); }
function move(camera, dx, dy, height) { const reach = 2.1 / height / camera.zoom; camera.pan[0] += dx * reach; camera.pan[1] += dy * reach; }
