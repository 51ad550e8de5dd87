// Web: the stage's widget: a store for each model, a view for each cell that shows it.

const stores = new Map();

export default {
  initialize({ model }) {
    const key = model.get("key"), store = new Store(model.get("world")), hear = (message, buffers) => store.hear(message, buffers);
    stores.set(key, store);
    model.on("msg:custom", hear);
    model.send({ do: "hello", version: store.version });
    return () => { model.off("msg:custom", hear); store.cameras.link(null); stores.delete(key); };
  },
  render({ model, el }) {
    const view = new StageView(el, stores.get(model.get("key")), (message, buffers) => { if (!el.closest(".jupyter-widgets-disconnected")) model.send(message, undefined, buffers); });
    el.addEventListener("wb-drag", event => view.send({ do: "drag", ...event.detail }));
    return () => view.dispose();
  },
};
