"""Makes live.gif, the picture at the top of the README: python assets/pictures/live.py (three minutes)."""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from workbench.papers.diffusionnet import experiment
from workbench.papers.diffusionnet.watching import hands, set_the_stage
from workbench.quantities import Quantity
from workbench.view import Album
from workbench.view.film import save_film
from workbench.view.panels import thinned

#: the steps at which a frame is taken: many early, when much happens
MOMENTS = set(np.unique(np.geomspace(1, 480, 60).astype(int)))


def main():
    config = experiment.Config.preset("quick").with_(size="5k", epochs=6)
    learn, test = (experiment.prepare(config, tqdm(bodies)) for bodies in experiment.chosen(config))
    net, album, frames, losses = experiment.network(config), Album(), [], []
    set_the_stage(album, config, test)
    album.look("diffusion times", low=1e-5, high=1.0)
    knobs = hands(config, net, test)
    for name, value in (("body", "person 9, run"), ("block", 4), ("vertex", 4000)):
        knobs.turn(name, value)
    for snapshot in experiment.train(config, net, learn, test, knobs):
        losses.append(snapshot.loss)
        if snapshot.step in MOMENTS:
            album.show("loss", Quantity("loss", "plot", thinned(np.array(losses)), "curve"))
            for name, quantity in snapshot.look().items():
                album.show(name, quantity)
            frames.append(album.frame())
    save_film(frames, Path(__file__).with_name("live.gif"))


if __name__ == "__main__":
    main()
