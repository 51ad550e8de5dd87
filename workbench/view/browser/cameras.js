// Cameras: where one looks from: one camera for all bodies of a stage, or one for each; stages that turn together.

// milliseconds after which a hand counts as resting, and between two accounts of its motion where others follow it
const REST = 300, ACCOUNT = 66;
// milliseconds for which what this page knows of a hand is newer than what the kernel says of it
const FELT = 500;

class Cameras {
  constructor(store, camera, own) {
    this.store = store; this.shared = copied({ ...HOME, ...camera });
    this.own = own?.length ? new Map(own.map(one => [one.place, copied(one)])) : null;  // structure -> its camera, while each has its own
    this.last = null;   // the structure whose camera was touched last
    this.felt = this.told = -Infinity;
    this.follow = event => this.follows(event.detail);
  }

  of(place) {
    if (!this.own) return this.shared;
    if (!this.own.has(place)) this.own.set(place, copied(this.shared));
    return this.own.get(place);
  }

  turned(place, spin) { const camera = this.of(place); return spin ? { ...camera, yaw: camera.yaw + spin } : camera; }

  // The camera of a body that a hand is about to move; the last one where the hand is beside all bodies.
  take(place) { this.last = place ?? this.last; return this.last === null ? this.shared : this.of(this.last); }

  moved() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.account(), REST);
    this.felt = performance.now();
    if (this.live && this.felt - this.told > ACCOUNT) this.account();
    if (this.token) window.dispatchEvent(new CustomEvent("wb-camera", { detail: { token: this.token, from: this, camera: copied(this.take(null)) } }));
    this.store.request();
  }

  // Tell the kernel where the cameras are.
  account() {
    this.told = performance.now();
    this.store.send({ do: "camera", ...this.take(null), own: this.own && placesOf(this.store).map(place => ({ place, ...this.of(place) })) });
  }

  home() { for (const camera of [this.shared, ...(this.own?.values() ?? [])]) Object.assign(camera, copied(HOME)); this.moved(); }

  // Each body gets a camera of its own, or all share the one that was touched last.
  part() { this.own = new Map(); this.account(); this.store.request(); }
  join() { const camera = this.take(null); this.own = null; this.shared = copied(camera); this.moved(); }

  // Stages that carry the same token turn together, whatever part of the page they are in; live: others do so elsewhere.
  link(token, live = false) {
    this.live = live;
    if (token === this.token) return;
    window.removeEventListener("wb-camera", this.follow);
    this.token = token;
    if (token) window.addEventListener("wb-camera", this.follow);
  }

  follows({ token, from, camera }) {
    if (token !== this.token || from === this || this.own) return;
    Object.assign(this.shared, copied(camera)); this.felt = performance.now();  // a hand may hold this very camera
    this.store.request();
  }

  // The kernel says where the camera is: a program put it there, or a hand elsewhere.
  taken(camera) {
    if (this.own || performance.now() - this.felt < FELT) return;
    Object.assign(this.shared, copied(camera));
    this.store.request();
  }
}

const copied = camera => ({ yaw: camera.yaw, pitch: camera.pitch, zoom: camera.zoom, pan: [...camera.pan] });
