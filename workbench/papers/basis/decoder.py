"""Images painted from their eigenvectors: encoder, spectral network and decoder, learned at once (Fig. 9)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from workbench.datasets.images import Images
from workbench.papers.basis.changing import ChangingConfig, Following
from workbench.papers.basis.method import SpectralNet, mean_square
from workbench.quantities import Quantity, Snapshot
from workbench.training import Knobs, descend

#: Fig. 9: what a dimension is multiplied by, from left to right
FACTORS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)

#: zeros and ones, nine eigenvectors (section 7.1); of scikit-learn's digits, or of MNIST's where it is there
DIGITS = ChangingConfig(classes=(0, 1), K=9, m=150, each=25, every=1, steps=500, neighbours=15)
MNIST = DIGITS.with_(data="mnist", m=512, steps=2500, neighbours=20)
SETTINGS = {"quick": DIGITS, "full": DIGITS.with_(steps=2500), "mnist": MNIST,
            "tiny": DIGITS.with_(m=100, each=20, steps=40, widths=(32, 32))}


@dataclass(frozen=True, eq=False)
class Coder:
    """An encoder, pixels -> 16 features; a spectral network, features -> K; a decoder, K -> pixels."""

    encoder: nn.Module
    spectral: SpectralNet
    decoder: nn.Module

    def painted(self, Y: Float[np.ndarray, "n K"]) -> Float[np.ndarray, "n h w"]:
        """The images (n, h, w) in [0, 1] that the decoder paints from rows of an embedding."""
        with torch.no_grad():
            return self.decoder(torch.tensor(Y, dtype=torch.float32))[:, 0].double().numpy()

    def embedded(self, pixels: Float[np.ndarray, "n h w"]) -> Float[np.ndarray, "n K"]:
        """Where images land: rows of the embedding."""
        with torch.no_grad():
            x = torch.tensor(pixels[:, None], dtype=torch.float32)
            return self.spectral(self.encoder(x)).double().numpy()


def coder(config: ChangingConfig, pixels: tuple[int, int]) -> Coder:
    """The networks of Table 2, for 28 x 28 pixels; for 8 x 8, two linear layers in place of convolutions.

    Weights come from the seed. Raises ValueError for images of another size.
    """
    torch.manual_seed(config.seed)
    if pixels == (28, 28):
        encoder, decoder = _convolutions(config.K)
    elif pixels == (8, 8):
        encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 16))
        decoder = nn.Sequential(nn.Linear(config.K, 128), nn.ReLU(), nn.Linear(128, 64), nn.Sigmoid(),
                                nn.Unflatten(1, (1, 8, 8)))
    else:
        raise ValueError(f"images have 28 x 28 or 8 x 8 pixels; got {pixels}")
    return Coder(encoder, SpectralNet(16, config.K, config.widths), decoder)


def _convolutions(K):
    # strides of 2 leave 3 x 3 of 28 x 28 pixels, and lead back to them, as the table's sizes ask
    encoder = nn.Sequential(
        nn.Conv2d(1, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Conv2d(16, 32, 3, 2), nn.Flatten(), nn.Linear(288, 128), nn.ReLU(), nn.Linear(128, 16))
    decoder = nn.Sequential(
        nn.Linear(K, 128), nn.ReLU(), nn.Linear(128, 288), nn.Unflatten(1, (32, 3, 3)),
        nn.ConvTranspose2d(32, 16, 3, 2), nn.BatchNorm2d(16), nn.ReLU(),
        nn.ConvTranspose2d(16, 8, 3, 2, 1, 1), nn.BatchNorm2d(8), nn.ReLU(),
        nn.ConvTranspose2d(8, 1, 3, 2, 1, 1), nn.Sigmoid())
    return encoder, decoder


def train(config: ChangingConfig, made: Coder, learn: Images, test: Images, knobs: Knobs | None = None
          ) -> Iterator[Snapshot]:
    """Reconstruction error moves encoder and decoder, Algorithms 2 and 1 the spectral network between them.

    The gradient of the reconstruction passes through the spectral network without moving it. Weights change
    in place. Snapshots offer "painted", a test image beside itself as it comes out, and curves "losses".
    """
    knobs = Knobs(lr=config.lr, follow=True) if knobs is None else knobs
    draw, X = np.random.default_rng(config.seed), torch.tensor(learn.pixels[:, None], dtype=torch.float32)
    moving = Following(lambda rows: _features(made.encoder, X[rows]), learn.labels, config, draw)
    losses: dict[str, list] = {"reconstruction": [], "eigenspace": []}

    def objective(step):
        some = X[draw.choice(len(X), min(config.m, len(X)), replace=False)]
        held = {name: weight.detach() for name, weight in made.spectral.named_parameters()}
        back = made.decoder(functional_call(made.spectral, held, (made.encoder(some),)))
        error = ((back - some) ** 2).flatten(1).sum(dim=1).mean()
        batch = moving.step(knobs["follow"])
        Z, phi = (torch.as_tensor(array, dtype=torch.float32) for array in (batch.X, batch.aligned))
        own = mean_square(made.spectral(Z), phi)
        losses["reconstruction"].append((step, error.item()))
        losses["eigenspace"].append((step, own.item()))
        return error + own

    weights = [weight for net in (made.encoder, made.spectral, made.decoder) for weight in net.parameters()]
    yield from descend(weights, objective, config.steps, knobs, _looks(made, test, losses))
    made.encoder.eval(), made.decoder.eval()


def _features(encoder, x: Tensor) -> Float[np.ndarray, "n c"]:
    was = encoder.training
    encoder.eval()
    with torch.no_grad():
        Z = encoder(x).double().numpy()
    encoder.train(was)
    return Z


def _looks(made, test, losses) -> Mapping[str, Callable[[], Quantity]]:
    def curve(name):
        return lambda: Quantity("losses", "plot", np.array(losses[name]).reshape(-1, 2), "curve")

    def painted():
        image = test.pixels[:1]
        return Quantity("painted", "plot", panorama(image, made.painted(made.embedded(image))), "matrix")

    return {"painted": painted, **{name: curve(name) for name in losses}}


def variations(made: Coder, image: Float[np.ndarray, "h w"], dimensions: int = 5
               ) -> Float[np.ndarray, "d f h w"]:
    """Fig. 9: the image painted anew, one dimension of its embedding times each factor of FACTORS."""
    y = made.embedded(image[None])[0]
    rows = np.tile(y, (dimensions, len(FACTORS), 1))
    for d in range(dimensions):
        rows[d, :, d] *= FACTORS
    return made.painted(rows.reshape(-1, len(y))).reshape(dimensions, len(FACTORS), *image.shape)


def panorama(*images: Float[np.ndarray, "n h w"]) -> Float[np.ndarray, "a b"]:
    """Rows of images side by side, an empty line between them: one picture."""
    rows = [np.concatenate([np.pad(image, 1) for image in row], axis=1) for row in images]
    return np.concatenate(rows, axis=0)
