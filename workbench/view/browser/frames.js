// Frames: a slider over what was recorded, with a button that plays it. Time passes by the clock: where frames come late, some are left out.

const PLAY = "M4 2.5v11l9-5.5z", REST = "M4 2.5h3v11H4zM9 2.5h3v11H9z", PACES = [1, 2, 5, 10, 20, 50];

function framesKnob(knob, box, send) {
  const last = knob.steps.length - 1, button = part("button", "wb-play", box), input = part("input", "", box), said = part("output", "", box), pace = part("select", "", box);
  let playing = 0;
  button.type = "button";
  Object.assign(input, { type: "range", min: 0, max: last, step: 1, disabled: !last });
  input.setAttribute("aria-label", knob.label);
  pace.setAttribute("aria-label", "frames a second");
  for (const count of PACES) part("option", "", pace, `${count} a second`).value = count;
  pace.value = PACES.find(count => count >= last / 12) ?? PACES.at(-1);  // the whole of it in about twelve seconds
  said.style.minWidth = `${words(last).length}ch`;

  function words(i) { return `step ${knob.steps[i]} · ${i + 1} of ${last + 1}`; }
  function show(i) {
    input.value = i;
    said.textContent = words(i);
    input.setAttribute("aria-valuetext", `step ${knob.steps[i]}, frame ${i + 1} of ${last + 1}`);
    input.style.setProperty("--wb-share", `${last ? 100 * i / last : 100}%`);
  }
  function turn(i) { show(i); send(i); }
  function face() {
    button.innerHTML = `<svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="${playing ? REST : PLAY}"/></svg>`;
    button.setAttribute("aria-label", playing ? "pause" : "play");
    button.title = `${playing ? "Pause" : "Play"} (space)`;
    button.disabled = !last;
  }
  function rest() { clearInterval(playing); playing = 0; face(); }
  function play() {
    if (Number(input.value) >= last) turn(0);
    let from = Number(input.value), began = performance.now();
    const tick = () => {
      if (!box.isConnected || lost(box)) return rest();
      const now = performance.now(), to = Math.min(last, from + Math.floor((now - began) * pace.value / 1000));
      if (to > Number(input.value)) turn(to);
      if (to >= last) rest();
    };
    clearInterval(playing);
    playing = setInterval(tick, 33);
    pace.onchange = () => { if (playing) { from = Number(input.value); began = performance.now(); } };
    face();
  }

  button.onclick = () => playing ? rest() : play();
  input.oninput = () => { rest(); turn(Number(input.value)); };
  box.onkeydown = event => {
    const away = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === " " && event.target === input) { event.preventDefault(); button.click(); }
    if (away && event.target === button) { event.preventDefault(); rest(); turn(Math.min(last, Math.max(0, Number(input.value) + away))); }
  };
  face();
  return i => { if (!playing) show(i); };
}
