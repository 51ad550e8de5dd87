// Page: a stage without a kernel. Its worlds, one for each position of the knobs, are read from the page itself.

const ABSENT = -1e38;  // where shaders look for what is missing
const TYPES = { "|u1": Uint8Array, "|i1": Int8Array, "<u2": Uint16Array, "<i2": Int16Array, "<u4": Uint32Array, "<i4": Int32Array, "<f4": Float32Array };

const bytesOf = id => Uint8Array.from(atob(document.getElementById(id).textContent), letter => letter.charCodeAt(0));

async function inflated(bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
}

// All first bytes, then all second ones, as numbers of a type again.
function unshuffled(bytes, Type) {
  const size = Type.BYTES_PER_ELEMENT, count = bytes.length / size, plain = new Uint8Array(bytes.length);
  for (let k = 0; k < size; k++) for (let i = 0; i < count; i++) plain[size * i + k] = bytes[k * count + i];
  return new Type(plain.buffer);
}

// Codes as the numbers they stand for; the last three codes stand for what is not finite.
function unstepped(codes, { low: [low], step: [step], missing }) {
  const values = new Float32Array(codes.length), first = 2 ** (8 * codes.BYTES_PER_ELEMENT) - 3, beyond = [missing ? ABSENT : NaN, Infinity, -Infinity];
  for (let i = 0; i < codes.length; i++) values[i] = codes[i] < first ? low + step * codes[i] : beyond[codes[i] - first];
  return values;
}

// The arrays of the page; each is undone when it is asked for.
class Arrays {
  static async of(words, bytes) {
    const made = new Arrays();
    made.all = await Promise.all(words.map(async told => ({ told, codes: unshuffled(await inflated(bytes.subarray(told.from, told.to)), TYPES[told.stored]) })));
    return made;
  }

  numbers(place) {
    const { told, codes } = this.all[place], Type = TYPES[told.as];
    return told.low ? unstepped(codes, told) : codes instanceof Type ? codes : new Type(codes);
  }

  // A piece as the kernel would have sent it.
  piece(value) {
    if (Array.isArray(value)) return value.map(item => this.piece(item));
    if (value === null || typeof value !== "object") return value;
    if ("array" in value) return this.numbers(value.array).buffer;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.piece(item)]));
  }
}

// A store whose state is one of the worlds; what two worlds share is drawn without being made again.
class Worlds extends Store {
  constructor({ world, frames }, arrays, at) {
    super(arrays.piece({ ...world, ...frames[at] }));
    Object.assign(this, { frames, arrays, made: new Map() });
    this.show(at);
  }

  show(at) {
    const made = new Map();
    for (const [part, make] of [["structures", measured], ["quantities", quantityOf], ["plots", plotOf]]) {
      this[part] = new Map(this.frames[at][part].map(words => {
        const key = part + JSON.stringify(words), piece = this.made.get(key) ?? make(this.arrays.piece(words));
        made.set(key, piece);
        return [words.name, piece];
      }));
    }
    this.made = made;
    this.wishes?.after();  // what a hand asked for holds for every frame
    for (const view of this.views) view.request();
  }
}

// What the panel takes for a widget's model: knobs whose turns are answered here.
class Desk {
  constructor(page, answer) { this.state = { knobs: page.knobs, values: page.values, status: {}, turns: 0, heard: {} }; this.answer = answer; this.ears = {}; }
  get(name) { return this.state[name]; }
  on(event, hear) { this.ears[event] = hear; }
  off() {}
  send(message) {
    if (message.do !== "turn") return;
    this.state.values = { ...this.state.values, [message.name]: message.value };
    this.state.heard[message.name] = message.turn;
    this.answer(this.state.values);
    setTimeout(() => this.ears["change:turns"]?.());  // no answer comes before its question has left
  }
}

// Which world belongs to these values: knobs stand at their nearest stops, the last one changes fastest.
function placeOf(values, knobs, stops) {
  return knobs.reduce((place, { name, log }) => {
    const f = log ? Math.log : v => v, away = stops[name].map(stop => Math.abs(f(stop) - f(values[name])));
    return place * stops[name].length + away.indexOf(Math.min(...away));
  }, 0);
}

// In a notebook's output the page is a frame: it takes the notebook's colours, and gives the frame its height.
function hosted(frame) {
  const root = document.documentElement, main = document.querySelector("main"), host = frame.ownerDocument.body, palette = [...document.styleSheets[0].cssRules].find(rule => rule.selectorText === ":root");
  const names = [...palette.style].filter(name => name.startsWith("--jp-"));
  const dress = () => {
    const style = getComputedStyle(host);
    for (const name of names) if (style.getPropertyValue(name)) root.style.setProperty(name, style.getPropertyValue(name));
    root.style.colorScheme = getComputedStyle(frame).colorScheme;  // another one than the notebook's would cover its ground
    document.body.dataset.jpThemeName = host.dataset.jpThemeName ?? "";  // views look there to draw anew
  };
  root.classList.add("wb-framed");
  dress();
  new MutationObserver(dress).observe(host, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"] });
  new ResizeObserver(() => { frame.style.height = `${main.offsetHeight}px`; }).observe(main);
  return { opened() { frame.dataset.opened = "true"; }, failed() { frame.remove(); } };
}

async function open() {
  const root = document.documentElement, room = document.getElementById("wb-page");
  const page = JSON.parse(new TextDecoder().decode(await inflated(bytesOf("wb-words"))));
  const arrays = await Arrays.of(page.arrays, bytesOf("wb-arrays"));
  const at = values => placeOf(values, page.knobs, page.stops), store = new Worlds(page, arrays, at(page.values)), view = new StageView(room, store, null);
  if (view.still) return flat(view.notice.textContent.split(": this is")[0]);
  if (page.knobs.length) Panel.render({ model: new Desk(page, values => store.show(at(values))), el: room });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => view.request());
  addEventListener("keydown", event => {  // space plays wherever it means nothing else
    const button = room.querySelector(".wb-play");
    if (event.key !== " " || !button || event.target.closest("button, input, select, summary")) return;
    event.preventDefault(); button.click();
  });
  requestAnimationFrame(() => requestAnimationFrame(() => { root.classList.add("wb-opened"); framed?.opened(); }));
}

// The picture instead: where nothing can be drawn, it is what there is.
function flat(why) {
  document.documentElement.classList.add("wb-flat");
  make("p", "wb-told", document.querySelector("main"), `${why}: this is a still picture.`);
  framed?.failed();
}

const framed = window.frameElement && hosted(window.frameElement);
open().catch(error => flat(error.message));
